package pkcs11

import (
	"context"
	"sync"
	"time"

	"github.com/licet/licet/client/pkcs11/line"
)

// Pool is several helpers on one device, so that several calls can be under way
// at a time. It knows how the device does: after a failure calls are refused at
// once for a moment, so that nobody queues for a device that is not there.
type Pool struct {
	cfg  Config
	free chan *Device
	size int
	now  func() time.Time

	mu     sync.Mutex
	fault  error // of the newest call; nil = it was carried out
	failed time.Time
	count  Counts
}

// Counts is what a Pool has done since it was made.
type Counts struct {
	Done   int64 // calls that were carried out
	Failed int64 // calls that were not, refused ones included
}

// pause is how long a Pool refuses calls by itself after a failure.
const pause = time.Second

// NewPool makes a Pool of so many helpers, 1 to 64. now is its clock.
func NewPool(cfg Config, size int, now func() time.Time) *Pool {
	size = min(max(size, 1), 64)
	p := &Pool{cfg: cfg, free: make(chan *Device, size), size: size, now: now}
	g := &guard{}
	for range size {
		p.free <- newDevice(cfg, g)
	}
	return p
}

// Call has a call carried out by the next free helper, for which it waits as
// long as ctx allows, and for the Config's Timeout at most. Errors are those of
// Device.Call, and Busy.
func (p *Pool) Call(ctx context.Context, c line.Call) (line.Answer, error) {
	if err := p.resting(); err != nil {
		p.note(err, false)
		return line.Answer{}, err
	}
	d, err := p.take(ctx)
	if err != nil {
		p.note(err, false)
		return line.Answer{}, err
	}
	a, err := d.Call(context.WithoutCancel(ctx), c) // begun is begun
	p.free <- d
	p.note(err, true)
	return a, err
}

// take waits for a free helper.
func (p *Pool) take(ctx context.Context) (*Device, error) {
	select {
	case d := <-p.free:
		return d, nil
	default:
	}
	waiting, done := context.WithTimeout(ctx, p.cfg.timeout())
	defer done()
	select {
	case d := <-p.free:
		return d, nil
	case <-waiting.Done():
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nil, &Fault{Code: Busy}
	}
}

// broken reports whether a failure is the device's and not the call's.
func broken(err error) bool {
	switch CodeOf(err) {
	case "", line.BadCall, line.NoKey, line.NoObject, line.Exists, line.Full, line.Unable, Busy:
		return false
	}
	return true
}

// resting returns the failure of a moment ago.
func (p *Pool) resting() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault == nil {
		return nil
	}
	if since := p.now().Sub(p.failed); since < 0 || since >= pause {
		return nil
	}
	return p.fault
}

// note keeps the outcome of a call that a helper was asked for.
func (p *Pool) note(err error, asked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.count.Failed++
	} else {
		p.count.Done++
	}
	switch {
	case !asked:
	case broken(err):
		p.fault, p.failed = err, p.now()
	case CodeOf(err) != Busy:
		p.fault = nil
	}
}

// State returns why the newest call could not be carried out, nil if it was or
// if none has been made.
func (p *Pool) State() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault
}

// Counts returns what the Pool has done.
func (p *Pool) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// Check looks after the device, and after one helper, another one each time. It
// does not disturb a Pool that is at work: then the calls show how it does.
func (p *Pool) Check(ctx context.Context) error {
	select {
	case d := <-p.free:
		_, err := d.Call(ctx, line.Call{Do: line.Look})
		p.free <- d
		p.note(err, true)
		return err
	default:
		return p.State()
	}
}

// Close ends the helpers when they have done what they are at.
func (p *Pool) Close() {
	for range p.size {
		d := <-p.free
		d.Close()
		defer func() { p.free <- d }()
	}
}
