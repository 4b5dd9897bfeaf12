package wire

import (
	"fmt"
	"io"
	"log/slog"
)

// pairingLen is the symbols of a pairing code, check symbol included: short
// enough to be carried in the head from one screen to the next, and long enough
// for the minutes that it lives.
const pairingLen = 10

// Pairing is a well-formed pairing code: what the depot shows to the bearer of a
// ticket, and what is typed on the machine instead of the ticket. Only NewPairing
// and ParsePairing make one; the zero Pairing is none. It is a secret for as long
// as it lives.
type Pairing struct{ sym [pairingLen]byte }

// NewPairing draws a pairing code from rand, which must be cryptographic; it
// reads exactly 9 bytes, of which 45 bits count. It fails only when rand does.
func NewPairing(rand io.Reader) (Pairing, error) {
	var p Pairing
	var b [pairingLen - 1]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return p, fmt.Errorf("wire: no randomness for a pairing code: %w", err)
	}
	var sum byte
	for i, v := range b {
		v &= 31
		p.sym[i] = symbols[v]
		sum ^= weighted[i][v]
	}
	p.sym[pairingLen-1] = symbols[weighted[31-(pairingLen-1)][sum]] // −sum/α⁹ = sum·α²²
	return p, nil
}

// ParsePairing reads a typed pairing code as tolerantly as ParseTicket reads a
// ticket. The error is a *CodeError; its Kind is CodeLength for whatever is as
// long as a ticket or a license key, so that the one is never read as the other.
func ParsePairing(s string) (Pairing, error) {
	t, err := readTyped(s)
	if err != nil {
		return Pairing{}, err
	}
	if t.n != pairingLen {
		return Pairing{}, &CodeError{Kind: CodeLength, Got: t.n, Want: pairingLen}
	}
	var p Pairing
	if err := t.code(p.sym[:], 0); err != nil {
		return Pairing{}, err
	}
	if codeSum(p.sym[:]) != 0 {
		return Pairing{}, &CodeError{Kind: CodeCheck, Got: pairingLen, Want: pairingLen}
	}
	return p, nil
}

// String returns the code in two groups of five with a dash, as it is shown and
// as it stands in a request.
func (p Pairing) String() string {
	if p.IsZero() {
		return ""
	}
	return string(appendGroups(make([]byte, 0, pairingLen+1), p.sym[:]))
}

// Bytes returns the normal form, 10 capital symbols: the bytes a look-up hashes,
// which are never those of a ticket or a key. A new slice each time.
func (p Pairing) Bytes() []byte {
	if p.IsZero() {
		return nil
	}
	return append([]byte(nil), p.sym[:]...)
}

// IsZero reports whether p is no code at all.
func (p Pairing) IsZero() bool { return p.sym[0] == 0 }

// LogValue keeps the secret out of structured logs.
func (p Pairing) LogValue() slog.Value { return slog.StringValue("pairing code") }

// GoString keeps the secret out of %#v.
func (p Pairing) GoString() string { return "wire.Pairing(…)" }
