package order

import (
	"context"
	"errors"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// Restored is called for each publisher after a restore and the replay of the
// issuance journal, before anybody is served: what waited for a human in the
// backup and was decided since is dropped, and orders whose tickets are still to
// be made get their jobs, because jobs do not travel.
func (s *Service) Restored(ctx context.Context, p actor.PublisherID) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(qPendingStale, p, p)
		return err
	})
	var after ID
	for err == nil {
		next := after
		err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
			next, err = s.resumeSome(tx, p, after)
			return err
		})
		after = next
	}
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
