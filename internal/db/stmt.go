package db

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Stmt is a registered statement: one name, one text per engine.
type Stmt struct {
	name   string
	texts  [2]string // by engineIndex
	args   int       // number of "?"; -1 with {rows}
	id     int       // dense number, index of the per-connection caches
	paired bool
	bulk   *bulkText // set with {rows}
}

// bulkText is a statement around its {rows}, and where they go if it does
// nothing but insert them.
type bulkText struct {
	head, tail string
	table      string // "" = it does more
	columns    []string
}

var plainInsert = regexp.MustCompile(`^INSERT INTO (\w+)\s*\(([^()]+)\)\s*VALUES\s*$`)

func newBulkText(head, tail string) *bulkText {
	b := &bulkText{head: head, tail: tail}
	if m := plainInsert.FindStringSubmatch(head); m != nil && tail == "" {
		b.table = m[1]
		for c := range strings.SplitSeq(m[2], ",") {
			b.columns = append(b.columns, strings.TrimSpace(c))
		}
	}
	return b
}

const (
	rowsMacro  = "{rows}"
	testPrefix = "test."
)

// MaxPairs is how many statements may have a text per engine.
const MaxPairs = 12

// registry holds the statements of a program.
type registry struct {
	mu    sync.Mutex
	names map[string]*Stmt
	ids   int
	pairs int
}

var program registry

// SQL registers a statement for both engines. Call it from package variables:
//
//	var qByID = db.SQL("license.by_id", `SELECT … WHERE publisher_id = ? AND id = ?`)
//
// name is "context.what" and unique in the program. Arguments are "?". Macros:
// {for_update}, {skip_locked}, {ids:column} (one argument of type IDs), {rows}
// (only for Tx.ExecMany). It panics on a name used twice or an unknown macro.
func SQL(name, text string) *Stmt { return program.add(name, text, text, false) }

// SQLPair registers a hot statement with a text of its own for each engine. At
// most MaxPairs of them may exist in a program; it panics beyond that.
func SQLPair(name, sqlite, postgres string) *Stmt {
	return program.add(name, sqlite, postgres, true)
}

// control is a statement of the kit itself, around transactions; it is not in the
// registry.
func control(text string) *Stmt {
	program.mu.Lock()
	defer program.mu.Unlock()
	program.ids++
	return &Stmt{name: text, id: program.ids - 1, texts: [2]string{text, text}, args: strings.Count(text, "?")}
}

func (r *registry) add(name, sqlite, postgres string, paired bool) *Stmt {
	s := &Stmt{name: name, paired: paired, args: -1}
	var argsLite, argsPG int
	s.texts[0], argsLite = expand(name, SQLite, sqlite)
	s.texts[1], argsPG = expand(name, Postgres, postgres)
	if !paired {
		s.args = argsLite // the same text: the same number
	}
	if head, tail, ok := strings.Cut(s.texts[0], rowsMacro); ok {
		if argsLite+argsPG != 0 || paired {
			panic("db: {rows} allows no other argument and no pair: " + name)
		}
		s.bulk, s.args = newBulkText(head, tail), -1
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.names == nil {
		r.names = map[string]*Stmt{}
	}
	if r.names[name] != nil || name == "" {
		panic("db: statement registered twice or without a name: " + name)
	}
	if paired && !strings.HasPrefix(name, testPrefix) {
		if r.pairs++; r.pairs > MaxPairs {
			panic("db: too many paired statements: " + name)
		}
	}
	s.id = r.ids
	r.ids++
	r.names[name] = s
	return s
}

// Name returns the registered name.
func (s *Stmt) Name() string { return s.name }

// Text returns the text for an engine, macros expanded; {rows} stands for itself.
func (s *Stmt) Text(e Engine) string { return s.texts[engineIndex(e)] }

// Paired reports whether the statement has a text per engine.
func (s *Stmt) Paired() bool { return s.paired }

// Statements returns every registered statement, by name. Those of tests, named
// "test.…", are left out.
func Statements() []*Stmt {
	program.mu.Lock()
	defer program.mu.Unlock()
	var out []*Stmt
	for name, s := range program.names {
		if !strings.HasPrefix(name, testPrefix) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *Stmt) int { return strings.Compare(a.name, b.name) })
	return out
}

func engineIndex(e Engine) int {
	if e == SQLite {
		return 0
	}
	return 1
}

// expand replaces the macros and, for PostgreSQL, "?" by "$n". It returns the
// number of arguments. Quoted texts and comments are left alone.
func expand(name string, e Engine, text string) (string, int) {
	var b strings.Builder
	n := 0
	if e == Postgres {
		b.WriteString("/* " + name + " */ ") // names it in pg_stat_activity
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'' || c == '"' || strings.HasPrefix(text[i:], "--"):
			j := skipQuoted(text, i)
			b.WriteString(text[i:j])
			i = j
		case c == '?':
			n++
			b.WriteString(placeholder(e, n))
			i++
		case c == '{':
			j := strings.IndexByte(text[i:], '}')
			if j < 0 {
				panic("db: open macro in " + name)
			}
			m := macro(name, e, text[i+1:i+j], &n)
			if m == skipLocked && strings.HasSuffix(strings.TrimSpace(b.String()), forUpdate) {
				m = strings.TrimPrefix(m, forUpdate) // {for_update} {skip_locked} means the same
			}
			b.WriteString(m)
			i += j + 1
		default:
			b.WriteByte(c)
			i++
		}
	}
	return strings.TrimSpace(b.String()), n
}

// skipQuoted returns the index behind the quoted text or comment that starts at i.
func skipQuoted(text string, i int) int {
	end := string(text[i])
	from := i + 1
	if text[i] == '-' {
		end = "\n"
	}
	j := strings.Index(text[from:], end)
	if j < 0 {
		return len(text)
	}
	return from + j + 1
}

func placeholder(e Engine, n int) string {
	if e == SQLite {
		return "?"
	}
	return "$" + strconv.Itoa(n)
}

// macro expands one macro; n counts the arguments.
func macro(name string, e Engine, m string, n *int) string {
	if column, ok := strings.CutPrefix(m, "ids:"); ok {
		*n++
		if e == SQLite {
			return column + " IN (SELECT unhex(value) FROM json_each(?))"
		}
		return column + " = ANY(" + placeholder(e, *n) + "::uuid[])"
	}
	switch m {
	case "for_update":
		return onPostgres(e, forUpdate)
	case "skip_locked":
		return onPostgres(e, skipLocked)
	case "rows":
		return rowsMacro
	}
	panic("db: unknown macro {" + m + "} in " + name)
}

const (
	forUpdate  = "FOR UPDATE"
	skipLocked = "FOR UPDATE SKIP LOCKED"
)

func onPostgres(e Engine, text string) string {
	if e == Postgres {
		return text
	}
	return ""
}

// rows returns the text of a {rows} statement for n rows of width columns.
func (s *Stmt) rows(e Engine, n, width int) string {
	var b strings.Builder
	b.WriteString(s.bulk.head)
	arg := 0
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for j := range width {
			if j > 0 {
				b.WriteByte(',')
			}
			arg++
			b.WriteString(placeholder(e, arg))
		}
		b.WriteByte(')')
	}
	b.WriteString(s.bulk.tail)
	return b.String()
}
