package db

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
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
	turn    turn        // held while a batch runs
	batch   []*writeJob // what the running batch has taken and not answered
	current *writeJob   // the member that runs now

	checkpoints *checkpointer
}

// turn is a lock that may be waited for with a limit.
type turn chan struct{}

func (t turn) Lock()   { t <- struct{}{} }
func (t turn) Unlock() { <-t }

// LockBy is Lock until late; it reports whether the turn was had.
func (t turn) LockBy(late <-chan time.Time) bool {
	select {
	case t <- struct{}{}:
		return true
	case <-late:
		return false
	}
}

func startWriter(d *DB, c *liteConn, cp *checkpointer) *writer {
	w := &writer{
		d: d, c: c, ctx: context.Background(), checkpoints: cp,
		jobs: make(chan *writeJob, maxBatch), bulk: make(chan *writeJob, maxBatch),
		quit: make(chan struct{}), stopped: make(chan struct{}), turn: make(turn, 1),
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

// stop refuses new jobs and lets those in the queues run.
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
	w.turn.Lock()
	w.alone(redo)
	w.turn.Unlock()
	for {
		j, bulk, ok := w.wait()
		if !ok {
			break
		}
		w.batch = w.batch[:0]
		w.take(j)
		if !bulk {
			w.gather()
		}
		w.turn.Lock()
		w.run()
		w.turn.Unlock()
		if !bulk {
			w.oneChunk()
		}
	}
	finished = true
	close(w.stopped)
}

// wait returns the next job and whether it is a bulk chunk; false when the writer
// is stopped and drained. Interactive jobs go first.
func (w *writer) wait() (j *writeJob, bulk, ok bool) {
	select {
	case j := <-w.jobs:
		return j, false, true
	default:
	}
	select {
	case j := <-w.jobs:
		return j, false, true
	case j := <-w.bulk:
		return j, true, true
	case <-w.quit:
	}
	select {
	case j := <-w.jobs:
		return j, false, true
	case j := <-w.bulk:
		return j, true, true
	default:
		return nil, false, false
	}
}

// gather fills the batch with the interactive jobs that wait.
func (w *writer) gather() {
	for len(w.batch) < maxBatch {
		select {
		case j := <-w.jobs:
			w.take(j)
			continue
		default:
		}
		return
	}
}

// oneChunk runs one bulk chunk between two interactive batches, so that both
// kinds get on and neither waits for more than one of the other.
func (w *writer) oneChunk() {
	select {
	case j := <-w.bulk:
		w.batch = w.batch[:0]
		w.take(j)
		w.turn.Lock()
		w.run()
		w.turn.Unlock()
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

// run executes the batch in one transaction, and its members one by one when
// that came to nothing.
func (w *writer) run() {
	batch := w.batch
	if len(batch) <= 1 {
		w.alone(batch)
		return
	}
	if _, err := w.c.exec(w.ctx, qBeginImmediate, nil); err != nil {
		w.fail(batch, err)
		return
	}
	err := w.execute(batch)
	switch {
	case err == nil:
		w.batch = nil
		for _, j := range batch {
			j.answer(j.err)
		}
		w.batch = batch[:0]
	case errors.Is(err, ErrOutcomeUnknown):
		w.fail(batch, err)
	default:
		w.alone(batch)
	}
}

// fail answers all jobs with err.
func (w *writer) fail(jobs []*writeJob, err error) {
	w.batch = nil
	for _, j := range jobs {
		j.answer(err)
	}
}

// alone runs each job in a transaction of its own.
func (w *writer) alone(jobs []*writeJob) {
	for i, j := range jobs {
		w.batch = jobs[i:]
		_, err := w.c.exec(w.ctx, qBeginImmediate, nil)
		if err == nil {
			err = w.execute(jobs[i : i+1])
		}
		if err != nil {
			j.err = err
		}
		w.batch = jobs[i+1:]
		j.answer(j.err)
	}
	w.batch = nil
}

// execute runs jobs in the transaction that has begun and leaves each one's own
// error in its err. It returns an error when the transaction as a whole came to
// nothing.
func (w *writer) execute(jobs []*writeJob) error {
	good := 0
	for _, j := range jobs {
		if err := w.member(j, len(jobs) > 1); err != nil {
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
		if len(jobs) == 1 && errors.Is(err, errCommitIO) {
			return ErrOutcomeUnknown.Wrap(err)
		}
		return err
	}
	w.d.stats.commits.Add(1)
	w.d.stats.functions.Add(int64(good))
	w.checkpoints.written(w.c.pagesWritten())
	return w.d.afterCommit(w.ctx)
}

// errCommitIO marks an I/O error inside COMMIT: the log on the disk may hold the
// transaction or not.
var errCommitIO = errors.New("db: I/O error while committing")

func (w *writer) commit() error {
	if err := w.d.beforeCommit(w.ctx); err != nil {
		w.rollback()
		return ErrUnavailable.Wrap(err)
	}
	_, err := w.c.exec(w.ctx, qCommit, nil)
	if err == nil {
		return nil
	}
	w.rollback()
	if errors.Is(err, ErrUnavailable) {
		return ErrUnavailable.Wrap(errors.Join(errCommitIO, err))
	}
	return err
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
	w.turn.Unlock()
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
