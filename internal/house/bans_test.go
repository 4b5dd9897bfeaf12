package house

import (
	"fmt"
	"go/ast"
	"slices"
	"testing"
)

// ban forbids functions of one package outside some places.
type ban struct {
	pkg     string   // import path
	names   []string // exported names; nil bans the import itself
	allowed []string // directories or files in which they may be used
	why     string
}

// bans are what the compiler allows and the house does not.
var bans = []ban{
	{
		pkg:   "time",
		names: []string{"Now", "Since", "Until", "After", "Sleep", "Tick"},
		allowed: []string{
			"cmd", "internal/app", "examples",
			"internal/bench",  // it measures time
			"client/clock.go", // the client's default clock
		},
		why: "the clock is passed in, or the transaction's Now",
	},
	{
		pkg:   "time",
		names: []string{"AfterFunc", "NewTimer", "NewTicker"},
		allowed: []string{
			"cmd", "internal/app", "examples", "client/clock.go", "internal/bench",
			"internal/db", // the pause before a retry ends with its context
		},
		why: "waiting is injected with the clock",
	},
	{
		pkg: "net/http", names: []string{"NewServeMux", "Handle", "HandleFunc", "DefaultServeMux"},
		allowed: []string{"internal/route", "internal/app", "examples"},
		why:     "a route is registered in the table of package route",
	},
	{
		pkg: "net/http", names: []string{"Get", "Post", "PostForm", "Head", "DefaultClient", "DefaultTransport"},
		why: "outgoing requests go through a client with a dialer that checks the address, and a deadline",
	},
	{
		pkg: "context", names: []string{"WithValue"},
		allowed: []string{"internal/route", "internal/app"},
		why:     "a context carries cancellation, request id and trace, put there by route",
	},
	{pkg: "database/sql", names: []string{"Open", "OpenDB"}, allowed: []string{"internal/db"}, why: "databases are opened by db"},
	{
		pkg: "os", names: []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"},
		allowed: []string{"cmd", "internal/app", "examples"},
		why:     "options come from the table of options",
	},
	{pkg: "os", names: []string{"Exit"}, allowed: []string{"cmd", "examples"}, why: "only a command ends the process"},
	{pkg: "log", why: "logs are written with log/slog"},
	{pkg: "math/rand", why: "use crypto/rand for secrets, math/rand/v2 where the house table says so"},
	{
		pkg:     "math/rand/v2",
		allowed: []string{"internal/tree", "internal/db", "internal/app"}, // hash seed; jitter of a retry; demo data and load
		why:     "codes and secrets come from crypto/rand",
	},
}

// banned finds uses against the table.
func banned(files []*source) (out []string) {
	for _, s := range files {
		if s.testOnly() {
			continue
		}
		for _, b := range bans {
			name := s.importName(b.pkg)
			if name == "v2" {
				name = "rand"
			}
			if name == "" || inside(s.path, b.allowed...) {
				continue
			}
			if b.names == nil {
				out = append(out, fmt.Sprintf("%s imports %s: %s", s.path, b.pkg, b.why))
				continue
			}
			ast.Inspect(s.file, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					if id, ok := sel.X.(*ast.Ident); ok && id.Name == name && slices.Contains(b.names, sel.Sel.Name) {
						out = append(out, fmt.Sprintf("%s: %s.%s: %s", s.at(sel.Pos()), name, sel.Sel.Name, b.why))
					}
				}
				return true
			})
		}
	}
	return out
}

func TestBans(t *testing.T) { none(t, banned(repository(t))) }

func TestBansCatches(t *testing.T) {
	caught(t, banned(planted(
		t,
		"internal/license/a.go", "package license\nimport \"time\"\nvar now = time.Now\nvar d = time.Second\nfunc f(t time.Time) bool { return t.After(t) }",
		"internal/license/b.go", "package license\nimport clock \"time\"\nfunc f() { clock.Sleep(1) }",
		"internal/app/a.go", "package app\nimport \"time\"\nvar now = time.Now()",
		"client/clock.go", "package client\nimport \"time\"\nvar now = time.Now",
		"client/lease.go", "package client\nimport \"time\"\nvar t = time.NewTicker(1)",
		"internal/license/a_test.go", "package license\nimport \"time\"\nvar now = time.Now",
		"internal/db/dbtest/a.go", "package dbtest\nimport \"time\"\nvar now = time.Now",
		"internal/api/a.go", "package api\nimport (\"net/http\"; \"math/rand/v2\")\nvar m = http.NewServeMux()\nvar s = http.StatusOK\nvar r = rand.Int()",
		"internal/sign/a.go", "package sign\nimport (\"os\"; \"log\")\nvar e = os.Getenv(\"X\")",
	)),
		"internal/license/a.go:3: time.Now", "internal/license/b.go:3: clock.Sleep", "client/lease.go:3: time.NewTicker",
		"internal/api/a.go:3: http.NewServeMux", "internal/api/a.go imports math/rand/v2", "internal/sign/a.go:3: os.Getenv",
		"internal/sign/a.go imports log",
	)
}
