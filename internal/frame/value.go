package frame

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
)

// Kind is the type of an option.
type Kind string

// The kinds. A Choice is a Text whose Frame has a Set.
const (
	Int    Kind = "int"
	Bool   Kind = "bool"
	Text   Kind = "text"
	Choice Kind = "choice"
	Day    Kind = "day"
)

// maxText bounds a text value, in bytes.
const maxText = 1000

// The refusals of a text that should become a Value or a Kind.
var (
	ErrBadValue = fault.New(fault.Invalid, "frame.bad_value")
	ErrTooLong  = fault.New(fault.Invalid, "frame.too_long")
	ErrBadKind  = fault.New(fault.Invalid, "frame.bad_kind")
)

// Value is a JSON scalar: a whole number, a truth value or a text. Values are
// comparable with ==. The zero Value is the empty text.
type Value struct {
	shape shape
	n     int64 // the number, or 1 for true
	s     string
}

type shape uint8

const (
	isText shape = iota
	isInt
	isBool
)

// OfInt makes a number.
func OfInt(n int64) Value { return Value{shape: isInt, n: n} }

// OfBool makes a truth value.
func OfBool(b bool) Value {
	v := Value{shape: isBool}
	if b {
		v.n = 1
	}
	return v
}

// OfText makes a text or a choice.
func OfText(s string) Value { return Value{s: s} }

// OfDay makes a day, which travels as its ISO text.
func OfDay(d day.Day) Value { return OfText(d.String()) }

// Int returns the number, and whether v is one.
func (v Value) Int() (int64, bool) { return v.n, v.shape == isInt }

// Bool returns the truth value, and whether v is one.
func (v Value) Bool() (value, ok bool) { return v.n == 1, v.shape == isBool }

// Text returns the text, and whether v is one.
func (v Value) Text() (string, bool) { return v.s, v.shape == isText }

// Day returns the day, and whether v is a text in ISO form.
func (v Value) Day() (day.Day, bool) {
	if v.shape != isText {
		return day.None, false
	}
	d, err := day.Parse(v.s)
	return d, err == nil
}

// String returns the value as it stands in a Frame's Set and in a CSV cell.
func (v Value) String() string {
	switch v.shape {
	case isInt:
		return strconv.FormatInt(v.n, 10)
	case isBool:
		return strconv.FormatBool(v.n == 1)
	default:
		return v.s
	}
}

// Check returns nil when v has the shape of kind k, else ErrWrongKind,
// ErrTooLong or ErrBadKind.
func (k Kind) Check(v Value) error {
	ok := false
	switch k {
	case Int:
		ok = v.shape == isInt
	case Bool:
		ok = v.shape == isBool
	case Text, Choice:
		if len(v.s) > maxText {
			return ErrTooLong.With("limit", maxText, "value", len(v.s))
		}
		ok = v.shape == isText
	case Day:
		_, ok = v.Day()
	default:
		return ErrBadKind.With("value", string(k))
	}
	if !ok {
		return ErrWrongKind.With("kind", string(k), "value", clip(v.String()))
	}
	return nil
}

// Parse reads a value of kind k from text, as it stands in a CSV cell or a
// form field. It returns ErrWrongKind, ErrTooLong or ErrBadKind.
func (k Kind) Parse(s string) (Value, error) {
	v := OfText(s)
	switch k {
	case Int:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			v = OfInt(n)
		}
	case Bool:
		if s == "true" || s == "false" {
			v = OfBool(s == "true")
		}
	}
	if err := k.Check(v); err != nil {
		return Value{}, err
	}
	return v, nil
}

// MarshalJSON writes the scalar.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.shape == isText {
		return json.Marshal(v.s)
	}
	return []byte(v.String()), nil
}

// UnmarshalJSON reads a whole number, a truth value or a text. It returns
// ErrBadValue for null, fractions, arrays and objects.
func (v *Value) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return ErrBadValue.With("value", clip(string(b))).Wrap(err)
		}
		*v = OfText(s)
		return nil
	case string(b) == "true", string(b) == "false":
		*v = OfBool(b[0] == 't')
		return nil
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return ErrBadValue.With("value", clip(string(b)))
	}
	*v = OfInt(n)
	return nil
}

// readings returns the values whose String is s.
func readings(s string) []Value {
	out := []Value{OfText(s)}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && OfInt(n).String() == s {
		out = append(out, OfInt(n))
	}
	if s == "true" || s == "false" {
		out = append(out, OfBool(s == "true"))
	}
	return out
}

// clip keeps a refused value short enough to be shown.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
