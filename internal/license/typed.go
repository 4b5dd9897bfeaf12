package license

import (
	"slices"
	"strconv"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/wire"
)

// typedAsk is what a typed request says besides its container.
type typedAsk struct{ number int }

// TypedAnswer is a license for a machine on which it is typed.
type TypedAnswer struct {
	Answer  string    `json:"answer" doc:"The license: groups of fifteen symbols, one to a line. The machine's program checks each."`
	Key     string    `json:"key,omitempty" doc:"The issuing key's certificate in the same form, for a program that has never heard of the key; it asks for it."`
	License LicenseID `json:"license" doc:"Which license it is."`
}

// The bounds of a typed answer.
const (
	typedHour    = time.Hour // it is issued in whole ones
	maxTypedDays = 1023      // until the next contact
	maxTypedMin  = 7         // components that must match
)

// typedNonce is what stands for a nonce in the natural key of a typed request: the
// same request for the same license has the same answer.
func typedNonce(number int, id LicenseID) string {
	return strconv.Itoa(number) + "|" + id.String()
}

// hearTyped works a typed request off. It is not signed: it moves no counter,
// tells nothing that the publisher wants, confirms nothing, and leaves a container
// that is known as it was, but for the license that the ticket beside it pays for.
// What is delivered is not the license file, so the next contact by another carrier
// delivers that.
func (c *contact) hearTyped() error {
	known := c.box != nil
	if known {
		if c.box.Keys.Sign != c.msg.req.Container.Sign {
			return ErrUnknownContainer // only the first half of the key hashes is the same
		}
		if err := c.box.State.Open(); err != nil {
			return refuseFor(err, c.box.Reason)
		}
		c.box.hash = c.msg.keyHash
	} else {
		c.box = &Container{
			ID: c.msg.container, Keys: c.msg.req.Container, State: ContainerActive, First: c.now, hash: c.msg.keyHash, fresh: true,
		}
	}
	targets, err := c.targets()
	if err != nil {
		return err
	}
	l := targets[0]
	if err := c.typeable(l); err != nil {
		return err
	}
	if err := c.place(l, c.quantity()); err != nil {
		return err
	}
	a := c.live(l.ID)
	if !a.fresh { // put has marked a new one
		c.mark(a)
	}
	a.Version, a.Told = 0, 0
	c.box.Seen, c.box.dirty = c.now, known
	return nil
}

// typeable refuses what a typed answer cannot say, before a seat is taken: what is
// bound to a device by its fingerprint, what changes another license, what must be
// renewed or counted, and what is too long.
func (c *contact) typeable(l *License) error {
	if l.tried() || l.changes() {
		return ErrNotTyped
	}
	if l.terms.model().Kind == catalog.Floating { // also where a place of it is borrowed here: its end is no typed one
		return ErrFloating
	}
	probe := *l
	if probe.First.IsZero() {
		probe.First = c.now
	}
	c.licenses[l.ID] = &probe
	defer func() { c.licenses[l.ID] = l }()
	const long = 1 << 15 // as generation and quantity are at most
	w := c.typedClaims(issue{issuer: "p", now: c.now, serial: func() [8]byte { return [8]byte{} }}, &Activation{
		License: l.ID, Gen: long, Quantity: max(c.quantity(), 1), Started: c.now,
	})
	if err := w.Validate(); err != nil {
		return ErrNotTyped.Wrap(err)
	}
	return nil
}

// composeTyped is the claims of the answer: the one license that was asked for.
func (c *contact) composeTyped(is issue) wire.Claims {
	i := slices.IndexFunc(c.changes, func(ch change) bool { return ch.deliver != nil })
	return c.typedClaims(is, c.changes[i].deliver)
}

// typedClaims is what the license file would say, as far as a program runs by it.
func (c *contact) typedClaims(is issue, a *Activation) *wire.TypedAnswer {
	w := c.claims(is, a, 0)
	m := c.licenses[a.License].terms.model()
	w.Model, w.Holder, w.Seq, w.Epoch, w.Serial, w.Nonce = "", "", 0, 0, "", ""
	at := is.now.Truncate(typedHour)
	w.IssuedAt = at.Unix()
	if m.RefreshDays > 0 {
		w.NextContact = at.Add(time.Duration(min(m.RefreshDays, maxTypedDays)) * day24).Unix()
	}
	w.Container = wire.Binding{Kind: wire.ContainerSoft, Key: c.box.hash, Min: int(min(m.Fingerprint.Min, maxTypedMin))}
	return &wire.TypedAnswer{License: *w, Number: c.msg.typed.number}
}
