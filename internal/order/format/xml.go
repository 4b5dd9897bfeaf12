package format

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// xmlField is a place in a document that a reader wants to know of; its zero
// value is every other place.
type xmlField int

// xmlEvent is the beginning or the end of such a place. Text is there at the
// end, and only of the element itself.
type xmlEvent struct {
	field xmlField
	end   bool
	text  string
	attr  func(name string) string
	line  int // in the file
}

// xmlRules name the places by their path below the root ("OrderLine/LineItem/ID"),
// whatever prefixes the sender uses. Elements of other namespaces match none.
type xmlRules struct {
	spaces map[string]bool
	fields map[string]xmlField
}

// maxText is how much text of one element is kept: more than any identifier
// may have, less than an embedded file.
const maxText = 4096

// newXML reads strictly, without entities of its own; decoding has been done.
func newXML(data []byte) *xml.Decoder {
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.Strict = true
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return dec
}

func xmlFault(dec *xml.Decoder, err error) error {
	line, _ := dec.InputPos()
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		line = syntax.Line
	}
	return with(ErrXML, "", "line", line)
}

func doctype(dec *xml.Decoder) error {
	line, _ := dec.InputPos()
	return with(ErrDoctype, "", "line", line)
}

// walkXML gives the events of one document in order, within the limits.
func walkXML(data []byte, rules xmlRules, root func(xml.Name) error, on func(xmlEvent) error) error {
	dec := newXML(data)
	w := xmlWalk{dec: dec, rules: rules, root: root, on: on}
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) && w.closed {
			return nil
		}
		if err != nil {
			return xmlFault(dec, err)
		}
		if err := w.token(t); err != nil {
			return err
		}
	}
}

type xmlWalk struct {
	dec      *xml.Decoder
	rules    xmlRules
	root     func(xml.Name) error
	on       func(xmlEvent) error
	path     []byte
	marks    []int // length of path before each open element
	text     []byte
	elements int
	closed   bool
}

func (w *xmlWalk) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.Directive:
		return doctype(w.dec)
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		return w.finish()
	case xml.CharData:
		if len(w.marks) == 0 && len(bytes.TrimSpace(t)) > 0 {
			return xmlFault(w.dec, nil)
		}
		if room := maxText - len(w.text); room > 0 {
			w.text = append(w.text, t[:min(room, len(t))]...)
		}
	}
	return nil
}

func (w *xmlWalk) start(t xml.StartElement) error {
	if w.elements++; w.elements > MaxElements {
		return with(ErrElements, "", "limit", MaxElements)
	}
	if len(w.marks) >= MaxDepth {
		return with(ErrTooDeep, "", "limit", MaxDepth)
	}
	w.text = w.text[:0]
	if len(w.marks) == 0 {
		if w.closed {
			return xmlFault(w.dec, nil)
		}
		w.marks = append(w.marks, 0)
		return w.root(t.Name)
	}
	w.marks = append(w.marks, len(w.path))
	if len(w.path) > 0 {
		w.path = append(w.path, '/')
	}
	if !w.rules.spaces[t.Name.Space] {
		w.path = append(w.path, '!') // no rule has this sign
	}
	w.path = append(w.path, t.Name.Local...)
	field := w.rules.fields[string(w.path)]
	if field == 0 {
		return nil
	}
	return w.on(xmlEvent{field: field, line: w.line(), attr: func(name string) string {
		for _, a := range t.Attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
		return ""
	}})
}

func (w *xmlWalk) finish() error {
	last := len(w.marks) - 1
	field := w.rules.fields[string(w.path)]
	text := ""
	if field != 0 && last > 0 {
		text = strings.TrimSpace(string(w.text))
	}
	w.text = w.text[:0]
	w.path, w.marks = w.path[:w.marks[last]], w.marks[:last]
	if last == 0 {
		w.closed = true
		return nil
	}
	if field == 0 {
		return nil
	}
	return w.on(xmlEvent{field: field, end: true, text: text, line: w.line()})
}

func (w *xmlWalk) line() int {
	n, _ := w.dec.InputPos()
	return n
}
