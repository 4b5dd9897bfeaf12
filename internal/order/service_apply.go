package order

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
)

// ledger is the lines of one order while a plan is carried out.
type ledger struct {
	order   *Order
	reading *reading
	changed map[string]*Line // by number; every line that has to be written
	added   map[string]bool  // of those, the new ones
	sales   []sale           // new ones
	known   map[string]int64 // content of a new sale → its number
}

// apply carries plan out: what is taken back first, then what is sold. It
// returns the codes of the tickets that were made, and leaves the rest to a job
// when they are too many.
func (s *Service) apply(tx *db.Tx, by actor.Actor, o *Order, r *reading, plan Plan) (codes, error) {
	if err := s.take(tx, by, r, plan); err != nil {
		return nil, err
	}
	w := &ledger{order: o, reading: r, changed: map[string]*Line{}, added: map[string]bool{}, known: map[string]int64{}}
	for _, st := range plan.Steps {
		if err := w.step(tx, st); err != nil {
			return nil, err
		}
	}
	w.customers()
	if err := insertSales(tx, by.Publisher, o.ID, w.sales); err != nil {
		return nil, err
	}
	made, err := s.supply(tx, by, w)
	if err != nil {
		return nil, err
	}
	o.State = stateOf(o.Quantity, o.Issued, false)
	return made, w.write(tx, by.Publisher)
}

// line returns the line to change, made if it is not there.
func (w *ledger) line(tx *db.Tx, no string) *Line {
	if l := w.changed[no]; l != nil {
		return l
	}
	l, known := w.reading.lines[no]
	if !known {
		l = Line{ID: db.NewID[Line](tx), No: no}
		w.added[no] = true
		w.order.LineCount++
	}
	w.changed[no] = &l
	return &l
}

func (w *ledger) step(tx *db.Tx, st Step) error {
	l := w.line(tx, st.No)
	l.Quantity = st.To
	l.Issued -= st.Take
	w.order.Quantity += st.To - st.From
	w.order.Issued -= st.Take
	if st.Act != Add && st.Act != Exchange {
		return nil
	}
	no, err := w.sale(st.Sale, *w.reading.sold(st.No))
	l.sale, l.Article = no, st.Sale.Article
	return err
}

// sale records what is sold; lines that sell the same share one record.
func (w *ledger) sale(s Sale, snapshot catalog.Snapshot) (int64, error) {
	key, err := json.Marshal(s)
	if err != nil {
		return 0, err
	}
	if no, ok := w.known[string(key)]; ok {
		return no, nil
	}
	w.order.sales++
	one := sale{no: w.order.sales, sale: s, snapshot: snapshot}
	if w.reading.sales == nil {
		w.reading.sales = map[int64]sale{}
	}
	w.sales, w.known[string(key)], w.reading.sales[one.no] = append(w.sales, one), one.no, one
	return one.no, nil
}

// customers takes over the end customers that the document names.
func (w *ledger) customers() {
	for _, q := range w.reading.request.Lines {
		l, changed := w.changed[q.No]
		if have, known := w.reading.lines[q.No]; !changed && known && !q.Customer.IsZero() && q.Customer != have.Customer {
			l, changed = &have, true
			w.changed[q.No] = l
		}
		if changed && !q.Customer.IsZero() {
			l.Customer = q.Customer
		}
	}
}

// open are the lines whose tickets do not yet hold their quantity.
func (w *ledger) open() []*Line {
	out := []*Line{}
	for no, l := range w.reading.lines {
		if w.changed[no] == nil && l.Issued < l.Quantity {
			out = append(out, &l)
		}
	}
	for _, l := range w.changed {
		if l.Issued < l.Quantity {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b *Line) int { return a.ID.Compare(b.ID) })
	return out
}

// supply makes the tickets that are missing, or leaves them to a job.
func (s *Service) supply(tx *db.Tx, by actor.Actor, w *ledger) (codes, error) {
	open := w.open()
	var tickets int64
	for _, l := range open {
		tickets += ticketsFor(w.reading.sales[l.sale].snapshot, l.Quantity-l.Issued)
	}
	if err := s.canShow(by, w, open, tickets); err != nil {
		return nil, err
	}
	if tickets > s.settings.BulkAbove {
		id, err := s.enqueue(tx, by.Publisher, *w.order)
		w.order.Job = id
		return nil, err
	}
	made := codes{}
	parcels := make([]parcel, 0, len(open))
	for _, l := range open {
		parcels = append(parcels, parcel{line: *l, sale: w.reading.sales[l.sale], units: l.Quantity - l.Issued})
		l.made += ticketsFor(w.reading.sales[l.sale].snapshot, l.Quantity-l.Issued)
		w.order.Issued += l.Quantity - l.Issued
		l.Issued = l.Quantity
		w.changed[l.No] = l
	}
	return made, s.issue(tx, by, *w.order, parcels, made)
}

// canShow refuses codes that are shown once where no answer would show them: that
// of a large order has none, and nobody reads the one to a shop's hook.
func (s *Service) canShow(by actor.Actor, w *ledger, open []*Line, tickets int64) error {
	i := slices.IndexFunc(open, func(l *Line) bool { return w.reading.sales[l.sale].snapshot.ShowOnce })
	if i < 0 {
		return nil
	}
	if isSource(by) {
		return ErrUnheard.With("article", open[i].Article)
	}
	all := tickets
	for _, l := range w.reading.lines {
		all += l.made
	}
	limit := min(s.settings.BulkAbove, mostShown)
	if tickets > s.settings.BulkAbove || all > mostShown || w.order.LineCount > mostLines {
		return ErrShowOnce.With("limit", limit, "value", all)
	}
	return nil
}

// ticketsFor is how many tickets units of an article need.
func ticketsFor(item catalog.Snapshot, units int64) int64 {
	if item.Ticketing == catalog.PerUnit {
		return units
	}
	return min(units, 1)
}

// tickets is how many tickets a plan needs, with those that are still owed, and
// whether codes of some are shown once.
func (r *reading) tickets(p Plan) (n int64, once bool) {
	count := func(item catalog.Snapshot, units int64) {
		more := ticketsFor(item, units)
		n, once = n+more, once || more > 0 && item.ShowOnce
	}
	touched := map[string]bool{}
	for _, st := range p.Steps {
		touched[st.No] = true
		item := r.sales[r.lines[st.No].sale].snapshot
		if st.Act == Add || st.Act == Exchange {
			item = *r.sold(st.No)
		}
		count(item, st.To-(r.lines[st.No].Issued-st.Take))
	}
	for no, l := range r.lines {
		if !touched[no] {
			count(r.sales[l.sale].snapshot, l.Quantity-l.Issued)
		}
	}
	return n, once
}

func (w *ledger) write(tx *db.Tx, p actor.PublisherID) error {
	var added, changed []Line
	for _, no := range slices.Sorted(maps.Keys(w.changed)) {
		if l := *w.changed[no]; w.added[no] {
			added = append(added, l)
		} else {
			changed = append(changed, l)
		}
	}
	if err := setLines(tx, p, changed); err != nil {
		return err
	}
	return insertLines(tx, p, w.order.ID, added)
}
