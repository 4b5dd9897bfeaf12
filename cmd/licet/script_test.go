package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"licet": main})
}

// The command line as somebody sees it who types: testdata/script.
func TestScripts(t *testing.T) {
	here, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("LICET_DATA", filepath.Join(e.WorkDir, "data"))
			e.Setenv("ORDERS", filepath.Join(here, "internal/order/format/testdata"))
			e.Setenv("CATALOG", filepath.Join(here, "internal/demo/catalog.yaml"))
			e.Setenv("SAMPLES", filepath.Join(here, "cmd/licet/testdata/samples.yaml"))
			e.Setenv("LANG", "en_US.UTF-8")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": leaves, "harmless": harmless},
	})
}

// leaves runs licet and wants an exit code: exits CODE ARGUMENT…
func leaves(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARGUMENT…")
	}
	err := ts.Exec("licet", args[1:]...)
	code := "0"
	if err != nil {
		code = regexp.MustCompile(`\d+$`).FindString(err.Error())
	}
	if code != args[0] {
		ts.Fatalf("licet %s: exit code %s, want %s (%v)", strings.Join(args[1:], " "), code, args[0], err)
	}
}

// harmless wants a zip file without what these files hold: harmless ZIP FILE…
// Every word of the files that looks like a code, a key or a secret is searched
// for.
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: harmless ZIP FILE…")
	}
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer z.Close()
	var all bytes.Buffer
	for _, f := range z.File {
		r, err := f.Open()
		ts.Check(err)
		_, err = io.Copy(&all, r)
		ts.Check(err)
	}
	found := 0
	for _, name := range args[1:] {
		raw, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		for _, secret := range secrets.FindAllString(string(raw), -1) {
			found++
			if strings.Contains(all.String(), secret) {
				ts.Fatalf("%s holds %s of %s", args[0], secret, name)
			}
		}
	}
	if found == 0 {
		ts.Fatalf("there is no secret in %v to look for", args[1:])
	}
}

// secrets matches tickets and license keys, API keys and identities.
var secrets = regexp.MustCompile(`[0-9A-Z]{5}(?:-[0-9A-Z]{5}){4}|lk_\w{20,}|AGE-SECRET-KEY-\w+`)
