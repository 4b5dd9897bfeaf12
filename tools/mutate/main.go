// Command mutate takes away each check of a right, one at a time, and runs the
// tests that ought to notice: a check whose removal passes every test is one
// that a change could lose without anybody seeing it.
//
//	go run ./mutate [-list] [-only TEXT]     in tools/; ./check deep runs it
//
// The mutants are made beside the source and handed to the compiler as an
// overlay; no file of the tree is touched. Exit code 1 means survivors.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// guards are the calls that check a right, by the name of the method: what
// stands in their place, with the receiver and the arguments still used so that
// the mutant compiles.
var guards = map[string]string{
	"Check":    "func(...any) error { return nil }",
	"mayRead":  "func(...any) error { return nil }",
	"mayWrite": "func(...any) error { return nil }",
	"Scope":    "func(...any) (db.IDs[actor.Org], error) { return nil, nil }",
	"Has":      "func(...any) bool { return true }",
	"Sees":     "func(...any) bool { return true }",
}

// doubled are checks that no test can miss, each with the reason.
var doubled = map[string]string{
	"internal/catalog/service_apply.go s.mayWrite(tx, by)": "the plan was made under the same check; only a publisher that ends between the two steps makes a difference",
}

// places are the files that hold doors, and the listener before them.
var places = []string{"internal/*/service.go", "internal/*/service_*.go", "internal/route/mux.go"}

// access are the tests of every route with every role.
var access = []string{"./internal/app", "-run", "EveryRoute|TheRightKey"}

// mutant is one call taken away.
type mutant struct {
	file       string // below the root
	line       int
	call       string
	start, end int // of the call, in bytes
	with       string
}

func (m mutant) String() string { return fmt.Sprintf("%s:%d: %s", m.file, m.line, m.call) }

func main() {
	list := flag.Bool("list", false, "only list what would be taken away")
	only := flag.String("only", "", "only mutants whose line contains this")
	flag.Parse()
	survivors, err := run(*list, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if survivors > 0 {
		fmt.Printf("%d checks can be taken away without a test noticing\n", survivors)
		os.Exit(1)
	}
}

func run(list bool, only string) (survivors int, err error) {
	root, err := goRoot()
	if err != nil {
		return 0, err
	}
	all, err := mutants(root)
	if err != nil {
		return 0, err
	}
	all = slices.DeleteFunc(all, func(m mutant) bool { return !strings.Contains(m.String(), only) })
	for i, m := range all {
		if list {
			fmt.Println(m)
			continue
		}
		began := time.Now()
		by, err := try(root, m)
		if err != nil {
			return survivors, fmt.Errorf("%s: %w", m, err)
		}
		if why := doubled[m.file+" "+m.call]; by == "" && why != "" {
			by = "nobody, as " + why
		} else if by == "" {
			survivors++
			by = "NOBODY"
		}
		fmt.Printf("[%d/%d] %s: noticed by %s, %d s\n", i+1, len(all), m, by, int(time.Since(began).Seconds()))
	}
	if len(all) < 40 && only == "" {
		return survivors, fmt.Errorf("only %d checks were found", len(all))
	}
	return survivors, nil
}

// goRoot is the folder of the repository.
func goRoot() (string, error) {
	out, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	return strings.TrimSpace(string(out)), err
}

func mutants(root string) (out []mutant, err error) {
	for _, pattern := range places {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			found, err := in(root, file)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	return out, nil
}

// in finds the guarding calls of one file.
func in(root, file string) (out []mutant, err error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	name, err := filepath.Rel(root, file)
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !guarding(call) {
			return true
		}
		sel := call.Fun.(*ast.SelectorExpr)
		text := func(n ast.Node) string {
			return string(source[set.Position(n.Pos()).Offset:set.Position(n.End()).Offset])
		}
		used := []string{text(sel.X)}
		for _, a := range call.Args {
			used = append(used, text(a))
		}
		out = append(out, mutant{
			file: filepath.ToSlash(name), line: set.Position(call.Pos()).Line, call: text(call),
			start: set.Position(call.Pos()).Offset, end: set.Position(call.End()).Offset,
			with: guards[sel.Sel.Name] + "(" + strings.Join(used, ", ") + ")",
		})
		return true
	})
	return out, err
}

// guarding reports whether a call asks for somebody's right: one of the guards
// that is handed the caller, or a look at the permissions of one.
func guarding(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || guards[sel.Sel.Name] == "" {
		return false
	}
	if sel.Sel.Name == "Has" {
		of, ok := sel.X.(*ast.SelectorExpr)
		return ok && of.Sel.Name == "Perms"
	}
	return slices.ContainsFunc(call.Args, func(a ast.Expr) bool {
		switch a := a.(type) {
		case *ast.Ident:
			return a.Name == "by"
		case *ast.SelectorExpr:
			return a.Sel.Name == "by"
		}
		return false
	})
}

// try builds a mutant and returns the first tests that fail on it, "" if none
// do. A mutant that does not compile is an error: it proves nothing.
func try(root string, m mutant) (noticed string, err error) {
	dir, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(root, m.file)
	source, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	changed := filepath.Join(dir, filepath.Base(file))
	text := string(source[:m.start]) + m.with + string(source[m.end:])
	if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		return "", err
	}
	replaced := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(replaced, overlay, 0o600); err != nil {
		return "", err
	}
	home := "./" + filepath.ToSlash(filepath.Dir(m.file))
	if out, err := command(root, "build", "-overlay", replaced, home); err != nil {
		return "", fmt.Errorf("the mutant does not compile: %s", out)
	}
	for _, tests := range []struct {
		name string
		args []string
	}{
		{"its doors", []string{home, "-run", "Doors"}},
		{"the routes", access},
		{"its package", []string{home, "-skip", "Race|Crash|Kill|Model|Bulk|Plan"}}, // they ask for no right
	} {
		args := append([]string{"test", "-failfast", "-count=1", "-timeout=10m", "-overlay", replaced}, tests.args...)
		if out, err := command(root, args...); err != nil {
			if strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]") {
				return "", fmt.Errorf("its tests do not compile: %s", out)
			}
			return tests.name, nil
		}
	}
	return "", nil
}

func command(dir string, args ...string) (string, error) {
	c := exec.Command("go", args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err
}
