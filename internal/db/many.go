package db

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/licet/licet/internal/fault"
)

// Result is what a many-form gives one of its members.
type Result[Out any] struct {
	Out Out
	Err error
}

// Many collects calls that come at the same time into one transaction. While a
// run executes, others gather; a lone call does not wait for company.
type Many[In, Out any] struct {
	d   *DB
	max int
	fn  func(tx *Tx, in []In) ([]Result[Out], error)

	key func(In) [16]byte // nil = no two runs are about the same thing

	mu      sync.Mutex
	queue   []*member[In, Out]
	running int
	limit   int
	busy    map[[16]byte]bool // what the running runs are about
}

type member[In, Out any] struct {
	ctx   context.Context
	in    In
	state atomic.Int32
	done  chan struct{}
	res   Result[Out]
	exit  bool // fn called runtime.Goexit, as t.FailNow does
}

// NewMany returns a Many whose runs take at most max members. fn returns one
// Result per member, in order. If fn fails as a whole, by an error, a panic or a
// broken constraint, nothing of the run remains and each member runs alone.
func NewMany[In, Out any](d *DB, max int, fn func(tx *Tx, in []In) ([]Result[Out], error)) *Many[In, Out] {
	limit := 1 // SQLite has one writer
	if d.Engine() == Postgres {
		limit = 3
	}
	return &Many[In, Out]{d: d, max: max, fn: fn, limit: limit}
}

// NewManyApart is NewMany for members that lock rows which others want too. key
// names what a member locks; members with the same key are never in two runs at a
// time. So one run takes all that wait for a row, where several would wait for it
// in turns, each with a few.
func NewManyApart[In, Out any](d *DB, max int, key func(In) [16]byte, fn func(tx *Tx, in []In) ([]Result[Out], error)) *Many[In, Out] {
	m := NewMany(d, max, fn)
	m.key, m.busy = key, map[[16]byte]bool{}
	return m
}

// Do runs in together with what else is waiting and returns its result after the
// commit. If ctx ends before the run has begun, nothing happens.
func (m *Many[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	j := &member[In, Out]{ctx: ctx, in: in, done: make(chan struct{})}
	m.mu.Lock()
	m.queue = append(m.queue, j)
	start := m.running < m.limit && !m.held(in) // who holds it looks again
	if start {
		m.running++
	}
	m.mu.Unlock()
	if start {
		go m.loop()
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobWaiting, jobLeft) {
			var none Out
			return none, canceled(ctx)
		}
		<-j.done
	}
	if j.exit {
		runtime.Goexit()
	}
	return j.res.Out, j.res.Err
}

// held reports whether a running run is about the same as in.
func (m *Many[In, Out]) held(in In) bool { return m.key != nil && m.busy[m.key(in)] }

// loop runs until nothing waits that it may take.
func (m *Many[In, Out]) loop() {
	finished := false
	defer func() {
		if !finished { // fn ended this goroutine; another one goes on
			go m.loop()
		}
	}()
	for {
		m.mu.Lock()
		if !slices.ContainsFunc(m.queue, func(j *member[In, Out]) bool { return !m.held(j.in) }) {
			m.running--
			m.mu.Unlock()
			finished = true
			return
		}
		m.mu.Unlock()
		m.run()
	}
}

// take claims what waits and is not held by another run, at most max members. What
// they hold is theirs until free.
func (m *Many[In, Out]) take() (out []*member[In, Out], mine [][16]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stay := m.queue[:0]
	for i, j := range m.queue {
		if len(out) == m.max {
			stay = append(stay, m.queue[i:]...)
			break
		}
		if m.held(j.in) && !slices.Contains(mine, m.key(j.in)) {
			stay = append(stay, j)
			continue
		}
		if !j.state.CompareAndSwap(jobWaiting, jobTaken) {
			continue
		}
		out = append(out, j)
		if m.key != nil && !m.held(j.in) {
			m.busy[m.key(j.in)] = true
			mine = append(mine, m.key(j.in))
		}
	}
	clear(m.queue[len(stay):])
	if m.queue = stay; len(stay) == 0 {
		m.queue = nil
	}
	return out, mine
}

// free gives up what a run has held.
func (m *Many[In, Out]) free(mine [][16]byte) {
	if len(mine) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range mine {
		delete(m.busy, k)
	}
}

// run executes one run. Its members are taken when the transaction begins, not
// before: what arrives until then still belongs to it.
func (m *Many[In, Out]) run() {
	var members []*member[In, Out]
	var mine [][16]byte
	var results []Result[Out]
	taken, returned := false, false
	defer func() {
		m.free(mine)
		if !returned {
			leave(members)
		}
	}()
	err := m.d.Write(context.Background(), func(tx *Tx) error {
		if !taken {
			members, mine = m.take()
			taken = true
		}
		var err error
		results, err = m.call(tx, members)
		return err
	})
	returned = true
	if !taken {
		members, mine = m.take()
	}
	if err == nil {
		for i, j := range members {
			j.answer(results[i])
		}
		return
	}
	if len(members) == 1 || fault.KindOf(err) == fault.Unavailable {
		for _, j := range members {
			j.answer(Result[Out]{Err: err})
		}
		return
	}
	m.singly(members)
}

// singly runs each member in a transaction of its own; they still share commits.
func (m *Many[In, Out]) singly(members []*member[In, Out]) {
	var wg sync.WaitGroup
	for _, j := range members {
		wg.Go(func() {
			var res []Result[Out]
			returned := false
			defer func() {
				if !returned {
					leave([]*member[In, Out]{j})
				}
			}()
			err := m.d.Write(j.ctx, func(tx *Tx) error {
				var err error
				res, err = m.call(tx, []*member[In, Out]{j})
				return err
			})
			returned = true
			if err != nil {
				j.answer(Result[Out]{Err: err})
				return
			}
			j.answer(res[0])
		})
	}
	wg.Wait()
}

// call runs the many-form and checks its shape.
func (m *Many[In, Out]) call(tx *Tx, members []*member[In, Out]) ([]Result[Out], error) {
	if len(members) == 0 {
		return nil, nil
	}
	in := make([]In, len(members))
	for i, j := range members {
		in[i] = j.in
	}
	out, err := m.fn(tx, in)
	if err == nil && len(out) != len(in) {
		err = ErrMisuse.With("what", "a many-form returned another number of results")
	}
	return out, err
}

// leave ends the callers of members, whose function has ended its goroutine.
func leave[In, Out any](members []*member[In, Out]) {
	for _, j := range members {
		j.exit = true
		close(j.done)
	}
}

func (j *member[In, Out]) answer(r Result[Out]) {
	j.res = r
	close(j.done)
}
