package catalog

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Apply brings the catalog of the caller's publisher to what a YAML file says
// and returns what it did. With dryRun it only returns what it would do. Objects
// that the file does not mention stay; a file applied twice writes nothing the
// second time, and under the same Idempotency-Key it returns the first plan
// again. All of it happens in one transaction or not at all; every refusal of the
// file is returned, joined, each with the argument "line" and a JSON pointer as
// its field (Explain renders them).
func (s *Service) Apply(ctx context.Context, by actor.Actor, doc []byte, dryRun bool) (Plan, error) {
	if dryRun {
		by.Retry = actor.Retry{}
	}
	file, bad := readFile(doc)
	w := applying{by: by, file: file}
	if err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error { return w.prepare(s, r, bad) }); err != nil {
		return Plan{}, err
	}
	if dryRun || w.said || w.made.Empty() && by.Retry.Key == "" {
		w.plan.DryRun = dryRun
		return w.plan, nil
	}
	err := s.db.WriteBulk(ctx, func(tx *db.Tx) error {
		if err := s.mayWrite(tx, by); err != nil {
			return err
		}
		out, err := actor.OnceSame(tx, by, func() (Plan, error) { return w.carryOut(tx) })
		w.plan = out
		return err
	})
	if err != nil {
		return Plan{}, err
	}
	return w.plan, nil
}

// applying is a catalog file on its way.
type applying struct {
	by   actor.Actor
	file entries
	seen int64  // the catalog's revision that made was planned on
	made *draft // nil when the file was applied before
	said bool   // plan is what it was answered then
	plan Plan
}

// prepare does what needs no writer: the right, the answer of before, the plan.
// bad is what is wrong with the file.
func (w *applying) prepare(s *Service, r *db.Reader, bad error) error {
	err := s.mayWrite(r, w.by)
	if err == nil {
		w.plan, w.said, err = actor.Said[Plan](r, w.by)
	}
	if err != nil || w.said {
		return err
	}
	if bad != nil {
		return bad
	}
	if w.seen, err = head(r, w.by.Publisher); err != nil {
		return err
	}
	if w.made, err = planned(r, w.by, w.file); err == nil {
		w.plan = w.made.Plan
	}
	return err
}

// carryOut writes the plan, made anew if somebody was faster.
func (w *applying) carryOut(tx *db.Tx) (Plan, error) {
	d := w.made
	if d.Empty() {
		return d.Plan, nil
	}
	rev, err := lock(tx, w.by.Publisher)
	if err != nil {
		return Plan{}, err
	}
	if rev != w.seen+1 {
		if d, err = planned(tx, w.by, w.file); err != nil {
			return Plan{}, err
		}
	}
	return d.Plan, d.carryOut(tx, w.by)
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
