package wire

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// DecodeStrict decodes b, which must pass ScanStrict, into the struct that v
// points to. Names are the json tags, in exactly their case; a name that fits a
// field only in another case is refused, an unknown name is ignored, so that a
// format can grow. Fields may be strings, integers, booleans, structs, and
// slices and string-keyed maps of these; anything else is a mistake of the
// program and an error. On an error *v holds what was read before it.
func DecodeStrict(b []byte, v any) error {
	dst := reflect.ValueOf(v)
	if dst.Kind() != reflect.Pointer || dst.IsNil() || dst.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("wire: DecodeStrict wants a pointer to a struct, not %T", v)
	}
	as, err := shapeOf(dst.Elem().Type())
	if err != nil {
		return err
	}
	return scanAs(b, as, dst.Elem())
}

// shape is a Go type as the scanner fills it.
type shape struct {
	kind   reflect.Kind
	fields map[string]*field // of a struct
	inner  *shape            // of a slice's or map's elements
}

type field struct {
	index int
	shape *shape
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) (*shape, error) {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape), nil
	}
	s, err := buildShape(t)
	if err == nil {
		shapes.Store(t, s)
	}
	return s, err
}

func buildShape(t reflect.Type) (s *shape, err error) {
	s = &shape{kind: t.Kind()}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return s, nil
	case reflect.Slice:
		s.inner, err = buildShape(t.Elem())
		return s, err
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			s.inner, err = buildShape(t.Elem())
			return s, err
		}
	case reflect.Struct:
		s.fields = make(map[string]*field, t.NumField())
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || name == "" || name == "-" {
				continue
			}
			inner, err := buildShape(f.Type)
			if err != nil {
				return nil, err
			}
			s.fields[name] = &field{i, inner}
		}
		return s, nil
	}
	return nil, fmt.Errorf("wire: DecodeStrict cannot fill a %s", t)
}

// takes reports whether a value that begins with c can fill the shape.
func (s *shape) takes(c byte) bool {
	switch s.kind {
	case reflect.String:
		return c == '"'
	case reflect.Bool:
		return c == 't' || c == 'f'
	case reflect.Slice:
		return c == '['
	case reflect.Map, reflect.Struct:
		return c == '{'
	}
	return c == '-' || c >= '0' && c <= '9'
}

// field returns the field of a name, or nil for an unknown one. A name that
// fits only when case is ignored is an error: the standard decoder takes it.
func (s *shape) field(name []byte) (*field, error) {
	if f, ok := s.fields[string(name)]; ok {
		return f, nil
	}
	for known := range s.fields {
		if strings.EqualFold(known, string(name)) {
			return nil, fmt.Errorf("%w: %q in another case", ErrDuplicateKey, name)
		}
	}
	return nil, nil
}

func setInteger(dst reflect.Value, v int64) bool {
	if dst.OverflowInt(v) {
		return false
	}
	dst.SetInt(v)
	return true
}

// unescape returns the text of a string that the scanner has accepted.
func unescape(b []byte, escaped bool) string {
	if !escaped {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := hexRune(b[i+1:])
			i += 4
			if utf16.IsSurrogate(r) {
				r = utf16.DecodeRune(r, hexRune(b[i+3:]))
				i += 6
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, b[i])
		}
	}
	return string(out)
}

// hexRune reads four hexadecimal digits that the scanner has accepted.
func hexRune(b []byte) (r rune) {
	for _, c := range b[:4] {
		r <<= 4
		switch {
		case c <= '9':
			r |= rune(c - '0')
		default:
			r |= rune(c|0x20-'a') + 10
		}
	}
	return r
}
