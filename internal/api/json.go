package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/licet/licet/internal/route"
)

// maxDepth is how deep the objects and arrays of a body may be nested.
const maxDepth = 32

// strict reads the JSON body of an operation and refuses what the decoder
// would let pass: another media type or encoding, a name twice in an object (it
// takes the last), text behind the end, deep nesting. It hands the body on.
//
// It is not wire.ScanStrict, because signed messages know neither null nor
// fractions, and here these deserve their own refusal by field.
func strict(op *huma.Operation, r *http.Request) error {
	if op.RequestBody == nil {
		return nil
	}
	if err := mediaType(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	raw, err := route.ReadBody(r, op.MaxBodyBytes)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	if len(bytes.TrimSpace(raw)) == 0 {
		if op.RequestBody.Required {
			return ErrRequired.With("field", "body")
		}
		return nil
	}
	return scan(raw)
}

// mediaType takes JSON in UTF-8; without a header the body is taken for it.
func mediaType(header string) error {
	if header == "" {
		return nil
	}
	kind, parameters, err := mime.ParseMediaType(header)
	if err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return ErrMediaType
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return ErrEncoding
	}
	return nil
}

// scan reports whether raw is one JSON value in UTF-8 without a name twice in
// an object, nested at most maxDepth deep.
func scan(raw []byte) error {
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) || !utf8.Valid(raw) {
		return ErrEncoding
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var open []level
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 && dec.InputOffset() > 0 {
			return nil
		}
		if err != nil {
			return ErrMalformed.Wrap(err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if len(open) == maxDepth {
				return ErrTooDeep.With("limit", maxDepth)
			}
			open = append(open, level{array: token == json.Delim('[')})
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if len(open) > 0 && open[len(open)-1].awaitsName() {
				if !open[len(open)-1].name(token.(string)) {
					return ErrTwice.At(path(open))
				}
				continue
			}
		}
		if len(open) == 0 {
			return behind(dec)
		}
		open[len(open)-1].next()
	}
}

// behind wants nothing after the value.
func behind(dec *json.Decoder) error {
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return ErrMalformed
	}
	return nil
}

// level is an object or array that is open.
type level struct {
	array bool
	index int // of the array's element
	names map[string]bool
	last  string // name whose value comes next
	value bool   // a name was read, its value was not
}

func (l *level) awaitsName() bool { return !l.array && !l.value }

func (l *level) name(s string) bool {
	if l.names == nil {
		l.names = map[string]bool{}
	}
	l.last, l.value = s, true
	fresh := !l.names[s]
	l.names[s] = true
	return fresh
}

func (l *level) next() {
	l.index++
	l.value = false
}

// path is the JSON pointer (RFC 6901) to where the scan stands.
func path(open []level) string {
	var b strings.Builder
	for _, l := range open {
		b.WriteByte('/')
		if l.array {
			b.WriteString(strconv.Itoa(l.index))
		} else {
			b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(l.last))
		}
	}
	return b.String()
}
