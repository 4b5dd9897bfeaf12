package license

import (
	"context"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
)

// What becomes of devices when their license goes to another holder.
const (
	DevicesKeep   = "keep"   // they go along; ticket and keys stay as they are
	DevicesReturn = "return" // they give their seats back at the next contact; the new holder gets a new ticket
)

// TransferInput says which ticket goes to whom.
type TransferInput struct {
	Ticket  TicketID
	To      actor.OrgID
	Devices string // DevicesKeep or DevicesReturn
}

// TransferResult is what a transfer does, or would do. Code is the secret of a new
// ticket; a repeat of the request shows it again only where it is kept, and a preview
// has none.
type TransferResult struct {
	Ticket  TicketInfo `json:"ticket"`             // as the new holder has it
	Devices int        `json:"devices"`            // that go along, or that give back
	Lent    int        `json:"lent,omitempty"`     // of them, those that hold a borrowed place until its end
	NewCode bool       `json:"new_code,omitempty"` // the old ticket opens nothing any more
	Code    string     `json:"code,omitempty"`
	DryRun  bool       `json:"dry_run,omitempty"`
}

// handed is what is kept of a transfer for a repeat.
type handed struct {
	Ticket  TicketID `json:"ticket"`
	Devices int      `json:"devices"`
	Lent    int      `json:"lent"`
	NewCode bool     `json:"new_code"`
}

// transferData is what the journal keeps of a transfer, on both sides.
type transferData struct {
	From     actor.OrgID `json:"from"`
	To       actor.OrgID `json:"to"`
	Ticket   TicketID    `json:"ticket"` // as the new holder has it
	Snapshot SnapshotID  `json:"snapshot"`
	Devices  int         `json:"devices"`
}

// Transfer hands a ticket with its license to another holder of the same publisher.
// Its devices go along, or give their seats back, as the caller chooses; then the old
// ticket and license keys open nothing any more, and the new holder gets a ticket of
// its own. The license says the new holder's number from the next contact on. The
// order line stays with its buyer: raising it leaves the ticket alone, lowering it
// takes the ticket last. Proof of eligibility does not go along. An Idempotency-Key
// makes it repeatable. It needs license.write and ticket.reveal for both holders, for
// other organizations a reason (not for a preview), and is journaled for both. Errors:
// license.not_found for either, those of a reason, license.bad_transfer,
// license.transfer_self, license.transfer_closed, license.has_several,
// license.ticket_state, license.license_state.
func (s *Service) Transfer(ctx context.Context, by actor.Actor, in TransferInput) (TransferResult, error) {
	var out TransferResult
	err := s.try(ctx, by, func(tx *db.Tx) error {
		t, err := s.transferable(tx, by, in)
		if err != nil {
			return err
		}
		code := ""
		show := func(k handed) (TransferResult, error) { return s.transferResult(tx, by, k, code) }
		out, err = actor.OnceSaid(tx, by, show, func() (handed, TransferResult, error) {
			list, err := s.stubs(tx, by, bothRights, in.Ticket)
			if err != nil {
				return handed{}, TransferResult{}, err
			}
			t.from = list[0]
			k, made, err := t.run()
			if err != nil {
				return k, TransferResult{}, err
			}
			code = made
			v, err := show(k)
			return k, v, err
		})
		return err
	})
	return out, err
}

var bothRights = []actor.Permission{actor.LicenseWrite, actor.TicketReveal}

func (s *Service) transferResult(tx *db.Tx, by actor.Actor, k handed, code string) (TransferResult, error) {
	info, err := s.ticketInfo(tx, by.Publisher, k.Ticket)
	out := TransferResult{Ticket: info, Devices: k.Devices, Lent: k.Lent, NewCode: k.NewCode, DryRun: by.Preview}
	if err == nil && k.NewCode && !by.Preview {
		out.Code, err = s.codeOf(tx, by.Publisher, k.Ticket, code)
	}
	if by.Preview && k.NewCode {
		out.Ticket.Hint = ""
	}
	return out, err
}

// transfer is one ticket on its way to another holder.
type transfer struct {
	s        *Service
	tx       *db.Tx
	in       TransferInput
	from     stub
	to       org.Organization
	old, new actor.Actor // the caller as it acts for each of them
	live     []*Activation
}

// transferable checks who may do what, and where to.
func (s *Service) transferable(tx *db.Tx, by actor.Actor, in TransferInput) (*transfer, error) {
	if in.Devices != DevicesKeep && in.Devices != DevicesReturn {
		return nil, ErrBadTransfer.With("value", in.Devices).At("/devices")
	}
	t, err := s.ticketFor(tx, by, in.Ticket, false, actor.LicenseWrite)
	if err != nil {
		return nil, err
	}
	for _, perm := range bothRights {
		for _, o := range []actor.OrgID{t.Holder, in.To} {
			if err := hide(s.gate.Check(tx, by, perm, o)); err != nil {
				return nil, err
			}
		}
	}
	out := &transfer{s: s, tx: tx, in: in, old: by, new: by}
	if out.to, err = org.ByID(tx, by.Publisher, in.To); err != nil {
		return nil, hide(err)
	}
	if out.old, err = s.onBehalf(tx, by, t.Holder); err != nil {
		return nil, err
	}
	out.new, err = s.onBehalf(tx, by, in.To)
	return out, err
}

func (t *transfer) run() (k handed, code string, err error) {
	l := t.from.license
	switch {
	case t.from.Holder == t.in.To:
		return k, "", ErrTransferSelf
	case t.to.State != org.StateOpen:
		return k, "", ErrOrgClosed
	case t.from.State != TicketIssued:
		return k, "", ErrTicketState.With("state", string(t.from.State))
	case l.State != LicenseAvailable:
		return k, "", ErrLicenseState.With("state", string(l.State))
	}
	if t.live, err = liveOfMany(t.tx, t.old.Publisher, db.IDs[License]{l.ID}); err != nil {
		return k, "", err
	}
	k = handed{Ticket: t.from.ID, Devices: len(t.live), NewCode: t.in.Devices == DevicesReturn}
	k.Lent = len(slices.DeleteFunc(slices.Clone(t.live), func(a *Activation) bool { return a.Lent.IsZero() }))
	snapshot, soldTo, err := t.terms()
	if err != nil {
		return k, "", err
	}
	if k.NewCode {
		if k.Ticket, code, err = t.renew(soldTo); err != nil {
			return k, "", err
		}
	} else if _, err := t.tx.Exec(qTicketHand, t.in.To, soldTo, t.old.Publisher, t.from.ID); err != nil {
		return k, "", err
	}
	if _, err := t.tx.Exec(qLicenseHand, k.Ticket, snapshot, t.old.Publisher, l.ID); err != nil {
		return k, "", err
	}
	if _, err := t.tx.Exec(qEligibleDrop, t.old.Publisher, l.ID); err != nil {
		return k, "", err
	}
	return k, code, t.record(k, snapshot)
}

// terms are what was sold, for the new holder. Back with the one who has bought it,
// nobody else has it.
func (t *transfer) terms() (id SnapshotID, soldTo actor.OrgID, err error) {
	soldTo = t.from.SoldTo
	switch {
	case soldTo.IsZero():
		soldTo = t.from.Holder
	case soldTo == t.in.To:
		soldTo = actor.OrgID{}
	}
	next := *t.from.license.sold
	next.Holder, next.Customer = holderClaim(t.to.Number), actor.OrgID{}
	if t.to.Kind == org.KindCustomer {
		next.Customer = t.to.ID
	}
	moved := !soldTo.IsZero()
	id, err = t.s.derive(t.tx, t.old.Publisher, t.from.license.Snapshot, &next, &moved)
	return id, soldTo, err
}

// renew makes a new ticket, asks every device for its seat, and shuts the old codes.
func (t *transfer) renew(soldTo actor.OrgID) (TicketID, string, error) {
	l, p := t.from.license, t.old.Publisher
	w := &work{s: t.s, tx: t.tx, by: t.old, licenses: map[LicenseID]*License{l.ID: l}, live: map[LicenseID][]*Activation{l.ID: t.live}}
	if err := w.dropLeases([]*License{l}); err != nil {
		return TicketID{}, "", err
	}
	for _, a := range t.live {
		if !a.Lent.IsZero() || a.State.Leaving() {
			continue
		}
		acts, err := l.askBack(a)
		if err != nil {
			return TicketID{}, "", err
		}
		w.acts = append(w.acts, acts...)
	}
	if err := w.flush(); err != nil {
		return TicketID{}, "", err
	}
	if l.KeyHint != "" {
		if _, err := t.s.takeKey(t.tx, p, l); err != nil {
			return TicketID{}, "", err
		}
	}
	press := t.s.press(t.tx, t.new)
	if err := press.one(lot{IssueInput{Holder: t.in.To}, t.from.Snapshot, l.sold}, 1); err != nil {
		return TicketID{}, "", err
	}
	press.licenses = nil // it gets the license that there is
	if err := press.flush(); err != nil {
		return TicketID{}, "", err
	}
	made := press.out[0]
	if _, err := t.tx.Exec(qTicketSplit, TicketID{}, soldTo, p, made.Ticket); err != nil {
		return made.Ticket, "", err
	}
	_, err := t.tx.Exec(qTicketMerge, made.Ticket, "", p, t.from.ID)
	return made.Ticket, made.Code, err
}

// record tells both sides.
func (t *transfer) record(k handed, snapshot SnapshotID) error {
	data := transferData{From: t.from.Holder, To: t.in.To, Ticket: k.Ticket, Snapshot: snapshot, Devices: k.Devices}
	if err := recordActs(t.tx, t.old, []act{
		{"ticket", t.from.ID, "ticket.transferred", data},
		{"license", t.from.license.ID, "license.transferred", data},
	}); err != nil {
		return err
	}
	if err := recordActs(t.tx, t.new, []act{{"ticket", k.Ticket, "ticket.received", data}}); err != nil {
		return err
	}
	if err := t.s.told(t.tx, t.old, "ticket.transfer", "ticket", t.from.ID); err != nil {
		return err
	}
	return t.s.told(t.tx, t.new, "ticket.receive", "ticket", k.Ticket)
}
