package license

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
)

// Extend moves the end of a license out to until, its new last day, for all its
// activations; containers learn it at their next contact. Saying the same again
// changes nothing. It needs license.write for the holder, for another organization
// a reason, and is journaled. Errors: license.not_found, those of a reason, license.no_end for a license without an end,
// license.bad_extension unless until is later, license.license_state.
func (s *Service) Extend(ctx context.Context, by actor.Actor, id LicenseID, until day.Day) (LicenseInfo, error) {
	return s.turnLicense(ctx, by, id, "license.extend", func(tx *db.Tx, l *License) ([]act, error) {
		if until == l.Until {
			return nil, nil
		}
		acts, err := l.extend(until, tx.Now())
		if err != nil || !l.terms.model().Reusable {
			return acts, err
		}
		later := db.At(l.terms.Span(l.First, tx.Now(), l.Until).Elapses)
		_, err = tx.Exec(qElapseLater, later, by.Publisher, l.ID, later)
		return acts, err
	})
}

// BlockLicense refuses a license at the next contact of each container, until
// UnblockLicense. It needs license.write for the holder, and is journaled.
// Errors: license.not_found, license.license_state.
func (s *Service) BlockLicense(ctx context.Context, by actor.Actor, id LicenseID) (LicenseInfo, error) {
	return s.turnLicense(ctx, by, id, "license.block", relisting(by, (*License).block))
}

// UnblockLicense lifts BlockLicense; containers get the license again at their
// next contact. It needs license.write for the holder, for another organization a
// reason, and is journaled. Errors: license.not_found, those of a reason,
// license.license_state.
func (s *Service) UnblockLicense(ctx context.Context, by actor.Actor, id LicenseID) (LicenseInfo, error) {
	return s.turnLicense(ctx, by, id, "license.unblock", relisting(by, (*License).unblock))
}

// relisting is an act on a license that its publisher's block list must know of.
func relisting(by actor.Actor, turn func(*License) ([]act, error)) func(*db.Tx, *License) ([]act, error) {
	return func(tx *db.Tx, l *License) ([]act, error) {
		acts, err := turn(l)
		if err == nil && len(acts) > 0 {
			err = noteBlocks(tx, by.Publisher)
		}
		return acts, err
	}
}

// turnLicense is the frame of every act on one license that needs license.write.
// Under its verb it is told why somebody did it for another organization; without
// one no reason is asked for. An Idempotency-Key makes it repeatable; a preview
// changes nothing.
func (s *Service) turnLicense(ctx context.Context, by actor.Actor, id LicenseID, verb string, turn func(*db.Tx, *License) ([]act, error)) (LicenseInfo, error) {
	var out LicenseInfo
	err := s.try(ctx, by, func(tx *db.Tx) error {
		l, err := s.licenseFor(tx, by, id, actor.LicenseWrite)
		if err != nil {
			return err
		}
		by := by // the transaction may run again
		if verb != "" {
			if by, err = s.onBehalf(tx, by, l.ticket.Holder); err != nil {
				return err
			}
		}
		now := func([16]byte) (LicenseInfo, error) { return l.info(tx.Now()), nil }
		out, err = actor.Once(tx, by, now, func() ([16]byte, LicenseInfo, error) {
			acts, err := turn(tx, l)
			if err == nil && l.dirty {
				err = updateLicense(tx, by.Publisher, l)
				l.Rev++
			}
			if err == nil && l.dirty {
				err = s.tellBases(tx, by, l)
			}
			if err == nil && len(acts) > 0 {
				err = s.told(tx, by, verb, "license", id)
			}
			if err != nil {
				return id, LicenseInfo{}, err
			}
			return id, l.info(tx.Now()), recordActs(tx, by, acts)
		})
		return err
	})
	return out, err
}

// RecallInput says what is to be taken back.
type RecallInput struct {
	Licenses []LicenseID // up to 1,000
	Ticket   TicketID    // all licenses of it, beside the others
	Why      string      // code that containers are told: a-z, 0-9, dots, dashes; "" = "recalled"
}

// RecallResult is what a recall does, or would do.
type RecallResult struct {
	Licenses int   `json:"licenses"`
	Devices  int   `json:"devices"` // that must remove something at their next contact
	Freed    int64 `json:"freed"`   // quantity that is gone at once
	Pending  int64 `json:"pending"` // quantity in use until then
	DryRun   bool  `json:"dry_run,omitempty"`
}

var whyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// Recall takes licenses back for good: what nobody holds is gone at once,
// containers remove the rest at their next contact. Doing it again changes
// nothing; under the same Idempotency-Key it has the same answer. It needs
// license.recall for each holder, for another organization a reason (not for a
// preview), and is journaled. Errors: license.nothing_chosen for no or too many
// licenses, license.bad_reason, license.not_found, those of a reason,
// license.license_state.
func (s *Service) Recall(ctx context.Context, by actor.Actor, in RecallInput) (RecallResult, error) {
	out := RecallResult{DryRun: by.Preview}
	if in.Why == "" {
		in.Why = "recalled"
	}
	if !whyForm.MatchString(in.Why) {
		return out, ErrReason.With("value", in.Why)
	}
	err := s.try(ctx, by, func(tx *db.Tx) error {
		w := &work{s: s, tx: tx, by: by}
		list, err := w.chosen(in)
		if err != nil {
			return err
		}
		if err := w.onBehalf(list); err != nil {
			return err
		}
		out, err = actor.OnceSame(tx, by, func() (RecallResult, error) { return w.recall(list, in) })
		return err
	})
	return out, err
}

// recall takes whole licenses back that are in use, or were.
func (w *work) recall(list []*License, in RecallInput) (RecallResult, error) {
	out := RecallResult{Licenses: len(list), DryRun: w.by.Preview}
	if err := w.loadLive(list); err != nil {
		return out, err
	}
	if err := w.loadEffects(list); err != nil {
		return out, err
	}
	if err := w.dropLeases(list); err != nil {
		return out, err
	}
	for _, l := range list {
		done, acts, err := w.recallOne(l, in.Why)
		if err != nil {
			return out, err
		}
		devices, err := w.devices(l)
		if err != nil {
			return out, err
		}
		out.Devices += devices
		out.Freed, out.Pending = out.Freed+done.Freed, out.Pending+done.RecallPending
		w.acts = append(w.acts, acts...)
	}
	if err := w.told("license.recall", list); err != nil {
		return out, err
	}
	return out, w.flush()
}

// chosen locks every license, and checks the right to recall it.
func (w *work) chosen(in RecallInput) ([]*License, error) {
	ids := db.IDs[License](in.Licenses)
	if !in.Ticket.IsZero() {
		if _, err := w.s.ticketFor(w.tx, w.by, in.Ticket, false, actor.LicenseRecall); err != nil {
			return nil, err
		}
		more, err := idsOf[License](w.tx, qLicenseIDs, w.by.Publisher, db.IDs[Ticket]{in.Ticket})
		if err != nil {
			return nil, err
		}
		ids = append(ids[:len(ids):len(ids)], more...)
	}
	if len(ids) == 0 || len(ids) > chunk {
		return nil, ErrNothing.With("limit", chunk, "value", len(ids))
	}
	list, err := w.lock(ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if w.licenses[id] == nil {
			return nil, ErrNotFound
		}
	}
	list = slices.DeleteFunc(list, func(l *License) bool { // of a ticket, what is left of it
		return l.State == LicenseReplaced && !slices.Contains(in.Licenses, l.ID)
	})
	for _, l := range list {
		if l.ticket, err = w.s.ticketFor(w.tx, w.by, l.Ticket, false, actor.LicenseRecall); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Evict frees the seat of a device that is gone: by the bearer of its ticket or
// key (actor of Bearer), by whoever has container.evict for the holder, both
// drawing the restore allowance, or by support with license.restore, without
// drawing it. The device is blocked at its next contact. Evicting again changes
// nothing; an Idempotency-Key makes it repeatable. It is journaled. Errors: license.not_found, license.no_restore,
// license.restore_wait, license.activation_state; where the allowance is drawn, license.blocked, license.recalled and
// license.replaced, too.
func (s *Service) Evict(ctx context.Context, by actor.Actor, id ActivationID) (ActivationInfo, error) {
	return s.turnActivation(ctx, by, id, "activation.evict", s.evictable, (*Service).evict)
}

// evict draws the allowance, unless support does without.
func (s *Service) evict(tx *db.Tx, by actor.Actor, l *License, a *Activation, counted bool) ([]act, error) {
	if a.State == ActivationRestoredAway {
		return nil, nil
	}
	why := "granted"
	if counted {
		why = "evicted"
		if err := l.State.Open(); err != nil { // it would cost a restore and give nothing
			return nil, err
		}
		past, err := countedOf(tx, by.Publisher, l, tx.Now())
		if err != nil {
			return nil, err
		}
		if err := l.allowance(past, tx.Now()).Draw(); err != nil {
			return nil, err
		}
	}
	acts, err := l.evict(a, counted, why, tx.Now())
	if err != nil || !counted {
		return acts, err
	}
	told, err := noteAnomaly(tx, by.Publisher, strange{AnomalyRestores, "license", l.ID, l.holder()})
	if err != nil || told == nil {
		return acts, err
	}
	return acts, actor.Record(tx, by, *told)
}

// finish writes a license with one activation.
func (s *Service) finish(tx *db.Tx, by actor.Actor, l *License, a *Activation, acts []act) error {
	if err := updateLicense(tx, by.Publisher, l); err != nil {
		return err
	}
	if err := updateActivation(tx, by.Publisher, a); err != nil {
		return err
	}
	return recordActs(tx, by, acts)
}

// evictable locks the license of an activation and says whether the allowance is
// drawn. Who may not know of the activation does not find it.
func (s *Service) evictable(tx *db.Tx, by actor.Actor, a *Activation) (l *License, counted bool, err error) {
	list, err := s.lockLicenses(tx, by.Publisher, db.IDs[License]{a.License})
	if err != nil {
		return nil, false, err
	}
	if len(list) == 0 {
		return nil, false, ErrNotFound
	}
	l = list[0]
	if by.Kind == actor.KindBearer {
		kind, id, _ := strings.Cut(by.ID, ":")
		if kind == "ticket" && id == l.Ticket.String() || kind == "license" && id == l.ID.String() {
			return l, true, nil
		}
		return nil, false, ErrNotFound
	}
	if l.ticket, err = s.ticketFor(tx, by, l.Ticket, false, actor.LicenseRestore); !errors.Is(err, actor.ErrDenied) {
		return l, false, err
	}
	l.ticket, err = s.ticketFor(tx, by, l.Ticket, false, actor.ContainerEvict)
	return l, true, err
}

// Elapse frees the seats of activations whose time is over, where the model lets
// them be used again, and returns how many. A job calls it.
func (s *Service) Elapse(ctx context.Context) (int64, error) {
	var total int64
	p := actor.PublisherID{15: 1}
	for {
		err := s.db.ReadOne(ctx, func(r *db.Reader) error { return r.QueryRow(qElapsedPublisher, p).Scan(&p) })
		if errors.Is(err, db.ErrNotFound) {
			return total, nil
		}
		for err == nil {
			var n int64
			err = s.write(ctx, func(tx *db.Tx) error {
				n, err = s.elapseSome(tx, p)
				return err
			})
			total += n
			if n < elapseChunk {
				break
			}
		}
		if err != nil {
			return total, err
		}
	}
}

// elapseChunk is how many activations one transaction frees.
const elapseChunk = 200

func (s *Service) elapseSome(tx *db.Tx, p actor.PublisherID) (int64, error) {
	type row struct {
		activation ActivationID
		license    LicenseID
	}
	found, err := db.List(tx, func(r *db.Rows) (x row, err error) { return x, r.Scan(&x.activation, &x.license) },
		qElapsed, p, db.At(tx.Now()), elapseChunk)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	var acts db.IDs[Activation]
	var licenses db.IDs[License]
	for _, x := range found {
		acts, licenses = append(acts, x.activation), append(licenses, x.license)
	}
	w := &work{s: s, tx: tx, by: actor.System(p)}
	locked, err := w.lock(licenses)
	if err != nil {
		return 0, err
	}
	if err := s.attach(tx, p, locked); err != nil {
		return 0, err
	}
	list, err := db.List(tx, scanActivation, qActivationsByID, p, acts) // now that the licenses are locked
	if err != nil {
		return 0, err
	}
	for _, a := range list {
		if !a.State.Live() || a.Elapses.After(tx.Now()) {
			continue
		}
		done, err := w.licenses[a.License].elapse(a, tx.Now())
		if err != nil {
			return 0, err
		}
		w.live[a.License] = append(w.live[a.License], a)
		w.acts = append(w.acts, done...)
	}
	return int64(len(found)), w.flush()
}
