package trial

import (
	"context"
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/wire"
)

// Confirm gives whoever has the code of a mail the ticket of the trial: a new one,
// or the one that the address took before. Repeated it gives the same until the
// request's time is over. Errors: trial.off, trial.unknown_code (for a code of
// another publisher, too), trial.elapsed, trial.too_many, and catalog.not_offered
// when the publisher has withdrawn the offer meanwhile.
func (s *Service) Confirm(ctx context.Context, by actor.Actor, typed string) (Taken, error) {
	if err := s.off(by); err != nil {
		return Taken{}, err
	}
	code, err := readCode(typed)
	if err != nil {
		return Taken{}, err // nothing was looked up, so nothing was guessed
	}
	if err := s.mayConfirm(ctx, by); err != nil {
		return Taken{}, err
	}
	out, err := s.confirm(ctx, by, code)
	if !errors.Is(err, ErrUnknown) {
		return out, err
	}
	guess := s.DB.Write(ctx, func(tx *db.Tx) error { return charge(tx, near(by, s.Limits.Code, s.Limits.CodeWide)) })
	if guess != nil {
		return Taken{}, guess
	}
	return Taken{}, err
}

// mayConfirm looks at the meters of wrong codes.
func (s *Service) mayConfirm(ctx context.Context, by actor.Actor) error {
	return s.DB.Read(ctx, func(r *db.Reader) error { return over(r, near(by, s.Limits.Code, s.Limits.CodeWide)) })
}

func (s *Service) confirm(ctx context.Context, by actor.Actor, code wire.Key) (Taken, error) {
	id := s.request(by.Publisher, code)
	err := s.DB.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		_, known, err := requestOf(r, by.Publisher, id)
		if err == nil && !known {
			err = ErrUnknown // the usual guess does not take the writer
		}
		return err
	})
	if err != nil {
		return Taken{}, err
	}
	var out Taken
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		req, known, err := requestOf(tx, by.Publisher, id)
		switch {
		case err != nil:
			return err
		case !known:
			return ErrUnknown
		case !tx.Now().Before(req.expires):
			return ErrElapsed.With("hours", int64(RequestLife/time.Hour))
		}
		var ticket license.TicketID
		if out, ticket, err = s.give(tx, by, req); err != nil {
			return err
		}
		n, err := tx.Exec(qConfirmed, db.At(tx.Now()), by.Publisher, req.id)
		if err != nil || n == 0 {
			return err
		}
		return actor.Record(tx, by, actor.Entry{
			Entity: "trial", ID: req.id, Event: "trial.confirmed", Data: confirmedData{req.article, ticket, out.Again},
		})
	})
	return out, err
}

// give makes the ticket of a request, or finds the one that its address has.
func (s *Service) give(tx *db.Tx, by actor.Actor, req request) (Taken, license.TicketID, error) {
	offered, item, offer := catalog.ResolveTrial(tx, by.Publisher, req.number)
	if offer != nil && !errors.Is(offer, catalog.ErrNotOffered) {
		return Taken{}, license.TicketID{}, offer
	}
	ticket, known, err := ticketOf(tx, by.Publisher, req.visitor)
	switch {
	case err != nil:
		return Taken{}, ticket, err
	case known:
		return s.again(tx, by, req, offered, offer, ticket)
	case offer != nil:
		return Taken{}, ticket, offer
	}
	now := tx.Now()
	forget := now.AddDate(0, 0, int(offered.Offer.Keep()))
	n, err := tx.Exec(qTake, by.Publisher, req.visitor, req.article, db.At(now), db.At(forget))
	if err != nil {
		return Taken{}, ticket, err
	}
	if n > 0 {
		return s.issue(tx, by, req, offered, item)
	}
	ticket, known, err = ticketOf(tx, by.Publisher, req.visitor) // somebody was faster by a moment
	if err == nil && !known {
		err = ErrUnknown
	}
	if err != nil {
		return Taken{}, ticket, err
	}
	return s.again(tx, by, req, offered, offer, ticket)
}

// again shows the ticket that an address has. offer is why nothing is offered now;
// nil when it is.
func (s *Service) again(tx *db.Tx, by actor.Actor, req request, offered catalog.Offered, offer error, ticket license.TicketID) (Taken, license.TicketID, error) {
	out := Taken{Offer: Offer{Number: req.number, Name: catalog.Names{DE: req.number, EN: req.number}}, Again: true}
	if offer == nil {
		out.Offer = offerOf(offered)
	}
	code, err := s.Licenses.CodeOf(tx, by.Publisher, ticket)
	out.Code = code
	return out, ticket, unless(err, license.ErrNoCode)
}

// issue makes the ticket: the publisher's own, of nobody that is known.
func (s *Service) issue(tx *db.Tx, by actor.Actor, req request, offered catalog.Offered, item catalog.Snapshot) (Taken, license.TicketID, error) {
	pub, err := org.PublisherByID(tx, by.Publisher)
	if err != nil {
		return Taken{}, license.TicketID{}, err
	}
	made, err := s.Licenses.Issue(tx, by, []license.IssueInput{{
		Holder: pub.Root, Item: item, Quantity: 1, ValidUntil: lastDay(day.FromTime(tx.Now(), pub.Location()), offered.Lasts),
	}})
	if err != nil {
		return Taken{}, license.TicketID{}, err
	}
	_, err = tx.Exec(qTicket, made[0].Ticket, by.Publisher, req.visitor)
	return Taken{Offer: offerOf(offered), Code: made[0].Code}, made[0].Ticket, err
}
