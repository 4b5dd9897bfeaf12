package catalog

import (
	"os"
	"testing"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
)

// FuzzApply feeds files to the reader and the planner, which is all of Apply
// but the database: no panic, a line and a sentence for every refusal, and a
// plan that is empty when it is made again on its own outcome.
func FuzzApply(f *testing.F) {
	demo, err := os.ReadFile("../demo/catalog.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(demo)
	for _, s := range []string{
		"", "a", "[", "{", "- - -", "? a\n: b", "a: &x b\nc: *x", "catalog: 1", "catalog: 1\nproducts:\n  - {}\n",
		"catalog: 1\nproducts: [{code: P, name: {de: a, en: b}, key_prefix: PP}]\n",
		"catalog: 1\nmodels: [{code: m, name: {de: a, en: b}, kind: trial, duration: {days: 9}}]\n",
		"catalog: 1\nprices: |\n  x\n", "a: >\n b\n\n\n", "'", "\"\\x", "%YAML 1.2\n---\na", "a: !!binary x", "a:\t- b", "\ufeffcatalog: 1",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if len(doc) > 1<<16 {
			return // the bounds of large files have their own test
		}
		file, err := readFile(doc)
		if err == nil {
			err = replan(t, file)
		}
		for _, f := range fault.All(err) {
			line, ok := f.Args["line"].(int64)
			if !ok || line < 1 || f.Kind == fault.Internal {
				t.Fatalf("%v: kind %v, arguments %v", f, f.Kind, f.Args)
			}
			if !text.Has("fault." + f.Code) {
				t.Fatalf("%s has no sentence", f.Code)
			}
		}
	})
}

// replan plans a file on nothing, and again on what came out.
func replan(t *testing.T, file entries) error {
	first, err := plan(newBook(), file)
	if err != nil {
		return err
	}
	if len(first.Changed) != 0 || first.Unchanged != 0 || len(first.Left) != 0 {
		t.Fatalf("a plan on nothing: %+v", first.Plan)
	}
	have := first.next
	for key, a := range have.articles {
		have.articles[key] = have.canonical(a) // as it would be stored
	}
	second, err := plan(have, file)
	if err != nil {
		t.Fatalf("its own outcome is refused: %v", err)
	}
	if !second.Empty() || second.Unchanged != len(first.Created) {
		t.Fatalf("not idempotent: %s", second.Text(text.EN))
	}
	return nil
}
