package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/licet/licet/internal/fault"
)

// The bounds that keep the parser's work in proportion to the file: it is
// quadratic in the depth and in the keys of one mapping, and it recurses.
const (
	maxDepth  = 32
	maxKeys   = 256
	maxTokens = 2_000_000
)

// parseFile checks the bytes and the tokens of a file before anything recurses
// over them, then builds the tree. Only plain YAML is taken: no anchors, aliases,
// tags, directives, merge keys or second documents, so nothing can multiply.
func parseFile(doc []byte) (root ast.Node, bad refusals) {
	doc = bytes.TrimPrefix(doc, []byte("\xef\xbb\xbf"))
	if len(doc) > maxFile {
		return nil, refusals{ErrFileTooLarge.With("value", len(doc), "line", int64(1))}
	}
	if line := badBytes(doc); line > 0 {
		return nil, refusals{ErrFileEncoding.With("line", line)}
	}
	if structure(doc) > maxTokens {
		return nil, refusals{ErrFileDeep.With("limit", maxTokens, "line", int64(1))}
	}
	defer func() { // the parser is foreign code; what makes it stumble is no catalog
		if p := recover(); p != nil {
			root, bad = nil, refusals{ErrFileSyntax.With("because", "parser", "line", int64(1)).Wrap(fmt.Errorf("%v", p))}
		}
	}()
	tokens := lexer.Tokenize(string(doc))
	g := &guard{}
	for i, t := range tokens {
		g.take(i, t)
	}
	if len(g.bad) > 0 {
		return nil, g.bad
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, refusals{syntax(err)}
	}
	for _, d := range file.Docs {
		if d.Body != nil {
			return d.Body, nil
		}
	}
	return nil, refusals{ErrFileVersion.With("value", "–", "limit", fileVersion, "line", int64(1))}
}

// badBytes returns the line of the first byte that is not UTF-8 text, 0 if none.
func badBytes(doc []byte) int64 {
	line := int64(1)
	for i := 0; i < len(doc); {
		r, size := utf8.DecodeRune(doc[i:])
		switch {
		case r == '\n':
			line++
		case r == utf8.RuneError && size == 1, r < ' ' && r != '\t' && r != '\r', r == 0x7f, r == '\u2028', r == '\u2029', r == '\u0085':
			return line
		}
		i += size
	}
	return 0
}

// structure counts what can become a token, roughly and cheaply.
func structure(doc []byte) (n int) {
	for _, c := range doc {
		if strings.IndexByte("[]{},:?&*!\n", c) >= 0 {
			n++
		}
	}
	return n + bytes.Count(doc, []byte("- "))
}

// syntax takes the reason and the line out of a parser's error.
func syntax(err error) *fault.Error {
	line, because := int64(1), "YAML"
	var at interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &at) {
		because = clip(at.GetMessage())
		if t := at.GetToken(); t != nil && t.Position != nil {
			line = int64(t.Position.Line)
		}
	}
	return ErrFileSyntax.With("because", because, "line", line)
}

// guard looks at the tokens one by one.
type guard struct {
	bad   refusals
	block []level // open block collections, outermost first
	flow  []int   // keys of the open flow collections
}

type level struct {
	column   int
	sequence bool
	keys     int
}

func (g *guard) refuse(t *token.Token, f *fault.Error) {
	if len(g.bad) <= maxRefusals {
		g.bad = append(g.bad, f.With("line", int64(t.Position.Line)))
	}
}

func (g *guard) take(i int, t *token.Token) {
	switch t.Type {
	case token.InvalidType:
		g.refuse(t, ErrFileSyntax.With("because", clip(t.Error)))
	case token.AnchorType, token.AliasType, token.TagType, token.DirectiveType, token.MergeKeyType,
		token.MappingKeyType, token.DocumentEndType:
		g.refuse(t, ErrFileForm.With("value", clip(t.Value)))
	case token.DocumentHeaderType:
		if i > 0 && t.Prev != nil && t.Prev.Type != token.CommentType {
			g.refuse(t, ErrFileForm.With("value", clip(t.Value)))
		}
	case token.MappingStartType, token.SequenceStartType:
		g.flow = append(g.flow, 0)
	case token.MappingEndType, token.SequenceEndType:
		g.flow = g.flow[:max(0, len(g.flow)-1)]
	case token.SequenceEntryType:
		g.dash(t.Position.Column)
	case token.MappingValueType:
		g.key(t)
	}
	if len(g.block)+len(g.flow) > maxDepth {
		g.refuse(t, ErrFileDeep.With("limit", maxDepth))
		g.block, g.flow = nil, nil
	}
}

// close ends the block collections to the right of column.
func (g *guard) close(column int) {
	for len(g.block) > 0 && g.block[len(g.block)-1].column > column {
		g.block = g.block[:len(g.block)-1]
	}
}

func (g *guard) dash(column int) {
	if len(g.flow) > 0 {
		return
	}
	g.close(column)
	if n := len(g.block); n == 0 || g.block[n-1].column < column || !g.block[n-1].sequence {
		g.block = append(g.block, level{column: column, sequence: true})
	}
}

func (g *guard) key(t *token.Token) {
	keys := 0
	if n := len(g.flow); n > 0 {
		g.flow[n-1]++
		keys = g.flow[n-1]
	} else if t.Prev != nil {
		column := t.Prev.Position.Column
		g.close(column)
		if n := len(g.block); n > 0 && g.block[n-1].sequence && g.block[n-1].column == column {
			g.block = g.block[:n-1]
		}
		if n := len(g.block); n == 0 || g.block[n-1].column < column {
			g.block = append(g.block, level{column: column})
		}
		last := &g.block[len(g.block)-1]
		last.keys++
		keys = last.keys
	}
	if keys == maxKeys+1 {
		g.refuse(t, ErrFileDeep.With("limit", maxKeys))
	}
}
