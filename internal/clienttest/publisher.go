// Package clienttest is a small publisher with a licensing server for the tests
// of package client and of the programs above it: real keys, real tokens, and a
// server in memory that keeps the rules of the protocol and a ledger of what it
// has said. It is written from the protocol and not from the product's server,
// so that the two cannot share a mistake; package app tests the client against
// the product.
//
// A Publisher makes keys, pins and tokens. A Server answers messages: over
// HTTP (it is an http.Handler), or as a depot that takes a request file. Tests
// say beforehand what goes wrong with a message.
package clienttest

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/licet/licet/wire"
)

// Start is the time at which every test world begins.
var Start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var b64 = base64.RawURLEncoding

// Publisher signs. Its keys follow from its name, so that every process of a
// test has the same.
type Publisher struct {
	Name    string
	Active  wire.PrivateKey // roots
	Standby wire.PrivateKey
	Issuing wire.PrivateKey
	Depot   *ecdh.PrivateKey
	Server  string // for the pins
	Ships   bool   // the certificate of the issuing key in the pins, too
}

// New makes a publisher.
func New(name string) *Publisher {
	depot, err := ecdh.X25519().NewPrivateKey(seed(name + " depot"))
	check(err)
	return &Publisher{
		Name: name, Active: key(name + " active"), Standby: key(name + " standby"), Issuing: key(name + " issuing"), Depot: depot,
	}
}

func seed(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] }

func key(s string) wire.PrivateKey {
	k, err := wire.Ed25519Key(seed(s))
	check(err)
	return k
}

// check ends a test that could not even be set up.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

// Sign makes a token.
func Sign(k wire.PrivateKey, c wire.Claims) string {
	t, err := wire.SignClaims(k, c)
	check(err)
	return t
}

// Cert returns the certificate of the issuing key.
func (p *Publisher) Cert() string { return p.CertOf(p.Issuing) }

// CertOf returns the certificate of another issuing key.
func (p *Publisher) CertOf(k wire.PrivateKey) string {
	return Sign(p.Active, &wire.IssuerCert{
		Issuer: p.Name, KID: k.KID(), Public: k.Public().String(),
		Use:       []wire.Type{wire.TypeLicense, wire.TypeUpdate, wire.TypeValidation, wire.TypeBlockList},
		NotBefore: Start.AddDate(-1, 0, 0).Unix(), Expires: Start.AddDate(20, 0, 0).Unix(), IssuedAt: Start.Unix(),
	})
}

// Revoke returns the revocation of the issuing key, but for these serials.
func (p *Publisher) Revoke(known ...[8]byte) string {
	return Sign(p.Standby, &wire.Revocation{
		Issuer: p.Name, Object: wire.RevokeIssuer, KID: p.Issuing.KID(), IssuedAt: Start.Unix(), Why: "stolen",
		Known: wire.JoinSerials(known),
	})
}

// Pins returns the pins as a product ships them.
func (p *Publisher) Pins() []byte {
	pub := p.Depot.PublicKey().Bytes()
	pins := wire.Pins{
		Issuer: p.Name, Roots: []wire.PinnedRoot{wire.PinRoot(p.Active.Public()), wire.PinRoot(p.Standby.Public())},
		Salt: b64.EncodeToString(seed(p.Name + " salt")[:16]), Server: p.Server,
		Depot: Sign(p.Active, &wire.DepotKey{
			Issuer: p.Name, KID: wire.KID(pub), Public: b64.EncodeToString(pub), IssuedAt: Start.Unix(),
		}),
	}
	if p.Ships {
		pins.Keys = []string{p.Cert()}
	}
	b, err := pins.Encode()
	check(err)
	return b
}

// License returns the claims of a license that is bound to nothing; a test
// changes what it is about and signs it.
func (p *Publisher) License(id, product string) *wire.License {
	return &wire.License{
		Issuer: p.Name, ID: id, Generation: 1, Product: product, Features: []string{"draw"}, IssuedAt: Start.Unix(),
		Enforce: wire.Enforce, Serial: wire.Serial([8]byte(seed(id))),
	}
}

// File joins tokens to a file, the certificate first.
func (p *Publisher) File(tokens ...string) []byte {
	f, err := wire.NewFile(append([]string{p.Cert()}, tokens...)...)
	check(err)
	return f.Bytes()
}

// Ticket draws a code as it is printed.
func Ticket() string {
	c, err := wire.NewTicket(rand.Reader)
	check(err)
	return c.String()
}

// Key draws a license key as it is printed.
func Key(prefix string) string {
	k, err := wire.NewKey(prefix, rand.Reader)
	check(err)
	return k.String()
}

// ID returns the n-th license id of a test.
func ID(n int) string { return fmt.Sprintf("019a2f4e-7c11-7d3a-9b52-%012x", n) }
