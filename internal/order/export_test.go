package order

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
)

// OneChunk makes one chunk of a job and no more, as a run that was cut off.
func (s *Service) OneChunk(ctx context.Context, r *job.Run) error {
	var payload bulkOrder
	if err := r.Payload(&payload); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := s.chunk(tx, actor.System(r.Publisher), payload.Order)
		return err
	})
}
