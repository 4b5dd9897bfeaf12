package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// update writes the vectors anew. They are frozen: it is for adding files, and
// the diff must show no changed line.
var update = flag.Bool("update", false, "write testdata vectors")

// vector is one line of a vector file: name=value pairs (testdata/README.md).
type vector map[string]string

func (v vector) list(name string) []string {
	if v[name] == "" {
		return nil
	}
	return strings.Split(v[name], ",")
}

func (v vector) int(name string) int64 {
	n, err := strconv.ParseInt(v[name], 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// book writes a vector file; ids count up inside it.
type book struct {
	buf bytes.Buffer
	n   int
}

func newBook(title string) *book {
	b := &book{}
	fmt.Fprintf(&b.buf, "# %s; see README.md\n", title)
	return b
}

// put writes one line: pairs are name, value, name, value.
func (b *book) put(class string, pairs ...string) {
	b.n++
	fmt.Fprintf(&b.buf, "id=%s-%d", class, b.n)
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b.buf, " %s=%s", pairs[i], escape(pairs[i+1]))
	}
	b.buf.WriteByte('\n')
}

func escape(s string) string {
	var out strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '%' {
			fmt.Fprintf(&out, "%%%02X", c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

func readVectors(t testing.TB, name string) []vector {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		v := vector{}
		for pair := range strings.SplitSeq(line, " ") {
			name, value, ok := strings.Cut(pair, "=")
			if !ok {
				t.Fatalf("bad pair %q", pair)
			}
			v[name] = plain(t, value)
		}
		list = append(list, v)
	}
	return list
}

func plain(t testing.TB, s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out.WriteByte(s[i])
			continue
		}
		b, err := hex.DecodeString(s[i+1 : i+3])
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
		i += 2
	}
	return out.String()
}

func keep(t *testing.T, name string, b *book) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, b.buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored, b.buf.Bytes()) {
		t.Fatalf("%s would change; released formats never do", name)
	}
}

// known reads keys.txt: the public keys and the pins of the vectors.
func known(t testing.TB) (keys map[string]PublicKey, pins map[string]Pins) {
	keys, pins = map[string]PublicKey{}, map[string]Pins{}
	for _, v := range readVectors(t, "keys.txt") {
		if name := v["pins"]; name != "" {
			p := Pins{Issuer: v["iss"], Salt: v["salt"]}
			for _, root := range v.list("roots") {
				p.Roots = append(p.Roots, PinRoot(keys[root]))
			}
			pins[name] = p
			continue
		}
		pub := must(ParsePublicKey(v["pub"]))
		if pub.KID() != v["kid"] || map[Suite]string{Ed25519: "ed25519", P256: "p256"}[pub.Suite] != v["suite"] {
			t.Fatalf("key %s", v["name"])
		}
		keys[v["name"]] = pub
	}
	return keys, pins
}

func keySet(keys map[string]PublicKey, names []string) KeySet {
	set := KeySet{}
	for _, name := range names {
		k, ok := keys[name]
		if !ok {
			panic("no key " + name)
		}
		set[k.KID()] = k
	}
	return set
}

func TestTokenVectors(t *testing.T) {
	keys, _ := known(t)
	count := map[bool]int{}
	for _, file := range []string{"tokens-valid.txt", "tokens-invalid.txt"} {
		for _, v := range readVectors(t, file) {
			payload, kid, err := Verify(v["token"], Type(v["typ"]), keySet(keys, v.list("keys")))
			count[v["want"] == "ok"]++
			if v["want"] != "ok" {
				if Reason(err) != v["want"] || payload != nil {
					t.Errorf("%s: %v, want %s", v["id"], err, v["want"])
				}
				continue
			}
			sum := sha256.Sum256(payload)
			if err != nil || kid != v["kid"] || hex.EncodeToString(sum[:]) != v["payload"] {
				t.Errorf("%s: %v", v["id"], err)
			}
		}
	}
	if count[true] < 200 || count[false] < 5000 {
		t.Fatal(count)
	}
}

func TestLicenseVectors(t *testing.T) {
	_, pins := known(t)
	count := map[bool]int{}
	for _, v := range readVectors(t, "licenses.txt") {
		got := judgeVector(t, v, pins[v["pins"]])
		count[strings.HasPrefix(v["want"], "ok:")]++
		if got != v["want"] {
			t.Errorf("%s: %s, want %s", v["id"], got, v["want"])
		}
	}
	if count[true] < 40 || count[false] < 80 {
		t.Fatal(count)
	}
}

// judgeVector does what the README asks of a verifier.
func judgeVector(t testing.TB, v vector, p Pins) string {
	trust, err := NewTrust(p)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ParseLines([]byte(strings.Join(v.list("lines"), "\n")))
	if err != nil {
		return Reason(err)
	}
	_ = trust.ExtendFile(f)
	c := Check{Now: v.int("now"), Container: v["container"], Product: v["product"], Released: v.int("released")}
	for _, s := range v.list("components") {
		c.Components = append(c.Components, [16]byte(must(decodeB64(s))))
	}
	_, verdict, err := VerifyLicense(v["lic"], trust, c)
	if err != nil {
		return Reason(err)
	}
	return "ok:" + string(verdict.State)
}

func TestCodeVectors(t *testing.T) {
	for _, v := range readVectors(t, "codes.txt") {
		var normal, printed, hint string
		var err error
		if v["as"] == "ticket" {
			var c Code
			c, err = ParseTicket(v["typed"])
			normal, printed, hint = string(c.Bytes()), c.String(), c.Hint()
		} else {
			var k Key
			k, err = ParseKey(v["typed"])
			normal, printed, hint = string(k.Bytes()), k.String(), k.Hint()
		}
		if v["want"] == "ok" {
			if err != nil || normal != v["normal"] || printed != v["printed"] || hint != v["hint"] {
				t.Errorf("%s: %q %v", v["id"], printed, err)
			}
			continue
		}
		var ce *CodeError
		if !errors.As(err, &ce) || string(ce.Kind) != v["want"] || v["pos"] != "" && int64(ce.Pos) != v.int("pos") {
			t.Errorf("%s: %v, want %s", v["id"], err, v["want"])
		}
	}
}

func TestSealVectors(t *testing.T) {
	for _, v := range readVectors(t, "seal.txt") {
		priv := must(x25519(v["key"]))
		if EncryptionPublic(priv) != v["pub"] {
			t.Fatal(v["id"])
		}
		var got string
		var err error
		if v["as"] == "code" {
			got, err = OpenCode(priv, v["nonce"], v["sealed"])
		} else {
			var b []byte
			b, err = OpenSecret(priv, v["lid"], v.int("gen"), v["sealed"])
			got = string(b)
		}
		if err != nil || got != v["plain"] {
			t.Errorf("%s: %q %v", v["id"], got, err)
		}
	}
}

func TestFingerprintVectors(t *testing.T) {
	for _, v := range readVectors(t, "fingerprint.txt") {
		c := Component(must(decodeB64(v["salt"])), v["name"], v["value"])
		if ComponentClaim(c) != v["component"] || Short(c) != v["short"] {
			t.Errorf("%s", v["id"])
		}
	}
}
