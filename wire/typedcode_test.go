package wire

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// typedKeys are the keys of a container that asks by typed codes.
func (w *world) typedKeys() ContainerKeys {
	enc := must(EncryptionKey(w.container))
	return ContainerKeys{Kind: ContainerSoft, Sign: w.container.Public().String(), Encrypt: EncryptionPublic(enc)}
}

func (w *world) typedRequest(number int) TypedRequest {
	return TypedRequest{Sign: [32]byte(w.container.Public().Bytes), Number: number}
}

const typedTime = 1_767_225_600 // 2026-01-01, a whole quarter hour inside the certificate's window

// typedLicense is a usual license as it is typed.
func (w *world) typedLicense() License {
	return License{
		Issuer: w.name, ID: "019a2f4e-7c11-7d3a-9b52-6f1e0c4d8a77", Generation: 1, Product: "cad", Quantity: 1,
		IssuedAt: typedTime, Expires: typedTime + 365*day, Grace: 14 * day, NextContact: typedTime + 90*day, Enforce: Enforce,
		Container: Binding{Kind: ContainerSoft, Key: w.typedKeys().Hash(), Min: 3},
	}
}

// typedLicenses are licenses that go into an answer, by name.
func (w *world) typedLicenses() map[string]License {
	some, all, named, marked, limits, perpetual, article, product := w.typedLicense(), w.typedLicense(), w.typedLicense(), w.typedLicense(), w.typedLicense(), w.typedLicense(), w.typedLicense(), w.typedLicense()
	all.Features = []string{AllFeatures}
	named.Features = []string{"draw"}
	marked.NextContact, marked.Features = 0, []string{"draw", "render"}
	limits.Expires, limits.Grace, limits.NextContact = 0, 0, 0
	limits.Limits = map[string]int64{"parts": 5000, "a-very-long-limit-name": -3}
	perpetual.Expires, perpetual.Grace, perpetual.NextContact, perpetual.Enforce = 0, 0, 0, Warn
	perpetual.Maintenance, perpetual.NotBefore, perpetual.Quantity, perpetual.Generation = typedTime+900, typedTime-day, 250, 17
	product.Product, product.Features = "drawing-and-rendering-2026", []string{"draw", "render"}
	article.Article, article.Product, article.Enforce = "CAD", "pu t", Log
	return map[string]License{"some": some, "all": all, "named": named, "marked": marked, "limits": limits, "product": product, "perpetual": perpetual, "article": article}
}

func (w *world) typedAnswer(l License, number int) string {
	return must(SignTyped(w.issuing, must((&TypedAnswer{License: l, Number: number}).Encode())))
}

func TestTypedRequest(t *testing.T) {
	for range 200 {
		key := must(GenerateKey(Ed25519, rand.Reader))
		r := TypedRequest{Sign: [32]byte(key.Public().Bytes), Number: 300}
		s := r.String()
		if len(strings.ReplaceAll(strings.ReplaceAll(s, "\n", ""), "-", "")) != 60 {
			t.Fatalf("form %q", s)
		}
		for _, typed := range []string{s, strings.ToLower(s), strings.ReplaceAll(s, "\n", " "), strings.ReplaceAll(s, "0", "o"), strings.ReplaceAll(s, "\n", "\r\n") + "\n"} {
			if got, err := ParseTypedRequest(typed); err != nil || got != r {
				t.Fatalf("%q: %v", typed, err)
			}
		}
		enc := must(EncryptionKey(key))
		if keys := must(r.Keys()); keys.Encrypt != EncryptionPublic(enc) || keys.Sign != key.Public().String() {
			t.Fatal("another encryption key than the container's")
		}
	}
	if _, err := EncryptionKey(newWorld("a").token); !errors.Is(err, ErrSuite) {
		t.Error(err)
	}
}

// TestTypedKeySeals: what is sealed to the key that a request names is opened by
// the container.
func TestTypedKeySeals(t *testing.T) {
	w := newWorld("vendor-a")
	keys := must(w.typedRequest(1).Keys())
	sealed := must(SealSecret(keys.Encrypt, "l", 1, []byte("secret")))
	enc := must(EncryptionKey(w.container))
	if plain := must(OpenSecret(enc, "l", 1, sealed)); string(plain) != "secret" {
		t.Error(plain)
	}
}

func TestTypedAnswer(t *testing.T) {
	w := newWorld("vendor-a")
	trust := w.trust(t)
	for name, l := range w.typedLicenses() {
		text := w.typedAnswer(l, 300)
		if n := len(strings.ReplaceAll(strings.ReplaceAll(text, "\n", ""), "-", "")); n > 180 || n%typedGroup != 0 {
			t.Errorf("%s: %d symbols", name, n)
		}
		got, err := OpenTyped(trust, text, l.Container.Key, 300)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.ID != l.ID || got.Generation != l.Generation || !got.Of(l.Product) || got.Quantity != l.Quantity || got.IssuedAt != l.IssuedAt ||
			got.NotBefore != l.NotBefore || got.Expires != l.Expires || got.Maintenance != l.Maintenance || got.Grace != l.Grace ||
			got.NextContact != l.NextContact || got.Enforce != l.Enforce || got.Container.Min != 3 || got.Container.Key != l.Container.Key ||
			got.Issuer != w.name || len(got.Serial) != 11 {
			t.Errorf("%s: %+v", name, got)
		}
		for _, f := range append(l.Features, "draw", "export") {
			if got.Has(f) != l.Has(f) {
				t.Errorf("%s: feature %s: %v", name, f, got.Has(f))
			}
		}
		for _, limit := range []string{"parts", "a-very-long-limit-name", "other"} {
			v, ok := got.Limit(limit)
			if want, set := l.Limit(limit); v != want || ok != set {
				t.Errorf("%s: limit %s: %d, %v", name, limit, v, ok)
			}
		}
		if again := w.typedAnswer(l, 300); again != text {
			t.Errorf("%s: two answers", name)
		}
	}
	if l := w.typedLicenses()["article"]; must(OpenTyped(trust, w.typedAnswer(l, 1), l.Container.Key, 1)).Article != "CAD" {
		t.Error("the article is lost where there is room")
	}
}

// TestTypedFull: what does not fit by names fits by marks, and what does not fit
// at all is refused before it is signed.
func TestTypedFull(t *testing.T) {
	w := newWorld("vendor-a")
	l := w.typedLicense()
	l.NextContact, l.Grace, l.Article = 0, 0, "CAD-PRO-1Y"
	l.Features = []string{"drawing", "rendering", "export.step"}
	got := must(OpenTyped(w.trust(t), w.typedAnswer(l, 2), l.Container.Key, 2))
	if len(got.Features) != 0 || len(got.Marks.Features) != 3 || got.Article != "" || !got.Has("export.step") || got.Has("export.iges") {
		t.Errorf("%+v", got)
	}
	l.Product = "a-product-with-a-very-long-code-indeed"
	if got := must(OpenTyped(w.trust(t), w.typedAnswer(l, 2), l.Container.Key, 2)); got.Product != "" || !got.Of(l.Product) || got.Of("cad") {
		t.Errorf("%+v", got)
	}
	for i := range 30 {
		l.Features = append(l.Features, fmt.Sprint("feature-", i))
	}
	if _, err := (&TypedAnswer{License: l}).Encode(); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*TypedAnswer){
		"issuer": func(a *TypedAnswer) { a.License.Issuer = "" }, "id": func(a *TypedAnswer) { a.License.ID = "l-1" },
		"no product": func(a *TypedAnswer) { a.License.Product = "" }, "not a quarter hour": func(a *TypedAnswer) { a.License.Expires++ },
		"too early": func(a *TypedAnswer) { a.License.IssuedAt = typedEpoch - hour }, "too late": func(a *TypedAnswer) { a.License.Expires = typedEpoch + quarter<<22 },
		"half a day of grace": func(a *TypedAnswer) { a.License.Grace = day / 2 }, "much grace": func(a *TypedAnswer) { a.License.Grace = 5000 * day },
		"contact": func(a *TypedAnswer) { a.License.NextContact++ }, "late contact": func(a *TypedAnswer) { a.License.NextContact += 2000 * day },
		"enforcement": func(a *TypedAnswer) { a.License.Enforce = "never" }, "hardware": func(a *TypedAnswer) { a.License.Container.Kind = ContainerHardware },
		"unbound": func(a *TypedAnswer) { a.License.Container.Key = "" }, "min": func(a *TypedAnswer) { a.License.Container.Min = 8 },
		"lease": func(a *TypedAnswer) { a.License.Lease = Lease{"x", 1, 1} }, "model": func(a *TypedAnswer) { a.License.Model = "m" }, "components": func(a *TypedAnswer) { a.License.Container.Fingerprint = []string{"x"} }, "number": func(a *TypedAnswer) { a.Number = MaxTypedNumber + 1 },
		"generation": func(a *TypedAnswer) { a.License.Generation = 0 }, "quantity": func(a *TypedAnswer) { a.License.Quantity = -1 },
	} {
		a := &TypedAnswer{License: w.typedLicense()}
		spoil(a)
		if err := a.Validate(); !errors.Is(err, ErrClaim) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, payload := range []string{"", "|", "p|h|1|", "p|h|1|AA", "p|h|1|" + strings.Repeat("A", 24), "p|h|1|" + strings.Repeat("A", 90), "p|h|1|" + strings.Repeat("!", 40)} {
		if _, err := SignTyped(w.issuing, []byte(payload)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", payload, err)
		}
	}
	if _, err := SignTyped(w.token, must((&TypedAnswer{License: w.typedLicense()}).Encode())); !errors.Is(err, ErrSuite) {
		t.Error(err)
	}
}

// TestTypedMutants: every single wrong symbol is named by its group, and with the
// group's check made to fit the signature refuses it.
func TestTypedMutants(t *testing.T) {
	w := newWorld("vendor-a")
	trust := w.trust(t)
	l := w.typedLicenses()["named"]
	text := []byte(w.typedAnswer(l, 5))
	forged := 0
	for i := range text {
		if text[i] == '\n' || text[i] == '-' {
			continue
		}
		group := bytes.Count(text[:i], []byte("\n")) + 1
		for v := range symbols {
			if symbols[v] == text[i] {
				continue
			}
			mutant := replaced(text, i, symbols[v])
			var ce *CodeError
			if _, err := OpenTyped(trust, string(mutant), l.Container.Key, 5); !errors.As(err, &ce) || ce.Kind != CodeCheck || ce.Group != group {
				t.Fatalf("symbol %d: %v, want group %d", i, err, group)
			}
			if i%18 == 16 || (i*31+v)%7 != 0 {
				continue // the check itself, and most of what takes a signature
			}
			data := repaired(t, TypedAnswerCode, mutant)
			forged++
			if _, err := OpenTyped(trust, data, l.Container.Key, 5); err == nil || errors.As(err, &ce) {
				t.Fatalf("symbol %d with its check: %v", i, err)
			}
		}
	}
	if forged < 500 {
		t.Error(forged)
	}
}

// repaired prints a typed code with checks that fit its data.
func repaired(t testing.TB, kind TypedKind, text []byte) string {
	t.Helper()
	var data []byte
	n := 0
	for _, c := range text {
		if c == '\n' || c == '-' {
			continue
		}
		if n++; n%typedGroup != 0 {
			data = append(data, symbolValue[c])
		}
	}
	return printGroups(kind, data)
}

func TestTypedBinding(t *testing.T) {
	w, other := newWorld("vendor-a"), newWorld("vendor-b")
	l := w.typedLicense()
	text := w.typedAnswer(l, 5)
	revoked := &Revocation{Issuer: w.name, Object: RevokeIssuer, KID: w.issuing.KID(), IssuedAt: someTime}
	known := must(OpenTyped(w.trust(t), text, l.Container.Key, 5)).Serial
	survived := &Revocation{Issuer: w.name, Object: RevokeIssuer, KID: w.issuing.KID(), IssuedAt: someTime, Known: JoinSerials([][8]byte{[8]byte(must(decodeB64(known)))})}
	late := l
	late.IssuedAt += 900 * day
	late.Expires += 900 * day
	late.NextContact += 900 * day
	for name, c := range map[string]struct {
		trust  *Trust
		text   string
		key    string
		number int
		want   error
	}{
		"good":                  {w.trust(t), text, l.Container.Key, 5, nil},
		"another container":     {w.trust(t), text, other.typedKeys().Hash(), 5, ErrSignature},
		"another request":       {w.trust(t), text, l.Container.Key, 6, ErrSignature},
		"another publisher":     {other.trust(t), text, l.Container.Key, 5, ErrUnknownKey},
		"unknown key":           {must(NewTrust(w.pins())), text, l.Container.Key, 5, ErrUnknownKey},
		"revoked":               {w.trust(t, w.sign(w.standby, revoked)), text, l.Container.Key, 5, ErrRevoked},
		"revoked, and known":    {w.trust(t, w.sign(w.standby, survived)), text, l.Container.Key, 5, nil},
		"outside the window":    {w.trust(t), w.typedAnswer(late, 5), l.Container.Key, 5, ErrWindow},
		"a request":             {w.trust(t), w.typedRequest(5).String(), l.Container.Key, 5, nil},
		"groups in a wrong row": {w.trust(t), swapGroups(text, 2, 3), l.Container.Key, 5, nil},
	} {
		_, err := OpenTyped(c.trust, c.text, c.key, c.number)
		var ce *CodeError
		switch {
		case name == "a request" || strings.HasPrefix(name, "groups"):
			if !errors.As(err, &ce) || ce.Group == 0 {
				t.Errorf("%s: %v", name, err)
			}
		case !errors.Is(err, c.want):
			t.Errorf("%s: %v", name, err)
		}
	}
	// Unused bits must be zero, and nothing may be said in two ways.
	data := must(readGroups(TypedAnswerCode, text))
	data[len(data)-1] ^= 1
	if _, err := OpenTyped(w.trust(t), printGroups(TypedAnswerCode, data), l.Container.Key, 5); !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrSignature) {
		t.Error(err)
	}
}

func swapGroups(text string, a, b int) string {
	lines := strings.Split(text, "\n")
	lines[a-1], lines[b-1] = lines[b-1], lines[a-1]
	return strings.Join(lines, "\n")
}

// TestTypedRecord: what is recorded before it is signed tells what leaves.
func TestTypedRecord(t *testing.T) {
	w := newWorld("vendor-a")
	trust := w.trust(t)
	for name, l := range w.typedLicenses() {
		payload := must((&TypedAnswer{License: l, Number: 4}).Encode())
		text := must(SignTyped(w.issuing, payload))
		if bytes.ContainsAny(payload, "\n\r ") {
			t.Errorf("%s: %q is no line", name, payload)
		}
		if err := VerifyTyped(trust, text, payload); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		other := l
		other.Quantity++
		if err := VerifyTyped(trust, text, must((&TypedAnswer{License: other, Number: 4}).Encode())); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: another license: %v", name, err)
		}
		if err := VerifyTyped(trust, text, must((&TypedAnswer{License: l, Number: 5}).Encode())); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: another request: %v", name, err)
		}
		serial := must(TypedSerial(payload))
		if got := must(OpenTyped(trust, text, l.Container.Key, 4)); got.Serial != Serial(serial) {
			t.Errorf("%s: serial", name)
		}
		if back := must(DecodeTyped(payload)); back.License.ID != l.ID || back.Number != 4 {
			t.Errorf("%s: %+v", name, back)
		}
		for _, bad := range [][]byte{nil, payload[:40], append(slices.Clone(payload), 'A'), []byte("x" + string(payload[bytes.IndexByte(payload, '|')+1:]))} {
			if _, err := DecodeTyped(bad); !errors.Is(err, ErrMalformed) {
				t.Errorf("%s: %v", name, err)
			}
			if VerifyTyped(trust, text, bad) == nil {
				t.Errorf("%s: verified", name)
			}
		}
	}
	if _, err := TypedSerial(nil); err == nil {
		t.Error("a serial of nothing")
	}
}

func TestTypedKey(t *testing.T) {
	w := newWorld("vendor-a")
	cert := w.sign(w.active, w.cert())
	code := must(PrintTypedKey(cert))
	if n := strings.Count(code, "\n") + 1; n != maxGroups {
		t.Errorf("%d groups", n)
	}
	trust := must(NewTrust(w.pins()))
	if err := trust.ExtendTyped(strings.ToLower(code)); err != nil || !slices.Equal(trust.Lines(), []string{cert}) {
		t.Fatal(err)
	}
	l := w.typedLicense()
	if _, err := OpenTyped(trust, w.typedAnswer(l, 1), l.Container.Key, 1); err != nil {
		t.Error(err)
	}
	if err := must(NewTrust(newWorld("vendor-b").pins())).ExtendTyped(code); !errors.Is(err, ErrUnknownKey) && !errors.Is(err, ErrSignature) {
		t.Error(err)
	}
	data := must(readGroups(TypedKeyCode, code))
	for i := range data {
		mutant := slices.Clone(data)
		mutant[i] ^= 1
		if err := must(NewTrust(w.pins())).ExtendTyped(printGroups(TypedKeyCode, mutant)); err == nil {
			t.Fatalf("accepted with another symbol %d", i)
		}
	}
	var ce *CodeError
	if err := trust.ExtendTyped("x"); !errors.As(err, &ce) {
		t.Error(err)
	}
	for name, token := range map[string]string{"no token": "x", "a license": w.license(w.plainLicense())} {
		if _, err := PrintTypedKey(token); err == nil {
			t.Error(name)
		}
	}
	odd := w.cert()
	odd.Use = []Type{TypeUpdate, TypeLicense}
	if _, err := PrintTypedKey(w.sign(w.active, odd)); !errors.Is(err, ErrMalformed) {
		t.Errorf("uses in another order: %v", err)
	}
	pins := w.pins()
	pins.Keys = []string{cert, newWorld("vendor-b").sign(newWorld("vendor-b").active, w.cert())}
	known := must(ParsePins(must(pins.Encode())))
	if _, err := OpenTyped(must(NewTrust(known)), w.typedAnswer(l, 1), l.Container.Key, 1); err != nil {
		t.Errorf("a pinned key: %v", err)
	}
	pins.Keys = slices.Repeat([]string{cert}, 9)
	if err := pins.Validate(); !errors.Is(err, ErrClaim) {
		t.Error(err)
	}
}

func TestTypedTyping(t *testing.T) {
	good := newWorld("vendor-a").typedRequest(7).String()
	lines := strings.Split(good, "\n")
	join := func(l ...string) string { return strings.Join(l, "\n") }
	for name, c := range map[string]struct {
		typed string
		kind  CodeErrorKind
		group int
	}{
		"nothing":                {"", CodeLength, 1},
		"a foreign character":    {strings.Replace(good, lines[2], "U"+lines[2][1:], 1), CodeForeign, 3},
		"a symbol too few":       {strings.Replace(good, lines[2], lines[2][1:], 1), CodeLength, 3},
		"one too many":           {strings.Replace(good, lines[1], lines[1]+"0", 1), CodeLength, 2},
		"too few, in one line":   {strings.ReplaceAll(strings.Replace(good, lines[2], lines[2][1:], 1), "\n", ""), CodeLength, 3},
		"a group is missing":     {join(lines[:3]...), CodeLength, 4},
		"the second is missing":  {join(slices.Delete(slices.Clone(lines), 1, 2)...), CodeCheck, 2},
		"two groups are swapped": {swapGroups(good, 2, 3), CodeCheck, 2},
		"a group too many":       {good + "\n" + lines[0], CodeLength, 4},
		"very long":              {strings.Repeat("0", 2000), CodeLength, 0},
		"a ticket":               {must(NewTicket(newStream("t"))).String(), CodeLength, 1},
	} {
		var ce *CodeError
		if _, err := ParseTypedRequest(c.typed); !errors.As(err, &ce) || ce.Kind != c.kind || ce.Group != c.group {
			t.Errorf("%s: %v, want %s in group %d", name, err, c.kind, c.group)
		}
		if ce != nil && ce.Group > 0 && !strings.Contains(ce.Error(), fmt.Sprint("in group ", ce.Group)) {
			t.Error(ce)
		}
	}
	for n, line := range lines {
		if err := CheckTypedGroup(TypedRequestCode, n+1, strings.ToLower(line)); err != nil {
			t.Error(err)
		}
		for _, bad := range []string{"", line[1:], line + "0", "U" + line[1:], lines[(n+1)%4]} {
			var ce *CodeError
			if err := CheckTypedGroup(TypedRequestCode, n+1, bad); !errors.As(err, &ce) || ce.Group != n+1 {
				t.Errorf("%q as group %d: %v", bad, n+1, err)
			}
		}
		if CheckTypedGroup(TypedAnswerCode, n+1, line) == nil || CheckTypedGroup(TypedKeyCode, n+1, line) == nil {
			t.Errorf("%q is of two codes", line)
		}
	}
	if CheckTypedGroup(TypedRequestCode, 5, lines[0]) == nil || CheckTypedGroup(0, 1, lines[0]) == nil {
		t.Error("a fifth group")
	}
	// The check over all sees what two mistakes in a group hide.
	data := must(readGroups(TypedRequestCode, good))
	data[3] ^= 1
	var ce *CodeError
	if _, err := ParseTypedRequest(printGroups(TypedRequestCode, data)); !errors.As(err, &ce) && !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
	var w bitWriter
	w.put(1, numberBits)
	w.bytes(append([]byte{2}, make([]byte, 31)...)) // y = 2 is not on the curve
	w.put(0, 10)
	bad := w.symbols()
	copy(bad[requestData:], requestSum(bad[:requestData]))
	if _, err := ParseTypedRequest(printGroups(TypedRequestCode, bad)); !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
	if _, err := (TypedRequest{Sign: [32]byte{1}}).Keys(); !errors.Is(err, ErrMalformed) {
		t.Error("the neutral point is a key")
	}
}

// typedVectors are typed codes with what they say.
func typedVectors() *book {
	b := newBook("typed codes")
	for _, w := range vectorWorlds() {
		for _, number := range []int{0, 7, MaxTypedNumber} {
			r := w.typedRequest(number)
			b.put("req", "as", "request", "typed", r.String(), "number", fmt.Sprint(number), "sign", w.container.Public().String(),
				"encrypt", must(r.Keys()).Encrypt, "container", must(r.Keys()).Hash(), "want", "ok")
		}
		cert := w.sign(w.active, w.cert())
		b.put("key", "as", "key", "typed", must(PrintTypedKey(cert)), "pins", w.short(), "line", cert, "want", "ok")
		for _, name := range []string{"some", "all", "named", "marked", "limits", "perpetual", "article", "product"} {
			l := w.typedLicenses()[name]
			got := must(OpenTyped(trustIn(w, cert), w.typedAnswer(l, 9), l.Container.Key, 9))
			b.put("lic", "as", "answer", "typed", w.typedAnswer(l, 9), "pins", w.short(), "line", cert, "container", l.Container.Key,
				"number", "9", "want", "ok", "claims", describeTyped(got))
		}
		l := w.typedLicense()
		b.put("bad", "as", "answer", "typed", w.typedAnswer(l, 9), "pins", w.short(), "line", cert, "container", l.Container.Key, "number", "8", "want", "signature")
		b.put("bad", "as", "answer", "typed", swapGroups(w.typedAnswer(l, 9), 4, 5), "pins", w.short(), "line", cert, "container", l.Container.Key, "number", "9", "want", "check:4")
		b.put("bad", "as", "answer", "typed", strings.TrimSuffix(w.typedAnswer(l, 9), "\n"), "pins", w.short(), "line", "", "container", l.Container.Key, "number", "9", "want", "unknown_key")
		b.put("bad", "as", "request", "typed", w.typedRequest(1).String()[1:], "want", "length:1")
	}
	return b
}

func trustIn(w *world, line string) *Trust {
	trust := must(NewTrust(w.pins()))
	if err := trust.Extend(line); err != nil {
		panic(err)
	}
	return trust
}

// describeTyped is the claims of a typed license, with marks spelled out, and how
// many components of its machine must match.
func describeTyped(l *License) string {
	plain := *l
	plain.Type = ""
	for _, m := range l.Marks.Features {
		plain.Features = append(plain.Features, fmt.Sprintf("~%05x", m))
	}
	if l.Marks.Product != 0 {
		plain.Product = fmt.Sprintf("~%05x", l.Marks.Product)
	}
	for m, v := range l.Marks.Limits {
		if plain.Limits == nil {
			plain.Limits = map[string]int64{}
		}
		plain.Limits[fmt.Sprintf("~%05x", m)] = v
	}
	plain.Container.Min = 0 // the components are not in the answer
	return fmt.Sprintf("%s, %d components", must(plain.Encode()), l.Container.Min)
}

func TestTypedVectors(t *testing.T) {
	keep(t, "typed.txt", typedVectors())
	_, pins := known(t)
	for _, v := range readVectors(t, "typed.txt") {
		got, err := readTypedVector(t, v, pins[v["pins"]])
		want := Reason(err)
		if ce := (*CodeError)(nil); errors.As(err, &ce) {
			want = fmt.Sprintf("%s:%d", ce.Kind, ce.Group)
		}
		if err == nil {
			want = "ok"
		}
		if want != v["want"] || err == nil && got != v["container"]+v["line"]+v["claims"] {
			t.Errorf("%s: %v (%s)", v["id"], err, got)
		}
	}
}

func readTypedVector(t testing.TB, v vector, pins Pins) (string, error) {
	switch v["as"] {
	case "request":
		r, err := ParseTypedRequest(v["typed"])
		if err != nil {
			return "", err
		}
		if fmt.Sprint(r.Number) != v["number"] || must(r.Keys()).Sign != v["sign"] || must(r.Keys()).Encrypt != v["encrypt"] {
			t.Errorf("%s: %+v", v["id"], r)
		}
		return must(r.Keys()).Hash(), nil
	case "key":
		trust := must(NewTrust(pins))
		err := trust.ExtendTyped(v["typed"])
		return strings.Join(trust.Lines(), ""), err
	}
	trust := must(NewTrust(pins))
	if v["line"] != "" {
		if err := trust.Extend(v["line"]); err != nil {
			return "", err
		}
	}
	l, err := OpenTyped(trust, v["typed"], v["container"], int(v.int("number")))
	if err != nil {
		return "", err
	}
	return v["container"] + v["line"] + describeTyped(l), nil
}

// FuzzTyped: only what was signed is a license, and whatever is read survives.
func FuzzTyped(f *testing.F) {
	w := newWorld("vendor-a")
	l := w.typedLicense()
	answer, request := w.typedAnswer(l, 9), w.typedRequest(9).String()
	for _, v := range readVectors(f, "typed.txt") {
		f.Add(v["typed"], false)
		f.Add(v["typed"], true)
	}
	trust := must(NewTrust(w.pins()))
	if err := trust.Extend(w.sign(w.active, w.cert())); err != nil {
		f.Fatal(err)
	}
	valid := map[string]bool{}
	for _, l := range w.typedLicenses() {
		valid[w.typedAnswer(l, 9)] = true
	}
	valid[answer], valid[request] = true, true
	f.Fuzz(func(t *testing.T, text string, repair bool) {
		if repair { // past the checks of the groups
			var data []byte
			for _, c := range []byte(text) {
				data = append(data, c&31)
			}
			data = data[:min(len(data), answerGroups*typedData)/typedData*typedData]
			text = printGroups(TypedAnswerCode, data)
		}
		if got, err := OpenTyped(trust, text, l.Container.Key, 9); err == nil {
			if !valid[repaired(t, TypedAnswerCode, normalTyped(text))] {
				t.Fatalf("forged: %q gives %+v", text, got)
			}
		} else if ce := (*CodeError)(nil); !errors.As(err, &ce) && Reason(err) == "other" {
			t.Fatal(err)
		}
		if r, err := ParseTypedRequest(text); err == nil {
			if again, err := ParseTypedRequest(r.String()); err != nil || again != r {
				t.Fatalf("%q does not survive printing", text)
			}
		}
		_ = must(NewTrust(w.pins())).ExtendTyped(text)
	})
}

// normalTyped is a typed code in capital symbols only.
func normalTyped(text string) (out []byte) {
	for _, r := range text {
		if !isSeparator(r) {
			out = append(out, symbols[symbolValue[r]])
		}
	}
	return out
}
