package license

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
)

// leaseDesk is a desk for leases.
type leaseDesk struct {
	*desk
	leases map[LeaseID]*Lease
	mates  map[shared][]*Lease // of holders, without ended ones
	dry    map[LicenseID]bool  // nothing of it is over that still has a place
	rights map[leaseRightID]bool
	shown  [][]any       // new rights
	gone   db.IDs[Lease] // who has left the queue
}

// shared names a holder of a license.
type shared struct {
	license LicenseID
	holder  holderID
}

func (s *Service) newLeaseDesk(tx *db.Tx, p actor.PublisherID) *leaseDesk {
	return s.newDesk(tx, p).leaseDesk()
}

// load reads what the requests touch: licenses are locked first, so that whatever
// is read of their leases stays as it is, but for renewals.
func (k *leaseDesk) load(asks []*leaseAsk) error {
	var boxes db.IDs[Container]
	var ids db.IDs[Lease]
	var rights db.IDs[leaseRightRow]
	messages := make([]*message, 0, len(asks))
	for _, a := range asks {
		boxes, ids, messages = append(boxes, a.container), append(ids, a.id), append(messages, a.message)
		if !a.want.IsZero() {
			rights = append(rights, leaseRightOf(a.want, a.container))
		}
	}
	if err := k.loadBoxes(boxes); err != nil {
		return err
	}
	if err := k.loadRights(rights, asks); err != nil {
		return err
	}
	if err := k.open(messages); err != nil {
		return err
	}
	if err := k.loadAll(); err != nil {
		return err
	}
	return k.loadLeases(ids)
}

// loadLeases reads leases that requests have already, with what belongs to them.
func (k *leaseDesk) loadLeases(ids db.IDs[Lease]) (err error) {
	if k.leases, err = leasesByID(k.tx, k.publisher, qLeases, ids); err != nil {
		return err
	}
	var boxes db.IDs[Container]
	for _, a := range k.leases {
		if k.licenses[a.License] == nil {
			k.licenses[a.License] = nil
		}
		if k.containers[a.Container] == nil { // it came with the lease, a moment ago
			boxes = append(boxes, a.Container)
		}
	}
	if err := k.loadBoxes(boxes); err != nil {
		return err
	}
	return k.loadAll()
}

func (k *leaseDesk) loadBoxes(ids db.IDs[Container]) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := db.List(k.tx, scanContainer, qContainersSeen, k.publisher, ids)
	for _, c := range list {
		k.containers[c.ID] = c
	}
	return err
}

// loadRights names the licenses that containers may ask for by id.
func (k *leaseDesk) loadRights(ids db.IDs[leaseRightRow], asks []*leaseAsk) error {
	if len(ids) == 0 {
		return nil
	}
	found, err := idsOf[leaseRightRow](k.tx, qLeaseRights, k.publisher, ids)
	if err != nil {
		return err
	}
	for _, id := range found {
		k.rights[id] = true
	}
	for _, a := range asks {
		if !a.want.IsZero() && k.rights[leaseRightOf(a.want, a.container)] {
			k.licenses[a.want] = nil
		}
	}
	return nil
}

// lockLicenses locks the licenses that are named so far, and reads what is kept and
// offered of them.
func (k *leaseDesk) lockLicenses() error {
	if err := k.loadLicenses(); err != nil {
		return err
	}
	var list []*License
	for _, l := range k.licenses {
		if l != nil {
			list = append(list, l)
		}
	}
	return k.pledge(list)
}

// loadAll locks the licenses that are named so far, and reads their tickets.
func (k *leaseDesk) loadAll() error {
	if err := k.lockLicenses(); err != nil {
		return err
	}
	var bare []*License
	for _, l := range k.licenses {
		if l != nil && l.ticket == nil {
			bare = append(bare, l)
			k.tickets[l.Ticket] = nil
		}
	}
	if len(bare) == 0 {
		return nil
	}
	return k.loadTickets(bare)
}

// take works one request off.
func (k *leaseDesk) take(ask *leaseAsk) (*leased, error) {
	if _, err := judgeClock(ask.at, k.tx.Now()); err != nil {
		return nil, err
	}
	if a := k.leases[ask.id]; a != nil {
		return k.retake(ask, a)
	}
	box, err := k.boxOf(ask)
	if err != nil {
		return nil, err
	}
	targets, err := k.targets(ask)
	if err != nil {
		return nil, err
	}
	if _, err := k.s.ring.Issuer(k.publisher); err != nil {
		return nil, err
	}
	return k.first(ask, targets, box)
}

// first takes a place of the first license that has one, else it waits for one.
func (k *leaseDesk) first(ask *leaseAsk, targets []*License, box *Container) (*leased, error) {
	var first error
	var full *License
	for _, l := range targets {
		r, err := k.grant(ask, l, box)
		if err == nil {
			k.stopWaiting(ask, targets)
			return r, nil
		}
		if !refused(err) {
			return nil, err
		}
		if first == nil {
			first = err
		}
		f, _ := l.terms.model().Leases()
		if isFull(err) && f.Queue && ask.lsr.Queue && ask.quantity() <= l.Seats.Limit() && (full == nil || l.waiter(ask.id) != nil) {
			full = l
		}
	}
	if full != nil {
		return nil, k.queue(ask, full)
	}
	return nil, first
}

// stopWaiting takes an asker out of every queue: it has a place.
func (k *leaseDesk) stopWaiting(ask *leaseAsk, targets []*License) {
	for _, l := range targets {
		if w := l.waiter(ask.id); w != nil {
			k.unwait(l, w, "", "")
		}
	}
}

// retake answers a request that has its lease already.
func (k *leaseDesk) retake(ask *leaseAsk, a *Lease) (*leased, error) {
	l, box := k.licenses[a.License], k.containers[a.Container]
	if l == nil || box == nil {
		return nil, ErrLeaseGone
	}
	if err := box.State.Open(); err != nil {
		return nil, refuseFor(err, box.Reason)
	}
	f, err := l.leasable(box.Keys.Kind, "", k.tx.Now())
	if err == nil {
		err = a.holds(f, k.tx.Now())
	}
	if err != nil {
		return nil, err
	}
	return k.s.leasedTo(k.tx, k.publisher, l, f, a, box, ask.nonce)
}

// leasedTo says what is to be signed for a lease.
func (s *Service) leasedTo(q db.Querier, p actor.PublisherID, l *License, f catalog.FloatingSpec, a *Lease, box *Container, nonce string) (*leased, error) {
	epoch, err := s.epochOf(q)
	if err != nil {
		return nil, err
	}
	is := issue{issuer: s.ring.Name(p), epoch: epoch, now: q.Now(), serial: sign.NewSerial}
	copied := *a
	return &leased{&copied, f, l.leaseClaims(is, f, a, box, nonce)}, nil
}

// boxOf is the container that asks: known and open, or new with a code.
func (k *leaseDesk) boxOf(ask *leaseAsk) (*Container, error) {
	box := k.containers[ask.container]
	if box == nil {
		if len(ask.lookups) == 0 {
			return nil, ErrUnknownContainer
		}
		now := k.tx.Now()
		return &Container{
			ID: ask.container, Keys: ask.lsr.Container, State: ContainerActive, Marks: ask.marks, Virtual: ask.lsr.Virtual,
			App: ask.lsr.App, First: now, Seen: now, firstCtr: 1, hash: ask.keyHash, fresh: true, // its first message has a counter above 0
		}, nil
	}
	if ask.lsr.Container.Sign != box.Keys.Sign || ask.lsr.Container.Encrypt != box.Keys.Encrypt {
		return nil, ErrUnknownContainer // only the first half of the key hashes is the same
	}
	if err := box.State.Open(); err != nil {
		return nil, refuseFor(err, box.Reason)
	}
	return box, nil
}

// targets is the floating licenses that a request is about.
func (k *leaseDesk) targets(ask *leaseAsk) ([]*License, error) {
	from, err := k.opens(ask)
	if err != nil {
		return nil, err
	}
	var out []*License
	var other error = ErrNotWanted
	for _, l := range from {
		if !ask.want.IsZero() && l.ID != ask.want {
			continue
		}
		if _, ok := l.leases(ask.lsr.Container.Kind); ok {
			out = append(out, l)
		} else {
			other = ErrNotFloating.With("kind", string(l.terms.model().Kind))
		}
	}
	if len(out) == 0 {
		return nil, other
	}
	return out, nil
}

// opens is the licenses that the code or the container's right opens.
func (k *leaseDesk) opens(ask *leaseAsk) ([]*License, error) {
	if len(ask.lookups) == 0 {
		l := k.licenses[ask.want]
		if l == nil || !k.rights[leaseRightOf(ask.want, ask.container)] {
			return nil, ErrLeaseCode
		}
		return []*License{l}, l.ticket.open([]*License{l}, k.tx.Now())
	}
	for _, by := range ask.lookups {
		o := k.opened[by]
		if o == nil {
			continue
		}
		var list []*License
		for _, id := range o.licenses {
			list = append(list, k.licenses[id])
		}
		return list, k.tickets[o.ticket].open(list, k.tx.Now())
	}
	if err := k.s.chargeMessage(k.tx, k.publisher, ask.message); err != nil {
		return nil, err
	}
	return nil, ErrUnknownCode
}

// grant takes a place of one license. It changes nothing when it refuses.
func (k *leaseDesk) grant(ask *leaseAsk, l *License, box *Container) (*leased, error) {
	now := k.tx.Now()
	f, err := l.leasable(box.Keys.Kind, ask.lsr.Product, now)
	if err == nil {
		err = l.housed(f, ask, box)
	}
	if err != nil {
		return nil, err
	}
	holder, err := ask.holder(f.Per)
	if err != nil {
		return nil, err
	}
	a, err := k.lease(ask, l, f, holder)
	if err != nil {
		return nil, err
	}
	k.containers[box.ID] = box
	data := leaseOf(a)
	if id := leaseRightOf(l.ID, box.ID); !k.rights[id] {
		k.rights[id], data.Right = true, true
		k.shown = append(k.shown, []any{k.publisher, id, l.ID, box.ID})
	}
	k.note(act{"lease", a.ID, "lease.granted", data}, box.pseudonym())
	return k.s.leasedTo(k.tx, k.publisher, l, f, a, box, ask.nonce)
}

// lease takes a place, after those were freed whose time is over if it must.
func (k *leaseDesk) lease(ask *leaseAsk, l *License, f catalog.FloatingSpec, holder holderID) (*Lease, error) {
	mates, err := k.matesOf(l, f, holder)
	if err != nil {
		return nil, err
	}
	if err := k.moveUp(l, f); err != nil {
		return nil, err
	}
	me := l.waiter(ask.id)
	a, err := l.lease(f, ask, holder, mates, me, k.tx.Now())
	if isFull(err) {
		if err := k.sweepAll(l, f, func() bool { return l.room(ask.keys(), me) >= ask.quantity() }); err != nil {
			return nil, err
		}
		a, err = l.lease(f, ask, holder, k.mates[shared{l.ID, holder}], me, k.tx.Now())
	}
	if err != nil {
		return nil, err
	}
	if me != nil && !me.fresh {
		k.gone = append(k.gone, me.ID)
	}
	k.leases[a.ID] = a
	if f.Per != catalog.PerProcess {
		at := shared{l.ID, holder}
		k.mates[at] = append(k.mates[at], a)
	}
	return a, nil
}

// matesOf is the other leases of a holder; a process has none.
func (k *leaseDesk) matesOf(l *License, f catalog.FloatingSpec, holder holderID) ([]*Lease, error) {
	at := shared{l.ID, holder}
	if f.Per == catalog.PerProcess {
		return nil, nil
	}
	if list, known := k.mates[at]; known {
		return list, nil
	}
	err := k.loadMates(l, db.IDs[holderRow]{holder})
	return k.mates[at], err
}

// loadMates reads the leases of holders of a license that are not known yet.
func (k *leaseDesk) loadMates(l *License, holders db.IDs[holderRow]) error {
	if len(holders) == 0 {
		return nil
	}
	list, err := db.List(k.tx, scanLease, qLeasesOfHolders, k.publisher, l.ID, holders)
	if err != nil {
		return err
	}
	for _, h := range holders {
		k.mates[shared{l.ID, h}] = nil
	}
	for _, a := range list {
		at := shared{l.ID, a.Holder}
		k.mates[at] = append(k.mates[at], k.same(a))
	}
	return nil
}

// loadMatesOf is loadMates for the holders of leases, one statement per license.
func (k *leaseDesk) loadMatesOf(leases map[LeaseID]*Lease) error {
	holders := map[LicenseID]db.IDs[holderRow]{}
	for _, a := range leases {
		if a.State != LeaseEnded {
			k.unknown(holders, k.licenses[a.License], a.Holder)
		}
	}
	return k.loadEach(holders)
}

// loadMatesFor is loadMatesOf for those who ask.
func (k *leaseDesk) loadMatesFor(asks []*leaseAsk) error {
	holders := map[LicenseID]db.IDs[holderRow]{}
	for _, ask := range asks {
		if k.leases[ask.id] != nil {
			continue
		}
		l := k.likely(ask)
		if l == nil {
			continue
		}
		f, _ := l.terms.model().Leases()
		if h, err := ask.holder(f.Per); err == nil {
			k.unknown(holders, l, h)
		}
	}
	return k.loadEach(holders)
}

// likely is the license that a request will most likely get a place of.
func (k *leaseDesk) likely(ask *leaseAsk) *License {
	if !ask.want.IsZero() {
		return k.licenses[ask.want]
	}
	for _, by := range ask.lookups {
		if o := k.opened[by]; o != nil && len(o.licenses) > 0 {
			return k.licenses[o.licenses[0]]
		}
	}
	return nil
}

// unknown notes a holder whose leases are not known yet; a process has none.
func (k *leaseDesk) unknown(holders map[LicenseID]db.IDs[holderRow], l *License, h holderID) {
	if l == nil {
		return
	}
	f, floats := l.terms.model().Leases()
	if _, known := k.mates[shared{l.ID, h}]; !floats || f.Per == catalog.PerProcess || known || holders[l.ID].Contains(h) {
		return
	}
	holders[l.ID] = append(holders[l.ID], h)
}

func (k *leaseDesk) loadEach(holders map[LicenseID]db.IDs[holderRow]) error {
	for id, list := range holders {
		if err := k.loadMates(k.licenses[id], list); err != nil {
			return err
		}
	}
	return nil
}

// same returns the image of a lease that this desk works on already.
func (k *leaseDesk) same(a *Lease) *Lease {
	if known := k.leases[a.ID]; known != nil {
		return known
	}
	k.leases[a.ID] = a
	return a
}

// sweepChunk is how many leases are looked at together.
const sweepChunk = 200

// sweepAll ends leases and borrows of a license whose time is over, until enough are
// free or none is left.
func (k *leaseDesk) sweepAll(l *License, f catalog.FloatingSpec, enough func() bool) error {
	if k.dry[l.ID] {
		return nil
	}
	if err := k.sweepLeases(l, f, enough); err != nil || enough() {
		return err
	}
	k.dry[l.ID] = true
	return k.sweepLicense(l)
}

// sweepLeases ends leases of a license whose time is over, until enough are free or
// none is left. What it has looked at is due later, so nobody looks again.
func (k *leaseDesk) sweepLeases(l *License, f catalog.FloatingSpec, enough func() bool) error {
	for !enough() {
		due, err := db.List(k.tx, scanLease, qLeasesDueOf, k.publisher, l.ID, db.At(k.tx.Now()), sweepChunk)
		if err != nil {
			return err
		}
		for _, a := range due {
			if err := k.review(l, f, k.same(a)); err != nil {
				return err
			}
		}
		if err := k.writeLeases(); err != nil {
			return err
		}
		if len(due) < sweepChunk {
			return nil
		}
	}
	return nil
}

func (k *leaseDesk) review(l *License, f catalog.FloatingSpec, a *Lease) error {
	mates, err := k.matesOf(l, f, a.Holder)
	if err != nil {
		return err
	}
	for _, e := range l.review(f, a, mates, k.tx.Now()) {
		k.note(e, "system")
	}
	return nil
}

func (k *leaseDesk) note(e act, by string) {
	k.events = append(k.events, actor.Entry{Entity: e.entity, ID: e.id, Event: e.name, Data: e.data, By: by})
}

// flush writes what has changed.
func (k *leaseDesk) flush() error {
	if err := k.desk.flush(); err != nil {
		return err
	}
	if _, err := k.tx.ExecMany(qLeaseRightInsert, k.shown); err != nil {
		return err
	}
	if err := k.writeLines(); err != nil {
		return err
	}
	return k.writeLeases()
}

func (k *leaseDesk) writeLeases() error {
	list := make([]*Lease, 0, len(k.leases))
	for _, a := range k.leases {
		list = append(list, a)
	}
	return writeLeases(k.tx, k.publisher, inOrder(list))
}
