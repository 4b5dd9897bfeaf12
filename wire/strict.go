package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
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
func ScanStrict(b []byte) error { return scanAs(b, nil) }

// DecodeStrict decodes b, which must pass ScanStrict, into the struct that v
// points to. A name that fits a field only in another case is refused; an
// unknown name is ignored, so that a format can grow.
func DecodeStrict(b []byte, v any) error {
	t := reflect.TypeOf(v)
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("wire: DecodeStrict wants a pointer to a struct, not %T", v)
	}
	if err := scanAs(b, shapeOf(t.Elem())); err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	return nil
}

func scanAs(b []byte, as *shape) error {
	s := scanner{b: b}
	s.space()
	if s.at() != '{' {
		return s.fail("an object expected")
	}
	if err := s.object(as, 1); err != nil {
		return err
	}
	if s.space(); s.i != len(b) {
		return s.fail("something after the object")
	}
	return nil
}

type scanner struct {
	b     []byte
	i     int
	names [][]byte // of the open objects, innermost last
}

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

func (s *scanner) value(as *shape, depth int) error {
	switch c := s.at(); {
	case c == '"':
		return s.text()
	case c == '{':
		return s.object(as, depth+1)
	case c == '[':
		return s.array(as, depth+1)
	case c == '-' || c >= '0' && c <= '9':
		return s.integer()
	case c == 't':
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
func (s *scanner) object(as *shape, depth int) error {
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
		child, ok := as.field(name)
		if !ok {
			return fmt.Errorf("%w: %q in another case", ErrDuplicateKey, name)
		}
		if s.space(); s.at() != ':' {
			return s.fail("a colon expected")
		}
		s.i++
		s.space()
		if err := s.value(child, depth); err != nil {
			return err
		}
		if done, err := s.next('}'); done || err != nil {
			return err
		}
	}
}

func (s *scanner) array(as *shape, depth int) error {
	if depth > maxDepth {
		return s.fail("nested too deep")
	}
	s.i++
	if s.space(); s.at() == ']' {
		s.i++
		return nil
	}
	for {
		s.space()
		if err := s.value(as.elem(), depth); err != nil {
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
	if err := s.text(); err != nil {
		return nil, err
	}
	name := s.b[start : s.i-1]
	for _, c := range name {
		if c == '\\' {
			return nil, s.fail("an escape in a name")
		}
	}
	for _, other := range s.names[base:] {
		if string(other) == string(name) {
			return nil, fmt.Errorf("%w: %q", ErrDuplicateKey, name)
		}
	}
	if len(s.names)-base >= maxNames {
		return nil, s.fail("too many names")
	}
	s.names = append(s.names, name)
	return name, nil
}

// text scans a string from its opening quote.
func (s *scanner) text() error {
	for s.i++; s.i < len(s.b); {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return err
			}
		case c < ' ':
			return s.fail("a control character")
		case c < utf8.RuneSelf:
			s.i++
		default:
			r, n := utf8.DecodeRune(s.b[s.i:])
			if r == utf8.RuneError && n == 1 {
				return s.fail("invalid UTF-8")
			}
			s.i += n
		}
	}
	return s.fail("a string without end")
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
func (s *scanner) integer() error {
	neg := s.at() == '-'
	if neg {
		s.i++
	}
	start := s.i
	var v uint64
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		if s.i-start == 19 {
			return s.fail("an integer over 64 bits")
		}
		v = v*10 + uint64(s.b[s.i]-'0')
		s.i++
	}
	digits := s.i - start
	switch limit := uint64(1) << 63; {
	case digits == 0, digits > 1 && s.b[start] == '0', neg && v == 0:
		return s.fail("a bad integer")
	case neg && v > limit, !neg && v >= limit:
		return s.fail("an integer over 64 bits")
	}
	switch s.at() {
	case '.', 'e', 'E':
		return s.fail("not an integer")
	}
	return nil
}

// shape is what the names of a Go type look like in JSON; nil fits everything.
type shape struct {
	fields map[string]*shape // of a struct
	inner  *shape            // of a slice's or map's elements
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := buildShape(t)
	shapes.Store(t, s)
	return s
}

func buildShape(t reflect.Type) *shape {
	switch t.Kind() {
	case reflect.Pointer:
		return buildShape(t.Elem())
	case reflect.Slice, reflect.Array, reflect.Map:
		return &shape{inner: buildShape(t.Elem())}
	case reflect.Struct:
		s := &shape{fields: make(map[string]*shape, t.NumField())}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = f.Name
			}
			if f.IsExported() && name != "-" {
				s.fields[name] = buildShape(f.Type)
			}
		}
		return s
	}
	return nil
}

// field returns the shape under a name, and false if the name fits a field
// only when case is ignored, as the standard decoder would.
func (s *shape) field(name []byte) (*shape, bool) {
	if s == nil || s.fields == nil {
		return s.elem(), true
	}
	if f, ok := s.fields[string(name)]; ok {
		return f, true
	}
	for known := range s.fields {
		if strings.EqualFold(known, string(name)) {
			return nil, false
		}
	}
	return nil, true
}

func (s *shape) elem() *shape {
	if s == nil {
		return nil
	}
	return s.inner
}
