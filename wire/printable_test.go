package wire

import (
	"testing"
	"unicode"
)

// The list of the format against the library's tables: whatever prints may stand
// in a text, and nothing may that is known to be a control, a separator, a format
// or of private use.
func TestPrintable(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		never := unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp, unicode.Zs) && r != ' '
		switch got := printable(r); {
		case got && never:
			t.Errorf("%U may stand in a text", r)
		case !got && unicode.IsPrint(r):
			t.Errorf("%U may not stand in a text", r)
		}
	}
}
