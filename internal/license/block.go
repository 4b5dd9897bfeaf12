package license

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/licet/licet/wire"
)

const (
	// maxListed is the most containers of a block list: its parts are to fit into one
	// file of the format (wire.MaxFile), with the certificates before them.
	maxListed = 15_000
	// listedPerPart is how many of them fit into one token (wire.MaxToken).
	listedPerPart = 250
	// relook is when a list is looked at again though nothing has changed: a license
	// that kept its container off may be gone.
	relook = day24
)

// suspected is a container that a block list may name, with what it holds: what is
// live there, and what is away and may still be there.
type suspected struct {
	box  *Container
	acts []*Activation
}

// listed reports whether the block list names a container: nothing in it may be
// used any more, and something could be. A container that a human has blocked may use
// nothing. until is when the last of it ends by itself; zero = never.
func (s suspected) listed(licenses map[LicenseID]*License, now time.Time) (listed bool, until time.Time) {
	forever := false
	for _, a := range s.acts {
		l := licenses[a.License]
		end := l.runsUntil(a)
		if !end.IsZero() && !now.Before(end) {
			continue
		}
		if s.box.State != ContainerBlocked && a.State.Live() && l.State != LicenseBlocked {
			return false, time.Time{}
		}
		listed, forever = true, forever || end.IsZero()
		if end.After(until) {
			until = end
		}
	}
	if forever {
		until = time.Time{}
	}
	return listed, until
}

// runsUntil is when what was delivered for an activation refuses by itself, exclusive;
// zero = never: it has no end, only warns at its end, or has an end that moves.
func (l *License) runsUntil(a *Activation) time.Time {
	m := l.terms.model()
	switch {
	case !a.Lent.IsZero():
		return a.Elapses
	case wire.Enforcement(m.Enforce) != wire.Enforce, l.Effects > 0:
		return time.Time{}
	}
	end := l.terms.Span(l.First, a.Started, l.Until).Until
	if end.IsZero() {
		return end
	}
	return end.Add(time.Duration(min(m.GraceDays*86400, maxGrace)) * time.Second)
}

// blockable is a container on a list.
type blockable struct {
	id   ContainerID
	hash string
	seen time.Time
	mark []byte // of why it is on the list: with another reason the list is made anew
}

// mark names why a container is listed: each loss, and each version of what is
// blocked. What is issued to it after a list was made outranks the list, so the same
// container listed for another reason needs a newer one.
func (s suspected) mark(licenses map[LicenseID]*License) []byte {
	slices.SortFunc(s.acts, func(a, b *Activation) int { return a.ID.Compare(b.ID) })
	var b []byte
	if s.box.State == ContainerBlocked {
		b = binary.BigEndian.AppendUint64(b, uint64(s.box.Seen.UnixMicro()))
	}
	for _, a := range s.acts {
		b = append(b, a.ID[:]...)
		b = binary.BigEndian.AppendUint64(b, uint64(unix(a.Ended)))
		b = binary.BigEndian.AppendUint64(b, uint64(licenses[a.License].Version))
	}
	return b
}

// blocks is what a block list is made of.
type blocks struct {
	all     []blockable // by hash, which says nothing about who they are
	leftOut int         // for lack of room: those that were heard of longest ago
	content []byte
	latest  time.Time // loss among all; the list is not issued before it
	due     time.Time // when it is to be looked at again; zero = never
}

// add takes a container up, if the list is to name it.
func (b *blocks) add(s suspected, licenses map[LicenseID]*License, now time.Time) {
	b.soon(now.Add(relook))
	listed, until := s.listed(licenses, now)
	if !listed {
		return
	}
	if !until.IsZero() {
		b.soon(until)
	}
	for _, a := range s.acts {
		if a.Ended.After(b.latest) {
			b.latest = a.Ended
		}
	}
	b.all = append(b.all, blockable{s.box.ID, s.box.Keys.Hash(), s.box.Seen, s.mark(licenses)})
}

func (b *blocks) soon(t time.Time) {
	if b.due.IsZero() || t.Before(b.due) {
		b.due = t
	}
}

// close leaves out what does not fit, and names the content.
func (b *blocks) close(most int) {
	if len(b.all) > most {
		slices.SortFunc(b.all, func(x, y blockable) int {
			if n := y.seen.Compare(x.seen); n != 0 {
				return n
			}
			return x.id.Compare(y.id)
		})
		b.leftOut, b.all = len(b.all)-most, b.all[:most]
	}
	slices.SortFunc(b.all, func(x, y blockable) int { return x.id.Compare(y.id) })
	h := sha256.New()
	for _, one := range b.all {
		_, _ = h.Write(one.id[:])
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(one.mark))))
		_, _ = h.Write(one.mark)
	}
	b.content = h.Sum(nil)
}

// ids are the containers on the list as they are stored.
func (b *blocks) ids() []byte {
	out := make([]byte, 0, len(ContainerID{})*len(b.all))
	for _, one := range b.all {
		out = append(out, one.id[:]...)
	}
	return out
}

// claims are the parts of the list.
func (b *blocks) claims(issuer string, seq, at int64) []wire.Claims {
	of := (len(b.all) + listedPerPart - 1) / listedPerPart
	if of <= 1 {
		of = 0
	}
	var out []wire.Claims
	for part := 0; part < max(of, 1); part++ {
		list := &wire.BlockList{Issuer: issuer, Seq: seq, IssuedAt: at, Parts: of}
		if of > 0 {
			list.Part = part + 1
		}
		for _, one := range b.all[part*listedPerPart : min(len(b.all), (part+1)*listedPerPart)] {
			list.Containers = append(list.Containers, one.hash)
		}
		out = append(out, list)
	}
	return out
}

// epochNumbers is where the numbers of an epoch begin: above all that were given
// out before a restore from a backup, which does not know of them.
func epochNumbers(epoch int64) int64 { return epoch << 32 }

// nextNumber is the number of the list after last. Within an epoch it is not below
// the clock either: a backup that is restored twice comes to the same epoch.
func nextNumber(last, epoch int64, now time.Time) int64 {
	return max(last+1, epochNumbers(epoch)+now.Unix())
}

// blockRow is the list that counts.
type blockRow struct {
	seq     int64 // 0 = there is none
	issued  time.Time
	kid     string
	content []byte
	ids     []byte
	tokens  string
	due     time.Time
}

// names reports whether the list names a container.
func (r *blockRow) names(id ContainerID) bool {
	const size = len(ContainerID{})
	lo, hi := 0, len(r.ids)/size
	for lo < hi {
		mid := (lo + hi) / 2
		switch bytes.Compare(r.ids[mid*size:(mid+1)*size], id[:]) {
		case 0:
			return true
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return false
}

// stands reports whether the stored list still says what is to be said.
func (r *blockRow) stands(b *blocks, epoch int64, revoked bool) bool {
	if r.tokens == "" {
		return len(b.all) == 0
	}
	return bytes.Equal(r.content, b.content) && r.seq >= epochNumbers(epoch) && !revoked
}

type blockData struct {
	Seq        int64 `json:"seq"`
	Containers int   `json:"containers"`
	LeftOut    int   `json:"leftOut,omitempty"`
}

// gaveUp notes that a container holds no copy any more of what was restored away
// from it, or has confirmed that it is blocked.
func (c *contact) gaveUp(a *Activation) {
	if !a.Away {
		return
	}
	a.Away, a.relist = false, true
	c.mark(a)
	c.event("activation", a.ID, "activation.given_up", placeOf(a, c.msg.exchange))
}

// awaited settles what is away and not held any more.
func (c *contact) awaited() {
	for _, a := range c.strays {
		if !slices.ContainsFunc(c.msg.held, func(h held) bool { return h.license == a.License && h.gen == a.Gen }) {
			c.gaveUp(a)
		}
	}
}
