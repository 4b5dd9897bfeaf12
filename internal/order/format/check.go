package format

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/licet/licet/internal/fault"
)

// most is how many refusals of one document are collected before it is enough.
const most = 50

// builder collects the fields of one document and what is wrong with them, so
// that a sender learns of several mistakes at once.
type builder struct {
	doc    Document
	faults []error
	seen   map[string]struct{}
}

func newBuilder(kind Kind, mode Mode) *builder {
	return &builder{doc: Document{Format: kind, Mode: mode, Lines: []Line{}}, seen: map[string]struct{}{}}
}

func (b *builder) refuse(f *fault.Error) {
	if len(b.faults) < most {
		b.faults = append(b.faults, f)
	}
}

// text cleans an identifier: spaces around it fall away, Unicode is composed,
// and whatever is not printable is refused, so that two numbers that look
// alike are alike. An empty one is refused when it is required.
func (b *builder) text(field, s string, limit int, required bool) string {
	s = strings.TrimSpace(s)
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	switch {
	case s == "" && required:
		b.refuse(with(ErrMissing, field))
	case utf8.RuneCountInString(s) > limit:
		b.refuse(with(ErrLong, field, "limit", limit))
		return ""
	case !printable(s):
		b.refuse(with(ErrCharacters, field))
		return ""
	}
	return s
}

func printable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// source reads the name of a sending system. It has no slash: that separates it
// from the organization whose source it is.
func (b *builder) source(field, s string, required bool) string {
	s = b.text(field, s, maxSource, required)
	if strings.Contains(s, "/") {
		b.refuse(with(ErrCharacters, field))
	}
	return s
}

// party reads an organization's number; an empty one gives nil.
func (b *builder) party(field, number string) *Party {
	if number = b.text(field, number, maxParty, false); number == "" {
		return nil
	}
	return &Party{Number: number}
}

// language takes ISO 639 codes and locales ("de-AT", "eng"); others say
// nothing about the answer, which is German or English.
func language(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(s)), "-")
	s, _, _ = strings.Cut(s, "_")
	switch s {
	case "de", "deu", "ger":
		return "de"
	case "en", "eng":
		return "en"
	}
	return ""
}

func (b *builder) currency(field, s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if s == "" {
		return ""
	}
	if len(s) != 3 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		b.refuse(with(ErrValue, field, "value", clip(s), "allowed", "EUR, USD, CHF …"))
		return ""
	}
	return s
}

func (b *builder) mode(field, s string, otherwise Mode) Mode {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "":
		return otherwise
	case "complete", "vollständig", "vollstaendig":
		return Complete
	case "lines", "positionen":
		return Lines
	}
	b.refuse(with(ErrValue, field, "value", clip(s), "allowed", "complete, lines"))
	return otherwise
}

func (b *builder) revision(field, s string) *int64 {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		b.refuse(with(ErrValue, field, "value", clip(s), "allowed", "0, 1, 2 …"))
		return nil
	}
	return &n
}

// quantity reads a number with a decimal point. A whole number written as a
// decimal ("3.0", as ERPs do) is taken; a part of a license cannot be sold.
func (b *builder) quantity(field, s string) int64 {
	n, f := parseQuantity(strings.TrimSpace(s))
	if f != nil {
		b.refuse(with(f, field, "value", clip(s), "min", 1, "max", MaxQuantity))
		return 0
	}
	return n
}

func parseQuantity(s string) (int64, *fault.Error) {
	if s == "" {
		return 0, ErrMissing
	}
	if strings.ContainsAny(s, "eE") {
		return exponent(s)
	}
	digits, negative := strings.CutPrefix(s, "-")
	digits = strings.TrimPrefix(digits, "+")
	whole, part, _ := strings.Cut(digits, ".")
	if whole == "" || strings.Trim(whole, "0123456789") != "" || strings.Trim(part, "0") != "" {
		return 0, ErrNotWhole
	}
	whole = strings.TrimLeft(whole, "0")
	if negative || len(whole) > 9 || whole == "" {
		return 0, ErrRange
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > MaxQuantity {
		return 0, ErrRange
	}
	return n, nil
}

// exponent takes 1e3, which is how some JSON writers put a thousand.
func exponent(s string) (int64, *fault.Error) {
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, ErrRange
	case err != nil || math.IsNaN(f):
		return 0, ErrNotWhole
	case f < 1 && f == math.Trunc(f), f > MaxQuantity:
		return 0, ErrRange
	case f != math.Trunc(f):
		return 0, ErrNotWhole
	}
	return int64(f), nil
}

// pair adds an option or a property to m.
func (b *builder) pair(m *map[string]string, field, name, value string) {
	name = b.text(field, name, maxNumber, false)
	value = b.text(field, value, maxValue, false)
	if name == "" {
		return
	}
	if *m == nil {
		*m = map[string]string{}
	}
	if len(*m) >= MaxOptions {
		b.refuse(with(ErrOptions, field, "limit", MaxOptions))
		return
	}
	(*m)[name] = value
}

// line adds a line and refuses a number that was there before.
func (b *builder) line(l Line) error {
	if len(b.doc.Lines) >= MaxLines {
		return with(ErrLines, l.Field, "limit", MaxLines)
	}
	if l.Cancelled {
		l.Quantity = 0
	}
	if l.No != "" {
		if _, twice := b.seen[l.No]; twice {
			b.refuse(with(ErrLineTwice, l.Field, "line", clip(l.No)))
		}
		b.seen[l.No] = struct{}{}
	}
	b.doc.Lines = append(b.doc.Lines, l)
	return nil
}

// finish applies what holds for every document and returns it, or all that was
// refused.
func (b *builder) finish(o Options) (Document, error) {
	d := &b.doc
	if o.Source != "" {
		o.Source = b.source("source", o.Source, false)
		if d.Source != "" && d.Source != o.Source {
			b.refuse(with(ErrSource, "source", "value", clip(d.Source), "want", o.Source))
		}
		d.Source = o.Source
	}
	if d.Source == "" && len(b.faults) == 0 {
		b.refuse(with(ErrNoSource, "source"))
	}
	if o.Language != "" && d.Language == "" {
		d.Language = language(o.Language)
	}
	if d.Customer != nil && *d.Customer == d.Buyer {
		d.Customer = nil
	}
	if len(b.faults) > 0 {
		return Document{}, errors.Join(b.faults...)
	}
	return *d, nil
}

// Check refuses a document that no parser of this package would have returned;
// adapters that build documents themselves need it, and doors do not trust them.
// The error joins up to 50 refusals.
func (d Document) Check() error {
	b := newBuilder(d.Format, d.Mode)
	exact := func(field, s string, limit int, required bool) {
		b.unchanged(field, s, func() string { return b.text(field, s, limit, required) })
	}
	b.unchanged("/source", d.Source, func() string { return b.source("/source", d.Source, true) })
	exact("/number", d.Number, maxNumber, true)
	exact("/id", d.ID, maxValue, false)
	b.mode("/mode", string(d.Mode), "")
	b.currency("/currency", d.Currency)
	if d.Mode == "" || (len(d.Lines) == 0 && d.Mode != Complete) {
		b.refuse(with(ErrNoLines, "/lines"))
	}
	b.checkParty("/buyer", &d.Buyer)
	b.checkParty("/customer", d.Customer)
	for i, l := range d.Lines {
		if l.Field == "" {
			l.Field = "/lines/" + strconv.Itoa(i)
		}
		exact(l.Field+"/no", l.No, maxLineNo, true)
		exact(l.Field+"/article", l.Article, maxNumber, false)
		if !l.Cancelled {
			b.quantity(l.Field+"/quantity", strconv.FormatInt(l.Quantity, 10))
		}
		b.checkParty(l.Field+"/customer", l.Customer)
		for _, pairs := range []map[string]string{l.Options, l.Properties} {
			var copied map[string]string
			for name, value := range pairs {
				b.pair(&copied, l.Field+"/options", name, value)
			}
		}
		if err := b.line(l); err != nil {
			return err
		}
	}
	return errors.Join(b.faults...)
}

func (b *builder) checkParty(field string, p *Party) {
	if p == nil {
		return
	}
	if (p.Number == "") == (p.ID == "") {
		b.refuse(with(ErrMissing, field+"/number"))
	}
	b.text(field+"/number", p.Number, maxParty, false)
	b.text(field+"/id", p.ID, maxNumber, false)
}

// CheckSource refuses a name that a source of orders cannot have.
func CheckSource(field, name string) error {
	b := newBuilder("", "")
	b.unchanged(field, name, func() string { return b.source(field, name, true) })
	return errors.Join(b.faults...)
}

// unchanged refuses what read would clean, unless read has refused it already.
func (b *builder) unchanged(field, s string, read func() string) {
	before := len(b.faults)
	if read() != s && len(b.faults) == before {
		b.refuse(with(ErrCharacters, field))
	}
}
