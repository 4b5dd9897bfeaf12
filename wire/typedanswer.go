package wire

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

const (
	answerGroups = 12
	typedHeader  = "lct.typed."
	quarter      = 900        // seconds; the dates of a typed answer are whole quarter hours
	hour         = 3600       // and its issue a whole hour
	typedEpoch   = 1735689600 // 2025-01-01T00:00:00Z
	kidHintBits  = 10

	// maxTypedBits is the room for what a license says: 12 groups without the hint
	// and the signature.
	maxTypedBits = answerGroups*typedData*5 - kidHintBits - 8*sigLen

	maxTypedDays  = 1<<12 - 1 // of grace
	maxTypedRenew = 1<<10 - 1 // days until the next contact
	maxTypedMin   = 7         // components that must match
)

// Marks stand for names that did not fit into a typed answer: a program asks for a
// feature by its name, and the license knows the name's mark.
type Marks struct {
	Product  uint32           // MarkOf the product's code, where License.Product is empty; 0 = that is known
	Features []uint32         // MarkOf each name
	Limits   map[uint32]int64 // MarkOf the name → value
}

// Of reports whether the license is for a product, by its code.
func (l *License) Of(product string) bool {
	return l.Product == product || l.Product == "" && l.Marks.Product == MarkOf(product)
}

func (m *Marks) has(feature string) bool { return slices.Contains(m.Features, MarkOf(feature)) }

const markBits = 20

// MarkOf returns the mark of a feature or limit: the first 20 bits of a SHA-256.
func MarkOf(name string) uint32 {
	h := sha256.Sum256([]byte("licet mark " + name))
	return binary.BigEndian.Uint32(h[:]) >> (32 - markBits)
}

// TypedAnswer is the license that a typed answer carries. License.Container says
// which container it is for (Key, Kind "soft") and how many components of its
// machine must match (Min, 0 to 7), which the container itself remembers. Its
// dates are whole quarter hours from 2025 on, the issue is a whole hour, its id is a
// UUID of version 7. Every
// other claim of a license must be empty: this profile cannot say it.
type TypedAnswer struct {
	License License
	Number  int // of the request, 0 to MaxTypedNumber
}

// Kind returns TypeTyped.
func (*TypedAnswer) Kind() Type { return TypeTyped }

// Validate checks every field's bounds.
func (a *TypedAnswer) Validate() error {
	_, err := a.Encode()
	return err
}

// Encode returns what is recorded, one line of text: the context, which is not
// typed because both sides know it, and the license's bits. Product, features and limits
// stand by their names where there is room, else by their marks, the product last;
// the article is left out first. The error is an ErrClaim for what this profile cannot say, and
// ErrTooLong for a license with too much in it.
func (a *TypedAnswer) Encode() ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	for _, f := range []typedForm{{true, true, true}, {true, false, true}, {false, true, true}, {false, false, true}, {false, false, false}} {
		var w bitWriter
		a.License.typed(&w, f)
		if w.n <= maxTypedBits {
			context := typedContext(a.License.Issuer, a.License.Container.Key, a.Number)
			return b64.AppendEncode([]byte(context+"|"), w.b), nil
		}
	}
	return nil, fmt.Errorf("%w: for a typed code", ErrTooLong)
}

// typedForm is what of a license is written out.
type typedForm struct{ names, article, product bool }

// typedContext is what the answer is bound to besides its text.
func typedContext(issuer, container string, number int) string {
	return issuer + "|" + container + "|" + strconv.Itoa(number)
}

func (a *TypedAnswer) check() error {
	l := a.License
	var b bounds
	b.id("iss", l.Issuer, true)
	_, err := uuidBytes(l.ID)
	b.when(err != nil, "lid")
	b.when(l.Generation < 1, "gen")
	b.when(l.Quantity < 0, "qty")
	for claim, t := range map[string]int64{"iat": l.IssuedAt, "nbf": l.NotBefore, "exp": l.Expires, "mnt": l.Maintenance} {
		b.when(t != 0 && (t%quarter != 0 || t <= typedEpoch || (t-typedEpoch)/quarter >= 1<<22), claim)
	}
	b.when(l.IssuedAt == 0 || l.IssuedAt%hour != 0, "iat")
	b.when(l.Grace%day24 != 0 || l.Grace < 0 || l.Grace/day24 > maxTypedDays, "grc")
	until := l.NextContact - l.IssuedAt
	b.when(l.NextContact != 0 && (until <= 0 || until%day24 != 0 || until/day24 > maxTypedRenew), "nxt")
	b.when(enforceBits(l.Enforce) < 0, "enf")
	b.when(l.Container.Kind != ContainerSoft || l.Container.Key == "", "cnt")
	b.when(l.Container.Min < 0 || l.Container.Min > maxTypedMin, "cnt")
	b.when(!reflect.DeepEqual(l, License{
		Issuer: l.Issuer, ID: l.ID, Generation: l.Generation, Article: l.Article, Product: l.Product, Features: l.Features,
		Limits: l.Limits, Quantity: l.Quantity, IssuedAt: l.IssuedAt, NotBefore: l.NotBefore, Expires: l.Expires, Grace: l.Grace,
		Maintenance: l.Maintenance, Enforce: l.Enforce, NextContact: l.NextContact, Container: l.Container, Marks: l.Marks,
	}) || len(l.Container.Fingerprint) > 0, "more") // whatever else there is or will be
	b.when(a.Number < 0 || a.Number > MaxTypedNumber, "non")
	b.when((l.Product == "") == (l.Marks.Product == 0), "prd")
	return b.err
}

const day24 = 86400

var enforcements = []Enforcement{Enforce, Warn, Log}

func enforceBits(e Enforcement) int { return slices.Index(enforcements, e) }

// typed writes the license.
func (l *License) typed(w *bitWriter, f typedForm) {
	id, _ := uuidBytes(l.ID) // checked before
	w.bytes(id[:6])
	w.put(uint64(id[6]&15), 4)
	w.bytes(id[7:8])
	w.put(uint64(id[8]&63), 6)
	w.bytes(id[9:])
	w.count(uint64(l.Generation))
	w.put(uint64((l.IssuedAt-typedEpoch)/hour), 20)
	for _, t := range []int64{l.NotBefore, l.Expires, l.Maintenance} {
		if w.flag(t != 0) {
			w.put(uint64((t-typedEpoch)/quarter), 22)
		}
	}
	if w.flag(l.NextContact != 0) {
		w.put(uint64((l.NextContact-l.IssuedAt)/day24), 10)
	}
	if w.flag(l.Grace != 0) {
		w.put(uint64(l.Grace/day24), 12)
	}
	w.put(uint64(enforceBits(l.Enforce)), 2)
	w.put(uint64(l.Container.Min), 3)
	w.count(uint64(l.Quantity))
	if w.flag(f.product && l.Product != "") {
		w.text(l.Product)
	} else {
		w.put(uint64(cmp.Or(l.Marks.Product, MarkOf(l.Product))), markBits)
	}
	l.typedFeatures(w, f.names)
	l.typedLimits(w, f.names)
	if w.flag(f.article && l.Article != "") {
		w.text(l.Article)
	}
}

// How features are written.
const (
	featuresNone  = 0
	featuresAll   = 1
	featuresNames = 2
	featuresMarks = 3
)

func (l *License) typedFeatures(w *bitWriter, names bool) {
	marks := slices.Clone(l.Marks.Features)
	for _, f := range l.Features {
		marks = append(marks, MarkOf(f))
	}
	slices.Sort(marks)
	marks = slices.Compact(marks)
	switch {
	case slices.Contains(l.Features, AllFeatures):
		w.put(featuresAll, 2)
	case len(marks) == 0:
		w.put(featuresNone, 2)
	case names && len(l.Marks.Features) == 0:
		w.put(featuresNames, 2)
		w.count(uint64(len(l.Features)))
		for _, f := range l.Features {
			w.text(f)
		}
	default:
		w.put(featuresMarks, 2)
		w.count(uint64(len(marks)))
		for _, m := range marks {
			w.put(uint64(m), markBits)
		}
	}
}

func (l *License) typedLimits(w *bitWriter, names bool) {
	names = names && len(l.Marks.Limits) == 0
	if !w.flag(len(l.Limits)+len(l.Marks.Limits) > 0) {
		return
	}
	if w.flag(names) {
		w.count(uint64(len(l.Limits)))
		for _, name := range slices.Sorted(maps.Keys(l.Limits)) {
			w.text(name)
			w.signed(l.Limits[name])
		}
		return
	}
	marks := map[uint32]int64{}
	maps.Copy(marks, l.Marks.Limits)
	for name, v := range l.Limits {
		marks[MarkOf(name)] = v
	}
	w.count(uint64(len(marks)))
	for _, m := range slices.Sorted(maps.Keys(marks)) {
		w.put(uint64(m), markBits)
		w.signed(marks[m])
	}
}

func (w *bitWriter) signed(v int64) {
	if w.flag(v < 0) {
		w.count(uint64(-v))
	} else {
		w.count(uint64(v))
	}
}

// textSymbols are the 64 characters that take six bits.
const textSymbols = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-."

func (w *bitWriter) text(s string) {
	w.count(uint64(len(s)))
	if w.flag(strings.Trim(s, textSymbols) == "") {
		for i := range len(s) {
			w.put(uint64(strings.IndexByte(textSymbols, s[i])), 6)
		}
		return
	}
	w.bytes([]byte(s))
}

func (r *bitReader) text() string {
	n := min(r.count(), maxText+1) // more is out of bounds, and found so
	out := make([]byte, 0, n)
	plain := r.flag()
	for range n {
		if plain {
			out = append(out, textSymbols[r.get(6)])
		} else {
			out = append(out, byte(r.get(8)))
		}
	}
	return string(out)
}

func (r *bitReader) signed() int64 {
	if r.flag() {
		return -int64(r.count())
	}
	return int64(r.count())
}

// readTypedLicense reads what typed wrote. It knows neither the publisher nor the
// container.
func readTypedLicense(r *bitReader) License {
	var l License
	id := append(r.bytes(6), 0x70|byte(r.get(4)))
	id = append(append(id, r.bytes(1)...), 0x80|byte(r.get(6)))
	l.ID = uuidText(append(id, r.bytes(7)...))
	l.Generation = int64(r.count())
	l.IssuedAt = int64(r.get(20))*hour + typedEpoch
	at := func() int64 { return int64(r.get(22))*quarter + typedEpoch }
	for _, t := range []*int64{&l.NotBefore, &l.Expires, &l.Maintenance} {
		if r.flag() {
			*t = at()
		}
	}
	if r.flag() {
		l.NextContact = l.IssuedAt + int64(r.get(10))*day24
	}
	if r.flag() {
		l.Grace = int64(r.get(12)) * day24
	}
	if e := r.get(2); int(e) < len(enforcements) {
		l.Enforce = enforcements[e]
	}
	l.Container = Binding{Kind: ContainerSoft, Min: int(r.get(3))}
	l.Quantity = int64(r.count())
	if r.flag() {
		l.Product = r.text()
	} else {
		l.Marks.Product = uint32(r.get(markBits))
	}
	switch r.get(2) {
	case featuresAll:
		l.Features = []string{AllFeatures}
	case featuresNames:
		for range min(r.count(), maxFeatures) {
			l.Features = append(l.Features, r.text())
		}
	case featuresMarks:
		for range min(r.count(), maxFeatures) {
			l.Marks.Features = append(l.Marks.Features, uint32(r.get(markBits)))
		}
	}
	if r.flag() {
		readTypedLimits(r, &l)
	}
	if r.flag() {
		l.Article = r.text()
	}
	return l
}

func readTypedLimits(r *bitReader, l *License) {
	names := r.flag()
	for range min(r.count(), maxLimits) {
		if names {
			if l.Limits == nil {
				l.Limits = map[string]int64{}
			}
			name := r.text()
			l.Limits[name] = r.signed()
			continue
		}
		if l.Marks.Limits == nil {
			l.Marks.Limits = map[uint32]int64{}
		}
		mark := uint32(r.get(markBits))
		l.Marks.Limits[mark] = r.signed()
	}
}

// typedParts takes apart what Encode made.
func typedParts(payload []byte) (context, license []byte, err error) {
	at := bytes.LastIndexByte(payload, '|')
	if at < 0 {
		return nil, nil, fmt.Errorf("%w: typed answer", ErrMalformed)
	}
	license, err = decodeB64(string(payload[at+1:]))
	if err != nil || len(license) < 16 || len(license) > (maxTypedBits+7)/8 {
		return nil, nil, fmt.Errorf("%w: typed answer", ErrMalformed)
	}
	return payload[:at], license, nil
}

// typedMessage is the bytes that are signed.
func typedMessage(context, license []byte) []byte {
	return message(PublicKey{Suite: Ed25519}, typedHeader, license, context, TypeTyped)
}

// SignTyped makes the typed answer of what Encode returned: groups of fifteen
// symbols, one to a line. Only an Ed25519 key signs one.
func SignTyped(priv PrivateKey, payload []byte) (string, error) {
	if priv.signer == nil || priv.public.Suite != Ed25519 {
		return "", fmt.Errorf("%w: for a typed answer", ErrSuite)
	}
	context, license, err := typedParts(payload)
	if err != nil {
		return "", err
	}
	sig, err := priv.sign(typedMessage(context, license))
	if err != nil {
		return "", err
	}
	var w bitWriter
	w.put(uint64(kidHint(priv.public.Bytes)), kidHintBits)
	w.bytes(sig)
	r := &bitReader{b: license, n: 8 * len(license)}
	_ = readTypedLicense(r) // says where its last byte is filled up with zeros
	if r.over || r.at <= 8*(len(license)-1) {
		return "", fmt.Errorf("%w: typed answer", ErrMalformed)
	}
	w.bytes(license)
	w.n -= r.n - r.at
	return printGroups(TypedAnswerCode, w.symbols()), nil
}

// kidHint is the first bits of a key's id.
func kidHint(pub []byte) uint16 {
	h := sha256.Sum256(pub)
	return binary.BigEndian.Uint16(h[:]) >> (16 - kidHintBits)
}

// OpenTyped verifies a typed answer for the container with this key hash and the
// request with this number: groups, signature, claims, publisher, use, issuing
// window, revocation. It does not look at the license's dates; License.At does. The
// license's Serial is the first 8 bytes of a hash of what was signed.
//
// Errors: a *CodeError that names the group; ErrUnknownKey when the issuing key is
// not known here (see ExtendTyped); ErrSignature also for another container's
// answer, or for another request's.
func OpenTyped(t *Trust, text, container string, number int) (*License, error) {
	data, err := readGroups(TypedAnswerCode, text)
	if err != nil {
		return nil, err
	}
	r := newBitReader(data)
	hint, sig := uint16(r.get(kidHintBits)), r.bytes(sigLen)
	start := *r
	l := readTypedLicense(r)
	size := (r.at - start.at + 7) / 8
	if !r.done() {
		return nil, fmt.Errorf("%w: typed answer", ErrMalformed)
	}
	signed := start.bytes(size)
	t.mu.RLock()
	defer t.mu.RUnlock()
	msg := typedMessage([]byte(typedContext(t.issuer, container, number)), signed)
	kid, err := t.typedSigner(hint, msg, sig)
	if err != nil {
		return nil, err
	}
	serial := sha256.Sum256(msg)
	l.Issuer, l.Container.Key = t.issuer, container
	again, err := (&TypedAnswer{License: l, Number: number}).Encode()
	if err != nil {
		return nil, err
	}
	if _, canonical, err := typedParts(again); err != nil || !bytes.Equal(canonical, signed) {
		return nil, fmt.Errorf("%w: typed answer", ErrMalformed)
	}
	l.Type, l.Serial = TypeLicense, Serial([8]byte(serial[:8]))
	return &l, t.judge(kid, TypeLicense, l.issue())
}

// typedSigner finds the issuing key of a typed answer. The caller holds t.mu.
func (t *Trust) typedSigner(hint uint16, msg, sig []byte) (kid string, err error) {
	err = ErrUnknownKey
	for kid, key := range t.issuers {
		if kidHint(key.Bytes) != hint {
			continue
		}
		if key.Suite == Ed25519 && t.check(key, msg, sig) {
			return kid, nil
		}
		err = ErrSignature
	}
	return "", err
}

// uuidBytes reads the usual text of a UUID of version 7, of which six bits are
// always the same.
func uuidBytes(s string) ([]byte, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 || uuidText(b) != s || b[6]>>4 != 7 || b[8]>>6 != 2 {
		return nil, fmt.Errorf("%w: UUID", ErrMalformed)
	}
	return b, nil
}

func uuidText(b []byte) string {
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
