package main

import (
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
)

// product is hello-cad on a machine, beside its publisher's server.
type product struct {
	t      *testing.T
	server *clienttest.Server
	args   []string
	browse func(link string) error
}

func newProduct(t *testing.T) *product {
	t.Helper()
	p := clienttest.New("acme")
	s := clienttest.NewServer(p)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	p.Server = h.URL
	dir := t.TempDir()
	pins := filepath.Join(dir, "pins.json")
	if err := os.WriteFile(pins, p.Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	return &product{t: t, server: s, args: []string{"--pins", pins, "--dir", filepath.Join(dir, "licenses"), "--lang", "en"}, browse: func(string) error { return errors.New("no browser") }}
}

// start runs the product with something typed into it.
func (p *product) start(typed ...string) string {
	p.t.Helper()
	var out strings.Builder
	cfg := client.Config{Clock: clienttest.NewClock(), Machine: clienttest.Machine("alpha")}
	if code := run(p.t.Context(), p.args, strings.NewReader(strings.Join(typed, "\n")), &out, cfg, p.browse); code != 0 {
		p.t.Fatalf("ends with %d:\n%s", code, out.String())
	}
	return out.String()
}

func (p *product) says(said string, parts ...string) {
	p.t.Helper()
	for _, part := range parts {
		if !strings.Contains(said, part) {
			p.t.Errorf("it does not say %q:\n%s", part, said)
		}
	}
}

func TestKeyTypedIn(t *testing.T) {
	p := newProduct(t)
	p.says(p.start(), "reduced", "Drawing: up to 3 assemblies", "Rendering: not licensed")
	key := p.server.Put(clienttest.Key("CADP"), &clienttest.Offer{
		ID: clienttest.ID(1), Product: "CAD", Features: []string{"draw2d", "render"}, Limits: map[string]int64{"assemblies": 500},
	})
	p.says(p.start(strings.ToLower(strings.ReplaceAll(key, "-", " "))),
		"Activated", "Drawing: up to 500 assemblies", "Rendering: yes", "Modeling in 3D: not licensed")
	if said := p.start(); strings.Contains(said, "reduced") || !strings.Contains(said, "Rendering: yes") {
		t.Errorf("started again:\n%s", said)
	}
}

// TestAllFeatures: a license for everything answers features that are younger
// than it.
func TestAllFeatures(t *testing.T) {
	p := newProduct(t)
	ticket := p.server.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "CAD", Features: []string{"*"}})
	p.says(p.start(ticket), "as many assemblies as you like", "Rendering: yes", "Modeling in 3D: yes")
}

// TestWrongKeys: a typing error, an unknown key, another product's key; each with
// its reason, and the right one after them.
func TestWrongKeys(t *testing.T) {
	p := newProduct(t)
	foreign := p.server.Put(clienttest.Key("CAMX"), &clienttest.Offer{ID: clienttest.ID(1), Product: "CAM", Features: []string{"*"}})
	good := p.server.Sell(&clienttest.Offer{ID: clienttest.ID(2), Product: "CAD", Features: []string{"draw2d"}})
	typo := []byte(good)
	typo[0], typo[1] = typo[1], typo[0]
	if typo[0] == typo[1] {
		typo[0] = 'U'
	}
	said := p.start(string(typo), "CADP-12345", clienttest.Ticket(), foreign, good)
	p.says(said, "(license.unknown_code)", "(license.other_product)", "This code should have", "Activated")
	if n := len(p.server.Heard()); n != 4 {
		t.Errorf("%d messages reached the server, want the two unknown or foreign ones, the good one and its receipt", n)
	}
}

func TestWrongFlagsAndPins(t *testing.T) {
	p := newProduct(t)
	var out strings.Builder
	for _, args := range [][]string{{"--fly"}, {"--pins", "nowhere.json"}} {
		if code := run(t.Context(), args, strings.NewReader(""), &out, client.Config{}, p.browse); code != 2 {
			t.Errorf("%v ends with %d", args, code)
		}
	}
	bad := filepath.Join(t.TempDir(), "pins.json")
	if err := os.WriteFile(bad, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), []string{"--pins", bad, "--lang", "de"}, strings.NewReader(""), &out, client.Config{}, p.browse); code != 1 {
		t.Errorf("bad pins: %d", code)
	}
	if !strings.Contains(out.String(), "Pins") {
		t.Error(out.String())
	}
}

// TestPages: "Activate…" is pages in the browser; the product goes on with what was
// activated there. Time passes at once here, so that they end by themselves.
func TestPages(t *testing.T) {
	p := newProduct(t)
	ticket := p.server.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "CAD", Features: []string{"draw2d"}})
	opened := ""
	p.browse = func(link string) error { opened = link; return nil }
	p.says(p.start("pages"), "See your browser", "nobody has used it", "Drawing: up to 3 assemblies")
	if !strings.HasPrefix(opened, "http://127.0.0.1:") {
		t.Error(opened)
	}
	p.browse = func(string) error { return errors.New("no browser") }
	p.says(p.start("pages", ticket), "no browser", "Activated")
}
