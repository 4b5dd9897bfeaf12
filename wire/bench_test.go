package wire

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"slices"
	"testing"
	"time"
)

func BenchmarkNewTicket(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		if _, err := NewTicket(rand.Reader); err != nil {
			b.Fatal(err)
		}
	}
}

// A bulk order buffers its randomness.
func BenchmarkNewTicketBuffered(b *testing.B) {
	src := bufio.NewReaderSize(rand.Reader, 4096)
	for range b.N {
		if _, err := NewTicket(src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseTicket(b *testing.B) {
	s := must(NewTicket(rand.Reader)).String()
	b.ReportAllocs()
	for range b.N {
		if _, err := ParseTicket(s); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerifyLicense reports what a whole verification costs in units of
// the bare signature check of the same bytes, taken in turns in the same run:
// the ratio of the medians, which other work on the machine hardly moves.
func BenchmarkVerifyLicense(b *testing.B) {
	w := newWorld("bench")
	trust := w.trust(b)
	token := w.license(w.fullLicense())
	check := w.check()
	p := must(split(token))
	pub := w.issuing.Public()
	payload, sig := p.body[:len(p.body)-sigLen], p.body[len(p.body)-sigLen:]
	msg := message(pub, headerEd25519, payload, p.footer, TypeLicense)
	whole, bare := make([]time.Duration, 0, b.N), make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		start := time.Now()
		if _, v, err := VerifyLicense(token, trust, check); err != nil || v.State != StateValid {
			b.Fatal(v, err)
		}
		middle := time.Now()
		if !ed25519.Verify(pub.Bytes, msg, sig) {
			b.Fatal("bad signature")
		}
		whole = append(whole, middle.Sub(start))
		bare = append(bare, time.Since(middle))
	}
	slices.Sort(whole)
	slices.Sort(bare)
	b.ReportMetric(float64(whole[b.N/2])/float64(bare[b.N/2]), "x-bare-ed25519")
	b.ReportMetric(float64(bare[b.N/2].Nanoseconds()), "ns-bare")
}

func BenchmarkSignLicense(b *testing.B) {
	w := newWorld("bench")
	payload := must(w.fullLicense().Encode())
	b.ReportAllocs()
	for range b.N {
		if _, err := Sign(w.issuing, TypeLicense, payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeLicense(b *testing.B) {
	l := newWorld("bench").fullLicense()
	b.ReportAllocs()
	for range b.N {
		if _, err := l.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}
