package license

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/wire"
)

// What keeping places may be refused.
var (
	ErrKept        = fault.New(fault.Exhausted, "license.kept_for_others") // limit, used, kept, value
	ErrReserveWho  = fault.New(fault.Invalid, "license.reserve_who")       //
	ErrReserveMuch = fault.New(fault.Exhausted, "license.reserve_much")    // limit, kept, value
	ErrReserveMany = fault.New(fault.Exhausted, "license.reserve_many")    // limit
)

// maxReservations is how many reservations one license may have: each look for a
// place reads all of them.
const maxReservations = 200

// ReserveKind says for whom places are kept.
type ReserveKind string

// For whom places are kept.
const (
	ReserveLabel   ReserveKind = "label"   // whoever names it, such as the machines of a room
	ReserveMachine ReserveKind = "machine" // by its container
	ReservePerson  ReserveKind = "person"  // by the hash that programs say
	ReserveHolder  ReserveKind = "holder"  // as the list of leases shows it
)

// Reservation is places of a floating license that are kept for a holder, in use or
// not. What a holder uses beyond it comes from what everybody shares.
type Reservation struct {
	ID      ReservationID
	License LicenseID
	Key     holderID
	Kind    ReserveKind
	Label   string // as staff wrote it; "" for a person or a holder
	Seats   int64  // 0 = it keeps nothing any more
	Made    time.Time

	leased, lent int64 // places that fill it now
	rev          int64
}

// open is how many places are kept for a holder that it does not use.
func (r *Reservation) open() int64 { return max(0, r.Seats-r.leased-r.lent) }

// reservationIDOf is the natural key of a reservation.
func reservationIDOf(l LicenseID, key holderID) (id ReservationID) {
	h := sha256.Sum256(append(append([]byte("reserve|"), l[:]...), key[:]...))
	copy(id[:], h[:])
	return id
}

func labelKey(label string) holderID { return holderHash("label", []byte(label), nil) }

func machineKey(c ContainerID) holderID { return holderHash("machine", c[:], nil) }

// keys are the holders as whom the asker may use what is kept for them.
func (a *leaseAsk) keys() (out []holderID) {
	switch {
	case a.lsr.Container.Kind == wire.ContainerSoft:
		out = append(out, machineKey(a.container))
	case a.lsr.Holder.Kind == wire.PerMachine:
		out = append(out, holderHash("machine", a.container[:], a.person))
	}
	if a.lsr.Holder.Kind == wire.PerPerson {
		out = append(out, holderHash("person", a.person, nil))
	}
	if a.lsr.Label != "" {
		out = append(out, labelKey(a.lsr.Label))
	}
	return out
}

// room is how many places of a locked license may go to whoever has these keys: free
// ones that are neither kept for others nor offered to others. While somebody waits
// who was there before, it is no more than what is kept for the asker itself. me is
// the asker's own place in the queue; nil = it has none.
func (l *License) room(keys []holderID, me *Waiter) int64 {
	free, own, behind := l.Seats.Free(), int64(0), false
	for _, r := range l.kept {
		if slices.Contains(keys, r.Key) {
			own += r.open()
		} else {
			free -= r.open()
		}
	}
	for _, w := range l.line {
		switch {
		case w == me:
		case w.State == WaiterOffered:
			free -= w.Seats
		case me == nil || w.Seq < me.Seq:
			behind = true
		}
	}
	free = max(0, free)
	if behind && (me == nil || me.State != WaiterOffered) {
		return min(free, own)
	}
	return free
}

// roomFor refuses need places that the asker may not have. It says what is wrong: none
// is free, or none that is not kept for others.
func (l *License) roomFor(need int64, keys []holderID, me *Waiter) error {
	room := l.room(keys, me)
	if need <= room {
		return nil
	}
	if _, err := l.Seats.Take(need); err != nil {
		return err
	}
	return ErrKept.With("limit", l.Seats.Limit(), "used", l.Seats.Used, "kept", l.Seats.Free()-room, "value", need)
}

// fill notes that the places of a lease, or of an offer, fill a reservation, n more of
// them; zero is none.
func (l *License) fill(id ReservationID, n int64) {
	for _, r := range l.kept {
		if r.ID == id {
			r.leased += n
		}
	}
}

// fillLent notes it of places that are lent to a machine.
func (l *License) fillLent(box ContainerID, n int64) {
	key := machineKey(box)
	for _, r := range l.kept {
		if r.Key == key {
			r.lent += n
		}
	}
}

// keptFor is the reservation that a new lease with these keys fills: the one with the
// most places that are not used; zero = none.
func (l *License) keptFor(keys []holderID) (id ReservationID) {
	most := int64(0)
	for _, r := range l.kept {
		if slices.Contains(keys, r.Key) && r.open() > most {
			id, most = r.ID, r.open()
		}
	}
	return id
}

// ReservationInfo is a reservation as staff see it. Nothing in it names a person.
type ReservationInfo struct {
	ID      ReservationID `json:"id"`
	License LicenseID     `json:"license"`
	Kind    ReserveKind   `json:"kind"`
	Label   string        `json:"label,omitempty"` // or the machine's container
	Holder  holderID      `json:"holder"`          // as the list of leases shows it, where it says one
	Seats   int64         `json:"seats"`           // 0 = ended
	Used    int64         `json:"used"`            // of them, now
	Made    time.Time     `json:"made"`
}

func (r *Reservation) info() ReservationInfo {
	return ReservationInfo{
		ID: r.ID, License: r.License, Kind: r.Kind, Label: r.Label, Holder: r.Key, Seats: r.Seats, Made: r.Made,
		Used: min(r.Seats, r.leased+r.lent),
	}
}

// reserveData is what the journal keeps of a reservation.
type reserveData struct {
	License LicenseID   `json:"license"`
	Kind    ReserveKind `json:"kind"`
	Seats   int64       `json:"seats"`
}

// labelOK reports whether s is a label that a program may name: 1 to 64 of a-z, 0-9
// and dashes.
func labelOK(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// keep takes a reservation into a license, in place of the one for the same holder.
func (l *License) keep(r *Reservation) error {
	if r.Seats < 1 || r.Seats > MaxQuantity {
		return ErrBadQuantity.With("value", r.Seats, "limit", int64(MaxQuantity))
	}
	var others int64
	at := -1
	for i, o := range l.kept {
		if o.ID == r.ID {
			at = i
		} else {
			others += o.Seats
		}
	}
	if others+r.Seats > l.Seats.Limit() {
		return ErrReserveMuch.With("limit", l.Seats.Limit(), "kept", others, "value", r.Seats)
	}
	if at >= 0 {
		r.leased, r.lent = l.kept[at].leased, l.kept[at].lent
		l.kept[at] = r
		return nil
	}
	if len(l.kept) >= maxReservations {
		return ErrReserveMany.With("limit", int64(maxReservations))
	}
	l.kept = append(l.kept, r)
	return nil
}
