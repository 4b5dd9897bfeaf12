package job

import (
	"context"
	"encoding/json"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
)

// Service runs jobs and answers questions about them. Make it with
// NewService, register handlers and schedules, then call Run.
type Service struct {
	db       *db.DB
	gate     *actor.Gate
	options  Options
	handlers map[string]handler
	plans    map[string]Schedule
	seen     map[string]time.Time // the slot last looked at, by kind; only the scheduling loop uses it
}

// Options are the seams and sizes of a Service.
type Options struct {
	Sleep   func(context.Context, time.Duration) error // required: waits, or returns the context's error
	Workers int                                        // runs at a time; default 4
	Lease   time.Duration                              // how long a run may be silent; default 1 min
	Poll    time.Duration                              // distance of looks at the table; default 250 ms
	Report  func(Job, error)                           // told after each run; nil = nobody
}

// NewService returns a Service without handlers.
func NewService(d *db.DB, gate *actor.Gate, o Options) *Service {
	if o.Workers == 0 {
		o.Workers = 4
	}
	if o.Lease == 0 {
		o.Lease = time.Minute
	}
	if o.Poll == 0 {
		o.Poll = 250 * time.Millisecond
	}
	return &Service{db: d, gate: gate, options: o, handlers: map[string]handler{}, plans: map[string]Schedule{}, seen: map[string]time.Time{}}
}

// Get returns one job of the actor's publisher. Errors: job.not_found for a
// job that is not there or not theirs, actor.denied without job.read.
func (s *Service) Get(ctx context.Context, by actor.Actor, id ID) (Job, error) {
	var found Job
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) (err error) {
		found, err = s.reach(r, by, actor.JobRead, id)
		return err
	})
	return found, err
}

// reach returns a job that is in the actor's reach with a permission.
func (s *Service) reach(q db.Querier, by actor.Actor, right actor.Permission, id ID) (Job, error) {
	j, err := byID(q, id)
	if err != nil {
		return Job{}, err
	}
	if j.Publisher != by.Publisher {
		return Job{}, ErrNotFound
	}
	if err := s.gate.Check(q, by, right, j.Org); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return Job{}, ErrNotFound
		}
		return Job{}, err
	}
	return j, nil
}

// Filter narrows a List. The zero value lists the newest jobs of any state.
type Filter struct {
	State State
	After ID  // the last id of the page before; zero = the first page
	Limit int // 1 … 200; 0 = 50
}

// List returns the jobs that the actor may see, newest first.
func (s *Service) List(ctx context.Context, by actor.Actor, f Filter) ([]Job, error) {
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = 50
	}
	if f.After.IsZero() {
		for i := range f.After {
			f.After[i] = 0xff
		}
	}
	var found []Job
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		orgs, err := s.gate.Scope(r, by, actor.JobRead)
		switch {
		case err != nil:
			return err
		case orgs == nil:
			found, err = db.List(r, scan, qList, by.Publisher, f.After, string(f.State), string(f.State), f.Limit)
		default:
			found, err = db.List(r, scan, qListIn, by.Publisher, f.After, orgs, string(f.State), string(f.State), f.Limit)
		}
		return err
	})
	return found, err
}

// Retry opens a dead job again with fresh attempts. Under one Idempotency-Key it
// does so once, and says then how the job stands. Errors: job.not_found,
// job.not_dead, actor.denied without job.retry.
func (s *Service) Retry(ctx context.Context, by actor.Actor, id ID) (Job, error) {
	var found Job
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		j, err := s.reach(tx, by, actor.JobRetry, id)
		if err != nil {
			return err
		}
		now := func([16]byte) (Job, error) { return byID(tx, id) } // the first request may just have ended
		found, err = actor.Once(tx, by, now, func() ([16]byte, Job, error) {
			n, err := tx.Exec(qRetry, db.At(tx.Now()), id)
			if err == nil && n == 0 {
				err = ErrNotDead.With("state", string(j.State))
			}
			if err == nil {
				j, err = byID(tx, id)
			}
			if err != nil {
				return id, Job{}, err
			}
			return id, j, actor.Record(tx, by, actor.Entry{Entity: "job", ID: id, Event: "job.retried"})
		})
		return err
	})
	return found, err
}

// Count is how many jobs of a kind are in a state that is not done.
type Count struct {
	Kind   string
	State  State
	Jobs   int64
	Oldest time.Time // the earliest due time among them
}

// Health returns the counts of open and dead jobs by kind, for the health page
// and the metrics of the whole installation.
func (s *Service) Health(ctx context.Context) ([]Count, error) {
	var out []Count
	err := s.db.Read(ctx, func(r *db.Reader) error {
		rows, err := r.Query(qHealth)
		out, err = db.Collect(rows, err, func(rows *db.Rows) (Count, error) {
			var c Count
			var oldest db.Time
			err := rows.Scan(&c.Kind, &c.State, &c.Jobs, &oldest)
			c.Oldest = oldest.Time
			return c, err
		})
		return err
	})
	return out, err
}

// Run is one run of a job, handed to its Handler.
type Run struct {
	Job
	service *Service
}

// Payload decodes what Enqueue was given.
func (r *Run) Payload(v any) error { return json.Unmarshal(r.payload, v) }

// Progress records how far the run is and renews its lease. It returns
// job.fenced when another worker has taken over; the handler must then stop.
func (r *Run) Progress(ctx context.Context, done, total int64) error {
	return r.service.db.Write(ctx, func(tx *db.Tx) error { return r.ProgressTx(tx, done, total) })
}

// ProgressTx is Progress inside the handler's own transaction, so that a piece
// of work and its progress are committed together or not at all.
func (r *Run) ProgressTx(tx *db.Tx, done, total int64) error {
	lease := r.service.handlers[r.Kind].lease
	return held(tx.Exec(qProgress, done, total, db.At(tx.Now().Add(lease)), r.ID, r.fence))
}
