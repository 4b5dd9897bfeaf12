package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// The key of programs with Keygen's client libraries, from the command line.
func TestKeyKeygen(t *testing.T) {
	quick(t)
	f := newField(t)
	f.licet("key", "setup", "--active", "active.root", "--standby", "standby.root")
	if out := f.licet("key", "keygen", "show"); !strings.Contains(out, "not answered") {
		t.Fatal(out)
	}
	var first, second shippedKey
	f.must(json.Unmarshal([]byte(f.licet("key", "keygen", "new", "--product", "CAD", "--json")), &first))
	if len(first.Public) != 64 || !strings.HasSuffix(first.Address, "~"+first.KID+"/CAD") || first.State != "active" {
		t.Fatalf("%+v", first)
	}
	f.must(json.Unmarshal([]byte(f.licet("key", "keygen", "new", "--json")), &second))
	var all []shippedKey
	f.must(json.Unmarshal([]byte(f.licet("key", "keygen", "show", "--json")), &all))
	if len(all) != 2 || all[0].KID != first.KID || all[0].State != "retired" || all[1] != second {
		t.Fatalf("%+v", all)
	}
	if out := f.licet("key", "keygen", "show"); !strings.Contains(out, first.Public) || !strings.Contains(out, second.Address) {
		t.Fatal(out)
	}
	if out := f.licet("key", "list"); !strings.Contains(out, first.KID) || !strings.Contains(out, "Keygen clients") {
		t.Fatal(out)
	}
	f.licet("key", "keygen", "revoke", first.KID)
	f.must(json.Unmarshal([]byte(f.licet("key", "keygen", "show", "--json")), &all))
	if len(all) != 1 || all[0] != second {
		t.Fatalf("%+v", all)
	}
	for args, code := range map[string]int{"revoke " + first.KID: 3, "revoke nobody": 4} {
		if got, _, errs := f.try(append([]string{"licet", "key", "keygen"}, strings.Fields(args)...)...); got != code {
			t.Errorf("%s: exit %d, want %d: %s", args, got, code, errs)
		}
	}
}
