package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/p11test"
	"github.com/licet/licet/internal/pagetest"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

const testPass = "correct horse battery staple"

// field is an installation with a publisher, and a product in the field.
type field struct {
	t          *testing.T
	data       string
	vars       map[string]string // of the page's commands
	original   wire.Pins         // what the first products ship
	old        *machine
	good       string // the license it holds
	first      []byte // the answer in which it came: its license file
	orders     int
	thief      wire.PrivateKey // signs licenses
	stolenCert string
	recipient  string // of the identity at the beginning
	settings   map[string]string
	dev        *p11test.Device // of the security module
}

func newField(t *testing.T) *field {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	f := &field{t: t, data: filepath.Join(dir, "data"), vars: map[string]string{}}
	f.licet("publisher", "create", "muster", "Muster CAD GmbH")
	f.must(os.WriteFile("catalog.yaml", demo.Catalog(), 0o600))
	f.licet("catalog", "apply", "catalog.yaml")
	return f
}

func (f *field) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// try runs a command line in this process.
func (f *field) try(words ...string) (code int, out, errs string) {
	f.t.Helper()
	in := strings.Repeat(testPass+"\n", 4)
	if len(words) > 2 && words[2] == "certify" {
		in = "y\n" + in
	}
	var stdout, stderr bytes.Buffer
	environ := func(name string) string {
		if v, ok := f.settings[name]; ok {
			return v
		}
		return map[string]string{"LICET_DATA": f.data, "LANG": "en_US.UTF-8"}[name]
	}
	code = run(f.t.Context(), words[1:], environ, strings.NewReader(in), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func (f *field) licet(words ...string) string {
	f.t.Helper()
	code, out, errs := f.try(append([]string{"licet"}, words...)...)
	if code != 0 {
		f.t.Fatalf("licet %s: exit %d\n%s%s", strings.Join(words, " "), code, out, errs)
	}
	return out
}

// block runs a code block of the page.
func (f *field) block(b *pagetest.Block) {
	f.t.Helper()
	for _, c := range b.Commands() {
		line := c.Text
		words := strings.Fields(os.Expand(strings.ReplaceAll(line, `"`, ""), func(name string) string {
			v, ok := f.vars[name]
			if !ok {
				f.t.Fatalf("%s: $%s is not set", line, name)
			}
			return v
		}))
		if words[0] != "licet" {
			f.t.Fatalf("only licet is run: %s", line)
		}
		f.licet(words[1:]...)
	}
}

// ship gives the first product its pins, a license and one contact.
func (f *field) ship() {
	f.t.Helper()
	all := f.list()
	f.vars["ISS"] = all.Issuer
	f.vars["ACTIVE"] = f.kid(func(k listedKey) bool { return k.Rank == "active" })
	f.vars["STANDBY"] = f.kid(func(k listedKey) bool { return k.Rank == "standby" })
	f.vars["ISSUING"] = f.kid(func(k listedKey) bool { return k.Purpose == "issue" && k.State == "active" })
	f.original = f.pins("pins.json")
	f.old = f.machine(f.original)
	f.old.activate()
	f.good, f.first = f.old.held, f.old.answer
	f.old.runs("the first license", f.good)
	id, err := sign.LoadIdentity(filepath.Join(f.data, sign.IdentityFile))
	f.must(err)
	f.recipient = id.Recipient()
}

// ticket sells one seat.
func (f *field) ticket() string {
	f.t.Helper()
	f.orders++
	doc := `{"source":"erp","number":"` + string(rune('A'+f.orders)) + `","buyer":{"number":"C-7"},` +
		`"lines":[{"no":"1","article":"CAD-PRO-PERP","quantity":1}]}`
	name := filepath.Join(f.t.TempDir(), "order.json")
	f.must(os.WriteFile(name, []byte(doc), 0o600))
	var answer []struct {
		Lines []struct {
			Tickets []struct {
				Code string `json:"code"`
			} `json:"tickets"`
		} `json:"lines"`
	}
	out := f.licet("order", "place", name)
	f.must(json.Unmarshal([]byte(out), &answer))
	if len(answer) != 1 || len(answer[0].Lines) != 1 || len(answer[0].Lines[0].Tickets) != 1 {
		f.t.Fatalf("no ticket in %s", out)
	}
	return answer[0].Lines[0].Tickets[0].Code
}

// app opens the installation as the server does.
func (f *field) app(do func(a *app.App) error) error {
	f.t.Helper()
	c, _, err := app.ParseConfig([]string{"--data", f.data}, func(name string) string { return f.settings[name] })
	f.must(err)
	a, err := app.Open(f.t.Context(), c, app.Seams{})
	f.must(err)
	return errors.Join(do(a), a.Close())
}

// machine is a product on a computer: its pins, what it has learned, its
// container, and the license it holds.
type machine struct {
	f      *field
	known  *wire.Trust
	key    wire.PrivateKey
	ctr    int64
	sent   string // the last request
	answer []byte // the last one
	held   string
	id     string
	gen    int64
}

func (f *field) machine(pins wire.Pins) *machine {
	f.t.Helper()
	trust, err := wire.NewTrust(pins)
	f.must(err)
	key, err := wire.GenerateKey(wire.Ed25519, rand.Reader)
	f.must(err)
	return &machine{f: f, known: trust, key: key}
}

// activate buys a ticket and collects its license.
func (m *machine) activate() {
	m.f.t.Helper()
	m.with(m.f.ticket())
}

// with is activate with a ticket that was issued before.
func (m *machine) with(code string) {
	m.f.t.Helper()
	m.ask(&wire.Request{Action: wire.ActActivate, Code: code, Product: "CAD"})
	if m.held == "" {
		m.f.t.Fatal("no license in the answer")
	}
}

// contact asks the server for what waits.
func (m *machine) contact() {
	m.f.t.Helper()
	m.ask(&wire.Request{Action: wire.ActRefresh, Held: []wire.Held{{LicenseID: m.id, Generation: m.gen}}})
}

// ask sends a request and reads the answer as a product does.
func (m *machine) ask(r *wire.Request) {
	m.f.t.Helper()
	m.f.must(m.try(r))
}

// try is ask where the server may refuse.
func (m *machine) try(r *wire.Request) error {
	t := m.f.t
	t.Helper()
	m.ctr++
	var nonce [wire.NonceLen]byte
	_, _ = rand.Read(nonce[:])
	r.Issuer, r.Nonce, r.Counter, r.IssuedAt = m.f.original.Issuer, wire.Nonce(nonce), m.ctr, time.Now().Unix()
	r.Container = wire.ContainerKeys{Kind: wire.ContainerSoft, Sign: m.key.Public().String()}
	for _, name := range []string{"machine-id", "board", "disk"} {
		part := wire.Component(m.f.original.SaltBytes(), name, m.key.KID()+name)
		r.Fingerprint = append(r.Fingerprint, wire.FingerprintPart{Name: name, Hash: wire.ComponentClaim(part)})
	}
	r.App = wire.App{Version: "1.0", OS: "linux", Arch: "amd64"}
	token, err := wire.SignClaims(m.key, r)
	m.f.must(err)
	m.sent = token
	return m.send()
}

// send sends the last request again, the same bytes.
func (m *machine) send() (err error) {
	t := m.f.t
	t.Helper()
	var lines []string
	err = m.f.app(func(a *app.App) error {
		lines, err = a.Lic.Exchange(t.Context(), actor.Anonymous(netip.MustParseAddr("192.0.2.7")), []byte(m.sent))
		return err
	})
	if err != nil {
		return err
	}
	m.answer = []byte(strings.Join(lines, "\n"))
	m.reads(m.answer)
	return nil
}

// reads takes over a file of lines.
func (m *machine) reads(lines []byte) {
	m.f.t.Helper()
	file, err := wire.ParseLines(lines)
	m.f.must(err)
	m.f.must(m.known.ExtendFile(file))
	for _, token := range file.Of(wire.TypeLicense) {
		l, err := wire.OpenIssued[wire.License](m.known, token)
		m.f.must(err)
		m.held, m.id, m.gen = token, l.ID, l.Generation
	}
}

// trust reads one line, whatever comes of it.
func (m *machine) trust(line string) { _ = m.known.Extend(line) }

func (m *machine) runs(what, token string) {
	m.f.t.Helper()
	if _, err := wire.OpenIssued[wire.License](m.known, token); err != nil {
		m.f.t.Fatalf("%s: %v", what, err)
	}
}

func (m *machine) refuses(what, token string) {
	m.f.t.Helper()
	if _, err := wire.OpenIssued[wire.License](m.known, token); !errors.Is(err, wire.ErrRevoked) && !errors.Is(err, wire.ErrUnknownKey) {
		m.f.t.Fatalf("%s: %v", what, err)
	}
}

// forge makes a license of the thief's.
func (f *field) forge() string {
	f.t.Helper()
	token, err := wire.SignClaims(f.thief, &wire.License{
		Issuer: f.original.Issuer, ID: "forged", Generation: 1, Product: "CAD", IssuedAt: time.Now().Unix(),
		Enforce: wire.Enforce, Serial: wire.Serial(sign.NewSerial()),
	})
	f.must(err)
	return token
}

// empty forgets the set-up of newField that the section does itself.
func (f *field) empty() {}

// openSealed opens a file under the test's passphrase, as a thief of both does.
func (f *field) openSealed(name string, into any) {
	f.t.Helper()
	raw, err := os.ReadFile(name)
	f.must(err)
	id, err := age.NewScryptIdentity(testPass)
	f.must(err)
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(raw[bytes.Index(raw, []byte("-----BEGIN")):])), id)
	f.must(err)
	plain, err := io.ReadAll(r)
	f.must(err)
	f.must(json.Unmarshal(plain, into))
}

// stealKey takes the issuing key out of an export.
func (f *field) stealKey() {
	f.t.Helper()
	var all struct {
		Publishers []struct {
			Keys []struct {
				KID  string `json:"kid"`
				Seed []byte `json:"seed"`
			} `json:"keys"`
		} `json:"publishers"`
	}
	f.openSealed("keys.escrow", &all)
	for _, p := range all.Publishers {
		for _, k := range p.Keys {
			if k.KID == f.vars["ISSUING"] {
				key, err := wire.Ed25519Key(k.Seed)
				f.must(err)
				f.thief = key
			}
		}
	}
	f.old.runs("a forged license, while nobody knows", f.forge())
}

// stealRoot takes a root's seed and certifies a key of the thief's with it.
func (f *field) stealRoot(file string) {
	f.t.Helper()
	var s struct {
		Seed []byte `json:"seed"`
	}
	f.openSealed(file, &s)
	root, err := wire.Ed25519Key(s.Seed)
	f.must(err)
	f.thief, err = wire.GenerateKey(wire.Ed25519, rand.Reader)
	f.must(err)
	f.stolenCert, err = wire.SignClaims(root, &wire.IssuerCert{
		Issuer: f.original.Issuer, KID: f.thief.KID(), Public: f.thief.Public().String(), Use: []wire.Type{wire.TypeLicense},
		NotBefore: time.Now().Unix() - 60, Expires: time.Now().Unix() + 86400, IssuedAt: time.Now().Unix(),
	})
	f.must(err)
}

func (f *field) stealActive() {
	f.t.Helper()
	f.stealRoot("active.root")
	f.old.trust(f.stolenCert)
	f.old.runs("a forged license, while nobody knows", f.forge())
}

func (f *field) stealStandby() {
	f.t.Helper()
	f.stealRoot("standby.root")
	f.old.trust(f.stolenCert)
	f.old.runs("a forged license, while nobody knows", f.forge())
}

func (f *field) loseActive()  { f.must(os.Remove("active.root")) }
func (f *field) loseStandby() { f.must(os.Remove("standby.root")) }
func (f *field) loseIdentity() {
	f.t.Helper()
	f.must(os.Remove(filepath.Join(f.data, sign.IdentityFile)))
	code, _, errs := f.try("licet", "key", "list")
	if code != 3 || !strings.Contains(errs, "sign.identity_missing") {
		f.t.Fatalf("without the identity file: exit %d, %s", code, errs)
	}
}

// loseYoungKeys loses the identity after keys were changed without an export.
func (f *field) loseYoungKeys() {
	f.t.Helper()
	f.licet("key", "rotate", "--root", "active.root")
	f.licet("key", "data", "rotate")
	f.vars["ISSUING"] = f.kid(func(k listedKey) bool { return k.Purpose == "issue" && k.State == "active" })
	f.loseIdentity()
}

var qLoseKey = db.SQL("licet.test_lose_key", `UPDATE signing_key SET sealed = ? WHERE state = 'active' AND purpose = 'issue'`)

// loseKey destroys the issuing key in the database.
func (f *field) loseKey() {
	f.t.Helper()
	f.must(f.app(func(a *app.App) error {
		return a.DB.Write(f.t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(qLoseKey, []byte("lost"))
			return err
		})
	}))
}
