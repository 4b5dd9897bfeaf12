package order

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/order/format"
)

// mostShown is how many tickets one answer carries; beyond it a caller pages.
const mostShown = 2000

// mostLines is how many lines one answer carries.
const mostLines = 1000

// answer is the Result of a document. It is read after the commit, so that the
// one writer does not open codes.
func (s *Service) answer(ctx context.Context, by actor.Actor, doc format.Document, done placed) (Result, error) {
	if done.order.IsZero() { // not paid and not known
		return Result{View: View{Source: doc.Source, Number: doc.Number, Lines: []LineView{}}, Outcome: done.outcome, Changes: []Step{}}, nil
	}
	r, err := s.after(ctx, by, done)
	r.Ignored = doc.Ignored
	return r, err
}

// after reads the order of a transaction that has committed. Whoever sent the
// order sees its codes.
func (s *Service) after(ctx context.Context, by actor.Actor, done placed) (Result, error) {
	r := Result{Outcome: done.outcome, Changes: firstSteps(done.plan.Steps), Created: done.created, Skipped: done.skipped}
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		var err error
		r.View, err = s.view(q, by.Publisher, done.order, sight{open: true, fresh: done.codes})
		return err
	})
	return r, err
}

// sight is what a caller may see of ticket codes.
type sight struct {
	open  bool  // the sealed copies may be opened
	fresh codes // codes that were made just now
}

// view is an order with its lines, if they are few enough, and with the
// document that waits.
func (s *Service) view(q db.Querier, p actor.PublisherID, id ID, see sight) (View, error) {
	o, err := byID(q, p, id)
	if err != nil {
		return View{}, err
	}
	v := viewOf(o)
	v.Note = noteOf(o, s.settings.Depot)
	if o.Issued != o.Quantity {
		v.Job = o.Job
	}
	if o.State == Awaiting {
		if v.Waits, err = s.waits(q, p, o); err != nil {
			return v, err
		}
	}
	if v.More = o.LineCount > mostLines; v.More {
		return v, nil
	}
	lines, err := linesOf(q, p, id)
	if err != nil {
		return v, err
	}
	var tickets int64
	for _, l := range lines {
		tickets += l.made
	}
	if v.More = tickets > mostShown; v.More {
		return v, nil
	}
	sales, err := salesOf(q, p, id)
	if err != nil {
		return v, err
	}
	v.Lines, err = s.lineViews(q, p, o, lines, sales, see)
	return v, err
}

// lineViews joins lines with what they sell and with their tickets.
func (s *Service) lineViews(q db.Querier, p actor.PublisherID, o Order, lines []Line, sales map[int64]sale, see sight) ([]LineView, error) {
	tickets, err := s.tickets(q, p, lines, see)
	if err != nil {
		return nil, err
	}
	out := make([]LineView, 0, len(lines))
	for _, l := range lines {
		out = append(out, lineView(l, o, sales[l.sale].snapshot, tickets[l.ID]))
	}
	return out, nil
}

// waits works the waiting document out against the order of this moment.
func (s *Service) waits(q db.Querier, p actor.PublisherID, o Order) (*Waits, error) {
	w, err := pendingOf(q, p, o.ID)
	if err != nil {
		return nil, err
	}
	out := &Waits{Since: w.at, Limit: s.settings.RecallAbove, Recalls: w.recalls, Steps: []Step{}}
	r, err := s.understand(q, p, o, &w.document, RefuseUnknown)
	if err != nil {
		return out, nil //nolint:nilerr // the article is not sold any more; Confirm says so
	}
	plan, err := s.plan(q, p, r, false)
	if err != nil {
		return out, err
	}
	out.Recalls, out.Steps = plan.Recalls, firstSteps(plan.Steps)
	return out, nil
}

// Get returns one order with its lines and the hints of its tickets. It needs
// order.read for the buyer. Errors: ErrNotFound and the faults of package actor.
func (s *Service) Get(ctx context.Context, by actor.Actor, id ID) (View, error) {
	var v View
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		o, err := byID(q, by.Publisher, id)
		if err != nil {
			return err
		}
		if err := s.gate.Check(q, by, actor.OrderRead, o.Buyer); err != nil {
			return hidden(err)
		}
		v, err = s.view(q, by.Publisher, id, sight{})
		return err
	})
	return v, err
}

// Find is Get by the name of the sender, as the caller calls it, and the order's
// number there.
func (s *Service) Find(ctx context.Context, by actor.Actor, source, number string) (View, error) {
	var v View
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		own, err := s.sender(q, by, actor.OrderRead, source)
		if err != nil {
			return err
		}
		o, err := byNumber(q, by.Publisher, own, number)
		if err != nil {
			return err
		}
		if err := s.gate.Check(q, by, actor.OrderRead, o.Buyer); err != nil {
			return hidden(err)
		}
		v, err = s.view(q, by.Publisher, o.ID, sight{})
		return err
	})
	return v, err
}

// Filter narrows a List. The zero value lists the newest orders.
type Filter struct {
	Source string // as the caller calls it; "" = all
	State  State
	After  string // cursor of the page before; "" = the first page
	Limit  int    // 1 to 200; 0 = 50
}

// Page is one page of a list. Next is the cursor of the following page, "" at
// the end.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// List returns the orders that the caller may see, newest first, without their
// lines. It needs order.read. Errors: ErrBadPage and the faults of package actor.
func (s *Service) List(ctx context.Context, by actor.Actor, f Filter) (Page[View], error) {
	limit := f.Limit
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	after, err := cursor(f.After)
	if err != nil {
		return Page[View]{}, err
	}
	page := Page[View]{Items: []View{}}
	err = s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		scope, err := s.gate.Scope(q, by, actor.OrderRead)
		if err != nil {
			return err
		}
		if f.Source, err = own(q, by, f.Source); err != nil {
			return err
		}
		found, err := listOrders(q, by.Publisher, scope, after, f, limit+1)
		if err != nil {
			return err
		}
		if len(found) > limit {
			found = found[:limit]
			page.Next = found[limit-1].ID.String()
		}
		for _, o := range found {
			page.Items = append(page.Items, viewOf(o))
		}
		return nil
	})
	return page, err
}

// cursor reads a place in a list that runs from the newest id down.
func cursor(s string) (ID, error) {
	if s == "" {
		last := ID{}
		for i := range last {
			last[i] = 0xff
		}
		return last, nil
	}
	id, err := db.ParseID[Order](s)
	if err != nil {
		return id, ErrBadPage
	}
	return id, nil
}
