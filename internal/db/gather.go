package db

import (
	"context"
	"sync"
)

// Gather collects reads that come at the same time into one statement: on
// PostgreSQL a round trip costs more than the row. While a run executes, others
// gather; a lone call does not wait for company.
type Gather[In, Out any] struct {
	d   *DB
	max int
	fn  func(r *Reader, in []In) ([]Result[Out], error)

	mu      sync.Mutex
	queue   []*gathered[In, Out]
	running int
}

// gathered is one call that waits. Its turn comes when it was answered, or when
// it is to run the members that it finds in run, of which it is the first.
type gathered[In, Out any] struct {
	in   In
	res  Result[Out]
	run  []*gathered[In, Out]
	turn chan struct{}
}

// gatherRuns is how many runs execute at a time: one is on its way while the
// other's answers are worked on.
const gatherRuns = 2

// NewGather returns a Gather whose runs take at most max members. fn makes
// exactly one statement, which looks rows up by unique keys, and returns one Result per member, in order; if it fails
// as a whole, every member gets its error.
func NewGather[In, Out any](d *DB, max int, fn func(r *Reader, in []In) ([]Result[Out], error)) *Gather[In, Out] {
	return &Gather[In, Out]{d: d, max: max, fn: fn}
}

// Do reads in together with what else is waiting.
func (g *Gather[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	j := &gathered[In, Out]{in: in, turn: make(chan struct{}, 1)}
	g.mu.Lock()
	g.queue = append(g.queue, j)
	if g.running < gatherRuns {
		g.running++
		g.promote()
	}
	g.mu.Unlock()
	<-j.turn
	if j.run != nil {
		g.run(context.WithoutCancel(ctx), j.run)
	}
	return j.res.Out, j.res.Err
}

// promote lets the first that waits run what waits. Nobody who leads is in the
// queue.
func (g *Gather[In, Out]) promote() {
	n := min(len(g.queue), g.max)
	lead := g.queue[0]
	lead.run = append([]*gathered[In, Out](nil), g.queue[:n]...)
	g.queue = append(g.queue[:0], g.queue[n:]...)
	lead.turn <- struct{}{}
}

// run executes one run and hands the turn to the first of those that came
// meanwhile.
func (g *Gather[In, Out]) run(ctx context.Context, members []*gathered[In, Out]) {
	n := len(members)
	err := error(ErrMisuse.With("what", "a gathered read ended its goroutine"))
	defer func() {
		for i, j := range members {
			if err != nil {
				j.res = Result[Out]{Err: err}
			}
			if i > 0 {
				j.turn <- struct{}{}
			}
		}
		g.next()
	}()
	err = g.d.backend.read(ctx, reading{what: points}, func(r *Reader) error {
		in := make([]In, n)
		for i, j := range members {
			in[i] = j.in
		}
		out, err := g.fn(r, in)
		if err == nil && len(out) != n {
			err = ErrMisuse.With("what", "a gathered read returned another number of results")
		}
		for i := range out[:min(n, len(out))] {
			members[i].res = out[i]
		}
		return err
	})
}

// next hands the turn on, or ends it.
func (g *Gather[In, Out]) next() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.queue) == 0 {
		g.running--
		return
	}
	g.promote()
}
