package wire

import (
	"fmt"
	"slices"
	"strings"
)

// shapes are files whose lines, not whose tokens, are unusual.
func (a *archive) shapes(w *world) {
	pins := pinsText(w)
	cert, lic := w.sign(w.active, w.cert()), w.license(w.fullLicense())
	plain := w.license(w.plainLicense())
	put := func(lines []string, edits ...edit) { a.put("file", pins, lines, w.against(), edits...) }
	put([]string{cert, lic})
	put([]string{lic, cert})
	put([]string{cert, lic, plain, lic})
	put([]string{"\xef\xbb\xbf" + cert, lic})
	put([]string{cert, "\xef\xbb\xbf" + lic})
	put([]string{"  " + cert + "\t", "\t" + lic + "  "})
	put([]string{"\x0b" + cert, lic})
	put([]string{cert, "\x0c" + lic})
	put([]string{cert, lic + "\xc2\xa0"})
	put([]string{cert + "\r", lic + "\r"})
	put([]string{cert + "\r" + lic})
	put([]string{cert + "\r\r\n\n" + lic})
	put([]string{cert + "\x00", lic})
	put([]string{"# a word", "", "v9.public.AAAA.BBBB", "\x00\xff", cert, lic})
	put([]string{cert, lic, "v4.public."})
	put([]string{cert, lic, "v4.public.AAAA"})
	put([]string{cert, lic, "lct.p256.AAAA.AAAA"})
	put([]string{cert, lic, "V4.public.AAAA.AAAA"})
	put([]string{cert, lic, "v4.publicly"})
	put([]string{cert, lic, "v4.public." + strings.Repeat("A", MaxToken)})
	put([]string{cert, lic, "x" + strings.Repeat("A", MaxToken)})
	put([]string{""})
	put(slices.Concat(slices.Repeat([]string{""}, 997), []string{cert, lic}))
	put(slices.Concat(slices.Repeat([]string{""}, 998), []string{cert, lic}))
	put(slices.Concat(slices.Repeat([]string{""}, 999), []string{cert, lic}))
	fill := strings.Repeat("x", 9_999)
	much := slices.Repeat([]string{fill}, 104)
	put(slices.Concat(much, []string{cert, lic}))
	put(slices.Concat(much, []string{fill, cert, lic}))
	put([]string{lic})
	put([]string{cert})
	put([]string{cert, w.sign(w.issuing, w.all()[5].claims), w.sign(w.container, w.request())})
	for _, at := range []int{9, 10, 11, len(cert) - 1, len(cert)} {
		put([]string{cert, lic}, edit{at, 0, "\n"})
		put([]string{cert, lic}, edit{at, 0, " "})
		put([]string{cert, lic}, edit{at, 0, "="})
		put([]string{cert, lic}, edit{at, 0, "."})
	}
	put([]string{cert, lic}, edit{len(cert), 1, ""})
	put([]string{cert, lic}, edit{len(cert), 1, "\x0b"})
	put([]string{cert, lic}, edit{len(cert) + 1 + len(lic), 1, ""})
}

// confused are tokens of one type, publisher or key given out as another's.
func (a *archive) confused(w, other *world) {
	pins := pinsText(w)
	cert := w.sign(w.active, w.cert())
	full := must(w.fullLicense().Encode())
	put := func(lines ...string) { a.put("confused", pins, append([]string{cert}, lines...), w.against()) }
	for _, s := range w.all()[:firstTypes+1] {
		typ := s.claims.Kind()
		put(must(seal(w.issuing, typ, full)))
		put(must(seal(w.issuing, TypeLicense, must(s.claims.Encode()))))
		put(must(seal(s.key, TypeLicense, full)))
		put(must(seal(w.issuing, "abc", full)))
		put(must(seal(w.issuing, TypeLicense, []byte(strings.Replace(string(full), "lic", string(typ), 1)))))
	}
	put(must(seal(w.token, TypeLicense, full)))
	put(other.license(w.fullLicense()))
	put(other.sign(other.active, other.cert()), other.license(w.fullLicense()))
	put(w.sign(w.active, &IssuerCert{Issuer: w.name, KID: w.standby.KID(), Public: w.standby.Public().String(), Use: []Type{TypeLicense}, NotBefore: certFrom, Expires: certUntil, IssuedAt: certFrom}),
		w.sign(w.standby, w.fullLicense()))
	put(w.sign(w.issuing, &IssuerCert{Issuer: w.name, KID: w.container.KID(), Public: w.container.Public().String(), Use: []Type{TypeLicense}, NotBefore: certFrom, Expires: certUntil, IssuedAt: certFrom}),
		w.sign(w.container, w.fullLicense()))
	put(w.rotate(w.active, edKey("third")), w.sign(edKey("third"), w.fullLicense()))
	for _, v := range tokenVectors()[:60] {
		if v.typ.signer() == byIssuer && v.typ != TypeLicense {
			put(strings.Replace(v.token, headerEd25519, headerP256, 1))
		}
		put(v.token)
	}
	// The footer is signed, and nothing but the footer names the key.
	l := w.license(w.fullLicense())
	dot := strings.LastIndexByte(l, '.')
	for _, footer := range []string{`{"kid":"` + w.active.KID() + `"}`, `{"kid":"` + w.issuing.KID() + `" }`, `{"KID":"` + w.issuing.KID() + `"}`, `{"kid":"AAAAAAAAAA="}`, `{"kid":"AAAAAAAAAAB"}`, ``} {
		put(l[:dot+1] + b64.EncodeToString([]byte(footer)))
	}
}

// claims are well signed licenses and root statements whose claims are at their
// bounds and beyond them.
func (a *archive) claims(w *world) {
	pins := pinsText(w)
	cert := w.sign(w.active, w.cert())
	plain := against{Check: Check{Now: someTime + day}, has: []string{"a", "*"}, limits: []string{"A", "a"}}
	put := func(payload string) {
		a.put("claims", pins, []string{cert, must(seal(w.issuing, TypeLicense, []byte(payload)))}, plain)
	}
	hostileClaims(w, put)
	const fine = `{"typ":"lic","iss":"vendor-a","lid":"l-1","gen":1,"prd":"cad","iat":1750000000,"enf":"enforce","ser":"AQIDBAUGBwE"}`
	for _, claim := range boundary() {
		put(strings.Replace(fine, `"enf"`, claim+`,"enf"`, 1))
	}
	for _, text := range []string{"a b", "ä", "a|b", `a\\b`, `a\"b`, "~!", strings.Repeat("i", 64), strings.Repeat("i", 65), ""} {
		put(strings.Replace(fine, `"l-1"`, `"`+text+`"`, 1))
		put(strings.Replace(fine, `"prd":"cad"`, `"prd":"`+text+`"`, 1))
		put(strings.Replace(fine, `"enf"`, `"hld":"`+text+`","enf"`, 1))
		put(strings.Replace(fine, `"enf"`, `"lim":{"`+text+`":1},"enf"`, 1))
	}
	for _, span := range unprintable {
		for _, r := range []rune{span[0] - 1, span[0], span[1], span[1] + 1} {
			if r < 0 || r > 0x10ffff || r >= 0xd800 && r < 0xe000 || r == '"' || r == '\\' {
				continue
			}
			text := string(r)
			if r < ' ' {
				text = fmt.Sprintf(`\u%04x`, r)
			}
			put(strings.Replace(fine, `"enf"`, `"art":"x`+text+`","enf"`, 1))
		}
	}
	a.statements(w)
}

// boundary returns claims of a license on both sides of their bounds.
func boundary() (list []string) {
	number := func(name string, values ...int64) {
		for _, v := range values {
			list = append(list, fmt.Sprintf(`"%s":%d`, name, v))
		}
	}
	const top = int64(maxCount)
	for _, name := range []string{"qty", "seq", "epo"} {
		number(name, -1, 0, 1, top, top+1)
	}
	for _, name := range []string{"nbf", "mnt", "nxt"} {
		number(name, -1, 0, 1, maxTime, maxTime+1)
	}
	number("exp", -1, 0, 1, 1750086400, 1750086401, maxTime, maxTime+1)
	number("grc", -1, 0, maxGrace, maxGrace+1)
	number("cmd", -1, 0, maxCommands, maxCommands+1)
	many := func(n int, form string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = strings.ReplaceAll(form, "#", fmt.Sprint(i))
		}
		return strings.Join(parts, ",")
	}
	const key, print8 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAA"
	bound := func(more string) { list = append(list, `"cnt":{"t":"soft","k":"`+key+`"`+more+`}`) }
	list = append(
		list, `"ftr":[`+many(128, `"f#"`)+`]`, `"ftr":[`+many(129, `"f#"`)+`]`, `"ftr":[]`, `"ftr":["a","a"]`, `"ftr":["\u0061"]`,
		`"lim":{`+many(64, `"l#":#`)+`}`, `"lim":{`+many(65, `"l#":#`)+`}`, `"lim":{`+many(129, `"l#":#`)+`}`, `"lim":{}`,
		`"lim":{"a":9007199254740992}`, `"lim":{"a":9007199254740993}`, `"lim":{"a":-9007199254740992}`, `"lim":{"a":-9007199254740993}`,
		`"x":{`+many(128, `"l#":#`)+`}`, `"x":{`+many(129, `"l#":#`)+`}`, `"mdl":"`+strings.Repeat("ü", 32)+`"`, `"mdl":"`+strings.Repeat("ü", 33)+`"`,
		`"sec":"`+strings.Repeat("A", 8192)+`"`, `"sec":"`+strings.Repeat("A", 8196)+`"`, `"sec":"A"`, `"sec":"AB"`, `"sec":"AA"`,
		`"non":"`+strings.Repeat("A", 22)+`"`, `"non":"`+strings.Repeat("A", 21)+`B"`, `"non":""`,
		`"cnt":{}`, `"cnt":{"x":1}`, `"cnt":{"k":"`+key+`"}`, `"cnt":{"k":"`+key+`","t":"softer"}`, `"cnt":{"k":""}`, `"cnt":{"f":["`+print8+`"]}`,
		`"\u0078":1`, "\"\u017feq\":1", "\"\u212aey\":1", "\"mo\u0064\":1", `"SEQ":1`, `"cnt":{"\u212a":1}`, "\"cnt\":{\"\u212a\":1}", `"lim":{"B":1,"b":1}`, `"x":{"B":1,"b":1}`,
		`"a":`+strings.Repeat("[", 15)+strings.Repeat("]", 15), `"a":`+strings.Repeat("[", 16)+strings.Repeat("]", 16),
		`"a":`+strings.Repeat(`{"b":`, 15)+"1"+strings.Repeat("}", 15), `"a":`+strings.Repeat(`{"b":`, 16)+"1"+strings.Repeat("}", 16),
	)
	bound("")
	bound(`,"n":0`)
	bound(`,"n":1`)
	bound(`,"n":-1`)
	bound(`,"f":["` + print8 + `"],"n":1`)
	bound(`,"f":["` + print8 + `"],"n":2`)
	bound(`,"f":["AAAAAAAAAAB"]`)
	bound(`,"f":[""]`)
	bound(`,"f":[` + many(32, `"`+print8+`"`) + `]`)
	bound(`,"f":[` + many(33, `"`+print8+`"`) + `]`)
	return list
}

// statements are root-signed lines at their bounds; whether they are believed
// shows in the license behind them.
func (a *archive) statements(w *world) {
	pins := pinsText(w)
	lic, next := w.license(w.plainLicense()), edKey("vendor-a next root")
	put := func(lines ...string) { a.put("claims", pins, append(lines, lic), w.against()) }
	base := string(must(w.cert().Encode()))
	edits := func(base string, k PrivateKey, typ Type, before []string, list [][2]string) {
		for _, e := range list {
			put(append(slices.Clone(before), must(seal(k, typ, []byte(strings.Replace(base, e[0], e[1], 1)))))...)
		}
	}
	edits(base, w.active, TypeCert, nil, [][2]string{
		{"", ""},
		{`"use":["lic","upd","val","blk"]`, `"use":[]`},
		{`"lic","upd"`, `"lic","lic"`},
		{`"blk"`, `"chk"`},
		{`"blk"`, `"req"`},
		{`"blk"`, `"xyz"`},
		{`"blk"]`, `"blk","lic"]`},
		{`"use":[`, `"Use":[`},
		{`"nbf":1700000000`, `"nbf":0`},
		{`"nbf":1700000000`, `"nbf":1800000000`},
		{`"exp":1800000000`, `"exp":253402300800`},
		{`"iat":1700000000`, `"iat":0`},
		{`"iss":"vendor-a"`, `"iss":"vendor-b"`},
		{w.issuing.KID(), w.container.KID()},
		{w.issuing.Public().String(), w.container.Public().String()},
		{`}`, `,"later":{"a":[1]}}`},
		{`}`, `,"iat":1}`},
	})
	cert := []string{w.sign(w.active, w.cert())}
	known := string(must((&Revocation{Issuer: w.name, Object: RevokeIssuer, KID: w.issuing.KID(), IssuedAt: someTime, Known: JoinSerials([][8]byte{{1, 2, 3, 4, 5, 6, 7, 1}, {9}})}).Encode()))
	edits(known, w.active, TypeRevocation, cert, [][2]string{
		{"", ""},
		{`"obj":"ikc"`, `"obj":"root"`},
		{`"obj":"ikc"`, `"obj":"key"`},
		{`"iat":1750000000`, `"iat":0`},
		{`"kno":"`, `"why":"stolen","kno":"`},
		{`"kno":"`, `"why":"\n","kno":"`},
		{`AQIDBAUGBwEJ`, `CQIDBAUGBwEJ`},
		{`"kno":"`, `"par":1,"pts":1,"kno":"`},
		{`"kno":"`, `"par":1,"kno":"`},
		{`"kno":"`, `"pts":1,"kno":"`},
		{`"kno":"`, `"par":3,"pts":2,"kno":"`},
		{`"kno":"`, `"par":1000,"pts":1000,"kno":"`},
		{`"kno":"`, `"par":1,"pts":1001,"kno":"`},
		{`"kno":"`, `"par":-1,"pts":1,"kno":"`},
		{`"kno":"AQIDBAUGBwEJAAAAAAAAAA"`, `"kno":""`},
		{`"kno":"AQIDBAUGBwEJAAAAAAAAAA"`, `"kno":"AQIDBAUGBwE"`},
		{`"kno":"AQIDBAUGBwEJAAAAAAAAAA"`, `"kno":"AQIDBAUGBwEAAAA"`},
		{`"kno":"AQIDBAUGBwEJAAAAAAAAAA"`, `"kno":"AQIDBAUGBwEBAgMEBQYHAQ"`},
		{`"iss":"vendor-a"`, `"iss":"vendor-b"`},
		{w.issuing.KID(), "AAAA"},
	})
	turned := string(must((&Rotation{Issuer: w.name, KID: next.KID(), Public: next.Public().String(), IssuedAt: someTime}).Encode()))
	edits(turned, w.active, TypeRotation, []string{w.sign(next, w.cert())}, [][2]string{
		{"", ""}, {`"iat":1750000000`, `"iat":0`}, {`"iss":"vendor-a"`, `"iss":"vendor-b"`}, {next.KID(), w.active.KID()}, {`}`, `,"x":1}`}, {`}`, `,"KID":1}`},
	})
	list := string(must((&BlockList{Issuer: w.name, Seq: 2, IssuedAt: someTime, Licenses: []Held{{LicenseID: "l-1", Generation: 1}}, Containers: []string{w.keys().Hash()}}).Encode()))
	edits(list, w.issuing, TypeBlockList, cert, [][2]string{
		{"", ""},
		{`"seq":2`, `"seq":0`},
		{`"gen":1`, `"gen":0`},
		{`"gen":1`, `"gen":2`},
		{`"lid":"l-1"`, `"lid":""`},
		{`"lid":"l-1"`, `"lid":"l-1","more":1`},
		{`"lid":"l-1"`, `"LID":"l-1","lid":"l-1"`},
		{w.keys().Hash(), "AAAA"},
		{`"lic":[`, `"lic":[7,`},
		{`"lic":[`, `"lic":[{},`},
		{`"iat":1750000000`, `"iat":0`},
	})
}

// payloads are signed well, over something that is not quite a license.
func (a *archive) payloads(w *world) {
	pins := pinsText(w)
	cert := must(w.cert().Encode())
	put := func(class string, lines ...string) { a.put(class, pins, lines, w.against()) }
	hostileVectors(w, w.all()[:1], func(_ string, _ Type, _, token string) { put("payload", w.sign(w.active, w.cert()), token) })
	roots := []signed{w.all()[1], w.all()[2], w.all()[3]}
	hostileVectors(w, roots, func(_ string, _ Type, _, token string) {
		put("payload", w.sign(w.active, w.cert()), token, w.license(w.fullLicense()))
	})
	src := newStream("vectors payloads")
	texts := []string{string(must(w.fullLicense().Encode())), oddLicense}
	for i := range 1100 {
		text := texts[i%2]
		for range 1 + i%2 {
			text = spoiled(src, text)
		}
		put("spoiled", w.sign(w.active, w.cert()), must(seal(w.issuing, TypeLicense, []byte(text))))
	}
	for range 150 {
		token := must(seal(w.active, TypeCert, []byte(spoiled(src, string(cert)))))
		put("spoiled", token, w.license(w.plainLicense()))
	}
	for range 100 {
		known := must((&Revocation{
			Issuer: w.name, Object: RevokeIssuer, KID: w.issuing.KID(), IssuedAt: someTime, Part: 1, Parts: 2,
			Known: JoinSerials([][8]byte{{1, 2, 3, 4, 5, 6, 7, 1}, {9}}),
		}).Encode())
		put("spoiled", w.sign(w.active, w.cert()), must(seal(w.standby, TypeRevocation, []byte(spoiled(src, string(known))))), w.license(w.plainLicense()))
	}
}

// oddLicense is a license as nobody would write it, with every kind of value.
const oddLicense = `{"typ":"lic","x":[{"a":[[],{}]},-1,true,false,"\ud83d\ude00\u00fc\/",0],"iss":"vendor-a","lid":"l\u002d1","gen" : 1,` +
	`"prd":"c\u0061d","iat":1750000000,"enf":"log","ser":"AQIDBAUGBwE","ftr":["Größe","draw"],"lim":{"parts":-5,"é":{}},"y":{"typ":"lic","iss":7}} `

// spoilers are what a spoiled payload gets instead of some of its bytes.
var spoilers = []string{
	"", "0", "1", "-", "9", "00", ".5", "e5", "null", "true", `"`, `\`, `\u0000`, `\ud800`, `\udc00`, `\u00E9`, `\x`, "{", "}", "[", "]", ",", ":", " ", "\n", "\x00", "\x1f", "\x7f",
	"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x80\xae", "ü", "\u017f", "\u212a", "😀", `"gen":1,`, `"Gen":1,`, `"iat":1,`, `"new":1,`, `"lid":"x",`,
	"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "9007199254740992", "9007199254740993", "-0", "253402300799", "253402300800",
	`{"a":1,"a":2}`, `[1,2]`, `"x"`, "E", "T", "lic", `"*"`,
}

// spoiled replaces a few bytes behind the first claim, which decides whether the
// rest is looked at: at any place, or at the border of a word.
func spoiled(src *stream, text string) string {
	const keep = len(`{"typ":"lic"`)
	at := keep + src.intn(len(text)-keep)
	n := src.intn(3)
	if src.intn(2) == 0 {
		for at < len(text)-1 && !strings.ContainsRune(`{}[],:"`, rune(text[at])) {
			at++
		}
		at += src.intn(2)
	}
	if src.intn(4) == 0 { // a whole value or name
		n = max(strings.IndexAny(text[at:], `,}]:`), 0)
	}
	n = min(n, len(text)-at)
	by := src.pick(spoilers...)
	return text[:at] + by + text[at+n:]
}

// mutants are good files with one character changed, lost, doubled, or cut.
func (a *archive) mutants(w *world) {
	src := newStream("vectors mutants")
	pins := pinsText(w)
	cert, next := w.sign(w.active, w.cert()), edKey("vendor-a next root")
	files := [][]string{
		{cert, w.license(w.plainLicense())},
		{cert, w.license(w.fullLicense())},
		{w.rotate(w.active, next), w.sign(next, w.cert()), w.license(w.plainLicense())},
		{w.sign(w.standby, w.cert()), w.license(w.someLicense(src))},
	}
	for _, lines := range files {
		file := strings.Join(lines, "\n") + "\n"
		if want := judgeFile(pins, file, w.against()); !strings.HasPrefix(want, "ok:") {
			panic(want)
		}
		spoil := func(e edit) {
			if e.of(file) == file || strings.TrimRight(e.of(file), "\n") == strings.TrimRight(file, "\n") {
				return
			}
			if want := a.put("mutant", pins, lines, w.against(), e); strings.Contains(want, "ok:") {
				panic(fmt.Sprintf("accepted: %s of %q", e, file))
			}
		}
		for range 880 {
			at := src.intn(len(file) - 1)
			if src.intn(3) == 0 { // the last line's ends
				last := strings.LastIndexByte(file[:len(file)-1], '\n') + 1
				at = last + mutantPosition(src, file[last:len(file)-1])
			}
			if file[at] == '\n' {
				continue
			}
			others := neighbors(file[at])
			if src.intn(4) > 0 {
				others = others[:3]
			}
			spoil(edit{at, 1, string(others[src.intn(len(others)):][:1])})
		}
		for range 60 {
			at := src.intn(len(file) - 2)
			if file[at] == '\n' || file[at+1] == '\n' {
				continue
			}
			spoil(edit{at, 1, ""})
			spoil(edit{at, 1, file[at:at+1] + file[at:at+1]})
			spoil(edit{at, 2, string([]byte{file[at+1], file[at]})})
			spoil(edit{at, len(file) - at, ""})
		}
	}
}

// later are the claims that came after the others. They stand at the end, so that
// the lines before stay as they are.
func (a *archive) later(w *world) {
	pins, cert := pinsText(w), w.sign(w.active, w.cert())
	lic := string(must(w.fullLicense().Encode()))
	plain := string(must(w.plainLicense().Encode()))
	for _, lease := range []string{
		`{"id":"s-1","fen":1,"bea":300}`, `{"id":"s-1","fen":9007199254740992,"bea":86400}`, `{"id":"s-1","fen":1,"bea":1,"new":[1]}`,
		`{}`, `{"id":"","fen":0,"bea":0}`, `{"new":1}`, `{"id":"s-1"}`, `{"fen":1}`, `{"bea":1}`, `{"fen":1,"bea":1}`, `{"id":"s 1","fen":1,"bea":1}`,
		`{"id":"s-1","fen":0,"bea":1}`, `{"id":"s-1","fen":9007199254740993,"bea":1}`, `{"id":"s-1","fen":-1,"bea":1}`, `{"id":"s-1","fen":1,"bea":0}`,
		`{"id":"s-1","fen":1,"bea":86401}`, `{"id":7,"fen":1,"bea":1}`, `{"id":"s-1","fen":"1","bea":1}`, `{"id":"s-1","Fen":1,"fen":1,"bea":1}`, `[]`, `"s-1"`,
	} {
		for _, payload := range []string{
			strings.Replace(lic, `"enf"`, `"lse":`+lease+`,"enf"`, 1),
			strings.Replace(plain, `"enf"`, `"lse":`+lease+`,"enf"`, 1),
			strings.Replace(plain, `"enf"`, `"exp":1790000000,"lse":`+lease+`,"enf"`, 1),
		} {
			a.put("lease", pins, []string{cert, must(seal(w.issuing, TypeLicense, []byte(payload)))}, w.against())
		}
	}
	for _, unit := range []string{`"parts"`, `""`, `"a b"`, `"` + strings.Repeat("u", 64) + `"`, `"` + strings.Repeat("u", 65) + `"`, `7`, `{}`, `"ä"`} {
		a.put("units", pins, []string{cert, must(seal(w.issuing, TypeLicense, []byte(strings.Replace(lic, `"enf"`, `"unt":`+unit+`,"enf"`, 1))))}, w.against())
	}
	list := string(must((&BlockList{Issuer: w.name, Seq: 2, IssuedAt: someTime, Licenses: []Held{{LicenseID: "l-1", Generation: 1}}}).Encode()))
	for _, spent := range []string{`0`, `9007199254740992`, `9007199254740993`, `-1`, `"1"`} {
		blk := must(seal(w.issuing, TypeBlockList, []byte(strings.Replace(list, `"gen":1`, `"gen":1,"spt":`+spent, 1))))
		a.put("units", pins, []string{cert, blk, w.license(w.plainLicense())}, w.against())
	}
	a.outranked(w)
}

// outranked are block lists that name the container of a license, issued before,
// with and after it.
func (a *archive) outranked(w *world) {
	cert, lic, box := w.sign(w.active, w.cert()), w.license(w.fullLicense()), w.keys().Hash()
	list := func(at int64, part, parts int, boxes ...string) string {
		return w.sign(w.issuing, &BlockList{Issuer: w.name, Seq: 5, IssuedAt: at, Containers: boxes, Part: part, Parts: parts})
	}
	held := w.sign(w.issuing, &BlockList{
		Issuer: w.name, Seq: 5, IssuedAt: someTime - 1, Licenses: []Held{{LicenseID: w.fullLicense().ID, Generation: 1}},
	})
	for _, lines := range [][]string{
		{cert, lic, list(someTime-1, 0, 0, box)},
		{cert, lic, list(someTime, 0, 0, box)},
		{cert, lic, list(someTime+1, 0, 0, box)},
		{cert, lic, held},
		{cert, lic, list(someTime, 1, 2, box), list(someTime-1, 2, 2)},
		{cert, lic, list(someTime, 1, 2), list(someTime-1, 2, 2, box)},
		{cert, lic, list(someTime, 1, 2, box), list(someTime-1, 2, 2, box)},
	} {
		a.put("blocks", pinsText(w), append(lines, w.license(w.plainLicense())), w.against())
	}
}
