package sign_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

const passphrase = "correct horse battery staple"

var noon = time.Date(2027, 1, 12, 12, 0, 0, 0, time.UTC)

func newRoot(t testing.TB) sign.RootKey {
	t.Helper()
	r, err := sign.NewRoot(noon)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rootFile(t testing.TB, r sign.RootKey) []byte {
	t.Helper()
	f, err := r.File(passphrase, sign.TestWork)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRootFile(t *testing.T) {
	r := newRoot(t)
	file := rootFile(t, r)
	info, err := sign.ParseRootInfo(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.KID != r.Info().KID || info.Created != "2027-01-12" || !bytes.Equal(info.Public.Bytes, r.Info().Public.Bytes) {
		t.Fatalf("%+v", info)
	}
	again, err := sign.OpenRoot(file, passphrase)
	if err != nil || again.Info().KID != r.Info().KID {
		t.Fatalf("%+v, %v", again.Info(), err)
	}
	if head, err := sign.ParseRootInfo(info.Text()); err != nil || head.KID != info.KID {
		t.Fatalf("header alone: %+v, %v", head, err)
	}
	windows := bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n"))
	if _, err := sign.OpenRoot(windows, passphrase); err != nil {
		t.Fatalf("with other line ends: %v", err)
	}
}

func TestRootFileRefused(t *testing.T) {
	r, other := newRoot(t), newRoot(t)
	file := rootFile(t, r)
	if _, err := sign.OpenRoot(file, "a wrong passphrase"); !errors.Is(err, sign.ErrWrongPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
	if _, err := sign.OpenRoot(file, ""); !errors.Is(err, sign.ErrWrongPassphrase) {
		t.Errorf("no passphrase: %v", err)
	}
	if _, err := r.File("too short", sign.TestWork); !errors.Is(err, sign.ErrPassphraseShort) {
		t.Errorf("short passphrase: %v", err)
	}
	swapped := append(other.Info().Text(), file[len(r.Info().Text()):]...)
	dated := bytes.Replace(file, []byte("2027-01-12"), []byte("2026-01-12"), 1)
	for name, bad := range map[string][]byte{
		"empty":             nil,
		"header only":       r.Info().Text(),
		"another's header":  swapped,
		"another date":      dated,
		"another format":    bytes.Replace(file, []byte("key/1"), []byte("key/2"), 1),
		"another key":       bytes.Replace(file, []byte("kid: "), []byte("kid: x"), 1),
		"a line more":       append([]byte("\n\nhello\n"), file...),
		"bad public":        bytes.Replace(file, []byte("public: "), []byte("public: !"), 1),
		"bad date":          bytes.Replace(file, []byte("created: 2027-01-12"), []byte("created: yesterday"), 1),
		"misnamed":          bytes.Replace(file, []byte("created: "), []byte("changed: "), 1),
		"too large":         append(bytes.Clone(file), make([]byte, 20<<10)...),
		"no licet file":     []byte("-----BEGIN AGE ENCRYPTED FILE-----\n"),
		"header, then junk": append(r.Info().Text(), "-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n-----END AGE ENCRYPTED FILE-----\n"...),
	} {
		if _, err := sign.OpenRoot(bad, passphrase); !errors.Is(err, sign.ErrRootFile) && !errors.Is(err, sign.ErrSeal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sign.ParseRootInfo(bytes.Replace(r.Info().Text(), []byte(r.Info().KID), []byte(other.Info().KID), 1)); !errors.Is(err, sign.ErrRootFile) {
		t.Errorf("kid of another key: %v", err)
	}
}

// No key id begins with a dash: it could not be given to a command.
func TestKeyIDsAreTypeable(t *testing.T) {
	for range 300 { // one in 64 would
		if kid := newRoot(t).Info().KID; strings.HasPrefix(kid, "-") {
			t.Fatal(kid)
		}
	}
	d := dbtest.Open(t, db.SQLite)
	v := newVendor(t, d)
	for range 100 {
		req, err := v.Request(t.Context(), v.by, sign.RequestInput{Purposes: []sign.Purpose{sign.Issue, sign.Depot}})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range req.Keys {
			if strings.HasPrefix(k.KID, "-") {
				t.Fatal(k.KID)
			}
		}
	}
}

// The file of a root shows nothing of its seed.
func TestRootFileHoldsNoSeed(t *testing.T) {
	r := newRoot(t)
	file := string(rootFile(t, r))
	if strings.Contains(file, "seed") || strings.Count(file, "\n") < 8 {
		t.Fatal(file)
	}
}

func TestRequestFile(t *testing.T) {
	root := newRoot(t)
	key, err := wire.GenerateKey(wire.Ed25519, constReader(7))
	if err != nil {
		t.Fatal(err)
	}
	good := sign.Request{Format: "licet-key-request/1", Issuer: "acme", Name: "Acme", Keys: []sign.RequestedKey{{
		Purpose: sign.Issue, KID: key.KID(), Public: key.Public().String(), NotBefore: noon.Unix(), NotAfter: noon.AddDate(0, 0, 365).Unix(),
	}}}
	file, err := good.Encode()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := sign.ParseRequest(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := root.Certify(parsed, noon)
	if err != nil || len(lines) != 1 {
		t.Fatalf("%v, %v", lines, err)
	}
	cert, _, err := wire.Open[wire.IssuerCert](lines[0], wire.Keys(root.Info().Public))
	if err != nil || cert.Issuer != "acme" || cert.KID != key.KID() || cert.Expires != noon.AddDate(0, 0, 365).Unix() {
		t.Fatalf("%+v, %v", cert, err)
	}
	edit := func(fn func(r *sign.Request)) []byte {
		r := good
		r.Keys = append([]sign.RequestedKey(nil), good.Keys...)
		fn(&r)
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct {
		file []byte
		want *fault.Error
	}{
		"empty":        {nil, sign.ErrRequestFile},
		"other format": {edit(func(r *sign.Request) { r.Format = "x" }), sign.ErrRequestFile},
		"no issuer":    {edit(func(r *sign.Request) { r.Issuer = "" }), sign.ErrRequestFile},
		"no keys":      {edit(func(r *sign.Request) { r.Keys = nil }), sign.ErrRequestFile},
		"other kid":    {edit(func(r *sign.Request) { r.Keys[0].KID = "AAAAAAAAAAA" }), sign.ErrRequestFile},
		"bad public":   {edit(func(r *sign.Request) { r.Keys[0].Public = "!" }), sign.ErrRequestFile},
		"purpose":      {edit(func(r *sign.Request) { r.Keys[0].Purpose = "root" }), sign.ErrRequestFile},
		"short public": {edit(func(r *sign.Request) { r.Keys[0].Public, r.Keys[0].KID = "AAAA", wire.KID([]byte{0, 0, 0}) }), sign.ErrRequestFile},
		"short depot": {edit(func(r *sign.Request) {
			r.Keys[0].Purpose, r.Keys[0].Public, r.Keys[0].KID = sign.Depot, "AAAA", wire.KID([]byte{0, 0, 0})
		}), sign.ErrRequestFile},
		"too long":  {edit(func(r *sign.Request) { r.Keys[0].NotAfter = noon.AddDate(3, 0, 0).Unix() }), sign.ErrBadWindow},
		"backwards": {edit(func(r *sign.Request) { r.Keys[0].NotAfter = r.Keys[0].NotBefore }), sign.ErrBadWindow},
		"too large": {make([]byte, 17<<10), sign.ErrRequestFile},
		"unknown":   {[]byte(strings.Replace(string(file), `"name"`, `"nome"`, 1)), sign.ErrRequestFile},
		"twice":     {[]byte(strings.Replace(string(file), `"name"`, `"iss":"x","name"`, 1)), sign.ErrRequestFile},
	} {
		if _, err := sign.ParseRequest(c.file); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

type constReader byte

func (c constReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

func TestSerialFile(t *testing.T) {
	f := sign.SerialFile{Issuer: "acme", KID: "AAAAAAAAAAA", Serials: [][8]byte{{1}, {2}, sign.NewSerial()}}
	got, err := sign.ParseSerialFile(f.Encode())
	if err != nil || len(got.Serials) != 3 || got.Serials[2] != f.Serials[2] || got.Issuer != "acme" || got.KID != f.KID {
		t.Fatalf("%+v, %v", got, err)
	}
	for bad, line := range map[string]int{
		"":                                        1,
		"licet-serials/1\nkid: x\niss: y\n":       2,
		"licet-serials/1\niss: y\nkid: x\nzz\n":   4,
		"licet-serials/1\niss: y\nkid: x\n\n":     4,
		"licet-serials/1\niss: y\nkid: x\n0102\n": 4,
		"licet-serials/1\niss: y\nkid: x":         0,
	} {
		_, err := sign.ParseSerialFile([]byte(bad))
		if line == 0 {
			if err != nil {
				t.Errorf("%q: %v", bad, err)
			}
			continue
		}
		if !errors.Is(err, sign.ErrSerialFile) || fault.As(err).Args["line"] != line {
			t.Errorf("%q: %v %v", bad, err, fault.As(err).Args)
		}
	}
	many := sign.SerialFile{Issuer: "acme", KID: "AAAAAAAAAAA", Serials: make([][8]byte, sign.MaxSerials+1)}
	if _, err := sign.ParseSerialFile(many.Encode()); !errors.Is(err, sign.ErrTooManySerials) {
		t.Error(err)
	}
	if _, err := newRoot(t).RevokeKey("acme", "AAAAAAAAAAA", "", many.Serials, noon); !errors.Is(err, sign.ErrTooManySerials) {
		t.Error(err)
	}
}
