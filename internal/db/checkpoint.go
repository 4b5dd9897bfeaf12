package db

import (
	"context"
	"database/sql/driver"
	"sync/atomic"
	"time"
)

// A page is 4 KiB.
const (
	checkpointPages = 1_000  // copy the log into the database after so many pages
	resetPages      = 16_384 // a log this long is started anew with a moment's pause
	drainWait       = 100 * time.Millisecond
)

// checkpointer copies SQLite's log into the database beside the writer, so that
// no commit waits for it. A log that readers keep from being started anew is cut
// back by holding new reads, and the writer, for the moment that the rest takes.
// A read that lasts (a report) postpones that; the log grows meanwhile.
type checkpointer struct {
	l     *lite
	pages atomic.Int64 // since the last look
	wake  chan struct{}
	quit  chan struct{}
	done  chan struct{}
	once  atomic.Bool
	limit int64 // log length at which it is started anew; resetPages but in tests
	next  int64 // log length at which to try that again
}

func newCheckpointer(l *lite) *checkpointer {
	return &checkpointer{
		l: l, limit: resetPages, next: resetPages,
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
}

// written is told by the writer how many pages a commit added to the log.
func (c *checkpointer) written(pages int) {
	if c.pages.Add(int64(pages)) < checkpointPages {
		return
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *checkpointer) stop() {
	if c.once.CompareAndSwap(false, true) {
		close(c.quit)
	}
	<-c.done
}

func (c *checkpointer) loop() {
	defer close(c.done)
	for {
		select {
		case <-c.wake:
			c.pages.Store(0)
			c.run()
		case <-c.quit:
			return
		}
	}
}

// run copies what it can; errors are left to the next time, and to the writer,
// which meets the same disk.
func (c *checkpointer) run() {
	conn, err := c.l.pool.take(context.Background())
	if err != nil {
		return
	}
	log, _, err := conn.checkpoint()
	c.l.pool.give(conn, err == nil)
	if err != nil {
		return
	}
	c.l.d.stats.checkpoints.Add(1)
	c.l.d.stats.logPages.Store(log)
	switch {
	case log < c.limit:
		c.next = c.limit
	case log >= c.next && !c.reset():
		c.next = log + c.limit
	}
}

// reset copies all of the log while nobody reads or writes: the next commit then
// starts it anew. It reports whether readers and writer made way in time.
func (c *checkpointer) reset() bool {
	p := c.l.pool
	wait := time.NewTimer(drainWait)
	defer wait.Stop()
	held := 0
	defer func() {
		for range held {
			<-p.slots
		}
	}()
	for held < cap(p.slots) {
		select {
		case p.slots <- struct{}{}:
			held++
		case <-wait.C:
			return false
		}
	}
	w := c.l.writer
	if !w.turn.LockBy(wait.C) {
		return false // a function that writes may be waiting to read
	}
	defer w.turn.Unlock()
	_, left, err := w.c.checkpoint()
	return err == nil && left == 0
}

// checkpoint copies what no reader needs any more. It returns the length of the
// log in pages and how many of them are left to copy.
func (c *liteConn) checkpoint() (log, left int64, err error) {
	rows, err := c.raw.QueryContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)", nil)
	if err != nil {
		return 0, 0, mapError(err)
	}
	defer func() { _ = rows.Close() }()
	vals := make([]driver.Value, 3)
	if err := rows.Next(vals); err != nil {
		return 0, 0, mapError(err)
	}
	log, _ = vals[1].(int64)
	copied, _ := vals[2].(int64)
	return log, log - copied, nil
}
