package usage

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
	"github.com/licet/licet/internal/sign"
)

// Keep is how long numbers are kept.
const Keep = 800 * 24 * time.Hour

// Service is the doors of this package. It is safe for concurrent use.
type Service struct {
	db    *db.DB
	gate  *actor.Gate
	vault *sign.Vault
	ring  *sign.Keyring
}

// NewService returns the doors on a database.
func NewService(d *db.DB, gate *actor.Gate, vault *sign.Vault, ring *sign.Keyring) *Service {
	return &Service{db: d, gate: gate, vault: vault, ring: ring}
}

// Tell takes what a program says about itself, and answers what it may be told:
// nothing where nobody has switched anything on. The license that it shows is the
// proof; by may be anonymous. A repeat changes nothing.
//
// Errors: usage.unknown_license (also for a license of another publisher, and for
// one that is not genuine), usage.bad_report, usage.bad_choice, usage.too_much,
// and the database's.
func (s *Service) Tell(ctx context.Context, by actor.Actor, in Telling) (Told, error) {
	if err := in.check(); err != nil {
		return Told{}, err
	}
	p, place, choices, err := s.placed(ctx, by, in)
	if err != nil {
		return Told{}, err
	}
	shown, err := s.ring.Issued(ctx, p, in.Token)
	if err != nil || shown.ID != in.License {
		return Told{}, ErrLicense.Wrap(err)
	}
	out := Told{Updates: decide(append(choices.updates, in.Updates)...), Usage: decide(append(choices.usage, in.Usage)...)}
	if out.Updates {
		if err := s.tell(ctx, p, place, in.Version, shown.Maintenance, &out); err != nil {
			return Told{}, err
		}
	}
	if out.Usage && len(in.Days) > 0 {
		out.Kept, err = s.keep(ctx, p, place, in)
	}
	return out, err
}

// placed finds the license and what was chosen above it.
func (s *Service) placed(ctx context.Context, by actor.Actor, in Telling) (p actor.PublisherID, place license.Placed, c choices, err error) {
	p, err = db.ParseID[actor.Publisher](in.Publisher)
	if err != nil || p.IsZero() || !by.Publisher.IsZero() && by.Publisher != p {
		return p, place, c, ErrLicense.Wrap(err)
	}
	id, err := db.ParseID[license.License](in.License)
	if err != nil {
		return p, place, c, ErrLicense.Wrap(err)
	}
	err = s.db.For(p).Read(ctx, func(r *db.Reader) (err error) {
		if place, err = license.PlaceOf(r, p, id); err != nil {
			return err
		}
		v, err := s.gate.View(r, p)
		if err == nil {
			c, err = choicesOf(r, p, v.Path(place.Org))
		}
		return err
	})
	if errors.Is(err, license.ErrNotFound) {
		err = ErrLicense
	}
	return p, place, c, err
}

func (s *Service) tell(ctx context.Context, p actor.PublisherID, place license.Placed, version string, maintenance int64, out *Told) error {
	if version == "" {
		return nil
	}
	until := time.Time{}
	if maintenance > 0 {
		until = time.Unix(maintenance, 0)
	}
	return s.db.For(p).Read(ctx, func(r *db.Reader) error {
		all, err := catalog.Releases(r, p, place.Product)
		out.Release, out.Beyond = updates(all, version, until, place.Zone)
		return err
	})
}

// keep writes the numbers of a report down.
func (s *Service) keep(ctx context.Context, p actor.PublisherID, place license.Placed, in Telling) (int, error) {
	var kept int
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		list := in.numbers(day.FromTime(tx.Now(), place.Zone))
		rows := make([][]any, 0, len(list))
		for _, n := range list {
			source := s.vault.Blind(p, "usage", []byte(n.day.String()[:7]+"|"+in.License+"|"+in.Source))
			rows = append(rows, rowOf(p, place, sourceID(source[:16]), n))
		}
		kept = len(rows)
		return writeNumbers(tx, rows)
	})
	return kept, err
}

// Choose sets what an organization has chosen; "" leaves a decision to the one
// above it. rev is the revision that the caller saw, or 0. It needs usage.choose,
// and is journaled. Errors: usage.bad_choice, usage.not_a_customer, usage.stale.
func (s *Service) Choose(ctx context.Context, by actor.Actor, id actor.OrgID, updates, usage Choice, rev int64) (Chosen, error) {
	var out Chosen
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		v, err := s.gate.View(tx, by.Publisher)
		if err == nil {
			err = v.Check(by, actor.UsageChoose, id)
		}
		if err != nil {
			return err
		}
		if !updates.known() {
			return ErrChoice.With("value", string(updates)).At("updates")
		}
		if !usage.known() {
			return ErrChoice.With("value", string(usage)).At("usage")
		}
		o, err := org.ByID(tx, by.Publisher, id)
		if err != nil {
			return err
		}
		if o.Kind != org.KindCustomer && o.Kind != org.KindUnit {
			return ErrNotCustomer.With("kind", string(o.Kind))
		}
		if out, err = chosen(tx, by.Publisher, id, v.Path(id)); err != nil {
			return err
		}
		if rev != 0 && rev != out.Rev {
			return ErrStale.With("rev", out.Rev, "given", rev)
		}
		if out.Updates == updates && out.Usage == usage {
			return nil
		}
		if err := writeChoice(tx, by.Publisher, id, updates, usage); err != nil {
			return err
		}
		if out, err = chosen(tx, by.Publisher, id, v.Path(id)); err != nil {
			return err
		}
		return actor.Record(tx, by, actor.Entry{
			Entity: "organization", ID: id, Event: "usage.chosen", Data: map[string]any{"updates": updates, "usage": usage},
		})
	})
	return out, err
}

// Choices returns what an organization has chosen, and what is in force there. It
// needs org.read.
func (s *Service) Choices(ctx context.Context, by actor.Actor, id actor.OrgID) (Chosen, error) {
	var out Chosen
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		v, err := s.gate.View(r, by.Publisher)
		if err == nil {
			err = v.Check(by, actor.OrgRead, id)
		}
		if err == nil {
			out, err = chosen(r, by.Publisher, id, v.Path(id))
		}
		return err
	})
	return out, err
}

// Summarize evaluates what was reported for one product. It needs usage.read for
// the organization. Errors: usage.bad_period, usage.bad_grouping.
func (s *Service) Summarize(ctx context.Context, by actor.Actor, in Query) (Summary, error) {
	out := Summary{Rows: []Row{}}
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		v, err := s.gate.View(r, by.Publisher)
		if err != nil {
			return err
		}
		if in.Org.IsZero() {
			in.Org = by.Org
		}
		if in.Org.IsZero() {
			in.Org = v.Root()
		}
		if err := v.Check(by, actor.UsageRead, in.Org); err != nil {
			return err
		}
		if in, err = in.resolve(); err != nil {
			return err
		}
		out.Product, out.From, out.Until, out.By, out.Per = in.Product, in.From, in.Until, in.By, in.Per
		var below []actor.OrgID
		if in.Org != v.Root() {
			below = v.Subtree(in.Org)
		}
		list, err := rowsOf(r, by.Publisher, in, below)
		out.Rows = append(out.Rows, list...)
		return err
	})
	return out, err
}
