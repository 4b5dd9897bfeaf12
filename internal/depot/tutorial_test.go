package depot_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
		out, err := run.CombinedOutput()
		if err != nil {
			t.Fatalf("licet-activate %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		if args[0] == "typed" && len(args) == 1 {
			w.typeFrom(string(out), i.Code, dir)
		}
		for n, arg := range args {
			if arg != "--out" && arg != "--offline" {
				continue
			}
			file, err := os.ReadFile(filepath.Join(dir, args[n+1]))
			must(t, err)
			answer := w.uploadFile(file).want(200)
			must(t, os.WriteFile(filepath.Join(dir, "license.lic"), w.download(answer), 0o600))
			codes := w.post("/codes", "text", answer.message()).want(200).all("svg")
			must(t, os.WriteFile(filepath.Join(dir, "photo.png"), raster(t, codes[0]), 0o600))
		}
	}
	w.post("/ticket?lang=en", "code", i.Code).want(200, "0 of 1 in use")
}

// typeFrom types at the depot what the wizard shows, and writes down what the page
// answers.
func (w *world) typeFrom(shown, code, dir string) {
	w.t.Helper()
	fields := []string{"code", code}
	for i, m := range regexp.MustCompile(`(?m)^ *\d: (([0-9A-Z]{5}-?){3})$`).FindAllStringSubmatch(shown, -1) {
		fields = append(fields, fmt.Sprint("group", i+1), m[1])
	}
	answer, key := w.post("/typed?lang=en", fields...).want(200, "Type this license code on the machine").groups()
	must(w.t, os.WriteFile(filepath.Join(dir, "answer.txt"), []byte(answer), 0o600))
	must(w.t, os.WriteFile(filepath.Join(dir, "key.txt"), []byte(key), 0o600))
}
