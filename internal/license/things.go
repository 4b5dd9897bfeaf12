package license

import (
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/wire"
)

// Ticket is a code that lets its bearer collect licenses. The code itself is
// not in it: it is stored as a keyed hash and, sealed, for printing again.
type Ticket struct {
	ID       TicketID
	Holder   actor.OrgID // whose stock or property it is
	Snapshot SnapshotID
	Hint     string // last group of the code
	State    TicketState
	SoldTo   actor.OrgID // who had it before it went to Holder; zero = nobody else
	IntoHint string      // of a merged one: last group of the ticket that counts now, "" where that is somebody else's
	Rev      int64
}

// License is one right with its frozen terms; the counted unit.
type License struct {
	ID       LicenseID
	Ticket   TicketID
	Snapshot SnapshotID
	Seats    Seats
	Taken    int64     // seats ever taken, also those given back
	Version  int64     // of its content; a container with an older one gets it again
	First    time.Time // first activation, zero before it
	Until    day.Day   // extension; None = as the terms say
	Spent    int64     // units that devices have told of, and that were consumed by key; usage-counted licenses only
	Direct   int64     // of them, by key
	Effects  int64     // how many upgrades, extensions and add-ons have ever changed it
	KeyHint  string    // last group of its license key, "" without one
	State    LicenseState
	Rev      int64

	sold    *Terms    // what was sold
	effects []*effect // in order; only where Effects is not 0
	terms   *Terms    // what was sold with the effects on top
	ticket  *Ticket
	dirty   bool

	pledged bool           // the next two were read, while the row is locked
	kept    []*Reservation // of a floating license
	line    []*Waiter      // in their order

	eligible *EligibilityInfo // of an academic license, where it was asked for; nil = nothing is recorded

	before      Seats // as read, and so the rest
	takenBefore int64
	rest        rest
}

// rest is what changes rarely in a License.
type rest struct {
	version int64
	effects int64
	spent   int64
	until   day.Day
	state   LicenseState
}

// read remembers what the row holds, so that a change is known.
func (l *License) read() {
	l.before, l.takenBefore = l.Seats, l.Taken
	l.rest = l.rarely()
}

func (l *License) rarely() rest { return rest{l.Version, l.Effects, l.Spent, l.Until, l.State} }

// plain reports whether only seats were taken or freed since read.
func (l *License) plain() bool {
	return l.Seats.Quantity == l.before.Quantity && l.Seats.Owed == l.before.Owed && l.Seats.Added == l.before.Added && l.rest == l.rarely()
}

// touch says that the license's content has changed, so that containers get it
// again at their next contact.
func (l *License) touch() {
	l.Version++
	l.dirty = true
}

// over reports whether nobody can use the license any more, and since which day.
func (l *License) over(now time.Time) (day.Day, bool) {
	return l.terms.Over(l.First, now, l.Until)
}

// Container is where licenses live, known by its signing key.
type Container struct {
	ID      ContainerID
	Keys    wire.ContainerKeys
	State   ContainerState
	Reason  string // code of what made it suspect
	Counter int64  // of its newest message
	Seq     int64  // of the newest answer to it
	Marks   Fingerprint
	Virtual bool
	App     wire.App
	First   time.Time
	Seen    time.Time
	Pardon  bool // a human has looked at what it holds: it is mended, not taken for a copy again
	Listed  bool // some block list has named it since it was last given one that does not
	Rev     int64

	firstCtr int64
	hash     string // wire.ContainerKeys.Hash
	fresh    bool
	dirty    bool
}

// pseudonym is the container's name in the journal.
func (c *Container) pseudonym() string { return "container:" + c.ID.String() }
