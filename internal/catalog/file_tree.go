package catalog

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/frame"
)

// fileReader puts a YAML tree into values by their json tags, strictly: unknown
// and repeated keys and wrong types are refused, all of them, with their lines.
// Fields tagged yaml:"-" cannot be written in a file.
type fileReader struct{ bad refusals }

var (
	valueType = reflect.TypeFor[frame.Value]()
	dayType   = reflect.TypeFor[day.Day]()
	wholeForm = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,18})$`)
)

// The words by which a refusal names what is expected.
const (
	wantText    = "text"
	wantInteger = "integer"
	wantBool    = "true/false"
	wantDay     = "YYYY-MM-DD"
	wantList    = "list"
	wantMapping = "mapping"
	wantScalar  = "text, integer, true/false"
)

func (r *fileReader) add(at string, line int64, f *fault.Error) { r.bad.add(at, f.With("line", line)) }

// decode puts n into the pointer to.
func (r *fileReader) decode(at string, n ast.Node, to any) {
	r.value(at, n, reflect.ValueOf(to).Elem(), 1)
}

// value puts n into v; above is the line of what holds n, for empty values.
func (r *fileReader) value(at string, n ast.Node, v reflect.Value, above int64) {
	want := func(expected string) {
		r.add(at, nodeLine(n, above), ErrFileType.With("expected", expected, "found", found(n)))
	}
	switch v.Type() {
	case valueType:
		if one, ok := scalarValue(n); ok {
			v.Set(reflect.ValueOf(one))
		} else {
			want(wantScalar)
		}
		return
	case dayType:
		s, ok := scalarText(n)
		d, err := day.Parse(s)
		if !ok || err != nil {
			want(wantDay)
		}
		v.Set(reflect.ValueOf(d))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.value(at, n, v.Elem(), above)
	case reflect.Struct:
		r.mapping(at, n, v, above)
	case reflect.Map:
		r.free(at, n, v, above)
	case reflect.Slice:
		r.list(at, n, v, above)
	case reflect.String:
		if s, ok := scalarText(n); ok {
			v.SetString(s)
		} else {
			want(wantText)
		}
	case reflect.Bool:
		if b, ok := scalarBool(n); ok {
			v.SetBool(b)
		} else {
			want(wantBool)
		}
	default: // int64 is the only number here
		if i, ok := scalarInt(n); ok {
			v.SetInt(i)
		} else {
			want(wantInteger)
		}
	}
}

// mapping puts a mapping into a struct.
func (r *fileReader) mapping(at string, n ast.Node, v reflect.Value, above int64) {
	pairs, ok := pairsOf(n)
	if !ok {
		r.add(at, nodeLine(n, above), ErrFileType.With("expected", wantMapping, "found", found(n)))
		return
	}
	fields := map[string]reflect.Value{}
	r.fields(v, pairs, fields)
	for _, p := range r.once(at, pairs) {
		key, line := keyOf(p), nodeLine(p.Key, above)
		f, known := fields[key]
		if !known {
			r.add(pointer(at, key), line, ErrFileKey.With("key", clip(key), "allowed", sortedKeys(fields)))
			continue
		}
		r.value(pointer(at, key), p.Value, f, line)
	}
}

// fields collects the fields of v by their names in a file, embedded structs
// included, and fills in what the file may leave out.
func (r *fileReader) fields(v reflect.Value, pairs []*ast.MappingValueNode, out map[string]reflect.Value) {
	if f, ok := v.Addr().Interface().(filler); ok {
		f.fill(func(key string) string {
			i := slices.IndexFunc(pairs, func(p *ast.MappingValueNode) bool { return keyOf(p) == key })
			if i < 0 {
				return ""
			}
			s, _ := scalarText(pairs[i].Value)
			return s
		})
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			r.fields(v.Field(i), pairs, out)
		case f.Tag.Get("yaml") != "-" && name != "":
			out[name] = v.Field(i)
		}
	}
}

// free puts a mapping with free keys into a map.
func (r *fileReader) free(at string, n ast.Node, v reflect.Value, above int64) {
	pairs, ok := pairsOf(n)
	if !ok {
		r.add(at, nodeLine(n, above), ErrFileType.With("expected", wantMapping, "found", found(n)))
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(pairs)))
	for _, p := range r.once(at, pairs) {
		one := reflect.New(v.Type().Elem()).Elem()
		r.value(pointer(at, keyOf(p)), p.Value, one, nodeLine(p.Key, above))
		v.SetMapIndex(reflect.ValueOf(keyOf(p)), one)
	}
}

// list puts a sequence into a slice.
func (r *fileReader) list(at string, n ast.Node, v reflect.Value, above int64) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		r.add(at, nodeLine(n, above), ErrFileType.With("expected", wantList, "found", found(n)))
		return
	}
	if len(seq.Values) > maxFileItems {
		r.add(at, nodeLine(n, above), ErrTooMany.With("count", len(seq.Values), "limit", maxFileItems))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	for i, one := range seq.Values {
		r.value(index(at, i), one, v.Index(i), nodeLine(one, above))
	}
}

// once returns the pairs with distinct keys and refuses the repetitions.
func (r *fileReader) once(at string, pairs []*ast.MappingValueNode) []*ast.MappingValueNode {
	seen := make(map[string]int64, len(pairs))
	out := make([]*ast.MappingValueNode, 0, len(pairs))
	for _, p := range pairs {
		key, line := keyOf(p), nodeLine(p.Key, 1)
		if first, twice := seen[key]; twice {
			r.add(pointer(at, key), line, ErrFileKeyTwice.With("key", clip(key), "first", first))
			continue
		}
		seen[key] = line
		out = append(out, p)
	}
	return out
}

// pairsOf returns the pairs of a mapping; an empty file is an empty mapping's opposite: none.
func pairsOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	}
	return nil, false
}

func keyOf(p *ast.MappingValueNode) string {
	if t := p.Key.GetToken(); t != nil {
		return t.Value
	}
	return ""
}

// nodeLine returns the line on which n stands, above when it stands nowhere.
func nodeLine(n ast.Node, above int64) int64 {
	if n == nil || reflect.ValueOf(n).IsNil() {
		return above
	}
	switch m := n.(type) {
	case *ast.NullNode:
		return above
	case *ast.MappingNode:
		if len(m.Values) > 0 && !m.IsFlowStyle {
			return nodeLine(m.Values[0].Key, above)
		}
	case *ast.MappingValueNode:
		return nodeLine(m.Key, above)
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return int64(t.Position.Line)
	}
	return above
}

// found says what stands in the file, by the words of the wants.
func found(n ast.Node) string {
	switch m := n.(type) {
	case *ast.SequenceNode:
		return wantList
	case *ast.MappingNode, *ast.MappingValueNode:
		return wantMapping
	case nil, *ast.NullNode:
		return "–"
	default:
		if t := m.GetToken(); t != nil {
			return clip(t.Value)
		}
		return "–"
	}
}

// scalarText reads texts, and numbers as they are written (an article number
// may consist of digits).
func scalarText(n ast.Node) (string, bool) {
	switch m := n.(type) {
	case *ast.StringNode:
		return m.Value, true
	case *ast.LiteralNode:
		if m.Value == nil {
			return "", false
		}
		return strings.TrimSuffix(m.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode:
		return m.GetToken().Value, true
	}
	return "", false
}

func scalarInt(n ast.Node) (int64, bool) {
	m, ok := n.(*ast.IntegerNode)
	if !ok || m.Token.Type != token.IntegerType || !wholeForm.MatchString(m.Token.Value) {
		return 0, false
	}
	i, err := strconv.ParseInt(m.Token.Value, 10, 64)
	return i, err == nil
}

func scalarBool(n ast.Node) (value, ok bool) {
	m, ok := n.(*ast.BoolNode)
	if !ok || m.Token.Value != "true" && m.Token.Value != "false" {
		return false, false
	}
	return m.Value, true
}

func scalarValue(n ast.Node) (frame.Value, bool) {
	if i, ok := scalarInt(n); ok {
		return frame.OfInt(i), true
	}
	if b, ok := scalarBool(n); ok {
		return frame.OfBool(b), true
	}
	if _, number := n.(ast.ScalarNode); !number {
		return frame.Value{}, false
	}
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		s, ok := scalarText(n)
		return frame.OfText(s), ok
	}
	return frame.Value{}, false
}

// lineOf finds the line of a JSON pointer in the tree: of the thing itself, or
// of the last thing on the way to it that is there.
func lineOf(root ast.Node, at string) int64 {
	line, n := int64(1), root
	for _, part := range strings.Split(at, "/")[1:] {
		key := unescape.Replace(part)
		pairs, isMap := pairsOf(n)
		seq, isList := n.(*ast.SequenceNode)
		i, err := strconv.Atoi(key)
		switch {
		case isMap:
			j := slices.IndexFunc(pairs, func(p *ast.MappingValueNode) bool { return keyOf(p) == key })
			if j < 0 {
				return line
			}
			line, n = nodeLine(pairs[j].Key, line), pairs[j].Value
		case isList && err == nil && i >= 0 && i < len(seq.Values):
			n = seq.Values[i]
			line = nodeLine(n, line)
		default:
			return line
		}
	}
	return line
}
