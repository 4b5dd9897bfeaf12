package house

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/licet/licet/internal/text"
)

// code is a fault's public code, where it is made, and the package variable
// that holds it, if any.
type code struct {
	name, at, dir, variable string
	kind                    string // as fault.Kind prints it
}

// codePattern is the context, a dot, the reason; or the one general code.
var codePattern = regexp.MustCompile(`^([a-z][a-z0-9]*(\.[a-z0-9_]+)+|internal)$`)

// codes returns every fault made in production code, and what is wrong with
// how it is made.
func codes(files []*source) (found []code, wrong []string) {
	for _, s := range files {
		if s.testOnly() || s.dir == "internal/fault" {
			continue
		}
		pkg := s.importName(modulePath + "/internal/fault")
		if pkg == "" {
			continue
		}
		held := map[ast.Expr]string{} // call → variable
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, v := range n.Values {
					if i < len(n.Names) {
						held[v] = n.Names[i].Name
					}
				}
			case *ast.CallExpr:
				if !isSelector(n.Fun, pkg, "New") || len(n.Args) < 2 {
					return true
				}
				if sel, ok := n.Args[1].(*ast.SelectorExpr); ok && sel.Sel.Name == "Code" {
					return true // a copy of another fault
				}
				c := code{name: literal(n.Args[1]), at: s.at(n.Pos()), dir: s.dir, variable: held[n], kind: kindName(n.Args[0])}
				if !codePattern.MatchString(c.name) {
					wrong = append(wrong, fmt.Sprintf("%s: the code of a fault is a literal context.reason, not %q", c.at, c.name))
					return true
				}
				found = append(found, c)
			case *ast.CompositeLit:
				if !isSelector(n.Type, pkg, "Error") {
					return true
				}
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && isIdent(kv.Key, "Code") {
						if v := literal(kv.Value); v != "" {
							found = append(found, code{name: v, at: s.at(n.Pos()), dir: s.dir})
						}
					}
				}
			}
			return true
		})
	}
	return found, wrong
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// kindName turns the identifier of a kind into its stable name: fault.NotFound
// is "not_found".
func kindName(e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "internal"
	}
	var b strings.Builder
	for i, r := range sel.Sel.Name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// repeated finds codes that two packages make: a code has one meaning.
func repeated(found []code) (out []string) {
	first := map[string]code{}
	for _, c := range found {
		f, known := first[c.name]
		if known && f.dir != c.dir && c.name != "internal" {
			out = append(out, fmt.Sprintf("%s: code %s is made at %s too; share the variable", c.at, c.name, f.at))
		}
		if !known {
			first[c.name] = c
		}
	}
	return out
}

// speechless finds codes without a sentence, and sentences without a code.
func speechless(found []code, keys []string) (out []string) {
	known := map[string]bool{"fault.internal": true}
	for _, c := range found {
		known["fault."+c.name] = true
		if !slices.Contains(keys, "fault."+c.name) {
			out = append(out, fmt.Sprintf("%s: code %s has no sentence in internal/text", c.at, c.name))
		}
	}
	for _, k := range keys {
		if strings.HasPrefix(k, "fault.") && !known[k] {
			out = append(out, fmt.Sprintf("internal/text: %s is the sentence of no fault", k))
		}
	}
	return out
}

// raised collects what tests mention: string literals in test files (and what
// stands in testdata, given as texts), and the identifiers they use, bare ones
// per directory and pkg.Name ones.
type raised struct {
	literals   string
	bare       map[string]map[string]bool // directory → identifiers
	selections map[string]bool            // "pkg.Name"
}

func mentions(files []*source, testdata []string) raised {
	r := raised{bare: map[string]map[string]bool{}, selections: map[string]bool{}}
	var all strings.Builder
	for _, s := range files {
		if !s.test || s.dir == "internal/house" || s.dir == "internal/text" {
			continue
		}
		for _, v := range texts(s) {
			all.WriteString(v + "\n")
		}
		if r.bare[s.dir] == nil {
			r.bare[s.dir] = map[string]bool{}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if id, ok := n.X.(*ast.Ident); ok {
					r.selections[id.Name+"."+n.Sel.Name] = true
				}
			case *ast.Ident:
				r.bare[s.dir][n.Name] = true
			}
			return true
		})
	}
	r.literals = all.String() + strings.Join(testdata, "\n")
	return r
}

// unraised finds codes that no test names, at any place where they are made.
func unraised(found []code, r raised) (out []string) {
	done := map[string]bool{}
	for _, c := range found {
		done[c.name] = done[c.name] || r.covers(c)
	}
	for _, c := range found {
		if !done[c.name] {
			out = append(out, fmt.Sprintf("%s: no test raises %s", c.at, c.name))
		}
	}
	return out
}

// covers reports whether some test names the fault.
func (r raised) covers(c code) bool {
	if word(r.literals, c.name) {
		return true
	}
	return c.variable != "" && (r.selections[path.Base(c.dir)+"."+c.variable] || r.bare[c.dir][c.variable])
}

// word reports whether s contains w not as a part of a longer code.
func word(s, w string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], w)
		if i < 0 {
			return false
		}
		end := from + i + len(w)
		if end == len(s) || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789_", rune(s[end])) {
			return true
		}
		from = end
	}
}

func TestFaults(t *testing.T) {
	files := repository(t)
	found, wrong := codes(files)
	none(t, wrong)
	none(t, repeated(found))
	none(t, speechless(found, text.Keys()))
	var testdata []string
	err := walk(root(t), func(rel string, content []byte) error {
		if strings.Contains(rel, "testdata/") && len(content) < 1<<20 {
			testdata = append(testdata, string(content))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r := mentions(files, testdata)
	none(t, unraised(found, r))
	if len(found) < 9 {
		t.Fatalf("only %d codes were found", len(found))
	}
}

func TestFaultsCatches(t *testing.T) {
	const f = `import "` + modulePath + `/internal/fault"` + "\n"
	files := planted(
		t,
		"internal/license/faults.go", "package license\n"+f+`
var ErrNoSeat = fault.New(fault.Exhausted, "license.no_seat")
var ErrGone = fault.New(fault.Expired, "license.gone")
var ErrMute = fault.New(fault.Expired, "license.mute")
var ErrQuiet = fault.New(fault.Expired, "license.quiet")
func g(s string) error { return fault.New(fault.Invalid, s) }
func h() error { return fault.New(fault.Invalid, "NoContext") }
func i() error { return fault.New(fault.Exhausted, "license.no_seat") }
func j() error { return &fault.Error{Code: "license.made"} }`,
		"internal/license/seat_test.go", "package license\nvar x = ErrGone\nvar y = `license.mute_more license.made`",
		"internal/api/seat_test.go", "package api\nvar x = license.ErrNoSeat\nvar z = other.ErrQuiet",
		"internal/order/a.go", "package order\n"+f+"var e = fault.New(fault.Invalid, `license.gone`)\nvar c = fault.New(e.Kind, e.Code)",
	)
	found, wrong := codes(files)
	caught(t, wrong, "faults.go:8", "faults.go:9")
	caught(t, repeated(found), "code license.gone is made at")
	caught(t, speechless(found, []string{"fault.license.no_seat", "fault.license.gone", "fault.license.quiet", "fault.license.made", "fault.license.old", "word.yes"}),
		"license.mute has no sentence", "fault.license.old is the sentence of no fault")
	caught(t, unraised(found, mentions(files, []string{"a golden file"})), "no test raises license.mute", "no test raises license.quiet")
	caught(t, unraised(found, mentions(files, []string{`{"code":"license.mute"}`})), "no test raises license.quiet")
}

// textKeys finds keys that the code asks the catalog for and that it has not.
func textKeys(files []*source, has func(string) bool) (out []string) {
	for _, s := range files {
		pkg := s.importName(modulePath + "/internal/text")
		if pkg == "" || s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			for _, fn := range []string{"T", "N", "Args"} {
				if key := literal(call.Args[1]); isSelector(call.Fun, pkg, fn) && key != "" && !has(key) {
					out = append(out, fmt.Sprintf("%s: the catalog has no text %q", s.at(call.Pos()), key))
				}
			}
			return true
		})
	}
	return out
}

func TestTextKeys(t *testing.T) { none(t, textKeys(repository(t), text.Has)) }

func TestTextKeysCatches(t *testing.T) {
	caught(t, textKeys(planted(
		t, "internal/portal/a.go", "package portal\nimport \""+modulePath+"/internal/text\"\nvar a = text.T(text.DE, \"word.yes\")\nvar b = text.N(text.DE, \"word.maybe\", 3)",
	), text.Has), `"word.maybe"`)
}
