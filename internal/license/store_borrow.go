package license

import (
	"slices"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

var qLent = db.SQL("license.lent", `
SELECT `+activationColumns+` FROM activation a
WHERE a.publisher_id = ? AND a.license_id = ? AND a.slot = 0 AND a.lent_until IS NOT NULL ORDER BY a.id`)

// lending readies the floating licenses of a message: what was lent to its container
// and is over has ended, and for a borrow the places of everybody whose time is over
// are free. It returns how many places of each are lent.
func (k *desk) lending(m *message) (map[LicenseID]int64, error) {
	for _, a := range k.here[m.container] {
		if a.State.Live() && !a.Lent.IsZero() && !k.tx.Now().Before(a.Elapses) {
			if err := k.elapse(k.licenses[a.License], a); err != nil {
				return nil, err
			}
		}
	}
	if m.req != nil && m.req.Action == wire.ActActivate {
		return nil, k.sweepClouds(m)
	}
	if m.req == nil || m.req.Action != wire.ActBorrow {
		return nil, nil
	}
	lent := map[LicenseID]int64{}
	for _, l := range k.borrowed(m) {
		f, floats := l.terms.model().Leases()
		if !floats || f.BorrowDays == 0 {
			continue
		}
		if err := k.pledge([]*License{l}); err != nil {
			return nil, err
		}
		list, err := k.lent(l)
		if err != nil {
			return nil, err
		}
		lent[l.ID] = 0
		for _, a := range list {
			lent[l.ID] += a.Quantity
		}
		keys := []holderID{machineKey(m.container)}
		err = k.leaseDesk().sweepLeases(l, f, func() bool { return l.room(keys, nil) >= max(1, m.req.Quantity) })
		if err != nil {
			return nil, err
		}
	}
	return lent, nil
}

// borrowed is the licenses that a borrow may be about: those of its code, else those
// that are in its container.
func (k *desk) borrowed(m *message) (out []*License) {
	for _, by := range m.lookups {
		if o := k.opened[by]; o != nil {
			for _, id := range o.licenses {
				out = append(out, k.licenses[id])
			}
		}
	}
	if len(m.lookups) == 0 {
		for _, a := range k.here[m.container] {
			out = append(out, k.licenses[a.License])
		}
	}
	return out
}

// lent ends the borrows of a license that are over, and returns the others, those of
// this batch too.
func (k *desk) lent(l *License) (out []*Activation, err error) {
	list, err := db.List(k.tx, scanActivation, qLent, k.publisher, l.ID)
	if err != nil {
		return nil, err
	}
	for i, a := range list {
		list[i] = k.known(a)
	}
	for _, a := range k.acts {
		if a.License == l.ID && !a.Lent.IsZero() && !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	for _, a := range list {
		if a.State.Live() && !k.tx.Now().Before(a.Elapses) {
			if err := k.elapse(l, a); err != nil {
				return nil, err
			}
		}
		if a.State.Live() {
			out = append(out, a)
		}
	}
	return out, nil
}

// leaseDesk is a desk for leases on the same rows. What it changes of leases is written
// at once, the rest with this desk.
func (k *desk) leaseDesk() *leaseDesk {
	return &leaseDesk{desk: k, leases: map[LeaseID]*Lease{}, mates: map[shared][]*Lease{}, dry: map[LicenseID]bool{}, rights: map[leaseRightID]bool{}}
}

// sweepClouds frees the places of licenses that are not floating, and that cloud
// containers have leased, where their time is over and somebody wants to activate.
func (k *desk) sweepClouds(m *message) error {
	for _, l := range k.borrowed(m) {
		if l == nil {
			continue
		}
		f, ok := l.leases(wire.ContainerCloud)
		if !ok || l.terms.model().Kind == catalog.Floating || !slices.Contains(l.terms.Item.ContainerKinds, wire.ContainerCloud) {
			continue
		}
		enough := func() bool { return l.Seats.Free() >= max(1, m.req.Quantity) }
		if err := k.leaseDesk().sweepLeases(l, f, enough); err != nil {
			return err
		}
	}
	return nil
}
