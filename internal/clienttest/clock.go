package clienttest

import (
	"context"
	"sync"
	"time"

	"github.com/licet/licet/client"
)

// Clock is a clock that a test moves. Waiting moves it too.
type Clock struct {
	mu   sync.Mutex
	now  time.Time
	wait []time.Duration
}

// NewClock begins at Start.
func NewClock() *Clock { return &Clock{now: Start} }

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to a time, back too.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }

// Wait moves the clock on at once.
func (c *Clock) Wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.wait = c.now.Add(d), append(c.wait, d)
	return ctx.Err()
}

// Waited returns the pauses so far.
func (c *Clock) Waited() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wait
}

// Machine returns a machine of a name: its components follow from it.
func Machine(name string) func() client.Machine {
	return func() client.Machine {
		return client.Machine{Components: []client.Component{
			{Name: "machine-id", Value: name + "-id"},
			{Name: "disk-serial", Value: name + "-disk"},
			{Name: "dmi-uuid", Value: name + "-board"},
			{Name: "mac", Value: name + "-mac", Weak: true},
		}}
	}
}
