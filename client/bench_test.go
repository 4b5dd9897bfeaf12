package client_test

import (
	"crypto/ed25519"
	"slices"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// BenchmarkOpenVerify opens a container with one license, as a program does when
// it starts, and relates it to a bare signature check in the same run. A license
// takes two of them, the certificate's and its own; the rest is reading the file
// and the container's own keys.
func BenchmarkOpenVerify(b *testing.B) {
	p := clienttest.New("acme")
	s := clienttest.NewServer(p)
	cfg := client.Config{
		Pins: p.Pins(), Product: "cad", Dir: b.TempDir(), Clock: clienttest.NewClock(), Machine: clienttest.Machine("alpha"),
	}
	c, err := client.Open(cfg)
	if err != nil {
		b.Fatal(err)
	}
	code := s.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Features: []string{"draw"}})
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
	if err != nil {
		b.Fatal(err)
	}
	lines, _ := s.Exchange(m.Token)
	if _, err := c.Install([]byte(lines)); err != nil {
		b.Fatal(err)
	}
	pub, priv, _ := ed25519.GenerateKey(nil)
	text := make([]byte, 600)
	sig := ed25519.Sign(priv, text)
	var bare, whole []time.Duration
	for b.Loop() {
		begin := time.Now()
		for range 2 {
			if !ed25519.Verify(pub, text, sig) {
				b.Fatal("signature")
			}
		}
		middle := time.Now()
		c, err := client.Open(cfg)
		if err != nil || !c.Has("draw") {
			b.Fatal(err)
		}
		bare, whole = append(bare, middle.Sub(begin)), append(whole, time.Since(middle))
	}
	slices.Sort(bare)
	slices.Sort(whole)
	b.ReportMetric(float64(whole[len(whole)/2].Nanoseconds())/1000, "µs-open")
	b.ReportMetric(float64(whole[len(whole)/2])/float64(bare[len(bare)/2]), "x-2-bare-ed25519")
}

// BenchmarkHas asks for a feature: what a program may do in every menu.
func BenchmarkHas(b *testing.B) {
	p := clienttest.New("acme")
	c, err := client.Open(client.Config{Pins: p.Pins(), Dir: b.TempDir(), Machine: clienttest.Machine("alpha")})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := c.Install(p.File(clienttest.Sign(p.Issuing, p.License("l", "cad")))); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if !c.Has("draw") {
			b.Fatal("no license")
		}
	}
}
