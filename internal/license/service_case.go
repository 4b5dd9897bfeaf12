package license

import (
	"context"
	"slices"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
)

// CaseQuery is what a list of cases shows.
type CaseQuery struct {
	State     CaseState   // "" = any
	Container ContainerID // only of this one; zero = any
	After     string      // cursor
	Limit     int         // 1 to 500; 0 = 100
}

// ListCases lists cases, newest first, as far as by's scope reaches: those about
// containers that held something of an organization in it. It needs case.read or
// support.read. Errors: license.bad_cursor.
func (s *Service) ListCases(ctx context.Context, by actor.Actor, in CaseQuery) (Page[CaseInfo], error) {
	out := Page[CaseInfo]{Items: []CaseInfo{}}
	from := newestCase()
	if in.After != "" {
		var err error
		if from, err = db.ParseID[Case](in.After); err != nil {
			return out, ErrCursor
		}
	}
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if err := s.mayRead(r, by, actor.CaseRead, by.Org); err != nil {
			return err
		}
		n := pageSize(in.Limit)
		list, err := casesBefore(r, by.Publisher, in, from, n+1)
		if err != nil {
			return err
		}
		if len(list) > n {
			list = list[:n]
			out.Next = list[n-1].ID.String()
		}
		v, err := s.gate.View(r, by.Publisher)
		for _, c := range list {
			if err == nil && c.seenBy(v, by) && (in.State == "" || in.State == c.State) {
				out.Items = append(out.Items, c.info(nil))
			}
		}
		return err
	})
	return out, err
}

func casesBefore(r *db.Reader, p actor.PublisherID, in CaseQuery, from CaseID, n int) ([]*Case, error) {
	switch {
	case !in.Container.IsZero():
		return db.List(r, scanCase, qCasesOfContainer, p, in.Container, from, n)
	case in.State == CaseOpen:
		return db.List(r, scanCase, qCasesOpenBefore, p, from, n)
	}
	return db.List(r, scanCase, qCasesBefore, p, from, n)
}

// seenBy reports whether by's scope reaches one of the holders, or everything.
func (c *Case) seenBy(v actor.View, by actor.Actor) bool {
	return v.Sees(by, actor.OrgID{}) || slices.ContainsFunc(c.Holders, func(o actor.OrgID) bool { return v.Sees(by, o) })
}

// GetCase returns a case with its evidence. It needs case.read or support.read for
// an organization that held something in the container. Errors: license.not_found.
func (s *Service) GetCase(ctx context.Context, by actor.Actor, id CaseID) (CaseInfo, error) {
	var out CaseInfo
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if err := s.mayRead(r, by, actor.CaseRead, by.Org); err != nil {
			return err
		}
		c, err := caseOf(r, by.Publisher, id)
		if err != nil {
			return err
		}
		v, err := s.gate.View(r, by.Publisher)
		if err == nil && !c.seenBy(v, by) {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		out, err = s.caseInfo(r, by.Publisher, c)
		return err
	})
	return out, err
}

func (s *Service) caseInfo(q db.Querier, p actor.PublisherID, c *Case) (CaseInfo, error) {
	all, err := findingsOf(q, p, c.ID)
	if err != nil {
		return CaseInfo{}, err
	}
	box, err := containerOf(q, p, c.Container, false)
	if err != nil {
		return CaseInfo{}, err
	}
	live, err := db.List(q, scanActivation, qContainerLive, p, c.Container)
	out := c.info(all)
	now := box.info(live)
	out.Box = &now
	return out, err
}

// DecideCase settles a case, once. Accept lets the container go on with what it has
// now and raises the generation of its licenses, so that every other copy shows
// itself; evict frees their seats and has the container remove them; replace does
// the same and never hears the container again, so that its holder activates anew
// in a new one; block refuses it and keeps its seats. None draws a restore
// allowance. It needs case.decide for every organization that holds something in
// the container, and is journaled; an Idempotency-Key makes it repeatable. Errors:
// license.not_found, license.bad_decision, license.case_reason,
// license.case_decided, license.activation_state.
func (s *Service) DecideCase(ctx context.Context, by actor.Actor, id CaseID, in CaseDecision) (CaseInfo, error) {
	var out CaseInfo
	err := s.write(ctx, func(tx *db.Tx) error {
		c, err := s.caseFor(tx, by, id)
		if err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		box, err := containerOf(tx, by.Publisher, c.Container, true)
		if err != nil {
			return err
		}
		if c, err = caseOf(tx, by.Publisher, id); err != nil { // now that nobody else decides
			return err
		}
		show := func([16]byte) (CaseInfo, error) { return s.caseInfo(tx, by.Publisher, c) }
		out, err = actor.Once(tx, by, show, func() ([16]byte, CaseInfo, error) {
			if err := s.decideCase(tx, by, c, box, in); err != nil {
				return id, CaseInfo{}, err
			}
			c.Rev++
			v, err := show(id)
			return id, v, err
		})
		return err
	})
	return out, err
}

// caseFor finds a case that by may decide: for all who hold something there, for
// what is decided concerns each of them.
func (s *Service) caseFor(tx *db.Tx, by actor.Actor, id CaseID) (*Case, error) {
	err := s.gate.Check(tx, by, actor.CaseDecide, actor.OrgID{}) // the whole publisher
	c, e := caseOf(tx, by.Publisher, id)
	if err == nil || e != nil && fault.KindOf(err) == fault.NotFound {
		return c, e
	}
	if e != nil {
		return nil, hide(err)
	}
	holders, e := holdersOf(tx, by.Publisher, db.IDs[Container]{c.Container})
	if e != nil {
		return nil, e
	}
	for i, org := range append(slices.Clone(c.Holders), holders[c.Container]...) {
		if e := s.gate.Check(tx, by, actor.CaseDecide, org); e != nil || i == 0 {
			err = e
		}
		if err != nil {
			break
		}
	}
	return c, hide(err)
}

func (s *Service) decideCase(tx *db.Tx, by actor.Actor, c *Case, box *Container, in CaseDecision) error {
	if err := c.decide(in, by.ID, tx.Now()); err != nil {
		return err
	}
	n, err := tx.Exec(qCaseDecide, string(c.Decision), c.Why, c.By, db.At(c.Decided), by.Publisher, c.ID)
	if err := exactly(1, n, err); err != nil {
		return err
	}
	moved, err := movedTo(tx, by.Publisher, c)
	if err != nil {
		return err
	}
	if in.Do != Block {
		if err := s.settleCase(tx, by, box, in.Do); err != nil {
			return err
		}
	}
	box.decide(in.Do, moved)
	if err := updateContainer(tx, by.Publisher, box); err != nil {
		return err
	}
	box.Rev++
	if err := noteBlocks(tx, by.Publisher); err != nil {
		return err
	}
	return actor.Record(tx, by, actor.Entry{
		Entity: "case", ID: c.ID, Event: "case.decided", Data: caseData{Container: box.ID, Decision: c.Decision},
	})
}

// movedTo is the fingerprint of the machine that the newest finding is about, where
// it was another one.
func movedTo(tx *db.Tx, p actor.PublisherID, c *Case) (Fingerprint, error) {
	all, err := findingsOf(tx, p, c.ID)
	if err != nil || len(all) == 0 || all[len(all)-1].Reason != reasonOtherMachine {
		return nil, err
	}
	return all[len(all)-1].marks, nil
}

// settleCase ends what a container holds, or lets it go on in the next generation.
// What it is to remove anyhow is accepted as that, and what is borrowed ends by itself.
func (s *Service) settleCase(tx *db.Tx, by actor.Actor, box *Container, d Decision) error {
	w := &work{s: s, tx: tx, by: by}
	live, err := w.lockLive(box.ID)
	if err != nil {
		return err
	}
	var fresh [][]any
	for _, a := range live {
		l := w.licenses[a.License]
		if !a.Lent.IsZero() {
			if d == Accept && !a.State.Leaving() {
				a.Version, a.dirty = 0, true // what was set back may not know how long it has been kept since
				w.live[l.ID] = append(w.live[l.ID], a)
			}
			continue // it runs offline until its end, whatever is decided: its place is not free before
		}
		if d == Accept {
			if a.State.Leaving() {
				continue
			}
			if l.reissued(a) {
				next, acts := l.reissue(a, db.NewID[Activation](tx), tx.Now())
				w.live[l.ID], w.acts = append(w.live[l.ID], a), append(w.acts, acts...)
				fresh = append(fresh, next.fresher(by.Publisher))
				continue
			}
		}
		acts, err := l.evict(a, false, whyCase, tx.Now())
		if err != nil {
			return err
		}
		w.live[l.ID], w.acts = append(w.live[l.ID], a), append(w.acts, acts...)
	}
	if err := w.flush(); err != nil {
		return err
	}
	n, err := intoActivations.insert(tx, fresh)
	return exactly(len(fresh), n, err)
}

// lockLive locks the licenses that live in a container, with their terms, and reads
// its activations as they are then.
func (w *work) lockLive(id ContainerID) ([]*Activation, error) {
	live, err := db.List(w.tx, scanActivation, qContainerLive, w.by.Publisher, id)
	if err != nil {
		return nil, err
	}
	var ids db.IDs[License]
	for _, a := range live {
		ids = append(ids, a.License)
	}
	list, err := w.lock(ids)
	if err != nil {
		return nil, err
	}
	if err := w.s.attach(w.tx, w.by.Publisher, list); err != nil {
		return nil, err
	}
	live, err = db.List(w.tx, scanActivation, qContainerLive, w.by.Publisher, id)
	for _, a := range live {
		if err == nil && w.licenses[a.License] == nil {
			err = errAgain // one came while the others were locked
		}
	}
	return live, err
}

// undecided returns ErrCaseOpen while a human has to decide a container's case.
func undecided(tx *db.Tx, p actor.PublisherID, id ContainerID) error {
	c, err := caseOpen(tx, p, id)
	if err == nil && c != nil {
		err = ErrCaseOpen.With("case", c.ID.String())
	}
	return err
}
