package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The vectors come from two publishers with fixed seeds.
func vectorWorlds() []*world { return []*world{newWorld("vendor-a"), newWorld("vendor-b")} }

func (w *world) short() string { return strings.TrimPrefix(w.name, "vendor-") }

func (w *world) named() map[string]PrivateKey {
	return map[string]PrivateKey{
		w.short() + ".active": w.active, w.short() + ".standby": w.standby, w.short() + ".issuing": w.issuing,
		w.short() + ".container": w.container, w.short() + ".hardware": w.token, w.short() + ".next": edKey(w.name + " next root"),
	}
}

var vectorKeyOrder = []string{"active", "standby", "issuing", "container", "hardware", "next"}

func (w *world) keyNames(names ...string) string {
	for i := range names {
		names[i] = w.short() + "." + names[i]
	}
	return strings.Join(names, ",")
}

// trusted is the set a verifier has for the type.
func (w *world) trusted(typ Type) string {
	switch typ.signer() {
	case byRoot:
		return w.keyNames("active", "standby")
	case byIssuer:
		return w.keyNames("issuing")
	}
	return w.keyNames("container", "hardware")
}

func (w *world) everything() string { return w.keyNames(slices.Clone(vectorKeyOrder[:5])...) }

func TestVectorsAreFrozen(t *testing.T) {
	keep(t, "keys.txt", keyVectors())
	valid := tokenVectors()
	keep(t, "tokens-valid.txt", valid.book())
	keep(t, "tokens-invalid.txt", invalidTokenVectors(valid))
	keep(t, "codes.txt", codeVectors())
	keep(t, "pairings.txt", pairingVectors())
	keep(t, "fingerprint.txt", fingerprintVectors())
	keep(t, "licenses.txt", licenseVectors())
	// Sealing is random: these lines are made once and only ever opened.
	if _, err := os.Stat(filepath.Join("testdata", "seal.txt")); *update && os.IsNotExist(err) {
		keep(t, "seal.txt", sealVectors())
	}
}

func keyVectors() *book {
	b := newBook("public keys and pins; the private parts are published on purpose")
	for _, w := range vectorWorlds() {
		for _, name := range vectorKeyOrder {
			k := w.named()[w.short()+"."+name]
			suite := "ed25519"
			if k.Public().Suite == P256 {
				suite = "p256"
			}
			b.put("key", "name", w.short()+"."+name, "suite", suite, "kid", k.KID(), "pub", k.Public().String(),
				"private", b64.EncodeToString(must(k.Private())))
		}
		b.put("pins", "pins", w.short(), "iss", w.name, "roots", w.keyNames("active", "standby"), "salt", b64.EncodeToString(w.salt))
	}
	return b
}

// good is one valid token with what a verifier needs.
type good struct {
	w     *world
	typ   Type
	key   PrivateKey
	keys  string
	token string
}

type goods []good

func (g goods) book() *book {
	b := newBook("tokens that verify")
	for _, v := range g {
		payload, kid, err := Verify(v.token, v.typ, keySetOf(v.w, v.keys))
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(payload)
		b.put(string(v.typ), "want", "ok", "typ", string(v.typ), "keys", v.keys, "kid", kid,
			"payload", hex.EncodeToString(sum[:]), "token", v.token)
	}
	return b
}

func keySetOf(w *world, names string) KeySet {
	set := KeySet{}
	for n := range strings.SplitSeq(names, ",") {
		k := w.named()[n].Public()
		set[k.KID()] = k
	}
	return set
}

func tokenVectors() goods {
	var list goods
	add := func(w *world, k PrivateKey, typ Type, payload []byte) {
		list = append(list, good{w, typ, k, w.trusted(typ), must(Sign(k, typ, payload))})
	}
	src := newStream("vectors tokens")
	for _, w := range vectorWorlds() {
		for _, s := range w.all() {
			typ := s.claims.Kind()
			if slices.Contains(youngTypes, typ) {
				continue
			}
			payload := must(s.claims.Encode())
			add(w, s.key, typ, payload)
			if typ.signer() == byContainer {
				add(w, w.token, typ, payload)
			}
			for _, odd := range oddPayloads(typ) {
				add(w, s.key, typ, []byte(odd))
			}
		}
		for range 40 {
			add(w, w.issuing, TypeLicense, must(w.someLicense(src).Encode()))
		}
		for range 8 {
			k := []PrivateKey{w.container, w.token}[src.intn(2)]
			add(w, k, TypeReturn, must((&Return{
				Issuer: w.name, Container: w.keys().Hash(), Nonce: b64.EncodeToString(src.bytes(16)), Counter: int64(src.intn(1000) + 1),
				IssuedAt: someTime + int64(src.intn(day)), LicenseID: fmt.Sprintf("l-%d", src.intn(100)), Generation: int64(src.intn(9) + 1),
			}).Encode()))
		}
	}
	// What came later stands at the end, so that the lines before stay as they are.
	for i, typ := range youngTypes {
		for _, w := range vectorWorlds() {
			s := w.all()[firstTypes+i]
			payload := must(s.claims.Encode())
			add(w, s.key, typ, payload)
			if typ.signer() == byContainer {
				add(w, w.token, typ, payload)
			}
			for _, odd := range oddPayloads(typ) {
				add(w, s.key, typ, []byte(odd))
			}
		}
	}
	for _, w := range vectorWorlds() {
		add(w, w.issuing, TypeLicense, must(w.leasedLicense().Encode()))
	}
	return list
}

// youngTypes came after the first vectors, in this order, and stand in the same
// order at the end of world.all.
var youngTypes = []Type{TypeCheckpoint, TypeLeaseRequest}

// oddPayloads are in the strict form, though nobody would write them.
func oddPayloads(typ Type) []string {
	return []string{
		fmt.Sprintf(`{"typ":"%s"}`, typ),
		fmt.Sprintf(`{"typ":"%s" , "a" : [ 1 , -2 , { } , [ ] , true , false , "" ] } `, typ),
		fmt.Sprintf(`{"typ":"%s","max":9223372036854775807,"min":-9223372036854775808}`, typ),
		fmt.Sprintf(`{"typ":"%s","text":"Grüße 😀 \u00fc \ud83d\ude00 \"\\\/\b\f\n\r\t"}`, typ),
		fmt.Sprintf(`{"typ":"%s","deep":%s0%s}`, typ, strings.Repeat("[", 15), strings.Repeat("]", 15)),
	}
}

// someLicense draws a license within the bounds.
func (w *world) someLicense(src *stream) *License {
	l := w.plainLicense()
	l.ID = fmt.Sprintf("l-%d", src.intn(1_000_000))
	l.Generation = int64(src.intn(5) + 1)
	l.Serial = b64.EncodeToString(src.bytes(8))
	l.Article = src.pick("", "CAD-1", "CAD-PRO-1Y", "Größe <L> & \"XL\"", "10.000,5")
	l.Model = src.pick("", "multi", "trial", "maintenance")
	l.Enforce = Enforcement(src.pick("enforce", "warn", "log"))
	for i := range src.intn(4) {
		l.Features = append(l.Features, fmt.Sprintf("feature.%d", i))
	}
	if src.intn(3) == 0 {
		l.Limits = map[string]int64{"parts": int64(src.intn(10000)), "a": -1, "z": 1 << 53}
	}
	if src.intn(2) == 0 {
		l.NotBefore = someTime - int64(src.intn(day))
		l.Expires = someTime + int64(src.intn(900*day))
		l.Grace = int64(src.intn(30 * day))
	}
	if src.intn(2) == 0 {
		l.Container = w.fullLicense().Container
	}
	l.Seq = int64(src.intn(3))
	return l
}

// chars of base64url in the order of their values.
const b64Chars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// neighbors returns what a character is most easily mistaken for: the next and
// the one before in the alphabet, the other case, and characters that loose
// decoders pass over or read as the same.
func neighbors(c byte) []byte {
	var out []byte
	if i := strings.IndexByte(b64Chars, c); i >= 0 {
		out = append(out, b64Chars[(i+1)%64], b64Chars[(i+63)%64], b64Chars[i^32])
	}
	if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
		out = append(out, c^0x20)
	}
	out = append(out, '=', '.', '\n', ' ', c^1, c|0x80)
	switch c {
	case '-':
		out = append(out, '+')
	case '_':
		out = append(out, '/')
	}
	return slices.DeleteFunc(out, func(n byte) bool { return n == c })
}

func invalidTokenVectors(valid goods) *book {
	b := newBook("tokens that must be refused")
	src := newStream("vectors invalid")
	put := func(class string, typ Type, keys, token string) {
		_, _, err := Verify(token, typ, keySetAny(keys))
		if err == nil {
			panic("accepted: " + class)
		}
		b.put(class, "want", Reason(err), "typ", string(typ), "keys", keys, "token", token)
	}
	all := valid
	valid = slices.DeleteFunc(slices.Clone(valid[:len(valid)-2]), func(g good) bool { return slices.Contains(youngTypes, g.typ) })
	small := slices.DeleteFunc(slices.Clone(valid), func(g good) bool { return len(g.token) > 420 })
	for i := range 4200 {
		v := small[i%len(small)]
		at := mutantPosition(src, v.token)
		others := neighbors(v.token[at])
		if src.intn(3) > 0 {
			others = others[:min(3, len(others))]
		}
		put("mutant", v.typ, v.keys, string(replaced([]byte(v.token), at, others[src.intn(len(others))])))
	}
	for i := range 220 {
		v := small[i%len(small)]
		cut := src.intn(len(v.token))
		put("cut", v.typ, v.keys, v.token[:cut])
		put("lost", v.typ, v.keys, v.token[:cut]+v.token[cut+1:])
		put("twice", v.typ, v.keys, v.token[:cut]+v.token[cut:cut+1]+v.token[cut:])
		o := small[(i+1)%len(small)].token
		if s := v.token[:cut] + o[min(cut, len(o)):]; s != o && s != v.token {
			put("splice", v.typ, v.w.everything(), s)
		}
	}
	for _, v := range valid[:11+6+55] {
		for _, other := range v.w.all() {
			if typ := other.claims.Kind(); typ != v.typ && !slices.Contains(youngTypes, typ) && len(v.token) < 700 {
				put("type", typ, v.w.everything(), v.token)
			}
		}
	}
	worlds := vectorWorlds()
	for _, v := range small[:40] {
		other := worlds[0]
		if v.w.name == other.name {
			other = worlds[1]
		}
		put("publisher", v.typ, other.everything(), v.token)
	}
	hostileVectors(worlds[0], worlds[0].all()[:firstTypes], put)
	suiteVectors(worlds[0], put)
	for i, typ := range youngTypes {
		young := slices.DeleteFunc(slices.Clone(all), func(g good) bool { return g.typ != typ })
		youngVectors(src, young, valid[0], firstTypes+i, put)
	}
	return b
}

// youngVectors are those of a type that came later, the nth; they stand at the
// end, so that the lines before stay as they are.
func youngVectors(src *stream, young goods, old good, nth int, put func(class string, typ Type, keys, token string)) {
	for i := range 400 {
		v := young[i%len(young)]
		at := mutantPosition(src, v.token)
		others := neighbors(v.token[at])
		put("mutant", v.typ, v.keys, string(replaced([]byte(v.token), at, others[src.intn(len(others))])))
	}
	for _, v := range young {
		for _, other := range v.w.all()[:nth] {
			put("type", other.claims.Kind(), v.w.everything(), v.token)
		}
		put("type", v.typ, old.w.everything(), old.token)
	}
	hostileVectors(young[0].w, young[0].w.all()[nth:nth+1], put)
}

// firstTypes is how many types of world.all the first vectors know.
const firstTypes = 11

func keySetAny(names string) KeySet {
	set := KeySet{}
	for _, w := range vectorWorlds() {
		for name, k := range w.named() {
			if slices.Contains(strings.Split(names, ","), name) {
				set[k.KID()] = k.Public()
			}
		}
	}
	return set
}

// mutantPosition prefers the ends of the parts, where decoders are careless.
func mutantPosition(src *stream, token string) int {
	dot := strings.LastIndexByte(token, '.')
	switch src.intn(6) {
	case 0:
		return src.intn(10) // header
	case 1:
		return dot - 1 - src.intn(4) // end of the signature
	case 2:
		return dot + src.intn(len(token)-dot) // footer
	case 3:
		return len(token) - 1 - src.intn(3)
	}
	return 10 + src.intn(dot-10)
}

// hostileVectors are signed well, by a key in the set, over a payload that is
// not in the strict form.
func hostileVectors(w *world, list []signed, put func(string, Type, string, string)) {
	payloads := []string{
		`{"typ":"%s","typ":"%s"}`, `{"typ":"%s","lid":"a","lid":"b"}`, `{"typ":"%s","cnt":{"k":"a","k":"b"}}`, `{"typ":"%s"}{}`, `{"typ":"%s"} x`,
		`{"typ":"%s","exp":1.5}`, `{"typ":"%s","exp":1e9}`, `{"typ":"%s","exp":01}`, `{"typ":"%s","exp":-0}`, `{"typ":"%s","exp":9223372036854775808}`,
		`{"typ":"%s","exp":null}`, `{"typ":"%s","exp":NaN}`, `{"typ":"%s",}`, `{"typ":"%s"`, `{"typ":"%s","a":[1,]}`, `{"typ":"%s","a":'b'}`,
		`{"typ":"%s","a":"\ud800"}`, `{"typ":"%s","a":"\x41"}`, "{\"typ\":\"%s\",\"a\":\"\xff\"}", "{\"typ\":\"%s\",\"a\":\"\n\"}",
		`{"typ":"%s","\u0061":1}`, `{"typ":"%s","deep":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + `}`,
		`{"typ":"xxx","a":"%s"}`, `{"Typ":"%s"}`, `{ "typ":"%s"}`, `{"a":1,"typ":"%s"}`, `["typ","%s"]`, `"%s"`, "\xef\xbb\xbf{\"typ\":\"%s\"}",
		`{"typ":"%sx"}`, `{"typ":["%s"]}`, `{"typ":"%s","a":1 "b":2}`, `{"typ":"%s","a":tru}`, `{"typ":"%s","a":1/*x*/}`,
	}
	for _, s := range list {
		typ := s.claims.Kind()
		for _, form := range payloads {
			payload := strings.ReplaceAll(form, "%s", string(typ))
			put("payload", typ, w.trusted(typ), must(seal(s.key, typ, []byte(payload))))
		}
		for _, other := range []Type{TypeLicense, TypeRequest} {
			if other != typ {
				put("confused", typ, w.trusted(typ), must(seal(s.key, typ, fmt.Appendf(nil, `{"typ":"%s"}`, other))))
			}
		}
	}
}
