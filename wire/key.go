package wire

import (
	"errors"
	"io"
	"log/slog"
)

// Key is a well-formed license key: the product's prefix and a code whose check
// symbol covers both. Only NewKey and ParseKey make one. It is a secret.
type Key struct {
	prefix string
	sym    [codeLen]byte
}

// CheckPrefix reports whether prefix may stand in front of a license key: two
// to six letters A to Z, capitals. The error is a *CodeError.
func CheckPrefix(prefix string) error {
	if len(prefix) < prefixMin || len(prefix) > prefixMax {
		return &CodeError{Kind: CodePrefix, Got: len(prefix), Want: prefixMax}
	}
	for i := range len(prefix) {
		if prefix[i] < 'A' || prefix[i] > 'Z' {
			return &CodeError{Kind: CodePrefix, Got: len(prefix), Want: prefixMax}
		}
	}
	return nil
}

// NewKey draws a license key from rand, which must be cryptographic. It fails
// when the prefix is not two to six capitals, or when rand does.
func NewKey(prefix string, rand io.Reader) (Key, error) {
	if err := CheckPrefix(prefix); err != nil {
		return Key{}, err
	}
	sym, err := drawCode(rand, prefixSum(prefix))
	if err != nil {
		return Key{}, err
	}
	return Key{prefix: prefix, sym: sym}, nil
}

// ParseKey reads a typed license key as tolerantly as ParseTicket reads a
// ticket. In the prefix letters mean themselves and digits are foreign. A
// separator after two to six symbols ends the prefix; without one the prefix is
// what is over 25 symbols. The error is a *CodeError.
func ParseKey(s string) (Key, error) {
	t, err := readTyped(s)
	if err != nil {
		return Key{}, err
	}
	if t.n == codeLen {
		return Key{}, &CodeError{Kind: CodeIsTicket, Got: t.n, Want: codeLen + prefixMax}
	}
	if t.n < codeLen+prefixMin || t.n > codeLen+prefixMax {
		return Key{}, &CodeError{Kind: CodeLength, Got: t.n, Want: codeLen + prefixMax}
	}
	n := t.n - codeLen
	if t.first >= prefixMin && t.first <= prefixMax && t.first != n {
		// A symbol is lost or doubled; without this a letter of the prefix or
		// of the code could move over and one in 32 would pass.
		return Key{}, &CodeError{Kind: CodeLength, Got: t.n, Want: codeLen + t.first}
	}
	prefix, err := t.prefix(n)
	if err != nil {
		return Key{}, err
	}
	k := Key{prefix: prefix}
	if err := t.code(k.sym[:], n); err != nil {
		return Key{}, err
	}
	if codeSum(k.sym[:])^prefixSum(prefix) != 0 {
		return Key{}, &CodeError{Kind: CodeCheck, Got: t.n, Want: t.n}
	}
	return k, nil
}

// Prefix returns the product's letters.
func (k Key) Prefix() string { return k.prefix }

// String returns the key as it is printed: CADP-7H2KM-….
func (k Key) String() string {
	if k.IsZero() {
		return ""
	}
	b := append(make([]byte, 0, prefixMax+1+codeLen+4), k.prefix...)
	return string(appendGroups(append(b, '-'), k.sym[:]))
}

// Bytes returns the normal form, the prefix, a dash and 25 symbols: the bytes
// a look-up hashes, which are never those of a ticket. A new slice each time.
func (k Key) Bytes() []byte {
	if k.IsZero() {
		return nil
	}
	b := append(make([]byte, 0, prefixMax+1+codeLen), k.prefix...)
	return append(append(b, '-'), k.sym[:]...)
}

// Hint returns the last group, which may be stored and shown.
func (k Key) Hint() string {
	if k.IsZero() {
		return ""
	}
	return string(k.sym[codeLen-groupLen:])
}

// IsZero reports whether k is no key at all.
func (k Key) IsZero() bool { return k.prefix == "" }

// LogValue keeps the secret out of structured logs.
func (k Key) LogValue() slog.Value { return slog.StringValue("…-" + k.Hint()) }

// GoString keeps the secret out of %#v.
func (k Key) GoString() string { return "wire.Key(…-" + k.Hint() + ")" }

// ParseCode reads a ticket or a license key, whichever was typed, and returns
// the normal form to look up, the hint, and the key's prefix ("" for a
// ticket). It serves the one input field that takes both. The error is a
// *CodeError.
func ParseCode(s string) (normal []byte, hint, prefix string, err error) {
	c, err := ParseTicket(s)
	if err == nil {
		return c.Bytes(), c.Hint(), "", nil
	}
	if ce := (*CodeError)(nil); errors.As(err, &ce) && ce.Kind != CodeIsKey {
		return nil, "", "", err
	}
	k, err := ParseKey(s)
	if err != nil {
		return nil, "", "", err
	}
	return k.Bytes(), k.Hint(), k.Prefix(), nil
}
