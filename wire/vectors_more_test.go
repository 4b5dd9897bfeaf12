package wire

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// suiteVectors mix up algorithms, keys and the two forms of an ECDSA signature.
func suiteVectors(w *world, put func(string, Type, string, string)) {
	for _, s := range w.all()[:firstTypes] {
		typ := s.claims.Kind()
		p256 := must(seal(w.token, typ, fmt.Appendf(nil, `{"typ":"%s"}`, typ)))
		if typ.signer() != byContainer {
			put("suite", typ, w.everything(), p256)
		} else {
			for _, forged := range otherSignatures(p256) {
				put("signature", typ, w.trusted(typ), forged)
			}
		}
		put("header", typ, w.everything(), "v4.public."+strings.TrimPrefix(p256, headerP256))
		ed := must(seal(s.key, typ, fmt.Appendf(nil, `{"typ":"%s"}`, typ)))
		put("header", typ, w.everything(), "lct.p256."+strings.TrimPrefix(ed, headerEd25519))
		for _, header := range []string{"v4.local.", "v3.public.", "v2.public.", "V4.public.", "v4.Public.", "v4.public", "lct.p384.", ""} {
			put("header", typ, w.everything(), header+strings.TrimPrefix(ed, headerEd25519))
		}
		for _, kid := range []string{"", w.active.KID() + "A", "AAAAAAAAAAA", w.active.KID()[:10] + "!"} {
			put("footer", typ, w.everything(), withFooter(ed, `{"kid":"`+kid+`"}`))
		}
		for _, footer := range []string{
			``, `{}`, `{"kid": "%s"}`, `{"kid":"%s"} `, `{"kid":"%s","a":1}`, `{"a":1,"kid":"%s"}`, `{"KID":"%s"}`, `"%s"`, `{"kid":["%s"]}`,
			`{"kid":"%s","kid":"%s"}`,
		} {
			put("footer", typ, w.everything(), withFooter(ed, strings.ReplaceAll(footer, "%s", s.key.KID())))
		}
	}
}

// withFooter changes the footer without signing again.
func withFooter(token, footer string) string {
	return token[:strings.LastIndexByte(token, '.')+1] + b64.EncodeToString([]byte(footer))
}

// otherSignatures returns a P-256 token with the other s, and with values that
// are no scalars.
func otherSignatures(token string) []string {
	p := must(split(token))
	at := len(p.body) - sigLen
	r, s := new(big.Int).SetBytes(p.body[at:at+32]), new(big.Int).SetBytes(p.body[at+32:])
	zero, n := new(big.Int), p256Order
	var out []string
	for _, v := range [][2]*big.Int{{r, new(big.Int).Sub(n, s)}, {zero, s}, {r, zero}, {zero, zero}, {n, s}, {r, n}, {s, r}} {
		body := append([]byte(nil), p.body...)
		v[0].FillBytes(body[at : at+32])
		v[1].FillBytes(body[at+32:])
		out = append(out, headerP256+b64.EncodeToString(body)+"."+b64.EncodeToString(p.footer))
	}
	return out
}

func codeVectors() *book {
	b := newBook("ticket codes and license keys as typed")
	src := newStream("vectors codes")
	ticket := func(typed string) {
		if c, err := ParseTicket(typed); err == nil {
			b.put("ticket", "as", "ticket", "want", "ok", "typed", typed, "normal", string(c.Bytes()), "printed", c.String(), "hint", c.Hint())
		} else {
			var ce *CodeError
			if !errors.As(err, &ce) {
				panic(err)
			}
			b.put("ticket", "as", "ticket", "want", string(ce.Kind), "pos", fmt.Sprint(ce.Pos), "typed", typed)
		}
	}
	key := func(typed string) {
		if k, err := ParseKey(typed); err == nil {
			b.put("key", "as", "key", "want", "ok", "typed", typed, "normal", string(k.Bytes()), "printed", k.String(), "hint", k.Hint())
		} else {
			var ce *CodeError
			if !errors.As(err, &ce) {
				panic(err)
			}
			b.put("key", "as", "key", "want", string(ce.Kind), "pos", fmt.Sprint(ce.Pos), "typed", typed)
		}
	}
	for i := range 120 {
		t := must(NewTicket(src)).String()
		k := must(NewKey(src.pick("AB", "CAD", "CADP", "ILOU", "QXYZP", "MNOPQR"), src)).String()
		for _, try := range []struct {
			parse func(string)
			code  string
		}{{ticket, t}, {key, k}} {
			try.parse(try.code)
			try.parse(sloppy(src, try.code))
			at := src.intn(len(try.code))
			try.parse(string(replaced([]byte(try.code), at, symbols[src.intn(32)])))
			try.parse(try.code[:at] + try.code[at+1:])
			try.parse(try.code[:at] + src.pick("U", "?", "é", "_", "0", "\u2013", "\u00a0") + try.code[at:])
			if at > 0 {
				swapped := replaced([]byte(try.code), at, try.code[at-1])
				swapped[at-1] = try.code[at]
				try.parse(string(swapped))
			}
		}
		if i%10 == 0 {
			ticket(k)
			key(t)
			ticket(k[strings.IndexByte(k, '-')+1:])
		}
	}
	ticket("")
	key("")
	ticket(strings.Repeat("0", 200))
	return b
}

// sloppy writes a code as people do.
func sloppy(src *stream, code string) string {
	out := strings.ReplaceAll(code, "-", src.pick("", " ", ".", "-", " - ", "\u2013", "\t"))
	if src.intn(2) == 0 {
		out = strings.ToLower(out)
	}
	if i := strings.LastIndexAny(out, "01"); i > 8 {
		with := map[byte]string{'0': src.pick("O", "o"), '1': src.pick("I", "l", "L", "i")}[out[i]]
		out = out[:i] + with + out[i+1:]
	}
	return src.pick("", " ") + out + src.pick("", "\r\n")
}

func fingerprintVectors() *book {
	b := newBook("fingerprint components")
	src := newStream("vectors fingerprint")
	for range 24 {
		salt, name, value := src.bytes(16), src.pick("machine-id", "disk", "mac", "board"), src.pick("", "a", "WD-77", "Zähler 1")
		c := Component(salt, name, value)
		b.put("component", "salt", b64.EncodeToString(salt), "name", name, "value", value, "component", ComponentClaim(c), "short", Short(c))
	}
	return b
}

func sealVectors() *book {
	b := newBook("sealed parts")
	w := newWorld("vendor-a")
	for i := range 8 {
		name := fmt.Sprintf("seal %d", i)
		pub := EncryptionPublic(must(x25519(name)))
		code := must(NewTicket(newStream(name))).String()
		b.put("code", "as", "code", "key", name, "private", b64.EncodeToString(must(x25519(name)).Bytes()), "pub", pub,
			"nonce", w.nonce(byte(i)), "plain", code, "sealed", must(SealCode(pub, w.nonce(byte(i)), code)))
		b.put("secret", "as", "secret", "key", name, "private", b64.EncodeToString(must(x25519(name)).Bytes()), "pub", pub,
			"lid", "l-1", "gen", fmt.Sprint(i+1), "plain", "feature key "+name,
			"sealed", must(SealSecret(pub, "l-1", int64(i+1), []byte("feature key "+name))))
	}
	return b
}
