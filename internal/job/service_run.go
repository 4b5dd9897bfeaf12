package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/licet/licet/internal/db"
)

// Handler does the work of one kind. What it returns becomes the job's result
// (marshalled to JSON); an error makes the job due again after a back-off. It
// may be called more than once for one job.
type Handler func(ctx context.Context, r *Run) (any, error)

type handler struct {
	do    Handler
	lease time.Duration
}

// Handle registers the handler of a kind. lease 0 takes the Service's.
func (s *Service) Handle(kind string, lease time.Duration, do Handler) {
	if lease == 0 {
		lease = s.options.Lease
	}
	s.handlers[kind] = handler{do: do, lease: lease}
}

// Every makes the scheduler enqueue a job of the kind once per slot, on however
// many nodes it runs.
func (s *Service) Every(kind string, plan Schedule) { s.plans[kind] = plan }

// Run works until ctx ends, then waits for the runs under way.
func (s *Service) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	free := make(chan struct{}, s.options.Workers)
	for ctx.Err() == nil {
		select { // until somebody has time: what waits is not left to the next look
		case free <- struct{}{}:
			<-free
		case <-ctx.Done():
			return nil
		}
		_ = s.schedule(ctx) // the next look tries again; the database's own health shows the cause
		claimed, _ := s.claim(ctx, cap(free)-len(free))
		for _, j := range claimed {
			free <- struct{}{}
			running.Go(func() {
				defer func() { <-free }()
				s.run(ctx, j)
			})
		}
		if len(claimed) == 0 {
			if err := s.options.Sleep(ctx, s.options.Poll); err != nil {
				break
			}
		}
	}
	return nil
}

// Drain runs what is due now, one after another, until nothing is. Tests and
// the demo use it in place of Run.
func (s *Service) Drain(ctx context.Context) error {
	for {
		if err := s.schedule(ctx); err != nil {
			return err
		}
		claimed, err := s.claim(ctx, 16)
		if err != nil || len(claimed) == 0 {
			return err
		}
		for _, j := range claimed {
			s.run(ctx, j)
		}
	}
}

func (s *Service) claim(ctx context.Context, most int) ([]Job, error) {
	// An idle look must not take the writer: most looks find nothing.
	var waiting bool
	err := s.db.Read(ctx, func(r *db.Reader) error {
		rows, err := r.Query(qDue, db.At(r.Now()))
		if err != nil {
			return err
		}
		defer rows.Close()
		waiting = rows.Next()
		return rows.Err()
	})
	if err != nil || !waiting {
		return nil, err
	}
	var claimed []Job
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if claimed, err = claim(tx, s.options.Lease, most); err != nil {
			return err
		}
		for _, j := range claimed {
			if h := s.handlers[j.Kind]; h.lease > s.options.Lease {
				if err := (&Run{Job: j, service: s}).ProgressTx(tx, j.Done, j.Total); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return claimed, err
}

func (s *Service) run(ctx context.Context, j Job) {
	result, err := s.attempt(ctx, j)
	if errors.Is(err, ErrFenced) || err != nil && ctx.Err() != nil {
		return // another worker has the job, or the lease ends by itself
	}
	// What is done is done, also while everything stops.
	settled := s.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return s.settle(tx, j, result, err) })
	if s.options.Report != nil {
		s.options.Report(j, errors.Join(err, settled))
	}
}

func (s *Service) attempt(ctx context.Context, j Job) (result json.RawMessage, err error) {
	h, known := s.handlers[j.Kind]
	if !known {
		return nil, fmt.Errorf("no handler for jobs of kind %q in this version", j.Kind)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	value, err := h.do(ctx, &Run{Job: j, service: s})
	if err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

func (s *Service) settle(tx *db.Tx, j Job, result json.RawMessage, failed error) error {
	if failed == nil {
		return held(tx.Exec(qFinish, string(result), db.At(tx.Now()), j.ID, j.fence))
	}
	state, due, finished := Open, tx.Now().Add(Backoff(j.Attempts, j.ID[:])), db.Time{}
	if j.Attempts >= j.MaxAttempts {
		state, due, finished = Dead, tx.Now(), db.At(tx.Now())
	}
	return held(tx.Exec(qFail, string(state), db.At(due), Words(failed), finished, j.ID, j.fence))
}

// Words is the beginning of an error, at most 500 bytes, as far as the database
// can hold it: what a foreign server has said may be in it.
func Words(failed error) string {
	const most = 500
	s := failed.Error()
	s = strings.ReplaceAll(s[:min(len(s), most)], "\x00", "")
	return strings.ToValidUTF8(s, "")
}

// schedule enqueues every plan whose slot nobody has taken yet. The slots that
// this process has already seen are remembered, so that an idle look costs
// nothing.
func (s *Service) schedule(ctx context.Context) error {
	for kind, plan := range s.plans {
		slot := plan.Slot(s.db.Now())
		if s.seen[kind].Equal(slot) {
			continue
		}
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			mine, err := takeSlot(tx, kind, slot)
			if err != nil || !mine {
				return err
			}
			_, err = Enqueue(tx, New{Kind: kind, Payload: struct{}{}, Unique: "schedule:" + kind})
			return err
		})
		if err != nil {
			return err
		}
		s.seen[kind] = slot
	}
	return nil
}

// Purge deletes jobs that were done before the given time, some at a time.
func Purge(tx *db.Tx, before time.Time) (int64, error) {
	old, err := db.List(tx, func(r *db.Rows) (id ID, err error) { err = r.Scan(&id); return id, err },
		qPurgeable, db.FirstID[Job](before), db.At(before)) // what ended before it was made before it
	if err != nil || len(old) == 0 {
		return 0, err
	}
	return tx.Exec(qPurge, db.IDs[Job](old))
}
