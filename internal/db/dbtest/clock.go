package dbtest

import (
	"sync"
	"testing"
	"time"
)

// Start is where test clocks begin: a Tuesday noon in winter, whole microseconds.
var Start = time.Date(2027, time.January, 12, 12, 0, 0, 0, time.UTC)

// TestClock is a clock that moves only when told to. It is safe for concurrent use.
type TestClock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at Start.
func NewClock(testing.TB) *TestClock { return &TestClock{now: Start} }

// Now returns the time of the clock.
func (c *TestClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t, also backwards.
func (c *TestClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock by d.
func (c *TestClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
