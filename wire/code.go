package wire

import (
	"fmt"
	"io"
	"log/slog"
)

// symbols is Crockford's Base32 alphabet; the index is the symbol's value.
const symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	codeLen   = 25  // symbols of a ticket code, check symbol included
	groupLen  = 5   // symbols of a printed group
	maxTyped  = 160 // bytes of typed input worth reading
	prefixMin = 2
	prefixMax = 6
)

const foreign = 0xff

var (
	symbolValue = buildSymbolValues() // byte → 0…31, or foreign
	letterValue = buildLetterValues() // byte → 1…31 for a key's prefix, or foreign
	alpha       = buildPowers()       // alpha[i] = αⁱ
	weighted    = buildWeighted()     // weighted[i][v] = αⁱ·v
)

func buildPowers() (p [31]byte) {
	v := byte(1)
	for i := range p {
		p[i] = v
		v <<= 1
		if v&0x20 != 0 {
			v ^= 0x25 // x⁵ = x²+1
		}
	}
	return p
}

func buildWeighted() (w [31][32]byte) {
	for i := range w {
		for v := range 32 {
			w[i][v] = gfMul(alpha[i], byte(v))
		}
	}
	return w
}

// gfMul multiplies in GF(2⁵); only tables are built with it.
func gfMul(a, b byte) (p byte) {
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			p ^= a
		}
		a <<= 1
		if a&0x20 != 0 {
			a ^= 0x25
		}
	}
	return p
}

func buildSymbolValues() (t [256]byte) {
	for i := range t {
		t[i] = foreign
	}
	for v, c := range []byte(symbols) {
		t[c] = byte(v)
		if c >= 'A' {
			t[c+'a'-'A'] = byte(v)
		}
	}
	for _, c := range []byte("Oo") {
		t[c] = 0
	}
	for _, c := range []byte("IiLl") {
		t[c] = 1
	}
	return t
}

// buildLetterValues gives a prefix letter the value it has as a symbol, so
// that a swap across the border is noticed too; the four letters which are not
// symbols take 1 to 4. No letter is worth 0, or a lost one could go unnoticed.
func buildLetterValues() (t [256]byte) {
	for i := range t {
		t[i] = foreign
	}
	for c := byte('A'); c <= 'Z'; c++ {
		v := symbolValue[c]
		switch c {
		case 'I':
			v = 1
		case 'L':
			v = 2
		case 'O':
			v = 3
		case 'U':
			v = 4
		}
		t[c], t[c+'a'-'A'] = v, v
	}
	return t
}

// checkSymbol returns the value of c₂₄ for the first 24 symbols, given what
// the prefix adds to the sum: −(Σ αⁱcᵢ)/α²⁴ = (Σ αⁱcᵢ)·α⁷.
func checkSymbol(first []byte, prefixSum byte) byte {
	return weighted[31-(codeLen-1)][codeSum(first)^prefixSum]
}

func codeSum(syms []byte) (sum byte) {
	for i, c := range syms {
		sum ^= weighted[i][symbolValue[c]]
	}
	return sum
}

func prefixSum(prefix string) (sum byte) {
	for j := range len(prefix) {
		sum ^= weighted[codeLen+j][letterValue[prefix[j]]]
	}
	return sum
}

// Code is a well-formed ticket code in its normal form. Only NewTicket and
// ParseTicket make one; the zero Code is no code. It is a secret: whoever holds
// it collects the licenses.
type Code struct{ sym [codeLen]byte }

// NewTicket draws a ticket code from rand, which must be cryptographic; it
// reads exactly 15 bytes. It fails only when rand does.
func NewTicket(rand io.Reader) (Code, error) {
	sym, err := drawCode(rand, 0)
	return Code{sym}, err
}

func drawCode(rand io.Reader, prefixSum byte) (sym [codeLen]byte, err error) {
	var b [15]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return sym, fmt.Errorf("wire: no randomness for a code: %w", err)
	}
	out := sym[:0]
	for i := 0; i < len(b); i += 5 {
		v := uint64(b[i])<<32 | uint64(b[i+1])<<24 | uint64(b[i+2])<<16 | uint64(b[i+3])<<8 | uint64(b[i+4])
		for shift := 35; shift >= 0; shift -= 5 {
			out = append(out, symbols[v>>shift&31])
		}
	}
	sym[codeLen-1] = symbols[checkSymbol(sym[:codeLen-1], prefixSum)]
	return sym, nil
}

// ParseTicket reads a typed ticket code. Case, spaces, dashes and dots do not
// matter, O is read as 0, I and L as 1; nothing else is guessed. The error is a
// *CodeError that says what kind of typing mistake it is.
func ParseTicket(s string) (Code, error) {
	t, err := readTyped(s)
	if err != nil {
		return Code{}, err
	}
	if t.n >= codeLen+prefixMin && t.n <= codeLen+prefixMax {
		return Code{}, &CodeError{Kind: CodeIsKey, Got: t.n, Want: codeLen}
	}
	if t.n != codeLen {
		return Code{}, &CodeError{Kind: CodeLength, Got: t.n, Want: codeLen}
	}
	var c Code
	if err := t.code(c.sym[:], 0); err != nil {
		return Code{}, err
	}
	if codeSum(c.sym[:]) != 0 {
		return Code{}, &CodeError{Kind: CodeCheck, Got: codeLen, Want: codeLen}
	}
	return c, nil
}

// String returns the code in five groups of five with dashes, as it is printed.
func (c Code) String() string {
	if c.IsZero() {
		return ""
	}
	return string(appendGroups(make([]byte, 0, codeLen+4), c.sym[:]))
}

// Bytes returns the normal form, 25 capital symbols without separators: the
// bytes a look-up hashes. A new slice each time.
func (c Code) Bytes() []byte {
	if c.IsZero() {
		return nil
	}
	return append([]byte(nil), c.sym[:]...)
}

// Hint returns the last group, which may be stored and shown to help a person
// recognize a code.
func (c Code) Hint() string {
	if c.IsZero() {
		return ""
	}
	return string(c.sym[codeLen-groupLen:])
}

// IsZero reports whether c is no code at all.
func (c Code) IsZero() bool { return c.sym[0] == 0 }

// LogValue keeps the secret out of structured logs: only the hint is written.
func (c Code) LogValue() slog.Value { return slog.StringValue("…-" + c.Hint()) }

// GoString keeps the secret out of %#v.
func (c Code) GoString() string { return "wire.Code(…-" + c.Hint() + ")" }

func appendGroups(dst, sym []byte) []byte {
	for i := 0; i < len(sym); i += groupLen {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = append(dst, sym[i:i+groupLen]...)
	}
	return dst
}
