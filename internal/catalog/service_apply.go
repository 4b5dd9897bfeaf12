package catalog

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Apply brings the catalog of the caller's publisher to what a YAML file says
// and returns what it did. With dryRun it only returns what it would do. Objects
// that the file does not mention stay; a file applied twice writes nothing the
// second time. All of it happens in one transaction or not at all; every refusal
// of the file is returned, joined, each with the argument "line" and a JSON
// pointer as its field (Explain renders them).
func (s *Service) Apply(ctx context.Context, by actor.Actor, doc []byte, dryRun bool) (Plan, error) {
	file, bad := readFile(doc)
	var seen int64 // the catalog's revision that the plan was made on
	var made *draft
	err := s.db.Read(ctx, func(r *db.Reader) error {
		err := s.mayWrite(r, by)
		if err == nil {
			err = bad
		}
		if err == nil {
			seen, err = head(r, by.Publisher)
		}
		if err == nil {
			made, err = planned(r, by, file)
		}
		return err
	})
	if err != nil {
		return Plan{}, err
	}
	if dryRun || made.Empty() {
		made.DryRun = dryRun
		return made.Plan, nil
	}
	out := made.Plan
	err = s.db.WriteBulk(ctx, func(tx *db.Tx) error {
		if err := s.mayWrite(tx, by); err != nil {
			return err
		}
		rev, err := lock(tx, by.Publisher)
		if err != nil {
			return err
		}
		d := made
		if rev != seen+1 { // somebody was faster
			if d, err = planned(tx, by, file); err != nil {
				return err
			}
		}
		out = d.Plan
		return d.carryOut(tx, by)
	})
	if err != nil {
		return Plan{}, err
	}
	return out, nil
}

func planned(q db.Querier, by actor.Actor, file entries) (*draft, error) {
	have, err := loadBook(q, by.Publisher)
	if err != nil {
		return nil, err
	}
	return plan(have, file)
}

// carryOut writes what the plan says, in the order in which things refer to one
// another, with one journal line for each object.
func (d *draft) carryOut(tx *db.Tx, by actor.Actor) error {
	steps := []func() ([]actor.Entry, error){
		func() ([]actor.Entry, error) { return put(d, tx, by, products, d.products) },
		func() ([]actor.Entry, error) { return put(d, tx, by, features, d.features) },
		func() ([]actor.Entry, error) { return put(d, tx, by, models, d.models) },
		func() ([]actor.Entry, error) { return put(d, tx, by, articles, d.articles) },
		func() ([]actor.Entry, error) { return put(d, tx, by, configurations, d.configurations) },
		func() ([]actor.Entry, error) { return put(d, tx, by, groups, d.groups) },
		func() ([]actor.Entry, error) { return putPrices(tx, by, d.prices) },
	}
	var lines []actor.Entry
	for _, step := range steps {
		more, err := step()
		if err != nil {
			return err
		}
		lines = append(lines, more...)
	}
	return actor.RecordMany(tx, by, lines)
}

// put writes the objects of one kind and returns their journal lines.
func put[T any](d *draft, tx *db.Tx, by actor.Actor, k shelf[T], e edits[T]) (lines []actor.Entry, err error) {
	changed := map[string][]Field{}
	for _, c := range d.Changed {
		if c.Object == k.object {
			changed[c.Key] = c.Fields
		}
	}
	made := make([]T, len(e.created))
	for i, v := range e.created {
		k.start(tx, &v)
		_, rev := k.head(&v)
		*rev = 1
		made[i] = v
		lines = append(lines, line(k.object, k.id(v), k.label(v), 1, "created", nil))
	}
	if err := k.insert(tx, by.Publisher, made); err != nil {
		return nil, err
	}
	for _, v := range e.changed {
		_, rev := k.head(&v)
		*rev++
		if err := k.update(tx, by.Publisher, v); err != nil {
			return nil, err
		}
		lines = append(lines, line(k.object, k.id(v), k.label(v), *rev, "changed", changed[k.label(v)]))
	}
	return lines, nil
}

func putPrices(tx *db.Tx, by actor.Actor, e edits[Price]) (lines []actor.Entry, err error) {
	made := make([]Price, len(e.created))
	for i, v := range e.created {
		v.ID = db.NewID[Price](tx)
		made[i] = v
		lines = append(lines, v.line("set"))
	}
	if err := insertPrices(tx, by.Publisher, made); err != nil {
		return nil, err
	}
	for _, v := range e.changed {
		if err := updatePrice(tx, by.Publisher, v); err != nil {
			return nil, err
		}
		lines = append(lines, v.line("set"))
	}
	return lines, nil
}
