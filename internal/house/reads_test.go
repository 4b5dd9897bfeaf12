package house

import (
	"fmt"
	"go/ast"
	"testing"
)

// wholeReads are the functions that read without naming the publisher whose rows
// they want (DB.Read, DB.ReadOne, NewGather), so that row-level security passes
// them. The value says why; everything else reads through DB.For.
var wholeReads = map[string]string{
	"internal/actor.Sealer.drop":             "the lease belongs to the installation",
	"internal/actor.sealRound":               "looks for the next publisher with open rows",
	"internal/app.App.bySlug":                "finds the publisher by its short name",
	"internal/app.App.heads":                 "the heads of all publishers, for the support bundle",
	"internal/app.App.newestEvent":           "the newest event of all publishers",
	"internal/app.App.replay":                "reads the epoch of the installation",
	"internal/app.whole":                     "the mark of a restore belongs to the installation",
	"internal/app.begun":                     "the mark of a restore belongs to the installation",
	"internal/connect.Service.Fan":           "looks for the endpoints of all publishers",
	"internal/connect.Mails.Waiting":         "counts the letters of the installation",
	"internal/job.Service.Health":            "counts the jobs of the installation",
	"internal/job.Service.claim":             "looks for due jobs of all publishers",
	"internal/license.New":                   "license keys of all publishers are looked up together",
	"internal/license.Service.DueBlockLists": "looks for publishers whose block list is due",
	"internal/license.Service.Elapse":        "looks for the next publisher with ended activations",
	"internal/license.Service.ElapseLeases":  "looks for the next publisher with leases",
	"internal/license.Service.find":          "a code says whose it is; then the read narrows itself",
	"internal/license.Service.guessing":      "the limits of addresses belong to the installation",
	"internal/license.Service.keyRow":        "a license key says whose it is",
	"internal/org.Service.Publishers":        "lists the publishers for the installation's administrator",
	"internal/org.Service.authenticate":      "a token says whose it is",
	"internal/org.Service.charge":            "the limits of addresses belong to the installation",
	"internal/trial.Service.mayAsk":          "the limits of addresses belong to the installation",
	"internal/trial.Service.mayConfirm":      "the limits of addresses belong to the installation",
	"internal/sign.Keyring.look":             "the version of the keys belongs to the installation",
	"internal/sign.Service.ExpiringBy":       "the issuing keys of all publishers",
	"internal/sign.Service.RotateIdentity":   "checks the right of the installation's administrator",
	"internal/sign.Service.Peppers":          "the peppers belong to the installation",
	"internal/sign.Vault.Reindex":            "moves the codes of all publishers",
	"internal/sign.Vault.reload":             "the peppers belong to the installation",
	"internal/sign.identityFor":              "the peppers belong to the installation",
}

// unscoped finds reads of everybody's rows outside the list.
func unscoped(files []*source, allowed map[string]string) (out []string, used map[string]bool) {
	used = map[string]bool{}
	for _, s := range files {
		if s.testOnly() || s.importName(modulePath+"/internal/db") == "" || s.dir == "internal/bench" || inside(s.dir, "internal/db") {
			continue
		}
		for _, d := range s.file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			name := s.dir + "." + fn.Name.Name
			if fn.Recv != nil {
				name = s.dir + "." + receiver(fn) + "." + fn.Name.Name
			}
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || !readsAll(call) {
					return true
				}
				used[name] = true
				if allowed[name] == "" {
					out = append(out, fmt.Sprintf("%s: %s reads the rows of every publisher: read through For(publisher), or add it to wholeReads with the reason", s.at(call.Pos()), name))
				}
				return true
			})
		}
	}
	return out, used
}

// readsAll reports whether a call is Read or ReadOne of a database as a whole, or
// makes a Gather. Reads of bytes have one argument.
func readsAll(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch sel.Sel.Name {
	case "NewGather":
		return true
	case "Read", "ReadOne":
	default:
		return false
	}
	if len(call.Args) != 2 {
		return false
	}
	inner, ok := sel.X.(*ast.CallExpr)
	if !ok {
		return true
	}
	of, ok := inner.Fun.(*ast.SelectorExpr)
	return !ok || of.Sel.Name != "For"
}

func TestReadsNameTheirPublisher(t *testing.T) {
	bad, used := unscoped(repository(t), wholeReads)
	for _, b := range bad {
		t.Error(b)
	}
	for name := range wholeReads {
		if !used[name] {
			t.Errorf("wholeReads names %s, which reads nothing of everybody", name)
		}
	}
}

func TestReadsNameTheirPublisherPlanted(t *testing.T) {
	const head = "package x\nimport \"" + modulePath + "/internal/db\"\n"
	for text, want := range map[string]int{
		"func (s *S) A() { s.db.Read(ctx, fn) }":        1,
		"func (s *S) A() { s.db.ReadOne(ctx, fn) }":     1,
		"func (s *S) A() { db.NewGather(d, 1, fn) }":    1,
		"func (s *S) A() { s.db.For(p).Read(ctx, fn) }": 0,
		"func (s *S) A() { rand.Read(b) }":              0,
		"func (s *S) B() { s.db.Read(ctx, fn) }":        0,
		"func (s *S) A() { other().Read(ctx, fn) }":     1,
	} {
		bad, _ := unscoped(planted(t, "internal/x/a.go", head+text), map[string]string{"internal/x.S.B": "planted"})
		if len(bad) != want {
			t.Errorf("%s: %v", text, bad)
		}
	}
}
