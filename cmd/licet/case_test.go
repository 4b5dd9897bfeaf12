package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// A copied device, from the first sign of it to the decision, on the command line
// and in both languages.
func TestCaseCommands(t *testing.T) {
	f := newField(t)
	f.licet("key", "setup", "--active", "active.root", "--standby", "standby.root")
	f.licet("key", "pins", "--out", "pins.json")
	f.ship()
	twin := *f.old
	f.old.contact()
	if err := twin.try(&wire.Request{Action: wire.ActRefresh, Held: []wire.Held{{LicenseID: twin.id, Generation: twin.gen}}}); !errors.Is(err, license.ErrSuspect) {
		t.Fatalf("the copy: %v", err)
	}
	if out := f.licet("case", "list"); strings.Count(out, "\n") != 1 || !strings.Contains(out, "open: it has fallen back") {
		t.Errorf("%s", out)
	}
	var all []struct{ ID, Container string }
	f.must(json.Unmarshal([]byte(f.licet("case", "list", "--json")), &all))
	id := all[0].ID
	if out := f.licet("case", "show", id); !strings.Contains(out, "components that match: machine-id, board, disk") || !strings.Contains(out, "counter 2") {
		t.Errorf("%s", out)
	}
	f.settings = map[string]string{"LANG": "de_DE.UTF-8", "LICET_DATA": f.data}
	if out := f.licet("case", "show", id); !strings.Contains(out, "Merkmale, die übereinstimmen") || !strings.Contains(out, "Diese Kopie arbeitet weiter") {
		t.Errorf("%s", out)
	}
	f.settings = nil
	if out := f.licet("case", "decide", id, "accept", "--reason", "moved to a new disk"); !strings.Contains(out, "accepted") || !strings.Contains(out, "moved to a new disk") {
		t.Errorf("%s", out)
	}
	for exit, words := range map[int][]string{
		3: {"licet", "case", "decide", id, "block", "--reason", "too late"},
		4: {"licet", "case", "show", "no-id"},
		2: {"licet", "case", "decide", id, "forgive", "--reason", "x"},
	} {
		if code, out, errs := f.try(words...); code != exit {
			t.Errorf("%v: exit %d\n%s%s", words, code, out, errs)
		}
	}
	for _, lang := range []string{"en_US.UTF-8", "de_DE.UTF-8"} {
		f.settings = map[string]string{"LANG": lang, "LICET_DATA": f.data}
		want := map[bool]string{true: "zweimal gesehen: 1", false: "seen twice: 1"}[lang == "de_DE.UTF-8"]
		if out := f.licet("anomaly"); !strings.Contains(out, want) || !strings.Contains(out, all[0].Container) {
			t.Errorf("%s", out)
		}
	}
	f.settings = nil
	if out := f.licet("anomaly", "--kind", "clock", "--json"); !strings.Contains(out, `"seen_twice": 1`) || strings.Contains(out, all[0].Container) {
		t.Errorf("%s", out)
	}
	if out := f.licet("case", "list"); out != "" {
		t.Errorf("%s", out)
	}
	if out := f.licet("case", "list", "--all", "--container", all[0].Container); !strings.Contains(out, "accepted: ") {
		t.Errorf("%s", out)
	}
	f.old.ctr = 10
	f.old.contact()
	if f.old.gen != 2 {
		t.Errorf("generation %d", f.old.gen)
	}
}
