package wire

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

const (
	maxDepth = 16  // nested objects and arrays
	maxNames = 128 // names in one object
)

// ScanStrict reports whether b is one JSON object in the strict form of this
// format: valid UTF-8, no name twice in an object, no escapes in names, numbers
// only integers in int64, no null, no lone surrogate, depth at most 16, nothing
// after the object. The standard decoder lets all of these pass.
func ScanStrict(b []byte) error { return scanAs(b, nil, reflect.Value{}) }

func scanAs(b []byte, as *shape, dst reflect.Value) error {
	s := scanner{b: b, names: make([]span, 0, 32)}
	s.space()
	if s.at() != '{' {
		return s.fail("an object expected")
	}
	if err := s.object(as, dst, 1); err != nil {
		return err
	}
	if s.space(); s.i != len(b) {
		return s.fail("something after the object")
	}
	return nil
}

// scanner walks the text once. Where it is given a shape and a place it also
// fills the place; without, it only checks.
type scanner struct {
	b     []byte
	i     int
	names []span // of the open objects, innermost last
}

// span is a part of the text.
type span struct{ from, to int32 }

func (s *scanner) fail(what string) error {
	return fmt.Errorf("%w: %s at byte %d", ErrMalformed, what, s.i)
}

func (s *scanner) at() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return
		}
	}
}

func (s *scanner) value(as *shape, dst reflect.Value, depth int) error {
	if as != nil && !as.takes(s.at()) {
		return s.fail("a value of another kind")
	}
	switch c := s.at(); {
	case c == '"':
		start := s.i + 1
		escaped, err := s.text()
		if err == nil && as != nil {
			dst.SetString(unescape(s.b[start:s.i-1], escaped))
		}
		return err
	case c == '{':
		return s.object(as, dst, depth+1)
	case c == '[':
		return s.array(as, dst, depth+1)
	case c == '-' || c >= '0' && c <= '9':
		v, err := s.integer()
		if err == nil && as != nil && !setInteger(dst, v) {
			return s.fail("an integer out of range")
		}
		return err
	case c == 't':
		if as != nil {
			dst.SetBool(true)
		}
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	}
	return s.fail("a value expected")
}

func (s *scanner) literal(word string) error {
	if end := s.i + len(word); end > len(s.b) || string(s.b[s.i:end]) != word {
		return s.fail("a value expected")
	}
	s.i += len(word)
	return nil
}

// object scans from the opening brace. Names are compared with all before them
// in the same object; maxNames bounds that.
func (s *scanner) object(as *shape, dst reflect.Value, depth int) error {
	if depth > maxDepth {
		return s.fail("nested too deep")
	}
	s.i++
	base := len(s.names)
	defer func() { s.names = s.names[:base] }()
	if s.space(); s.at() == '}' {
		s.i++
		return nil
	}
	for {
		s.space()
		name, err := s.name(base)
		if err != nil {
			return err
		}
		if s.space(); s.at() != ':' {
			return s.fail("a colon expected")
		}
		s.i++
		s.space()
		if err := s.member(as, dst, name, depth); err != nil {
			return err
		}
		if done, err := s.next('}'); done || err != nil {
			return err
		}
	}
}

// member scans the value under a name into the field or map entry it is for.
func (s *scanner) member(as *shape, dst reflect.Value, name []byte, depth int) error {
	if as == nil {
		return s.value(nil, dst, depth)
	}
	if as.kind == reflect.Map {
		entry := reflect.New(dst.Type().Elem()).Elem()
		if err := s.value(as.inner, entry, depth); err != nil {
			return err
		}
		if dst.IsNil() {
			dst.Set(reflect.MakeMap(dst.Type()))
		}
		dst.SetMapIndex(reflect.ValueOf(string(name)).Convert(dst.Type().Key()), entry)
		return nil
	}
	f, err := as.field(name)
	if f == nil {
		if err != nil {
			return err
		}
		return s.value(nil, reflect.Value{}, depth)
	}
	return s.value(f.shape, dst.Field(f.index), depth)
}

func (s *scanner) array(as *shape, dst reflect.Value, depth int) error {
	if depth > maxDepth {
		return s.fail("nested too deep")
	}
	s.i++
	if as != nil {
		dst.SetLen(0)
	}
	if s.space(); s.at() == ']' {
		s.i++
		return nil
	}
	for n := 0; ; n++ {
		s.space()
		var inner *shape
		var item reflect.Value
		if as != nil {
			dst.Grow(1)
			dst.SetLen(n + 1)
			inner, item = as.inner, dst.Index(n)
			item.SetZero()
		}
		if err := s.value(inner, item, depth); err != nil {
			return err
		}
		if done, err := s.next(']'); done || err != nil {
			return err
		}
	}
}

// next reads a comma, or the closing bracket.
func (s *scanner) next(end byte) (done bool, err error) {
	s.space()
	c := s.at()
	if c != ',' && c != end {
		return false, s.fail("a comma expected")
	}
	s.i++
	return c == end, nil
}

func (s *scanner) name(base int) ([]byte, error) {
	if s.at() != '"' {
		return nil, s.fail("a name expected")
	}
	start := s.i + 1
	escaped, err := s.text()
	if err != nil {
		return nil, err
	}
	if escaped {
		return nil, s.fail("an escape in a name")
	}
	name := s.b[start : s.i-1]
	for _, other := range s.names[base:] {
		if string(s.b[other.from:other.to]) == string(name) {
			return nil, fmt.Errorf("%w: %q", ErrDuplicateKey, name)
		}
	}
	if len(s.names)-base >= maxNames {
		return nil, s.fail("too many names")
	}
	s.names = append(s.names, span{int32(start), int32(s.i - 1)})
	return name, nil
}

// text scans a string from its opening quote and tells whether it has escapes.
func (s *scanner) text() (escaped bool, err error) {
	for s.i++; s.i < len(s.b); {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return escaped, nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return false, err
			}
			escaped = true
		case c < ' ':
			return false, s.fail("a control character")
		case c < utf8.RuneSelf:
			s.i++
		default:
			r, n := utf8.DecodeRune(s.b[s.i:])
			if r == utf8.RuneError && n == 1 {
				return false, s.fail("invalid UTF-8")
			}
			s.i += n
		}
	}
	return false, s.fail("a string without end")
}

func (s *scanner) escape() error {
	s.i++
	switch s.at() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i++
		return nil
	case 'u':
		hi, ok := s.hex4()
		if !ok || hi >= 0xdc00 && hi < 0xe000 {
			return s.fail("a bad escape")
		}
		if hi < 0xd800 || hi >= 0xe000 {
			return nil
		}
		if s.at() == '\\' {
			s.i++
			if lo, ok := s.hex4(); ok && lo >= 0xdc00 && lo < 0xe000 {
				return nil
			}
		}
	}
	return s.fail("a bad escape")
}

// hex4 reads uXXXX.
func (s *scanner) hex4() (v int, ok bool) {
	if s.i+5 > len(s.b) || s.b[s.i] != 'u' {
		return 0, false
	}
	for _, c := range s.b[s.i+1 : s.i+5] {
		d := strings.IndexByte("0123456789abcdef", c|0x20)
		if d < 0 || c < '0' {
			return 0, false
		}
		v = v<<4 | d
	}
	s.i += 5
	return v, true
}

// integer scans -?(0|[1-9][0-9]*) within int64; -0 is refused.
func (s *scanner) integer() (int64, error) {
	neg := s.at() == '-'
	if neg {
		s.i++
	}
	start := s.i
	var v uint64
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		if s.i-start == 19 {
			return 0, s.fail("an integer over 64 bits")
		}
		v = v*10 + uint64(s.b[s.i]-'0')
		s.i++
	}
	digits := s.i - start
	switch limit := uint64(1) << 63; {
	case digits == 0, digits > 1 && s.b[start] == '0', neg && v == 0:
		return 0, s.fail("a bad integer")
	case neg && v > limit, !neg && v >= limit:
		return 0, s.fail("an integer over 64 bits")
	}
	switch s.at() {
	case '.', 'e', 'E':
		return 0, s.fail("not an integer")
	}
	if neg {
		return -int64(v), nil // also for −2⁶³, whose magnitude wraps to itself
	}
	return int64(v), nil
}
