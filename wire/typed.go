package wire

import (
	"fmt"
	"unicode/utf8"
)

// CodeErrorKind says which typing mistake a code has.
type CodeErrorKind string

// The kinds of typing mistakes. They are part of the API and never change.
const (
	CodeLength   CodeErrorKind = "length"    // symbols are missing or too many
	CodeForeign  CodeErrorKind = "foreign"   // a character that no code contains
	CodeCheck    CodeErrorKind = "check"     // all symbols are possible, but one is wrong or two are swapped
	CodeIsKey    CodeErrorKind = "is_key"    // a license key where a ticket is expected
	CodeIsTicket CodeErrorKind = "is_ticket" // a ticket where a license key is expected
	CodePrefix   CodeErrorKind = "prefix"    // a prefix that is not two to six letters
)

// CodeError is why a typed code was refused. It never holds the code; Symbol
// is the one character that is not possible.
type CodeError struct {
	Kind   CodeErrorKind
	Pos    int  // 1-based place of the foreign character in the input, counted in characters
	Symbol rune // the foreign character
	Got    int  // symbols found, separators not counted
	Want   int  // symbols expected; for a key the most
	Group  int  // of a typed code: 1-based group that is meant; 0 = none in particular
}

// Error returns an English sentence for developers; people read package text.
func (e *CodeError) Error() string {
	if e.Group > 0 {
		plain := *e
		plain.Group = 0
		return fmt.Sprintf("%s, in group %d", plain.Error(), e.Group)
	}
	switch e.Kind {
	case CodeForeign:
		return fmt.Sprintf("wire: character %d (%q) is in no code", e.Pos, e.Symbol)
	case CodeCheck:
		return "wire: the check symbol does not fit: a symbol is wrong or two are swapped"
	case CodeIsKey:
		return "wire: this is a license key, not a ticket"
	case CodeIsTicket:
		return "wire: this is a ticket, not a license key"
	case CodePrefix:
		return "wire: a prefix is two to six letters A to Z"
	}
	return fmt.Sprintf("wire: %d symbols, expected %d", e.Got, e.Want)
}

// typed is the input without its separators. Nothing is mapped yet, because
// the letter O means itself in a prefix and zero in a code.
type typed struct {
	sym [codeLen + prefixMax]byte
	pos [codeLen + prefixMax]int
	n   int // symbols counted; those beyond the arrays are only counted

	first int // symbols before the first separator between symbols; 0 = none
}

func readTyped(s string) (typed, error) {
	var t typed
	if len(s) > maxTyped {
		return t, &CodeError{Kind: CodeLength, Got: utf8.RuneCountInString(s), Want: codeLen}
	}
	pos := 0
	for _, r := range s {
		pos++
		if isSeparator(r) {
			if t.first == 0 {
				t.first = t.n
			}
			continue
		}
		if r >= utf8.RuneSelf || symbolValue[r] == foreign && letterValue[r] == foreign {
			return t, &CodeError{Kind: CodeForeign, Pos: pos, Symbol: r}
		}
		if t.n < len(t.sym) {
			t.sym[t.n], t.pos[t.n] = byte(r), pos
		}
		t.n++
	}
	return t, nil
}

// isSeparator lists the spaces, dashes and dots that people, mail programs and
// text processors put between groups.
func isSeparator(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '-', '.', 0xa0, 0x202f, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212:
		return true
	}
	return false
}

// code writes the normal form of the 25 symbols from at on.
func (t *typed) code(dst []byte, at int) error {
	for i := range dst {
		v := symbolValue[t.sym[at+i]]
		if v == foreign {
			return &CodeError{Kind: CodeForeign, Pos: t.pos[at+i], Symbol: rune(t.sym[at+i])}
		}
		dst[i] = symbols[v]
	}
	return nil
}

// prefix returns the first n symbols as capital letters.
func (t *typed) prefix(n int) (string, error) {
	var b [prefixMax]byte
	for i := range n {
		c := t.sym[i]
		if letterValue[c] == foreign {
			return "", &CodeError{Kind: CodeForeign, Pos: t.pos[i], Symbol: rune(c)}
		}
		if c >= 'a' {
			c -= 'a' - 'A'
		}
		b[i] = c
	}
	return string(b[:n]), nil
}
