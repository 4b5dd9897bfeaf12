package house

import (
	"fmt"
	"go/ast"
	"testing"
)

// doorsOf returns the doors of a file: exported methods on *Service whose first
// parameter is a context and whose second is the caller.
func doorsOf(s *source) (out []*ast.FuncDecl) {
	for _, d := range s.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv == nil || !fn.Name.IsExported() || receiver(fn) != "Service" {
			continue
		}
		var types []ast.Expr
		for _, p := range fn.Type.Params.List {
			for range max(1, len(p.Names)) {
				types = append(types, p.Type)
			}
		}
		if len(types) >= 2 && isSelector(types[0], "context", "Context") &&
			(isSelector(types[1], "actor", "Actor") || isIdent(types[1], "Actor")) {
			out = append(out, fn)
		}
	}
	return out
}

// receiver returns the name of a method's receiver type.
func receiver(fn *ast.FuncDecl) string {
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	switch x := t.(type) {
	case *ast.IndexExpr:
		t = x.X
	case *ast.IndexListExpr:
		t = x.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// tried returns the doors that a doors_test.go tries as a stranger and against
// a dead database: composite literals with Name, Foreign and Dead, or calls of
// a local helper door("Name", …) that makes such a literal.
func tried(s *source) map[string]bool {
	out := map[string]bool{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && isIdent(call.Fun, "door") && len(call.Args) >= 2 {
			if name := literal(call.Args[0]); name != "" {
				out[name] = true
			}
		}
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		name, cases := "", 0
		for _, e := range lit.Elts {
			kv, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			switch key, _ := kv.Key.(*ast.Ident); {
			case key == nil || isIdent(kv.Value, "nil"):
			case key.Name == "Name":
				name = literal(kv.Value)
			case key.Name == "Foreign", key.Name == "Dead":
				cases++
			}
		}
		if name != "" && cases == 2 {
			out[name] = true
		}
		return true
	})
	return out
}

// calls reports whether a file calls a function of another package by that name.
func calls(s *source, name string) (found bool) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if ok {
			sel, isSel := call.Fun.(*ast.SelectorExpr)
			found = found || isSel && sel.Sel.Name == name
		}
		return !found
	})
	return found
}

// untried finds doors that doors_test.go of their package does not open.
func untried(files []*source) (out []string) {
	known := map[string]map[string]bool{} // directory → doors tried
	for _, s := range files {
		if s.name == "doors_test.go" && s.dir != "internal/house" {
			known[s.dir] = tried(s)
			if !calls(s, "RunRights") {
				out = append(out, s.dir+"/doors_test.go does not try its doors without the right and from beside (actortest.RunRights)")
			}
		}
	}
	doors := map[string]map[string]bool{}
	for _, s := range files {
		if s.testOnly() {
			continue
		}
		for _, d := range doorsOf(s) {
			if doors[s.dir] == nil {
				doors[s.dir] = map[string]bool{}
			}
			doors[s.dir][d.Name.Name] = true
			if !known[s.dir][d.Name.Name] {
				out = append(out, fmt.Sprintf("%s: door %s has no Foreign and Dead case in doors_test.go", s.at(d.Pos()), d.Name.Name))
			}
		}
	}
	for dir, names := range known {
		for name := range names {
			if !doors[dir][name] {
				out = append(out, fmt.Sprintf("%s/doors_test.go tries %s, which is not a door", dir, name))
			}
		}
	}
	return out
}

func TestDoors(t *testing.T) { none(t, untried(repository(t))) }

func TestDoorsCatches(t *testing.T) {
	caught(t, untried(planted(
		t,
		"internal/license/service.go", `package license
func (s *Service) Activate(ctx context.Context, by actor.Actor, in In) error { return nil }
func (s *Service) Move(ctx context.Context, by actor.Actor) error { return nil }
func (s *Service) Recall(ctx context.Context, by actor.Actor) error { return nil }
func (s *Service) Block(ctx context.Context, by actor.Actor, id ID) error { return nil }
func (s Service) Return(ctx context.Context, by actor.Actor) error { return nil }
func (s *Service) Issue(tx *db.Tx, by actor.Actor) error { return nil }
func (s *Service) inner(ctx context.Context, by actor.Actor) error { return nil }
func Part(ctx context.Context, by actor.Actor) error { return nil }`,
		"internal/license/doors_test.go", `package license
var doors = []actortest.Door{
	{Name: "Activate", Foreign: f, Dead: f},
	door("Block", f),
	{Name: "Move", Foreign: f},
	{Name: "Recall", Foreign: nil, Dead: f},
	{Name: "Vanish", Foreign: f, Dead: f},
}`,
		"internal/actor/service.go", "package actor\nfunc (s *Service) Seal(_, _ context.Context, by Actor) error { return nil }\nfunc (s *Service) Read(ctx context.Context, by Actor) error { return nil }",
	)),
		"door Move has no", "door Recall has no", "door Return has no", "tries Vanish", "door Read has no",
		"does not try its doors without the right",
	)
}
