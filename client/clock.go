package client

import (
	"context"
	"time"
)

// Clock tells a container the time. Tests pass their own.
type Clock interface {
	// Now returns the machine's time, with its monotonic reading where it has one.
	Now() time.Time
	// Wait returns after d, or earlier with the error of ctx.
	Wait(ctx context.Context, d time.Duration) error
}

// SystemClock returns the clock of the machine: what an empty Config uses, and
// the only place in this module's public packages that reads it.
func SystemClock() Clock { return systemClock{} }

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
