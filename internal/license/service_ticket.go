package license

import (
	"context"
	"errors"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// found is what a code opens.
type found struct {
	publisher actor.PublisherID
	ticket    *Ticket
	licenses  []*License
	key       bool // by license key, so only this license
}

// find looks a typed code up, under the limits against guessing. Codes of
// another publisher than by's are not found.
func (s *Service) find(ctx context.Context, by actor.Actor, code string, then func(r *db.Reader, f found) error) error {
	lookups, _, err := s.lookups(code)
	if err != nil {
		return err
	}
	err = s.db.Read(ctx, func(r *db.Reader) error {
		g := guesses{s: s, q: r}
		if err := g.from(by.Addr); err != nil {
			return err
		}
		f, err := s.open(r, by.Publisher, lookups)
		if err != nil {
			return err
		}
		return then(r, f)
	})
	if !errors.Is(err, ErrUnknownCode) {
		return err
	}
	charge := s.db.Write(ctx, func(tx *db.Tx) error { return s.chargeGuess(tx, by.Publisher, by.Addr) })
	if charge != nil {
		return charge
	}
	return err
}

// open reads what a code opens, or returns ErrUnknownCode.
func (s *Service) open(q db.Querier, p actor.PublisherID, lookups []lookupID) (f found, err error) {
	type row struct {
		publisher actor.PublisherID
		kind      string
		id        [16]byte
	}
	rows, err := db.List(q, func(r *db.Rows) (row, error) {
		var x row
		var id lookupID
		err := r.Scan(&x.publisher, &x.kind, &id)
		x.id = id
		return x, err
	}, qLookup, db.IDs[lookupRow](lookups))
	if err != nil {
		return f, err
	}
	if len(rows) == 0 || !p.IsZero() && rows[0].publisher != p {
		return f, ErrUnknownCode
	}
	f.publisher, f.key = rows[0].publisher, rows[0].kind == kindKey
	db.Narrow(q, f.publisher)
	ticket := TicketID(rows[0].id)
	if f.key {
		l, err := licenseOf(q, f.publisher, LicenseID(rows[0].id))
		if err != nil {
			return f, err
		}
		f.licenses, ticket = []*License{l}, l.Ticket
	} else if f.licenses, err = db.List(q, scanLicense, qTicketLicenses, f.publisher, ticket); err != nil {
		return f, err
	}
	if f.ticket, err = ticketOf(q, f.publisher, ticket, false); err != nil {
		return f, err
	}
	f.licenses = current(f.licenses)
	return f, s.attach(q, f.publisher, f.licenses)
}

// Look tells the bearer of a ticket code or license key what it holds: the
// licenses, how much of them is used and free, the restore allowance with its
// next free date, and the devices. by may be anonymous: the code is the proof. A
// blocked, expired or used up code is answered, with its refusal. Errors:
// license.code_typo, license.unknown_code (for foreign ones, too),
// license.too_many_tries.
func (s *Service) Look(ctx context.Context, by actor.Actor, code string) (Look, error) {
	var v Look
	err := s.find(ctx, by, code, func(r *db.Reader, f found) error {
		v = Look{Ticket: f.ticket.ID, State: f.ticket.State, Holdings: []LookLicense{}}
		for _, l := range f.licenses {
			one, err := s.lookAt(r, f.publisher, l)
			if err != nil {
				return err
			}
			v.Holdings = append(v.Holdings, one)
		}
		v.settle(f.ticket.open(f.licenses, r.Now()))
		return nil
	})
	return v, err
}

// maxLook bounds the devices that a bearer is shown per license.
const maxLook = 100

func (s *Service) lookAt(r *db.Reader, p actor.PublisherID, l *License) (LookLicense, error) {
	now := r.Now()
	if err := attachEligible(r, p, []*License{l}); err != nil {
		return LookLicense{}, err
	}
	out := LookLicense{LicenseInfo: l.info(now), Devices: []LookDevice{}, Why: l.ready(now), Zone: l.terms.loc}
	counted, err := countedOf(r, p, l, now)
	if err != nil {
		return out, err
	}
	a := l.allowance(counted, now)
	out.Restores, out.RestoreLeft, out.NextRestore = a.Count, a.Left(), a.Next
	if out.Granted, err = grantedOf(r, p, l, now); err != nil {
		return out, err
	}
	live, err := liveOf(r, p, l.ID, maxLook+1)
	if err != nil {
		return out, err
	}
	if out.More = len(live) > maxLook; out.More {
		live = live[:maxLook]
	}
	boxes, err := boxesOf(r, p, live)
	if err != nil {
		return out, err
	}
	for _, a := range slices.Backward(live) {
		box := boxes[a.Container]
		if box == nil {
			return out, ErrNotFound
		}
		out.Devices = append(out.Devices, LookDevice{
			ID: a.ID, State: a.State, Quantity: a.Quantity, Since: a.Started, Seen: box.Seen, OS: box.App.OS,
			App: box.App.Version, Virtual: box.Virtual,
		})
	}
	return out, nil
}

// Bearer returns the caller that holds a ticket code or license key: what it may
// do follows from the code alone. Errors as Look.
func (s *Service) Bearer(ctx context.Context, by actor.Actor, code string) (actor.Actor, error) {
	var out actor.Actor
	err := s.find(ctx, by, code, func(_ *db.Reader, f found) error {
		out = f.bearer(by)
		return nil
	})
	return out, err
}

// FindTicket finds the ticket of a code or license key for staff. It needs
// ticket.read or support.read for the ticket's holder. Errors: license.code_typo,
// license.not_found, license.too_many_tries.
func (s *Service) FindTicket(ctx context.Context, by actor.Actor, code string) (TicketInfo, error) {
	var out TicketInfo
	if by.Publisher.IsZero() {
		return out, actor.ErrSignIn
	}
	err := s.find(ctx, by, code, func(r *db.Reader, f found) error {
		if err := s.mayRead(r, by, actor.TicketRead, f.ticket.Holder); err != nil {
			return err
		}
		out = f.ticket.info(f.licenses, r.Now())
		return nil
	})
	if errors.Is(err, ErrUnknownCode) {
		err = ErrNotFound
	}
	return out, err
}

// mayRead lets support look at what others need a right of its own for.
func (s *Service) mayRead(q db.Querier, by actor.Actor, perm actor.Permission, org actor.OrgID) error {
	err := s.gate.Check(q, by, perm, org)
	if err != nil && errors.Is(err, actor.ErrDenied) && s.gate.Check(q, by, actor.SupportRead, org) == nil {
		return nil
	}
	return err
}

// GetTicket returns a ticket without its code. It needs ticket.read or
// support.read for the ticket's holder. Errors: license.not_found.
func (s *Service) GetTicket(ctx context.Context, by actor.Actor, id TicketID) (TicketInfo, error) {
	var out TicketInfo
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		t, err := s.ticketFor(r, by, id, false, actor.TicketRead)
		if err != nil {
			return err
		}
		list, err := s.licensesOf(r, by.Publisher, id)
		if err != nil {
			return err
		}
		out = t.info(list, r.Now())
		return nil
	})
	return out, err
}

func (s *Service) licensesOf(q db.Querier, p actor.PublisherID, id TicketID) ([]*License, error) {
	list, err := db.List(q, scanLicense, qTicketLicenses, p, id)
	if err != nil {
		return nil, err
	}
	if err := s.attach(q, p, list); err != nil {
		return nil, err
	}
	return list, attachEligible(q, p, list)
}

// ticketFor reads a ticket that by has perm for. What is out of scope is not
// found.
func (s *Service) ticketFor(q db.Querier, by actor.Actor, id TicketID, lock bool, perm actor.Permission) (*Ticket, error) {
	t, err := ticketOf(q, by.Publisher, id, lock)
	if err != nil {
		return nil, err
	}
	if perm == actor.TicketRead || perm == actor.LicenseRead || perm == actor.ContainerRead || perm == actor.LeaseRead {
		return t, hide(s.mayRead(q, by, perm, t.Holder))
	}
	return t, hide(s.gate.Check(q, by, perm, t.Holder))
}

// hide makes "out of scope" read as "not there".
func hide(err error) error {
	if errors.Is(err, actor.ErrNotFound) {
		return ErrNotFound
	}
	return err
}

// Reveal returns the code of a ticket, as printed. It needs ticket.reveal for the
// ticket's holder, and is journaled, under one Idempotency-Key once. Errors:
// license.not_found, license.code_not_kept.
func (s *Service) Reveal(ctx context.Context, by actor.Actor, id TicketID) (string, error) {
	var code string
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.ticketFor(tx, by, id, false, actor.TicketReveal); err != nil {
			return err
		}
		var sealed []byte
		err := tx.QueryRow(qTicketSealed, by.Publisher, id).Scan(&sealed)
		if err != nil {
			return orNotFound(err)
		}
		open := func([16]byte) (string, error) { return s.openCode(tx, by.Publisher, id, sealed) }
		code, err = actor.Once(tx, by, open, func() ([16]byte, string, error) {
			code, err := open(id)
			if err != nil {
				return id, "", err
			}
			return id, code, actor.Record(tx, by, actor.Entry{Entity: "ticket", ID: id, Event: "ticket.revealed"})
		})
		return err
	})
	return code, err
}

// openCode opens a sealed ticket code and prints it in groups.
func (s *Service) openCode(q db.Querier, p actor.PublisherID, id TicketID, sealed []byte) (string, error) {
	if sealed == nil {
		return "", ErrNoCode
	}
	plain, err := s.vault.Open(q, p, id[:], sealed)
	if err != nil {
		return "", err
	}
	code, err := wire.ParseTicket(string(plain))
	if err != nil {
		return "", ErrNoCode.Wrap(err)
	}
	return code.String(), nil
}

// RevealKey returns the license key of a license, as printed; the first time it
// makes one. It needs ticket.reveal for the ticket's holder, and is journaled,
// under one Idempotency-Key once. Errors: license.not_found.
func (s *Service) RevealKey(ctx context.Context, by actor.Actor, id LicenseID) (string, error) {
	var key string
	err := s.write(ctx, func(tx *db.Tx) error {
		l, err := s.licenseFor(tx, by, id, actor.TicketReveal)
		if err != nil {
			return err
		}
		show := func([16]byte) (string, error) { return s.openKey(tx, by.Publisher, id) }
		key, err = actor.Once(tx, by, show, func() ([16]byte, string, error) {
			event := "license.key_revealed"
			key, err := s.openKey(tx, by.Publisher, id)
			if err == nil && key == "" {
				event = "license.key_issued"
				var made wire.Key
				made, err = s.mintKey(tx, by.Publisher, id, l.terms.Item.KeyPrefix)
				key = made.String()
			}
			if err != nil {
				return id, "", err
			}
			return id, key, actor.Record(tx, by, actor.Entry{Entity: "license", ID: id, Event: event})
		})
		return err
	})
	return key, err
}

// openKey returns the license key of a license, "" before it has one.
func (s *Service) openKey(q db.Querier, p actor.PublisherID, id LicenseID) (string, error) {
	var sealed []byte
	if err := q.QueryRow(qLicenseSealed, p, id).Scan(&sealed); err != nil || sealed == nil {
		return "", orNotFound(err)
	}
	plain, err := s.vault.Open(q, p, id[:], sealed)
	return string(plain), err
}

// licenseFor reads and locks a license that by has perm for.
func (s *Service) licenseFor(tx *db.Tx, by actor.Actor, id LicenseID, perm actor.Permission) (*License, error) {
	list, err := s.lockLicenses(tx, by.Publisher, db.IDs[License]{id})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, ErrNotFound
	}
	t, err := s.ticketFor(tx, by, list[0].Ticket, false, perm)
	if err != nil {
		return nil, err
	}
	list[0].ticket = t
	return list[0], nil
}

// BlockTicket refuses further activations with a ticket until UnblockTicket; what
// is active goes on. It needs ticket.block for the ticket's holder, for another
// organization a reason, and is journaled. Errors: license.not_found, those of a
// reason, license.ticket_state.
func (s *Service) BlockTicket(ctx context.Context, by actor.Actor, id TicketID) (TicketInfo, error) {
	return s.turnTicket(ctx, by, id, TicketState.Block, "ticket.block", "ticket.blocked")
}

// UnblockTicket lifts BlockTicket. It needs ticket.block for the ticket's holder,
// for another organization a reason, and is journaled. Errors: license.not_found,
// those of a reason, license.ticket_state.
func (s *Service) UnblockTicket(ctx context.Context, by actor.Actor, id TicketID) (TicketInfo, error) {
	return s.turnTicket(ctx, by, id, TicketState.Unblock, "ticket.unblock", "ticket.unblocked")
}

// turnTicket is the frame of every act on one ticket. An Idempotency-Key makes it
// repeatable; a preview changes nothing.
func (s *Service) turnTicket(ctx context.Context, by actor.Actor, id TicketID, turn func(TicketState) (TicketState, error), verb, event string) (TicketInfo, error) {
	var out TicketInfo
	err := s.try(ctx, by, func(tx *db.Tx) error {
		t, err := s.ticketFor(tx, by, id, true, actor.TicketBlock)
		if err != nil {
			return err
		}
		by, err := s.onBehalf(tx, by, t.Holder)
		if err != nil {
			return err
		}
		show := func([16]byte) (TicketInfo, error) {
			list, err := s.licensesOf(tx, by.Publisher, id)
			return t.info(list, tx.Now()), err
		}
		out, err = actor.Once(tx, by, show, func() ([16]byte, TicketInfo, error) {
			to, err := turn(t.State)
			if err == nil && to != t.State {
				t.State, t.Rev = to, t.Rev+1
				if err = setTicketState(tx, by, t, event); err == nil {
					err = s.told(tx, by, verb, "ticket", id)
				}
			}
			if err != nil {
				return id, TicketInfo{}, err
			}
			v, err := show(id)
			return id, v, err
		})
		return err
	})
	return out, err
}

func setTicketState(tx *db.Tx, by actor.Actor, t *Ticket, event string) error {
	if _, err := tx.Exec(qTicketState, string(t.State), by.Publisher, t.ID); err != nil {
		return err
	}
	return actor.Record(tx, by, actor.Entry{Entity: "ticket", ID: t.ID, Event: event})
}
