package client_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// typedHere has a license typed, and another question wait.
func typedHere(f *testing.F, c *client.Container, s *clienttest.Server) {
	f.Helper()
	r, err := c.NewTyped()
	if err != nil {
		f.Fatal(err)
	}
	answer, key, _ := s.Typed(r.String(), s.Sell(&clienttest.Offer{ID: clienttest.ID(2), Product: "cad"}))
	if err := c.LearnTyped(key); err != nil {
		f.Fatal(err)
	}
	if _, err := c.InstallTyped(answer); err != nil {
		f.Fatal(err)
	}
	if _, err := c.NewTyped(); err != nil {
		f.Fatal(err)
	}
}

// FuzzState: a container file of any content is refused, or opens and is written
// back as it was read; it never makes a license that the publisher has not
// signed for this container.
func FuzzState(f *testing.F) {
	p := clienttest.New("acme")
	cfg := client.Config{
		Pins: p.Pins(), Dir: f.TempDir(), Clock: clienttest.NewClock(), Machine: clienttest.Machine("alpha"),
	}
	c, err := client.Open(cfg)
	if err != nil {
		f.Fatal(err)
	}
	s := clienttest.NewServer(p)
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: s.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad"})})
	if err != nil {
		f.Fatal(err)
	}
	lines, _ := s.Exchange(m.Token)
	if _, err := c.Install([]byte(lines)); err != nil {
		f.Fatal(err)
	}
	if _, err := c.NewReturn(clienttest.ID(1)); err != nil {
		f.Fatal(err)
	}
	typedHere(f, c, s)
	path := filepath.Join(cfg.Dir, "container.json")
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good[:bytes.LastIndex(good, []byte(`,"sum":"`))])
	f.Add([]byte(`{"format":1,"issuer":"acme","licenses":[{"id":"x","gen":1,"token":"v4.public.x"}]`))
	f.Add([]byte(`{"format":1,"issuer":"acme","outbox":[{"token":"t","typ":"req","non":"n","ctr":1,"asked":0}]`))
	f.Add([]byte(`{"format":9`))
	f.Fuzz(func(t *testing.T, head []byte) {
		file := client.Sealed(head)
		encoded, err := client.DecodeFile(file)
		if err != nil {
			return
		}
		again, err := client.DecodeFile(encoded)
		if err != nil || !bytes.Equal(encoded, again) {
			t.Fatalf("written back as something else: %v", err)
		}
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := client.Open(cfg)
		if err != nil {
			return
		}
		for _, l := range c.Licenses() {
			if l.Runs && !bytes.Contains(good, []byte(l.ID)) {
				t.Fatalf("a license out of nothing: %+v", l)
			}
		}
		if _, err := c.Complete(); err != nil && client.Code(err) == "other" {
			t.Fatal(err)
		}
	})
}

// FuzzInstall: a file of any content installs only licenses that the publisher
// has signed, and a refused one changes nothing.
func FuzzInstall(f *testing.F) {
	p := clienttest.New("acme")
	s := clienttest.NewServer(p)
	dir := f.TempDir()
	cfg := client.Config{
		Pins: p.Pins(), Dir: dir, Clock: clienttest.NewClock(), Machine: clienttest.Machine("alpha"),
	}
	c, err := client.Open(cfg)
	if err != nil {
		f.Fatal(err)
	}
	code := s.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad"}, &clienttest.Offer{ID: clienttest.ID(2), Product: "cad"})
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
	if err != nil {
		f.Fatal(err)
	}
	lines, _ := s.Exchange(m.Token)
	path := filepath.Join(dir, "container.json")
	asked, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(lines))
	f.Add([]byte(lines + lines))
	f.Add([]byte(strings.Join(strings.Split(lines, "\n")[1:], "\n")))
	f.Add(p.File(clienttest.Sign(p.Issuing, &wire.BlockList{Issuer: "acme", Seq: 1, IssuedAt: 1})))
	f.Add([]byte(p.Revoke()))
	f.Add([]byte("v4.public."))
	f.Fuzz(func(t *testing.T, file []byte) {
		if err := os.WriteFile(path, asked, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := client.Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		in, err := c.Install(file)
		if client.Code(err) == "other" {
			t.Fatal(err)
		}
		if err != nil && (len(c.Licenses()) > 0 || len(c.Waiting()) != 1) {
			t.Fatalf("%v, and all the same: %+v", err, c.Licenses())
		}
		for _, l := range c.Licenses() {
			if l.ID != clienttest.ID(1) && l.ID != clienttest.ID(2) {
				t.Fatalf("a license out of nothing: %+v", l)
			}
		}
		if err == nil && len(in.Licenses) != len(c.Licenses()) {
			t.Fatalf("%+v, but there are %d", in, len(c.Licenses()))
		}
	})
}
