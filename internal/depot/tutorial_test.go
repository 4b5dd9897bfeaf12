package depot_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/pagetest"
)

// TestTutorial runs the commands of the tutorial with the real wizard, on this
// machine, and uploads what they write.
func TestTutorial(t *testing.T) {
	var commands [][]string
	for _, b := range pagetest.Open(t, "docs/tutorials/depot.md").Blocks("sh", "console") {
		for _, c := range b.Commands() {
			rest, ok := strings.CutPrefix(c.Text, "licet-activate ")
			if !ok {
				t.Fatalf("only licet-activate is run: %s", c.Text)
			}
			commands = append(commands, strings.Fields(rest))
		}
	}
	if len(client.ThisMachine().Components) == 0 {
		pagetest.LeftOut(t, "nothing tells this machine from another")
	}
	dir := t.TempDir()
	wizard := pagetest.Program(t, "licet-activate")
	w := newWorld(t, time.Now())
	i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.Model.Fingerprint.Min = 0 }), 1)
	pins, err := json.Marshal(w.pins())
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "pins.json"), pins, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "ticket.txt"), []byte(i.Code+"\n"), 0o600))
	for _, args := range commands {
		run := exec.CommandContext(t.Context(), wizard, append(args, "--dir", filepath.Join(dir, "container"), "--lang", "en")...)
		run.Dir = dir
		if args[0] == "pair" {
			_, pairing := w.pairOn(i.Code)
			run.Stdin = strings.NewReader(pairing + "\n")
		}
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("licet-activate %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		for n, arg := range args {
			if arg != "--out" && arg != "--offline" {
				continue
			}
			file, err := os.ReadFile(filepath.Join(dir, args[n+1]))
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, "license.lic"), w.download(w.uploadFile(file).want(200)), 0o600))
		}
	}
	w.post("/ticket?lang=en", "code", i.Code).want(200, "0 of 1 in use")
}
