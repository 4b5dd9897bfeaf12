package order

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/order/format"
)

// placed is what a transaction did with a document.
type placed struct {
	order   ID
	outcome Outcome
	plan    Plan
	codes   codes // of tickets that were made just now
	skipped []Skipped
	created []string
}

func (s *Service) place(ctx context.Context, by actor.Actor, doc format.Document, u Unknown) (Result, error) {
	if err := doc.Check(); err != nil {
		return Result{}, err
	}
	if done, err := s.copied(ctx, by, doc); err != nil || done.outcome != "" {
		if err != nil {
			return Result{}, err
		}
		return s.answer(ctx, by, doc, done)
	}
	var done placed
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if done, err = s.placeTx(tx, by, doc, u); err != nil {
			return err
		}
		return tx.Point("order.placed")
	})
	if err != nil {
		return Result{}, err
	}
	if err := s.db.Point(ctx, "order.before_answer"); err != nil {
		return Result{}, err
	}
	return s.answer(ctx, by, doc, done)
}

// copied recognizes a copy of a document that was taken, without the writer: a
// document that was seen stays seen. Whatever else it may be is left to placeTx,
// and so is an order that is not issued yet, whose job may need a push.
func (s *Service) copied(ctx context.Context, by actor.Actor, doc format.Document) (done placed, err error) {
	if by.Retry.Key != "" || doc.Unpaid {
		return done, nil
	}
	err = s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		own, err := s.sender(q, by, actor.OrderWrite, doc.Source)
		if err != nil {
			return err
		}
		doc.Source = own
		known, err := seen(q, by.Publisher, doc.Hash())
		if err != nil || !known {
			return err
		}
		o, err := byNumber(q, by.Publisher, doc.Source, doc.Number)
		if err != nil {
			return err
		}
		if s.gate.Check(q, by, actor.OrderWrite, o.Buyer) == nil && o.Issued == o.Quantity {
			done = placed{order: o.ID, outcome: Unchanged}
		}
		return nil
	})
	return done, err
}

func (s *Service) placeTx(tx *db.Tx, by actor.Actor, doc format.Document, u Unknown) (placed, error) {
	var err error
	if doc.Source, err = s.sender(tx, by, actor.OrderWrite, doc.Source); err != nil {
		return placed{}, err
	}
	return s.once(tx, by, func() (placed, error) {
		if doc.Unpaid {
			return s.unpaid(tx, by, doc)
		}
		req, created, err := s.parties(tx, by, doc)
		if err != nil {
			return placed{}, err
		}
		done, err := s.converge(tx, by, doc, req, u)
		done.created = created
		return done, err
	})
}

// parties reads the publisher and finds or makes the organizations of doc.
func (s *Service) parties(q db.Querier, by actor.Actor, doc format.Document) (*request, []string, error) {
	g, err := s.registry(q, by)
	if err != nil {
		return nil, nil, err
	}
	req := requestOf(doc)
	if req.Language == "" {
		req.Language = g.pub.Language
	}
	if req.Currency == "" {
		req.Currency = g.pub.Currency
	}
	err = g.parties(doc, &req)
	return &req, g.made, err
}

// unpaid answers for a document that is not to be carried out yet. It makes
// nothing, not even a customer.
func (s *Service) unpaid(q db.Querier, by actor.Actor, doc format.Document) (placed, error) {
	done := placed{outcome: NotPaid}
	o, err := byNumber(q, by.Publisher, doc.Source, doc.Number)
	switch {
	case errors.Is(err, ErrNotFound):
		return done, nil
	case err != nil:
		return done, err
	}
	done.order = o.ID
	return done, s.gate.Check(q, by, actor.OrderWrite, o.Buyer)
}

// converge holds the order's row from here to the end of the transaction.
func (s *Service) converge(tx *db.Tx, by actor.Actor, doc format.Document, req *request, u Unknown) (placed, error) {
	if doc.Change {
		if _, err := byNumber(tx, by.Publisher, doc.Source, doc.Number); errors.Is(err, ErrNotFound) {
			return placed{}, ErrChangeFirst.With("order", doc.Number)
		} else if err != nil {
			return placed{}, err
		}
	}
	o, err := claim(tx, by.Publisher, doc, req.Buyer)
	if err != nil {
		return placed{}, err
	}
	if o.Buyer != req.Buyer && o.LineCount > 0 {
		return placed{}, ErrBuyerChanged.With("order", o.Number).At("/buyer") // also for an order that the caller may not see
	}
	o.Buyer = req.Buyer
	hash := doc.Hash()
	if !o.fresh {
		known, err := seen(tx, by.Publisher, hash)
		if err != nil {
			return placed{}, err
		}
		if v := verdict(false, known, doc.Revision, o.Revision); v != "" {
			return placed{order: o.ID, outcome: v}, s.resume(tx, by.Publisher, o)
		}
	}
	if err := remember(tx, by.Publisher, hash, o.ID); err != nil {
		return placed{}, err
	}
	o.document = hash
	return s.carryOut(tx, by, o, req, u, false)
}

// resume makes sure that a large order is being worked on; a copy of its
// document is the usual way to ask.
func (s *Service) resume(tx *db.Tx, p actor.PublisherID, o Order) error {
	if o.Issued == o.Quantity {
		return nil
	}
	id, err := s.enqueue(tx, p, o)
	if err != nil || id == o.Job {
		return err
	}
	_, err = tx.Exec(qSetJob, id, p, o.ID)
	return err
}

// carryOut compares req with the locked order and makes them equal, or keeps
// req for a human.
func (s *Service) carryOut(tx *db.Tx, by actor.Actor, o Order, req *request, u Unknown, confirmed bool) (placed, error) {
	r, err := s.understand(tx, by.Publisher, o, req, u)
	if err != nil {
		return placed{}, err
	}
	done := placed{order: o.ID, skipped: r.skipped()}
	if done.plan, err = s.plan(tx, by.Publisher, r, confirmed); err != nil {
		return placed{}, err
	}
	waited := o.State == Awaiting
	o.Revision = later(o.Revision, req.Revision)
	if done.plan.Waits {
		done.outcome, o.State = Waiting, Awaiting
		if err := putPending(tx, by.Publisher, o.ID, *req, done.plan.Recalls); err != nil {
			return placed{}, err
		}
		return done, s.close(tx, by, &o, done, "order.awaiting_confirmation")
	}
	if waited {
		if err := dropPending(tx, by.Publisher, o.ID); err != nil {
			return placed{}, err
		}
	}
	o.Mode, o.Customer, o.Language, o.Currency = req.Mode, req.Customer, req.Language, req.Currency
	if done.codes, err = s.apply(tx, by, &o, r, done.plan); err != nil {
		return placed{}, err
	}
	done.outcome = Applied
	if len(done.plan.Steps) == 0 {
		done.outcome = Unchanged
	}
	return done, s.close(tx, by, &o, done, eventOf(o, done, waited, confirmed))
}

func later(seen, revision *int64) *int64 {
	if revision == nil || seen != nil && *seen > *revision {
		return seen
	}
	return revision
}

func eventOf(o Order, done placed, waited, confirmed bool) string {
	switch {
	case confirmed:
		return "order.confirmed"
	case o.fresh:
		return "order.placed"
	case len(done.plan.Steps) > 0, waited:
		return "order.changed"
	}
	return "order.seen"
}

// understand reads what the order has and what the catalog says about what is
// new. Its error joins the refusals of all lines.
func (s *Service) understand(q db.Querier, p actor.PublisherID, o Order, req *request, u Unknown) (*reading, error) {
	r := newReading(req, u)
	if o.LineCount > 0 {
		lines, err := linesOf(q, p, o.ID)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			r.lines[l.No] = l
		}
		if r.sales, err = salesOf(q, p, o.ID); err != nil {
			return nil, err
		}
	}
	for at, wants := r.ask(); len(at) > 0; {
		answers, err := catalog.ResolveMany(q, p, wants)
		if err != nil {
			return nil, err
		}
		if at = r.take(at, answers); len(at) > 0 {
			wants = wants[:0]
			for _, i := range at {
				wants = append(wants, want(&req.Lines[i]))
			}
		}
	}
	return r, joined(r.refusals)
}

// plan runs the convergence rule. What seats are in use is asked only for lines
// that lose something.
func (s *Service) plan(q db.Querier, p actor.PublisherID, r *reading, confirmed bool) (Plan, error) {
	policy := Policy{RecallAbove: s.settings.RecallAbove, Confirmed: confirmed}
	wanted, complete := r.wanted(), r.request.Mode == format.Complete
	plan := Converge(r.states(nil), wanted, complete, policy)
	if less := r.shrinking(plan); len(less) > 0 {
		have, err := s.stock(q, p, less)
		if err != nil {
			return plan, err
		}
		plan = Converge(r.states(have), wanted, complete, policy)
	}
	var units int64
	for _, l := range r.lines {
		units += l.Quantity
	}
	for _, st := range plan.Steps {
		units += st.To - st.From
	}
	if units > maxUnits {
		return plan, ErrTooMany.With("limit", int64(maxUnits))
	}
	return plan, nil
}

// close stores the order and writes its journal line.
func (s *Service) close(tx *db.Tx, by actor.Actor, o *Order, done placed, event string) error {
	if err := save(tx, by.Publisher, o); err != nil {
		return err
	}
	return actor.Record(tx, by, actor.Entry{Entity: "order", ID: o.ID, Event: event, Data: factsOf(*o, done.plan)})
}

// mostSteps is how many changed lines a journal line names.
const mostSteps = 8

// facts is what the journal keeps of a document.
type facts struct {
	Source   string `json:"source"`
	Number   string `json:"number"`
	Revision *int64 `json:"revision,omitempty"`
	State    State  `json:"state"`
	Quantity int64  `json:"quantity"`
	Issued   int64  `json:"issued"`
	Recalls  int64  `json:"recalls,omitempty"`
	Changed  int    `json:"changed"`
	Steps    []Step `json:"steps,omitempty"`
	Document string `json:"document,omitempty"` // its hash, hexadecimal; Cargo needs it
}

func factsOf(o Order, p Plan) facts {
	f := facts{
		Source: o.Source, Number: o.Number, Revision: o.Revision, State: o.State, Quantity: o.Quantity, Issued: o.Issued,
		Recalls: p.Recalls, Changed: len(p.Steps), Steps: p.Steps[:min(len(p.Steps), mostSteps)],
	}
	if o.document != [32]byte{} {
		f.Document = hex.EncodeToString(o.document[:])
	}
	return f
}

// preview does in one snapshot what place does, without writing.
func (s *Service) preview(ctx context.Context, by actor.Actor, doc format.Document, u Unknown) (Preview, error) {
	if err := doc.Check(); err != nil {
		return Preview{}, err
	}
	var p Preview
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		var err error
		p, err = s.previewIn(q, by, doc, u)
		return err
	})
	return p, err
}

func (s *Service) previewIn(q db.Querier, by actor.Actor, doc format.Document, u Unknown) (Preview, error) {
	p := Preview{Number: doc.Number, Limit: s.settings.RecallAbove, Steps: []Step{}}
	var err error
	if doc.Source, err = s.sender(q, by, actor.OrderWrite, doc.Source); err != nil {
		return p, err
	}
	p.Source = doc.Source
	if doc.Unpaid {
		done, err := s.unpaid(q, by, doc)
		p.Order, p.Outcome = done.order, done.outcome
		return p, err
	}
	req, created, err := s.parties(q, by, doc)
	if err != nil {
		return p, err
	}
	p.Creates = created
	o, err := byNumber(q, by.Publisher, doc.Source, doc.Number)
	switch {
	case errors.Is(err, ErrNotFound) && doc.Change:
		return p, ErrChangeFirst.With("order", doc.Number)
	case errors.Is(err, ErrNotFound):
		o = Order{fresh: true}
	case err != nil:
		return p, err
	case o.Buyer != req.Buyer && o.LineCount > 0:
		return p, ErrBuyerChanged.With("order", o.Number).At("/buyer")
	}
	p.Order = o.ID
	if !o.fresh {
		known, err := seen(q, by.Publisher, doc.Hash())
		if err != nil {
			return p, err
		}
		if p.Outcome = verdict(false, known, doc.Revision, o.Revision); p.Outcome != "" {
			return p, nil
		}
	}
	err = s.foresee(q, by.Publisher, o, req, u, &p)
	return p, err
}

// foresee fills in what carrying req out would do.
func (s *Service) foresee(q db.Querier, pub actor.PublisherID, o Order, req *request, u Unknown, p *Preview) error {
	r, err := s.understand(q, pub, o, req, u)
	if err != nil {
		return err
	}
	plan, err := s.plan(q, pub, r, false)
	if err != nil {
		return err
	}
	p.Steps, p.Adds, p.Recalls, p.Skipped = append(p.Steps, plan.Steps...), plan.Adds, plan.Recalls, r.skipped()
	tickets, once := r.tickets(plan)
	if p.Job = tickets > s.settings.BulkAbove; p.Job && once {
		return ErrShowOnce.With("limit", min(s.settings.BulkAbove, mostShown), "value", tickets)
	}
	switch {
	case plan.Waits:
		p.Outcome = Waiting
	case len(plan.Steps) == 0:
		p.Outcome = Unchanged
	default:
		p.Outcome = Applied
	}
	return nil
}

// Preview says what a document would do.
type Preview struct {
	Order   ID        `json:"order,omitzero"` // zero = it would be made
	Source  string    `json:"source"`
	Number  string    `json:"number"`
	Outcome Outcome   `json:"outcome"`
	Steps   []Step    `json:"steps"`
	Adds    int64     `json:"adds"`              // units sold in addition
	Recalls int64     `json:"recalls"`           // seats in use that devices would have to give up
	Limit   int64     `json:"limit"`             // recalls above it wait for a human
	Job     bool      `json:"job"`               // its tickets would be made by a job
	Creates []string  `json:"creates,omitempty"` // numbers of customers that would be made
	Skipped []Skipped `json:"skipped,omitempty"` // lines that would be left alone
}
