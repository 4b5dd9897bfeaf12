package wire

import "strings"

// TypedKind is which of the typed codes a group belongs to; it is part of every
// group's check, so that none is ever read as another.
type TypedKind byte

// The kinds of typed codes.
const (
	TypedRequestCode TypedKind = 1 // a container asks: 4 groups
	TypedAnswerCode  TypedKind = 2 // a license: at most 12 groups
	TypedKeyCode     TypedKind = 3 // the certificate of an issuing key: 13 groups
)

const (
	typedGroup = 15 // symbols of a group, printed as three fives
	typedData  = typedGroup - 1
	maxGroups  = 13
	maxTypedIn = 1024 // bytes of typed input worth reading
)

// most is how many groups a code of the kind may have.
func (k TypedKind) most() int {
	switch k {
	case TypedRequestCode:
		return requestGroups
	case TypedAnswerCode:
		return answerGroups
	case TypedKeyCode:
		return maxGroups
	}
	return 0
}

// groupCheck returns the value of the last symbol of group n, from 1, for those
// before it: Σ αⁱ·cᵢ over all fifteen is α¹⁵·n + α¹⁶·kind.
func groupCheck(kind TypedKind, n int, first []byte) byte {
	sum := weighted[typedGroup][n] ^ weighted[typedGroup+1][kind]
	for i, v := range first {
		sum ^= weighted[i][v]
	}
	return weighted[31-typedData][sum]
}

// printGroups adds the checks to the values of symbols and prints them: one group
// to a line. The number of symbols is a multiple of fourteen.
func printGroups(kind TypedKind, data []byte) string {
	var b strings.Builder
	for n := 1; len(data) > 0; n, data = n+1, data[typedData:] {
		if n > 1 {
			b.WriteByte('\n')
		}
		for i, v := range data[:typedData] {
			if i > 0 && i%groupLen == 0 {
				b.WriteByte('-')
			}
			b.WriteByte(symbols[v])
		}
		b.WriteByte(symbols[groupCheck(kind, n, data[:typedData])])
	}
	return b.String()
}

// readGroups reads typed groups as tolerantly as a ticket, and returns the values
// of their data. A group that stands on a line of its own may miss a symbol without
// spoiling those behind it. The error is a *CodeError that names the group.
func readGroups(kind TypedKind, s string) ([]byte, error) {
	if len(s) > maxTypedIn {
		return nil, &CodeError{Kind: CodeLength, Got: len(s), Want: kind.most() * typedGroup}
	}
	var all []byte
	pos, lines := 0, strings.Contains(strings.TrimSpace(s), "\n")
	for line := range strings.Lines(s) {
		before := len(all)
		for _, r := range line {
			pos++
			if isSeparator(r) {
				continue
			}
			if r >= 0x80 || symbolValue[r] == foreign {
				return nil, &CodeError{Kind: CodeForeign, Pos: pos, Symbol: r, Group: min(len(all)/typedGroup+1, maxGroups)}
			}
			all = append(all, symbolValue[r])
		}
		if n := len(all) - before; lines && n%typedGroup != 0 {
			return nil, &CodeError{Kind: CodeLength, Got: n, Want: typedGroup, Group: min(before/typedGroup+1, maxGroups)}
		}
	}
	return checkGroups(kind, all)
}

// checkGroups takes the checks off.
func checkGroups(kind TypedKind, all []byte) ([]byte, error) {
	most := kind.most() * typedGroup
	data := make([]byte, 0, len(all))
	for n := 1; n*typedGroup <= min(len(all), most); n++ {
		g := all[(n-1)*typedGroup : n*typedGroup]
		if g[typedData] == groupCheck(kind, n, g[:typedData]) {
			data = append(data, g[:typedData]...)
			continue
		}
		e := &CodeError{Kind: CodeCheck, Got: len(all), Want: most, Group: n}
		if len(all)%typedGroup != 0 { // a symbol is missing or too many from here on
			e.Kind = CodeLength
		}
		return nil, e
	}
	if len(all) == 0 || len(all)%typedGroup != 0 || len(all) > most {
		return nil, &CodeError{Kind: CodeLength, Got: len(all), Want: most, Group: min(len(all)/typedGroup+1, kind.most())}
	}
	return data, nil
}

// TypedGroups reads what was typed of a code so far, as tolerantly as everything
// that is typed. It returns the groups as they are printed, and whether they are the
// whole code: what an answer says tells where it ends, so that nobody has to. The
// error is a *CodeError that names the group.
func TypedGroups(kind TypedKind, text string) (groups []string, whole bool, err error) {
	data, err := readGroups(kind, text)
	if err != nil {
		return nil, false, err
	}
	groups = strings.Split(printGroups(kind, data), "\n")
	if kind != TypedAnswerCode {
		return groups, len(groups) == kind.most(), nil
	}
	r := newBitReader(data)
	r.get(kidHintBits)
	r.bytes(sigLen)
	_ = readTypedLicense(r) // beyond what is there it reads zeros, and says so
	return groups, !r.over || len(groups) == kind.most(), nil
}

// CheckTypedGroup checks group n, from 1, of a typed code while it is typed. The
// error is a *CodeError.
func CheckTypedGroup(kind TypedKind, n int, group string) error {
	if n < 1 || n > kind.most() {
		return &CodeError{Kind: CodeLength, Want: kind.most() * typedGroup, Group: n}
	}
	var values []byte
	for i, r := range []rune(group) {
		if isSeparator(r) {
			continue
		}
		if r >= 0x80 || symbolValue[r] == foreign {
			return &CodeError{Kind: CodeForeign, Pos: i + 1, Symbol: r, Group: n}
		}
		values = append(values, symbolValue[r])
	}
	if len(values) != typedGroup {
		return &CodeError{Kind: CodeLength, Got: len(values), Want: typedGroup, Group: n}
	}
	if values[typedData] != groupCheck(kind, n, values[:typedData]) {
		return &CodeError{Kind: CodeCheck, Got: typedGroup, Want: typedGroup, Group: n}
	}
	return nil
}

// bitWriter writes numbers bit by bit, the highest first.
type bitWriter struct {
	b []byte
	n int // bits
}

func (w *bitWriter) put(v uint64, bits int) {
	for i := bits - 1; i >= 0; i-- {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (7 - w.n%8)
		w.n++
	}
}

func (w *bitWriter) bytes(b []byte) {
	for _, c := range b {
		w.put(uint64(c), 8)
	}
}

// flag writes a bit and returns it.
func (w *bitWriter) flag(set bool) bool {
	if set {
		w.put(1, 1)
	} else {
		w.put(0, 1)
	}
	return set
}

// count writes a number from 0 on, four bits at a time, the lowest first, each
// time behind a bit that says whether more follow.
func (w *bitWriter) count(v uint64) {
	for ; v > 15; v >>= 4 {
		w.put(16|v&15, 5)
	}
	w.put(v, 5)
}

// symbols returns the bits as values of symbols, filled up with zeros to whole
// groups.
func (w *bitWriter) symbols() []byte {
	r := bitReader{b: w.b, n: w.n}
	groups := (w.n + 5*typedData - 1) / (5 * typedData)
	out := make([]byte, groups*typedData)
	for i := range out {
		out[i] = byte(r.get(5))
	}
	return out
}

// bitReader reads what bitWriter wrote. Beyond the end it reads zeros and
// remembers that it has.
type bitReader struct {
	b    []byte
	n    int // bits
	at   int
	over bool // beyond the end
}

// newBitReader reads the values of symbols.
func newBitReader(values []byte) *bitReader {
	var w bitWriter
	for _, v := range values {
		w.put(uint64(v), 5)
	}
	return &bitReader{b: w.b, n: w.n}
}

func (r *bitReader) get(bits int) (v uint64) {
	for range bits {
		v <<= 1
		if r.at < r.n {
			v |= uint64(r.b[r.at/8] >> (7 - r.at%8) & 1)
		} else {
			r.over = true
		}
		r.at++
	}
	return v
}

func (r *bitReader) bytes(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(r.get(8))
	}
	return out
}

func (r *bitReader) flag() bool { return r.get(1) == 1 }

func (r *bitReader) count() (v uint64) {
	for shift := 0; shift < 60; shift += 4 {
		part := r.get(5)
		v |= part & 15 << shift
		if part < 16 {
			return v
		}
	}
	r.over = true
	return v
}

// done reports whether everything was read, but for less than a group of zeros.
func (r *bitReader) done() bool {
	if r.over || r.n-r.at >= 5*typedData {
		return false
	}
	for r.at < r.n {
		if r.get(1) != 0 {
			return false
		}
	}
	return true
}
