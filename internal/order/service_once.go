package order

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// told is what is kept of a document that came with an Idempotency-Key, so that
// a repeat has the same answer: what became of it. What the order is now, with
// its codes, is read anew.
type told struct {
	Order   ID        `json:"order,omitzero"` // zero: not paid, and not known
	Outcome Outcome   `json:"outcome"`
	Steps   []Step    `json:"steps,omitempty"` // those that the answer shows
	Created []string  `json:"created,omitempty"`
	Skipped []Skipped `json:"skipped,omitempty"`
}

// once runs do at most once per Idempotency-Key. A repeat needs order.write for
// the buyer, as the first request did, for it shows the codes again.
func (s *Service) once(tx *db.Tx, by actor.Actor, do func() (placed, error)) (placed, error) {
	load := func(t told) (placed, error) {
		done := placed{order: t.Order, outcome: t.Outcome, plan: Plan{Steps: t.Steps}, created: t.Created, skipped: t.Skipped}
		if t.Order.IsZero() {
			return done, nil
		}
		_, err := s.readable(tx, by, t.Order, actor.OrderWrite)
		return done, err
	}
	return actor.OnceSaid(tx, by, load, func() (told, placed, error) {
		done, err := do()
		return told{done.order, done.outcome, firstSteps(done.plan.Steps), done.created, done.skipped}, done, err
	})
}
