package wire

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// files.txt holds whole license files against programs, for the verifiers in
// other languages: from the pins to what the program may do. A line of it names
// the pieces that the file is made of and the edit that spoils it, so that
// thousands of mutants stay small (testdata/README.md).

// archive is the book of these vectors. Pieces and checks are named once.
type archive struct {
	*book
	pieces, checks map[string]string
	valid, invalid int
}

func newArchive() *archive {
	return &archive{newBook("license files held against programs, whole"), map[string]string{}, map[string]string{}, 0, 0}
}

// piece returns the name of a text and writes it where it is new.
func (a *archive) piece(kind, text string) string {
	name := a.pieces[text]
	if name == "" {
		name = fmt.Sprintf("%s-%d", kind, len(a.pieces)+1)
		a.pieces[text] = name
		fmt.Fprintf(&a.buf, "set=%s text=%s\n", name, escape(text))
	}
	return name
}

// against is what a file is held against, and what the program asks then.
type against struct {
	Check
	has, limits []string
}

func (w *world) against() against {
	return against{w.check(), []string{"draw", "export.step", "later"}, []string{"parts", "none"}}
}

func (a *archive) check(c against) string {
	var parts []string
	for _, p := range c.Components {
		parts = append(parts, ComponentClaim(p))
	}
	text := fmt.Sprintf("now=%d product=%s released=%d container=%s components=%s has=%s lim=%s", c.Now, escape(c.Product), c.Released,
		escape(c.Container), strings.Join(parts, ","), strings.Join(c.has, ","), strings.Join(c.limits, ","))
	name := a.checks[text]
	if name == "" {
		name = fmt.Sprintf("c%d", len(a.checks)+1)
		a.checks[text] = name
		fmt.Fprintf(&a.buf, "check=%s %s\n", name, text)
	}
	return name
}

// edit replaces n bytes at a place of a file by others.
type edit struct {
	at, n int
	by    string
}

func (e edit) of(file string) string { return file[:e.at] + e.by + file[e.at+e.n:] }

func (e edit) String() string { return fmt.Sprintf("%d-%d+%x", e.at, e.n, e.by) }

// put writes a vector with the verdict of this package.
func (a *archive) put(class, pins string, lines []string, c against, edits ...edit) string {
	var names []string
	for _, l := range lines {
		names = append(names, a.piece("line", l))
	}
	file := strings.Join(lines, "\n") + "\n"
	pairs := []string{"pins", a.piece("pins", pins), "file", strings.Join(names, ","), "check", a.check(c)}
	for _, e := range edits {
		file = e.of(file)
		pairs = append(pairs, "edit", e.String())
	}
	want := judgeFile(pins, file, c)
	if strings.Contains(want, "ok:") {
		a.valid++
	} else {
		a.invalid++
	}
	a.book.put(class, append([]string{"want", want}, pairs...)...)
	return want
}

// judgeFile is what every verifier does with a whole file. The verdicts of
// several licenses are separated by a bar.
func judgeFile(pins, file string, c against) string {
	p, err := ParsePins([]byte(pins))
	if err != nil {
		return Reason(err)
	}
	p.Depot = "" // it is for sealing; a verifier does not look at it
	trust, err := NewTrust(p)
	if err != nil {
		return Reason(err)
	}
	f, err := ParseLines([]byte(file))
	if err != nil {
		return Reason(err)
	}
	_ = trust.ExtendFile(f)
	blocks := newestBlocks(trust, f.Of(TypeBlockList))
	var verdicts []string
	for _, token := range f.Of(TypeLicense) {
		l, v, err := VerifyLicense(token, trust, c.Check)
		switch {
		case err != nil:
			verdicts = append(verdicts, Reason(err))
		case blocks.names(l, c.Container):
			verdicts = append(verdicts, "blocked")
		default:
			verdicts = append(verdicts, tell(l, v, c))
		}
	}
	if len(verdicts) == 0 {
		return "none"
	}
	return strings.Join(verdicts, "|")
}

// tell is a license that holds: state, enforcement, when that changes, whether
// the program runs on, which of the features asked for it has, and the limits.
func tell(l *License, v Verdict, c against) string {
	runs, has, limits := 0, "", []string{}
	if v.Runs() {
		runs = 1
	}
	for _, f := range c.has {
		if runs == 1 && l.Has(f) {
			has += "1"
		} else {
			has += "0"
		}
	}
	for _, name := range c.limits {
		if n, ok := l.Limit(name); ok && runs == 1 {
			limits = append(limits, fmt.Sprint(n))
		} else {
			limits = append(limits, "-")
		}
	}
	return fmt.Sprintf("ok:%s:%s:%d:%d:%s:%s", v.State, v.Enforce, v.Until, runs, has, strings.Join(limits, ","))
}

// blocked is the newest block list that is whole.
type blocked struct {
	licenses map[string]int64
	boxes    map[string]int64 // container → when the list was issued
}

func (b blocked) names(l *License, container string) bool {
	return l.Generation <= b.licenses[l.ID] || container != "" && l.IssuedAt <= b.boxes[container]
}

func newestBlocks(t *Trust, tokens []string) (out blocked) {
	slices.Sort(tokens)
	bySeq := map[int64][]*BlockList{}
	newest := int64(0)
	for _, token := range slices.Compact(tokens) {
		if l, err := OpenIssued[BlockList](t, token); err == nil {
			bySeq[l.Seq] = append(bySeq[l.Seq], l)
		}
	}
	for seq, parts := range bySeq {
		if seq > newest && whole(parts) {
			newest = seq
		}
	}
	out.licenses, out.boxes = map[string]int64{}, map[string]int64{}
	for _, l := range bySeq[newest] {
		for _, h := range l.Licenses {
			out.licenses[h.LicenseID] = max(out.licenses[h.LicenseID], h.Generation)
		}
		for _, box := range l.Containers {
			out.boxes[box] = max(out.boxes[box], l.IssuedAt)
		}
	}
	return out
}

// whole reports whether these are all the parts of one list, each once.
func whole(parts []*BlockList) bool {
	seen := map[int]bool{}
	for _, l := range parts {
		if seen[l.Part] || l.Parts != parts[0].Parts {
			return false
		}
		seen[l.Part] = true
	}
	return len(parts) == max(parts[0].Parts, 1)
}

// TestFileVectors holds the file to the generator and to how many there must be.
func TestFileVectors(t *testing.T) {
	a := fileVectors()
	t.Logf("%d valid and %d invalid vectors, %d bytes", a.valid, a.invalid, a.buf.Len())
	if a.valid < 200 || a.invalid < 5000 {
		t.Fatal("too few")
	}
	keep(t, "files.txt", a.book)
}

func fileVectors() *archive {
	a := newArchive()
	w, other := vectorWorlds()[0], vectorWorlds()[1]
	a.scenes(w, other)
	a.lists(w)
	a.claims(w)
	a.pinned(w, other)
	a.shapes(w)
	a.confused(w, other)
	a.payloads(w)
	a.mutants(w)
	a.later(w)
	return a
}

func pinsText(w *world) string { return string(must(w.pins().Encode())) }

// scenes are the dates, bindings and trust of licenses.txt, and random licenses.
func (a *archive) scenes(w, other *world) {
	pins := map[string]string{"a": pinsText(w), "b": pinsText(other)}
	put := func(class string, change func(*scene)) {
		s := w.scene()
		change(s)
		c := w.against()
		c.Check = s.check
		a.put(class, pins[s.pins], append(slices.Clone(s.lines), must(SignClaims(s.signer, s.license))), c)
	}
	dateScenes(put)
	bindingScenes(w, other, put)
	trustScenes(w, other, put)
	src := newStream("vectors files")
	cert := w.sign(w.active, w.cert())
	for i := range 150 {
		c := w.against()
		l := w.someLicense(src)
		if i%5 == 0 {
			l.Features = append(l.Features, AllFeatures)
		}
		if i%7 == 0 {
			l.Maintenance = someTime + int64(src.intn(3)-1)
		}
		c.Now = someTime + int64(src.intn(1000*day))
		c.has = []string{"feature.0", "feature.2", "*"}
		c.limits = []string{"parts", "a", "z", "Parts"}
		lines := []string{w.license(l), cert}
		if i%3 == 0 {
			lines = append(lines, w.license(w.someLicense(src)), w.license(w.fullLicense()))
		}
		a.put("random", pins["a"], lines, c)
	}
}

// lists are block lists: older and newer, in parts, unbelieved, and lifted.
func (a *archive) lists(w *world) {
	cert, lic := w.sign(w.active, w.cert()), w.license(w.fullLicense())
	id, box := w.fullLicense().ID, w.keys().Hash()
	list := func(change func(*BlockList)) string {
		b := &BlockList{Issuer: w.name, Seq: 5, IssuedAt: someTime}
		change(b)
		return w.sign(w.issuing, b)
	}
	held := func(gen int64) []Held {
		return []Held{{LicenseID: "l-9", Generation: 3}, {LicenseID: id, Generation: gen}}
	}
	named := list(func(b *BlockList) { b.Licenses = held(1) })
	for _, lines := range [][]string{
		{cert, lic, named},
		{named, lic, cert},
		{cert, lic, list(func(b *BlockList) { b.Licenses = held(7) })},
		{cert, lic, list(func(b *BlockList) { b.Containers = []string{box} })},
		{cert, lic, list(func(b *BlockList) { b.Licenses = []Held{{LicenseID: "l-9", Generation: 3}} })},
		{cert, lic, list(func(*BlockList) {})},
		{cert, lic, named, list(func(b *BlockList) { b.Seq = 6 })},
		{cert, lic, list(func(b *BlockList) { b.Seq = 4 }), named},
		{cert, lic, named, named},
		{cert, lic, list(func(b *BlockList) { b.Licenses, b.Part, b.Parts = held(1), 1, 2 })},
		{cert, lic, list(func(b *BlockList) { b.Licenses, b.Part, b.Parts = held(1), 1, 2 }), list(func(b *BlockList) { b.Part, b.Parts = 2, 2 })},
		{cert, lic, list(func(b *BlockList) { b.Licenses, b.Part, b.Parts = held(1), 1, 2 }), list(func(b *BlockList) { b.Part, b.Parts = 1, 2 })},
		{cert, lic, list(func(b *BlockList) { b.Licenses, b.Part, b.Parts = held(1), 1, 2 }), list(func(b *BlockList) { b.Part, b.Parts = 2, 3 })},
		{cert, lic, named, list(func(b *BlockList) { b.Seq, b.Part, b.Parts = 9, 1, 2 })},
		{cert, lic, list(func(b *BlockList) { b.Issuer, b.Licenses = "vendor-b", held(1) })},
		{cert, lic, list(func(b *BlockList) { b.IssuedAt, b.Licenses = certUntil+1, held(1) })},
		{cert, lic, flip(named, 60)},
		{cert, lic, w.sign(w.active, &BlockList{Issuer: w.name, Seq: 5, IssuedAt: someTime, Licenses: held(1)})},
		{cert, lic, w.revoke(w.active, 9, [8]byte{1, 2, 3, 4, 5, 6, 7, 1}), named},
	} {
		a.put("blocks", pinsText(w), lines, w.against())
		none := w.against()
		none.Container = ""
		a.put("blocks", pinsText(w), append(slices.Clone(lines), w.license(w.plainLicense())), none)
	}
}

// pinned are pins that differ from good ones.
func (a *archive) pinned(w, other *world) {
	good := pinsText(w)
	cert, lic := w.sign(w.active, w.cert()), w.license(w.fullLicense())
	put := func(pins string) { a.put("pins", pins, []string{cert, lic}, w.against()) }
	active, standby := w.active.Public(), w.standby.Public()
	for _, e := range [][2]string{
		{"", ""},
		{`"iss"`, `"depot": "not looked at", "later": [1, {"a": true}], "iss"`},
		{`"iss"`, `"server": "https://licenses.example", "iss"`},
		{`"iss"`, `"server": "` + strings.Repeat("x", 1025) + `", "iss"`},
		{`"iss"`, `"depot": 7, "iss"`},
		{`"iss"`, `"Iss": "x", "iss"`},
		{`"iss"`, `"iss": "x", "iss"`},
		{`"iss"`, `"salt": "AAAA", "iss"`},
		{`"vendor-a"`, `"vendor-b"`},
		{`"vendor-a"`, `""`},
		{`"vendor-a"`, `"a b"`},
		{`"vendor-a"`, `"` + strings.Repeat("v", 65) + `"`},
		{`"vendor-a"`, `7`},
		{`"roots": [`, `"roots": [], "more": [`},
		{`"roots": [`, `"roots": {}, "more": [`},
		{active.KID(), standby.KID()},
		{active.KID(), active.KID()[:10] + "="},
		{active.String(), standby.String()},
		{active.String(), active.String()[:42]},
		{standby.KID() + `",`, standby.KID() + `", "kid": "` + standby.KID() + `",`},
		{b64.EncodeToString(w.salt), "AAAA"},
		{b64.EncodeToString(w.salt), "+" + b64.EncodeToString(w.salt)[1:]},
		{"\n}", "\n},"},
		{"\n}", "\n} {}"},
		{"{\n", "[\n"},
		{"{\n", "\xef\xbb\xbf{\n"},
		{"{\n", "{\n\x01"},
	} {
		put(strings.Replace(good, e[0], e[1], 1))
	}
	put(strings.Replace(good, `"roots": [`, fmt.Sprintf(`"roots": [{"kid":"%s","pub":"%s"},`, active.KID(), active), 1))
	swapped := w.pins()
	slices.Reverse(swapped.Roots)
	put(string(must(swapped.Encode())))
	alone := w.pins()
	alone.Roots = alone.Roots[1:]
	put(string(must(alone.Encode())))
	eight := w.pins()
	for i := range 6 {
		eight.Roots = append(eight.Roots, PinRoot(edKey(fmt.Sprintf("root %d", i)).Public()))
	}
	put(string(must(eight.Encode())))
	ninth := PinRoot(edKey("root 9").Public())
	put(strings.Replace(string(must(eight.Encode())), `"roots": [`, fmt.Sprintf(`"roots": [{"kid":"%s","pub":"%s"},`, ninth.KID, ninth.Public), 1))
	const pad = `"pad": "", `
	for _, over := range []int{0, 1} {
		put(strings.Replace(good, `"iss"`, `"pad": "`+strings.Repeat("x", maxPins+over-len(good)-len(pad))+`", "iss"`, 1))
	}
	put(pinsText(other))
	put("")
}
