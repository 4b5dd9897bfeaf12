package catalog

// Plan is what Apply does, or would do.
type Plan struct {
	DryRun    bool     `json:"dry_run"`   // nothing was written
	Created   []Change `json:"created"`   // in the order of the file, products first
	Changed   []Change `json:"changed"`   // likewise
	Unchanged int      `json:"unchanged"` // objects of the file that are as it says
	Left      []Ref    `json:"left"`      // active in the database and not in the file: left alone
}

// Empty reports whether the plan changes nothing.
func (p Plan) Empty() bool { return len(p.Created) == 0 && len(p.Changed) == 0 }

// Change is one object that is created or changed.
type Change struct {
	Ref
	Line   int64   `json:"line"`   // where the file says so
	Fields []Field `json:"fields"` // what differs; of a new object, what is not empty
}

// Ref names an object: "article" and its number, "product" and its code.
type Ref struct {
	Object string `json:"object"`
	Key    string `json:"key"`
}

// Field is one difference in a plan, under its name in the catalog file.
// Before is nil for what is new, After for what goes away.
type Field struct {
	Name   string `json:"name"`
	Before any    `json:"before"`
	After  any    `json:"after"`
}
