package catalog

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
)

// The sizes of what names an object, in characters.
const (
	maxCode   = 64
	maxNumber = 64
	maxName   = 200
)

// State says whether an object is still offered.
type State string

// The states. The empty State of an input means "as it is", Active for a new object.
const (
	Active  State = "active"
	Retired State = "retired"
)

// Names is what people read, in both languages of the product.
type Names struct {
	DE string `json:"de"` // 1 to 200 characters
	EN string `json:"en"` // 1 to 200 characters
}

// In returns the name in language l.
func (n Names) In(l text.Lang) string {
	if l == text.DE {
		return n.DE
	}
	return n.EN
}

var (
	codeForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	domainForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$`)
	prefixForm = regexp.MustCompile(`^[A-Z]{2,6}$`)
	uuidForm   = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

// FoldCode returns the form under which codes are compared: ASCII lower case.
func FoldCode(code string) string { return strings.ToLower(strings.TrimSpace(code)) }

// FoldNumber returns the form under which article numbers are compared: a
// compatibility form without spaces and without case, so that "cad-pro perp"
// finds "CAD-PROPERP". Two numbers with the same folded form are one number.
func FoldNumber(number string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(number))
}

// foldPrefix makes prefixes equal that a person cannot tell apart when typing
// a key: I and L read as 1, O as 0.
func foldPrefix(p string) string { return alike.Replace(p) }

var alike = strings.NewReplacer("I", "1", "L", "1", "O", "0")

// refusals collects everything that is wrong with an input, each with the JSON
// pointer of the field that it is about.
type refusals []error

func (r *refusals) add(at string, f *fault.Error) { *r = append(*r, f.At(at)) }

// under takes over what a part was refused for, moved below the pointer at.
func (r *refusals) under(at string, part refusals) {
	for _, err := range part {
		f := fault.As(err)
		*r = append(*r, f.At(at+f.Field))
	}
}

// code checks a code; uuids are refused so that a reference by id or by code is never unclear.
func (r *refusals) code(at, code string) {
	if !codeForm.MatchString(code) || uuidForm.MatchString(code) {
		r.add(at, ErrCode.With("value", clip(code)))
	}
}

func (r *refusals) number(at, number string) {
	ok := number != "" && number == strings.TrimSpace(number) && FoldNumber(number) != "" &&
		utf8.ValidString(number) && utf8.RuneCountInString(number) <= maxNumber && !uuidForm.MatchString(number)
	if !ok || strings.ContainsFunc(number, func(c rune) bool { return !unicode.IsPrint(c) }) {
		r.add(at, ErrNumber.With("value", clip(number)))
	}
}

func (r *refusals) names(at string, n Names) {
	for _, one := range []struct{ lang, s string }{{"de", n.DE}, {"en", n.EN}} {
		bad := strings.TrimSpace(one.s) == "" || !utf8.ValidString(one.s) || utf8.RuneCountInString(one.s) > maxName
		if bad || strings.ContainsFunc(one.s, unicode.IsControl) {
			r.add(at+"/"+one.lang, ErrName.With("language", one.lang))
		}
	}
}

func (r *refusals) choice(at, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	r.add(at, ErrChoice.With("value", clip(value), "allowed", allowed))
}

func (r *refusals) within(at string, value, lo, hi int64) {
	if value < lo || value > hi {
		r.add(at, ErrRange.With("value", value, "min", lo, "max", hi))
	}
}

func (r *refusals) atMost(at string, count, limit int) bool {
	if count > limit {
		r.add(at, ErrTooMany.With("count", count, "limit", limit))
	}
	return count <= limit
}

func (r *refusals) state(at string, s State) {
	r.choice(at, string(s), string(Active), string(Retired))
}

// clip keeps a refused value short enough to be shown.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if utf8.RuneCountInString(s) > maxNumber {
		return string([]rune(s)[:maxNumber]) + "…"
	}
	return s
}
