package db

import (
	"context"
	"errors"
	"sync"
)

func (l *lite) read(ctx context.Context, how reading, fn func(*Reader) error) error {
	c, err := l.pool.take(ctx)
	if err != nil {
		return err
	}
	ok := false
	defer func() { l.pool.give(c, ok) }()
	r := &Reader{querier{d: l.d, ctx: ctx, now: At(l.d.opt.Now()).Time, s: c, one: how.what != snapshot}}
	if how.what == snapshot {
		if _, err := c.exec(context.Background(), qBegin, nil); err != nil {
			return err
		}
	}
	err = r.end(fn(r))
	ok = true
	if how.what == snapshot {
		if _, e := c.exec(context.Background(), qRollback, nil); e != nil {
			ok = false
		}
	}
	return err
}

// readPool lends connections for reading, the last returned one first: its page
// cache is warm.
type readPool struct {
	l      *lite
	slots  chan struct{}
	mu     sync.Mutex
	idle   []*liteConn
	closed bool
}

func (p *readPool) take(ctx context.Context) (*liteConn, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, canceled(ctx)
	}
	if ctx.Err() != nil {
		<-p.slots
		return nil, canceled(ctx)
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		<-p.slots
		return nil, ErrUnavailable
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := p.l.connect(ctx)
	if err != nil {
		<-p.slots
		return nil, err
	}
	return c, nil
}

// give takes a connection back; one that is not ok is closed.
func (p *readPool) give(c *liteConn, ok bool) {
	p.mu.Lock()
	if ok && !p.closed {
		p.idle = append(p.idle, c)
		c = nil
	}
	p.mu.Unlock()
	if c != nil {
		_ = c.close()
	}
	<-p.slots
}

func (p *readPool) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// close waits for the reads that run and closes every connection.
func (p *readPool) close() error {
	p.mu.Lock()
	idle, was := p.idle, p.closed
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	var err error
	for _, c := range idle {
		err = errors.Join(err, c.close())
	}
	if was {
		return nil
	}
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	for range cap(p.slots) {
		<-p.slots
	}
	return err
}
