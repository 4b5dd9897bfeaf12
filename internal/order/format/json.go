package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/licet/licet/internal/fault"
)

// jsonReader walks a JSON text once, by tokens, and knows where it is. It
// refuses a key that comes twice (the standard decoder takes the last one) and
// more than MaxDepth levels.
type jsonReader struct {
	dec  *json.Decoder
	path []string
}

// newJSON checks the whole text first: depth, then syntax, then that nothing
// follows it. The token reader is lenient in places where the scanner is not.
func newJSON(data []byte) (*jsonReader, error) {
	if tooDeep(data) {
		return nil, with(ErrTooDeep, "", "limit", MaxDepth)
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		var syntax *json.SyntaxError
		offset := int64(len(data))
		if errors.As(err, &syntax) {
			offset = syntax.Offset
		}
		return nil, with(ErrJSON, "", "offset", offset)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return &jsonReader{dec: dec}, nil
}

func tooDeep(data []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// at is the JSON pointer (RFC 6901) of the value being read.
func (r *jsonReader) at() string {
	if len(r.path) == 0 {
		return ""
	}
	return "/" + strings.Join(r.path, "/")
}

var pointer = strings.NewReplacer("~", "~0", "/", "~1")

func (r *jsonReader) token() (json.Token, error) {
	t, err := r.dec.Token()
	if err != nil {
		return nil, with(ErrJSON, r.at(), "offset", r.dec.InputOffset())
	}
	return t, nil
}

// object reads the members of the object that t began. each must consume
// exactly the value whose first token it is given.
func (r *jsonReader) object(t json.Token, each func(key string, t json.Token) error) error {
	if t != json.Delim('{') {
		return with(ErrType, r.at(), "want", "{…}")
	}
	seen := map[string]struct{}{}
	for r.dec.More() {
		k, err := r.token()
		if err != nil {
			return err
		}
		key, _ := k.(string)
		r.path = append(r.path, pointer.Replace(clip(key)))
		if _, twice := seen[key]; twice {
			return with(ErrKeyTwice, r.at(), "key", clip(key))
		}
		seen[key] = struct{}{}
		v, err := r.token()
		if err != nil {
			return err
		}
		if err := each(key, v); err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
	}
	_, err := r.token()
	return err
}

// array reads the elements of the array that t began, as object does.
func (r *jsonReader) array(t json.Token, each func(i int, t json.Token) error) error {
	if t != json.Delim('[') {
		return with(ErrType, r.at(), "want", "[…]")
	}
	for i := 0; r.dec.More(); i++ {
		r.path = append(r.path, strconv.Itoa(i))
		v, err := r.token()
		if err != nil {
			return err
		}
		if err := each(i, v); err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
	}
	_, err := r.token()
	return err
}

// skip passes over the value that t began; keys are still checked.
func (r *jsonReader) skip(t json.Token) error {
	switch t {
	case json.Delim('{'):
		return r.object(t, func(_ string, t json.Token) error { return r.skip(t) })
	case json.Delim('['):
		return r.array(t, func(_ int, t json.Token) error { return r.skip(t) })
	}
	return nil
}

// scalar gives the text of a string, number or boolean; null is "".
func (r *jsonReader) scalar(t json.Token) (string, *fault.Error) {
	switch v := t.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case bool:
		return strconv.FormatBool(v), nil
	}
	return "", with(ErrType, r.at(), "want", `"…"`)
}

// truth reads a boolean.
func (r *jsonReader) truth(t json.Token) (bool, *fault.Error) {
	if v, ok := t.(bool); ok {
		return v, nil
	}
	return false, with(ErrType, r.at(), "want", "true, false")
}
