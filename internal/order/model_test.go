package order_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

// modelLine counts the units of one line: free ones, those on devices, and those
// of the latter that a device owes back.
type modelLine struct {
	article          string
	free, used, owed int64
	codes            []string // of its tickets that still open something
	exchange         bool     // it was sold anew since they were read
}

func (l modelLine) sold() int64 { return l.free + l.used - l.owed }

// modelOrder is one order, written down from the rules and not from the code.
type modelOrder struct {
	rev     *int64
	seen    map[[32]byte]bool
	lines   map[string]*modelLine
	gone    int64 // seats in use of lines that were taken back
	waiting *format.Document
}

const modelThreshold = 2

// want is what every line shall say after d.
func (m *modelOrder) want(d format.Document) map[string]format.Line {
	out := map[string]format.Line{}
	if d.Mode == format.Complete {
		for no, l := range m.lines {
			out[no] = format.Line{No: no, Article: l.article}
		}
	}
	for _, l := range d.Lines {
		out[l.No] = l
	}
	return out
}

// recalls is how many devices would have to give up a seat.
func (m *modelOrder) recalls(d format.Document) (n int64) {
	for no, w := range m.want(d) {
		l := m.lines[no]
		if l == nil || l.sold() == 0 {
			continue
		}
		switch {
		case w.Quantity == 0, w.Article != l.article:
			n += l.used - l.owed
		case w.Quantity < l.sold():
			n += max(0, l.sold()-w.Quantity-l.free)
		}
	}
	return n
}

func (m *modelOrder) send(d format.Document) order.Outcome {
	hash := d.Hash()
	switch {
	case m.seen[hash]:
		return order.Unchanged
	case d.Revision != nil && m.rev != nil && *d.Revision < *m.rev:
		return order.Stale
	}
	m.seen[hash] = true
	if d.Revision != nil {
		m.rev = d.Revision
	}
	if m.recalls(d) > modelThreshold {
		m.waiting = &d
		return order.Waiting
	}
	m.waiting = nil
	return m.carryOut(d)
}

func (m *modelOrder) carryOut(d format.Document) order.Outcome {
	out := order.Unchanged
	for no, w := range m.want(d) {
		l := m.lines[no]
		if l == nil {
			if w.Quantity == 0 {
				continue
			}
			l = &modelLine{}
			m.lines[no] = l
		}
		if m.change(l, w) {
			out = order.Applied
		}
	}
	return out
}

func (m *modelOrder) change(l *modelLine, w format.Line) bool {
	have := l.sold()
	switch {
	case have == 0 && w.Quantity == 0, have == w.Quantity && l.article == w.Article:
		return false
	case w.Quantity == 0, have > 0 && l.article != w.Article, have == 0:
		m.gone += l.used
		*l = modelLine{article: l.article, exchange: true}
		if w.Quantity > 0 {
			l.article, l.free = w.Article, w.Quantity
		}
	case w.Quantity < have:
		n := have - w.Quantity
		cut := min(n, l.free)
		l.free -= cut
		l.owed += n - cut
	default:
		n := w.Quantity - have
		lifted := min(n, l.owed)
		l.owed -= lifted
		l.free += n - lifted
	}
	return true
}

func (m *modelOrder) pendingRecalls() int64 {
	n := m.gone
	for _, l := range m.lines {
		n += l.owed
	}
	return n
}

// run is one sequence of acts on one order.
type run struct {
	t     *rapid.T
	w     *world
	name  string
	model modelOrder
	sent  []format.Document
	last  order.Result
	base  int64 // recalls of earlier runs
}

var modelArticles = []string{"CAD-PRO-PERP", "CAD-UNIT", "CAD-NET"}

func (r *run) draw() format.Document {
	d := r.w.doc(r.name)
	if rapid.Bool().Draw(r.t, "lines only") {
		d.Mode = format.Lines
	}
	for i := range 4 {
		if !rapid.Bool().Draw(r.t, "contained") && (i < 3 || d.Mode == format.Complete || len(d.Lines) > 0) {
			continue
		}
		article := modelArticles[i%3]
		if rapid.IntRange(0, 5).Draw(r.t, "exchange") == 0 {
			article = modelArticles[(i+1)%3]
		}
		d.Lines = append(d.Lines, line(fmt.Sprint(i), article, rapid.Int64Range(0, 7).Draw(r.t, "quantity")))
	}
	if r.model.rev != nil || rapid.IntRange(0, 2).Draw(r.t, "counts") == 0 {
		var rev int64
		if r.model.rev != nil {
			rev = *r.model.rev
		}
		rev += rapid.Int64Range(-1, 2).Draw(r.t, "revision")
		rev = max(rev, 0)
		d.Revision = &rev
	}
	return d
}

// send gives d to the doors n times at once, with late copies in between.
func (r *run) send(d format.Document, n int) {
	want := r.model.send(d)
	batch := make([]format.Document, 0, n+2)
	for range n {
		c := d
		c.Lines = rapid.Permutation(d.Lines).Draw(r.t, "shuffled")
		batch = append(batch, c)
	}
	if n > 1 && len(r.sent) > 0 {
		batch = append(batch, rapid.SampledFrom(r.sent).Draw(r.t, "late copy"))
	}
	var mu sync.Mutex
	var outcomes []order.Outcome
	var failed error
	together(len(batch), func(i int) {
		res, err := r.w.orders.Place(context.Background(), r.w.A.All(), batch[i])
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failed = err
			return
		}
		outcomes = append(outcomes, res.Outcome)
	})
	if failed != nil {
		r.t.Fatal(failed)
	}
	if effect := want == order.Applied || want == order.Waiting; effect {
		if n := count(outcomes, want); n != 1 {
			r.t.Fatalf("%s was the answer %d times: %v", want, n, outcomes)
		}
	} else if !slices.Contains(outcomes, want) {
		r.t.Fatalf("answers %v, want %s", outcomes, want)
	}
	r.sent = append(r.sent, d)
	r.compare()
}

func count(all []order.Outcome, one order.Outcome) (n int) {
	for _, o := range all {
		if o == one {
			n++
		}
	}
	return n
}

// compare holds the order against the model.
func (r *run) compare() {
	if len(r.sent) == 0 {
		return
	}
	v, err := r.w.orders.Find(context.Background(), r.w.A.All(), "erp", r.name)
	if err != nil {
		r.t.Fatal(err)
	}
	got, want := map[string]int64{}, map[string]int64{}
	codes := map[string][]string{}
	for _, row := range r.w.allTickets(v.ID) {
		if row.Code != "" {
			codes[row.Line] = append(codes[row.Line], row.Code)
		}
	}
	for _, l := range v.Lines {
		got[l.No] = r.w.sold(l)
		if l.Quantity != got[l.No] || l.Issued != got[l.No] {
			r.t.Fatalf("line %s says %d, issued %d, tickets hold %d", l.No, l.Quantity, l.Issued, got[l.No])
		}
	}
	for no, l := range r.model.lines {
		want[no] = l.sold()
		if kept := l.codes; !l.exchange && len(kept) > 0 && len(codes[no]) > 0 && kept[0] != codes[no][0] {
			r.t.Fatalf("line %s lost its ticket", no)
		}
		l.codes, l.exchange = codes[no], false
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.t.Fatalf("tickets (-model +order): %s", diff)
	}
	if n := r.w.recalls() - r.base; n != r.model.pendingRecalls() {
		r.t.Fatalf("%d recalls, want %d", n, r.model.pendingRecalls())
	}
	if waits := v.State == order.Awaiting; waits != (r.model.waiting != nil) {
		r.t.Fatalf("state %s, model waits: %v", v.State, !waits)
	} else if waits && v.Waits.Recalls != r.model.recalls(*r.model.waiting) {
		r.t.Fatalf("%d recalls foreseen, want %d", v.Waits.Recalls, r.model.recalls(*r.model.waiting))
	}
	r.last = order.Result{View: v}
}

// activate puts free seats in use.
func (r *run) activate() {
	for _, l := range r.last.Lines {
		m := r.model.lines[l.No]
		if m == nil || m.free == 0 || rapid.IntRange(0, 3).Draw(r.t, "leave") == 0 {
			continue
		}
		n := m.free - rapid.Int64Range(0, m.free/2).Draw(r.t, "seats left")
		r.w.use(l, n)
		m.free, m.used = m.free-n, m.used+n
	}
	r.compare()
}

// decide lets a human speak.
func (r *run) decide() {
	if r.model.waiting == nil {
		return
	}
	d := *r.model.waiting
	r.model.waiting = nil
	var err error
	if rapid.Bool().Draw(r.t, "confirm") {
		_, err = r.w.orders.Confirm(context.Background(), r.w.A.All(), order.Confirmation{
			Order: r.last.ID, Rev: r.last.Rev, Recalls: r.last.Waits.Recalls,
		})
		r.model.carryOut(d)
	} else {
		_, err = r.w.orders.Reject(context.Background(), r.w.A.All(), r.last.ID, r.last.Rev)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.compare()
}

// TestModel sends random sequences of documents (new ones, copies, raised,
// lowered, removed, changes, older revisions, shuffled, three times at once)
// while seats are taken and humans decide, and compares with the model.
func TestModel(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.Open(t, e), order.Settings{RecallAbove: modelThreshold})
			n := 0
			rapid.Check(t, func(rt *rapid.T) {
				n++
				r := &run{t: rt, w: w, name: fmt.Sprint("model-", n), base: w.recalls()}
				r.model = modelOrder{seen: map[[32]byte]bool{}, lines: map[string]*modelLine{}}
				for range rapid.IntRange(1, 12).Draw(rt, "acts") {
					switch act := rapid.IntRange(0, 9).Draw(rt, "act"); {
					case act < 3:
						r.send(r.draw(), 1)
					case act < 5:
						r.send(r.draw(), 3)
					case act < 6 && len(r.sent) > 0:
						r.send(rapid.SampledFrom(r.sent).Draw(rt, "copy"), 2)
					case act < 8:
						r.activate()
					default:
						r.decide()
					}
				}
			})
		})
	}
}
