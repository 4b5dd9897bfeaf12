package db

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// maxBatch is how many functions share one commit.
const maxBatch = 512

// writeJob is one function that waits for, or runs in, the writer.
type writeJob struct {
	ctx   context.Context
	fn    func(*Tx) error
	state atomic.Int32 // jobWaiting → jobTaken by the writer, or → jobLeft by its caller
	done  chan struct{}
	err   error
	after []func()
	exit  bool // fn called runtime.Goexit, as t.FailNow does
}

const (
	jobWaiting int32 = iota
	jobTaken
	jobLeft
)

// writer is the one goroutine that writes to a SQLite database.
type writer struct {
	d       *DB
	c       *liteConn
	ctx     context.Context // the writer's own; it ends with the process
	jobs    chan *writeJob
	bulk    chan *writeJob
	quit    chan struct{}
	stopped chan struct{}
	mu      sync.RWMutex // held for reading while a job is put into a queue
	closed  bool
	batch   []*writeJob // what the running batch has taken
	current *writeJob   // the member that runs now
}

func startWriter(d *DB, c *liteConn) *writer {
	w := &writer{
		d: d, c: c, ctx: context.Background(),
		jobs: make(chan *writeJob, maxBatch), bulk: make(chan *writeJob, maxBatch),
		quit: make(chan struct{}), stopped: make(chan struct{}),
	}
	go w.loop(nil)
	return w
}

func (l *lite) write(ctx context.Context, bulk bool, fn func(*Tx) error) error {
	w := l.writer
	j := &writeJob{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := w.enqueue(j, bulk); err != nil {
		return err
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobWaiting, jobLeft) {
			return canceled(ctx)
		}
		<-j.done // it runs already: its outcome is the answer
	}
	if j.exit {
		runtime.Goexit()
	}
	if j.err != nil {
		return j.err
	}
	for _, f := range j.after {
		f()
	}
	return nil
}

func (w *writer) enqueue(j *writeJob, bulk bool) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrUnavailable
	}
	queue := w.jobs
	if bulk {
		queue = w.bulk
	}
	select {
	case queue <- j:
		return nil
	case <-j.ctx.Done():
		return canceled(j.ctx)
	}
}

// stop refuses new jobs, lets those in the queues run, and closes the connection.
func (w *writer) stop() {
	w.mu.Lock()
	was := w.closed
	w.closed = true
	w.mu.Unlock()
	if !was {
		close(w.quit)
	}
	<-w.stopped
}

// loop runs batches until stop. redo are jobs of a batch that was cut short.
func (w *writer) loop(redo []*writeJob) {
	finished := false
	defer func() {
		if !finished { // a member ended this goroutine; another one goes on
			go w.loop(w.salvage())
		}
	}()
	w.alone(redo)
	for {
		first, ok := w.wait()
		if !ok {
			break
		}
		w.gather(first)
		w.run()
	}
	_ = w.c.close()
	finished = true
	close(w.stopped)
}

// wait returns the next job; false when the writer is stopped and drained.
func (w *writer) wait() (*writeJob, bool) {
	select {
	case j := <-w.jobs:
		return j, true
	case j := <-w.bulk:
		return j, true
	default:
	}
	select {
	case j := <-w.jobs:
		return j, true
	case j := <-w.bulk:
		return j, true
	case <-w.quit:
	}
	select {
	case j := <-w.jobs:
		return j, true
	case j := <-w.bulk:
		return j, true
	default:
		return nil, false
	}
}

// gather fills the batch with what waits: interactive jobs, and one bulk job.
func (w *writer) gather(first *writeJob) {
	w.batch = w.batch[:0]
	w.take(first)
	for len(w.batch) < maxBatch {
		select {
		case j := <-w.jobs:
			w.take(j)
			continue
		default:
		}
		break
	}
	select {
	case j := <-w.bulk:
		w.take(j)
	default:
	}
}

// take claims j, unless its caller has left or its request has ended.
func (w *writer) take(j *writeJob) {
	if !j.state.CompareAndSwap(jobWaiting, jobTaken) {
		return
	}
	if j.ctx.Err() != nil {
		j.answer(canceled(j.ctx))
		return
	}
	w.batch = append(w.batch, j)
}

func (j *writeJob) answer(err error) {
	j.err = err
	close(j.done)
}

// run executes the batch in one transaction.
func (w *writer) run() {
	if len(w.batch) == 0 {
		return
	}
	batch := w.batch
	if err := w.execute(batch); err != nil {
		if len(batch) == 1 || isUnknown(err) {
			for _, j := range batch {
				j.answer(err)
			}
			return
		}
		w.alone(batch)
		return
	}
	for _, j := range batch {
		j.answer(j.err)
	}
}

// alone runs each job in a transaction of its own.
func (w *writer) alone(jobs []*writeJob) {
	for i, j := range jobs {
		w.batch = jobs[i:]
		if err := w.execute(jobs[i : i+1]); err != nil {
			j.err = err
		}
		j.answer(j.err)
	}
	w.batch = nil
}

// execute runs jobs in one transaction and leaves each one's own error in its
// err. It returns an error when the transaction as a whole came to nothing.
func (w *writer) execute(jobs []*writeJob) error {
	if _, err := w.c.exec(w.ctx, qBeginImmediate, nil); err != nil {
		return err
	}
	good := 0
	for _, j := range jobs {
		err := w.member(j, len(jobs) > 1)
		if err != nil {
			w.rollback()
			return err
		}
		if j.err == nil {
			good++
		}
	}
	if good == 0 {
		w.rollback()
		return nil
	}
	if err := w.commit(); err != nil {
		return err
	}
	return w.d.afterCommit(w.ctx)
}

func (w *writer) commit() error {
	err := w.d.beforeCommit(w.ctx)
	if err == nil {
		_, err = w.c.exec(w.ctx, qCommit, nil)
	}
	if err != nil {
		w.rollback()
	}
	return mapError(err)
}

// rollback ends the transaction; it may be gone already.
func (w *writer) rollback() { _, _ = w.c.exec(w.ctx, qRollback, nil) }

// member runs one job. It returns an error only when the engine has lost the
// whole transaction.
func (w *writer) member(j *writeJob, shared bool) error {
	j.err, j.after = nil, nil
	if shared {
		if _, err := w.c.exec(w.ctx, qSavepoint, nil); err != nil {
			return err
		}
	}
	w.current = j
	tx := newTx(context.WithoutCancel(j.ctx), w.d, w.c)
	j.err = tx.end(call(tx, j.fn))
	w.current = nil
	j.after = tx.after
	if !shared {
		return nil
	}
	if j.err != nil {
		if _, err := w.c.exec(w.ctx, qRollbackTo, nil); err != nil {
			return err
		}
	}
	_, err := w.c.exec(w.ctx, qRelease, nil)
	return err
}

// call runs fn and turns a panic into an error.
func call(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = ErrPanic.Wrap(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return fn(tx)
}

// salvage is what is left of a batch when a member ended the goroutine: that
// member is answered, the others run again.
func (w *writer) salvage() []*writeJob {
	w.rollback()
	var redo []*writeJob
	for _, j := range w.batch {
		if j == w.current {
			j.exit = true
			j.answer(nil)
			continue
		}
		redo = append(redo, j)
	}
	w.current = nil
	return redo
}

func isUnknown(err error) bool {
	return errors.Is(err, ErrOutcomeUnknown)
}
