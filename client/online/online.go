package online

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/internal/point"
	"github.com/licet/licet/wire"
)

// Activate collects what a ticket or license key holds and returns what was
// installed. Errors: *wire.CodeError for a typing error, which is not sent;
// *client.Refusal from the server; client.ErrOffline, after which the request
// waits; and those of client.Container.Install.
func Activate(ctx context.Context, c *client.Container, code string) (client.Installed, error) {
	return (&Transport{}).Do(ctx, c, client.Ask{Action: wire.ActActivate, Code: code})
}

// Pair collects what was chosen for this machine on the publisher's page, by the
// pairing code that the page shows. Errors as those of Activate.
func Pair(ctx context.Context, c *client.Container, pairing string) (client.Installed, error) {
	return (&Transport{}).Do(ctx, c, client.Ask{Action: wire.ActActivate, Pairing: pairing})
}

// Refresh asks for whatever waits at the server: renewed licenses, recalls,
// lifted blocks, the time. Errors as those of Activate.
func Refresh(ctx context.Context, c *client.Container) (client.Installed, error) {
	return (&Transport{}).Do(ctx, c, client.Ask{Action: wire.ActRefresh})
}

// Restore collects a license again that was lost with another machine, which is
// shut out of it. lost names the license where the code holds several, else "".
// Errors as those of Activate.
func Restore(ctx context.Context, c *client.Container, code, lost string) (client.Installed, error) {
	return (&Transport{}).Do(ctx, c, client.Ask{Action: wire.ActRestore, Code: code, Lost: lost})
}

// Borrow takes places of a floating license offline until a moment, as late as the
// publisher allows for the zero time: the license is here, needs no renewal and no
// network, and ends by itself. Before its end it is kept longer by Keep, or given
// back by Return. Errors as those of Activate.
func Borrow(ctx context.Context, c *client.Container, code string, until time.Time) (client.Installed, error) {
	return (&Transport{}).Do(ctx, c, client.Ask{Action: wire.ActBorrow, Code: code, Until: until})
}

// Keep borrows a license longer that is here, until a later moment, as late as the
// publisher allows for the zero time. An earlier one changes nothing. Errors as those
// of Activate.
func Keep(ctx context.Context, c *client.Container, licenseID string, until time.Time) (client.Installed, error) {
	return (&Transport{}).Do(ctx, c, client.Ask{Action: wire.ActBorrow, Want: []string{licenseID}, Until: until})
}

// Return gives a license back. It is gone from this machine as soon as the call
// has begun to send, also when the server is not reached; then the return waits.
// Errors: those of client.Container.NewReturn, *client.Refusal, client.ErrOffline.
func Return(ctx context.Context, c *client.Container, licenseID string) (client.Installed, error) {
	return (&Transport{}).Return(ctx, c, licenseID)
}

// Flush sends what waits and asks for nothing else.
func Flush(ctx context.Context, c *client.Container) (client.Installed, error) {
	return (&Transport{}).Flush(ctx, c)
}

// Do makes a request, sends it after all that waits, and installs the answer.
func (t *Transport) Do(ctx context.Context, c *client.Container, ask client.Ask) (client.Installed, error) {
	m, err := c.NewRequest(ask)
	if err != nil {
		return client.Installed{}, err
	}
	point.At("asked")
	return t.deliver(ctx, c, m.Counter)
}

// Return is the package's function of this name over t.
func (t *Transport) Return(ctx context.Context, c *client.Container, licenseID string) (client.Installed, error) {
	m, err := c.NewReturn(licenseID)
	if err != nil {
		return client.Installed{}, err
	}
	point.At("returned")
	return t.deliver(ctx, c, m.Counter)
}

// Flush is the package's function of this name over t.
func (t *Transport) Flush(ctx context.Context, c *client.Container) (client.Installed, error) {
	return t.deliver(ctx, c, 0)
}

// deliver sends what waits, in order, and returns what the answer to the message
// with the counter has done; of all answers for 0. Another message that the
// server refuses for good is given up; the outcome of the one that is meant is
// the caller's.
func (t *Transport) deliver(ctx context.Context, c *client.Container, meant int64) (out client.Installed, err error) {
	answered := false
	for {
		waiting, e := c.Complete()
		if e != nil || len(waiting) == 0 {
			return out, both(err, e)
		}
		m := waiting[0]
		done, e := t.one(ctx, c, m)
		switch {
		case m.Counter == meant:
			out, err, answered = done, e, true
		case meant == 0:
			out, err = merge(out, done), both(err, e)
		case e != nil && !final(e) && !answered:
			err = e
		}
		if e != nil && (!final(e) || waits(c, m.Counter)) {
			return out, err // it stays, also where it could not be given up, and so does everything behind it
		}
	}
}

// one sends a message and settles it with its answer.
func (t *Transport) one(ctx context.Context, c *client.Container, m client.Message) (client.Installed, error) {
	point.At("sending " + string(m.Type))
	lines, err := t.exchange(ctx, c, m.Token)
	point.At("answered " + string(m.Type))
	if err == nil && m.Type == wire.TypeReceipt {
		return client.Installed{}, c.Discard(m.Counter)
	}
	var done client.Installed
	if err == nil {
		done, err = install(c, m, lines)
	}
	point.At("installed " + string(m.Type))
	if final(err) {
		err = both(err, c.Discard(m.Counter))
	}
	return done, err
}

// install takes over what came as the answer to a message, and makes sure that
// it was one.
func install(c *client.Container, m client.Message, lines []byte) (client.Installed, error) {
	done, err := c.Install(lines)
	if errors.Is(err, client.ErrNothing) {
		return done, fmt.Errorf("%w: this is no answer of a license server", client.ErrOffline)
	}
	if err == nil && waits(c, m.Counter) {
		err = client.ErrNotAsked
	}
	return done, err
}

func waits(c *client.Container, counter int64) bool {
	return slices.ContainsFunc(c.Waiting(), func(m client.Message) bool { return m.Counter == counter })
}

// both returns both errors, and one as it is where the other is nil.
func both(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return errors.Join(a, b)
}

// final reports whether the same message would get the same error again. An
// answer that was meant for this container and does not fit the machine any more
// is one: it would stand in the way of everything that comes after.
func final(err error) bool {
	var r *client.Refusal
	if errors.As(err, &r) {
		return r.Final()
	}
	return errors.Is(err, wire.ErrContainer) || errors.Is(err, client.ErrOld)
}

func merge(a, b client.Installed) client.Installed {
	return client.Installed{
		Licenses: append(a.Licenses, b.Licenses...), Removed: append(a.Removed, b.Removed...),
		Blocked: append(a.Blocked, b.Blocked...), Returned: append(a.Returned, b.Returned...),
		Unknown: append(a.Unknown, b.Unknown...), List: max(a.List, b.List),
	}
}
