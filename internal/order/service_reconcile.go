package order

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/order/format"
)

// Book is an order book to compare with: orders as their sender has them.
type Book struct {
	Orders []format.Document
	Whole  bool // it holds every order of its sources: others are surplus
}

// Report is what a reconciliation found.
type Report struct {
	Orders      int          `json:"orders"` // compared
	Lines       int          `json:"lines"`
	Differences []Difference `json:"differences"`
	Truncated   bool         `json:"truncated"` // there are more than are listed
}

// mostDifferences is how many a Report lists.
const mostDifferences = 10_000

// bookPage is how many orders are read at a time.
const bookPage = 500

// Reconcile compares an order book with the tickets and changes nothing. The
// quantities are those that the tickets hold, not those that the orders ask for.
// Lines that a document of lines does not contain are not spoken of. It needs
// order.read; orders outside the caller's scope read as missing.
func (s *Service) Reconcile(ctx context.Context, by actor.Actor, book Book) (Report, error) {
	for _, d := range book.Orders {
		if err := d.Check(); err != nil {
			return Report{}, err
		}
	}
	var rep Report
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		rep = Report{Differences: []Difference{}}
		if err := s.gate.Check(q, by, actor.OrderRead, by.Org); err != nil {
			return err // also for an empty book
		}
		known := map[string]map[string]bool{} // source, number
		for _, d := range book.Orders {
			var err error
			if d.Source, err = own(q, by, d.Source); err != nil {
				return err
			}
			if known[d.Source] == nil {
				known[d.Source] = map[string]bool{}
			}
			known[d.Source][d.Number] = true
			if err := s.reconcileOne(q, by, d, &rep); err != nil {
				return err
			}
		}
		if !book.Whole {
			return nil
		}
		return s.reconcileRest(q, by, known, &rep)
	})
	return rep, err
}

// ReconcileFile is Reconcile with the order book as a file, of any format that
// package format reads.
func (s *Service) ReconcileFile(ctx context.Context, by actor.Actor, f File, whole bool) (Report, error) {
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error { return s.gate.Check(q, by, actor.OrderRead, by.Org) })
	if err != nil {
		return Report{}, err
	}
	docs, err := s.parse(by, f)
	if err != nil {
		return Report{}, err
	}
	return s.Reconcile(ctx, by, Book{Orders: docs, Whole: whole})
}

func (s *Service) reconcileOne(q db.Querier, by actor.Actor, d format.Document, rep *Report) error {
	rep.Orders++
	rep.Lines += len(d.Lines)
	have, err := s.holds(q, by, d.Source, d.Number)
	if err != nil {
		return err
	}
	book := make([]entry, 0, len(d.Lines))
	for _, l := range d.Lines {
		e := entry{no: l.No, article: l.Article, quantity: l.Quantity}
		if l.Cancelled || d.Unpaid {
			e.quantity = 0
		}
		book = append(book, e)
	}
	rep.add(d.Source, d.Number, compare(book, have, d.Mode == format.Complete, sameArticle))
	return nil
}

func sameArticle(a, b string) bool { return catalog.FoldNumber(a) == catalog.FoldNumber(b) }

// holds returns what the tickets of an order hold, nothing for an order that is
// not there or not the caller's.
func (s *Service) holds(q db.Querier, by actor.Actor, source, number string) ([]entry, error) {
	o, err := byNumber(q, by.Publisher, source, number)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.entries(q, by, o)
}

// entries is holds for an order that is there.
func (s *Service) entries(q db.Querier, by actor.Actor, o Order) ([]entry, error) {
	if err := s.gate.Check(q, by, actor.OrderRead, o.Buyer); isMissing(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	lines, err := linesOf(q, by.Publisher, o.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]LineID, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	have, err := s.stock(q, by.Publisher, ids)
	out := make([]entry, 0, len(lines))
	for _, l := range lines {
		out = append(out, entry{no: l.No, article: l.Article, quantity: have[l.ID].Sold})
	}
	return out, err
}

// reconcileRest finds the orders of the book's sources that the book does not
// have.
func (s *Service) reconcileRest(q db.Querier, by actor.Actor, known map[string]map[string]bool, rep *Report) error {
	for _, source := range slices.Sorted(maps.Keys(known)) {
		for after := ""; !rep.Truncated; {
			page, err := db.List(q, scanOrder, qBook, by.Publisher, source, after, bookPage)
			if err != nil || len(page) == 0 {
				if err != nil {
					return err
				}
				break
			}
			for _, o := range page {
				if after = o.Number; known[source][o.Number] || o.Quantity == 0 && o.Issued == 0 {
					continue
				}
				have, err := s.entries(q, by, o)
				if err != nil {
					return err
				}
				rep.add(source, o.Number, compare(nil, have, true, sameArticle))
			}
		}
	}
	return nil
}

func (r *Report) add(source, number string, found []Difference) {
	for _, d := range found {
		if len(r.Differences) >= mostDifferences {
			r.Truncated = true
			return
		}
		d.Source, d.Number = source, number
		r.Differences = append(r.Differences, d)
	}
}
