package license

import (
	"slices"
	"time"
)

// PairingLife is how long a pairing code can be typed on a machine.
const PairingLife = 10 * time.Minute

// Pairing is what has become of a pairing code.
type Pairing struct {
	Code        string         // as it is shown; known only to whoever has it
	Expires     time.Time      // exclusive
	Left        time.Duration  // until then; 0 = none
	State       PairingState   //
	Licenses    []LicenseID    // that it was made for
	Activations []ActivationID // of these licenses on the machine, once it was used
	Refusal     error          // of the machine's newest attempt, while it is open; nil = none
}

// PairingState is where a pairing code stands. It is derived and never stored.
type PairingState string

// The states of a pairing code.
const (
	PairingOpen    PairingState = "open"    // to be typed on a machine
	PairingUsed    PairingState = "used"    // a machine has collected the licenses; final
	PairingExpired PairingState = "expired" // final
)

// pairing is a pairing code as it is stored.
type pairing struct {
	id        lookupID
	ticket    TicketID
	licenses  []LicenseID
	expires   time.Time
	used      time.Time // zero = not yet
	container ContainerID
	refusal   string // JSON of the newest attempt's fault

	dirty bool
}

// state derives where the code stands at a moment. A machine that was in time
// keeps what it got.
func (p *pairing) state(now time.Time) PairingState {
	switch {
	case !p.used.IsZero():
		return PairingUsed
	case !now.Before(p.expires):
		return PairingExpired
	}
	return PairingOpen
}

// use spends the code for a machine.
func (p *pairing) use(box ContainerID, now time.Time) {
	p.container, p.used, p.refusal, p.dirty = box, now, "", true
}

// refuse notes why the machine did not get what it asked for. The code stays
// open: nothing was taken, and what was in the way may be out of it in a minute.
func (p *pairing) refuse(err error) {
	p.refusal, p.dirty = encodeRefusal(err), true
}

// choose narrows what a code opens to the licenses that are named; all for none.
// Those that cannot be activated now are left out as long as some can; else the
// first reason is the error, or ErrNotWanted if none of the named is there.
func choose(from []*License, named []LicenseID, now time.Time) (ids []LicenseID, err error) {
	for _, l := range from {
		if len(named) > 0 && !slices.Contains(named, l.ID) {
			continue
		}
		if e := l.ready(now); e != nil {
			if err == nil {
				err = e
			}
			continue
		}
		ids = append(ids, l.ID)
	}
	switch {
	case len(ids) > 0:
		return ids, nil
	case err != nil:
		return nil, err
	}
	return nil, ErrNotWanted
}
