package license

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/wire"
)

// LeaseGrant is a lease as its holder gets it.
type LeaseGrant struct {
	Lease      LeaseID   `json:"lease"`
	Fence      int64     `json:"fence"`  // above that of every lease of the license before
	Secret     string    `json:"secret"` // renews and ends the lease
	License    LicenseID `json:"license"`
	Quantity   int64     `json:"quantity"`
	RenewAfter int64     `json:"renew_after"` // seconds
	Ends       time.Time `json:"ends"`        // unless it is renewed
	Lines      []string  `json:"lines"`       // certificates and the license, which ends with the lease
}

// LeaseHold names a lease to whoever has it.
type LeaseHold struct {
	Publisher actor.PublisherID
	Lease     LeaseID
	Fence     int64
	Secret    string
}

// ParseHold reads what a holder says about its lease. Ids that are none name a
// lease that is gone: license.lease_gone.
func ParseHold(publisher, lease string, fence int64, secret string) (LeaseHold, error) {
	id, err := db.ParseID[Lease](lease)
	if err != nil {
		return LeaseHold{}, ErrLeaseGone.Wrap(err)
	}
	return LeaseHold{Publisher: issuerID(publisher), Lease: id, Fence: fence, Secret: secret}, nil
}

// Leased is what a renewal answers.
type Leased struct {
	RenewAfter int64     `json:"renew_after"` // seconds
	Ends       time.Time `json:"ends"`        // unless it is renewed again
	Lines      []string  `json:"lines"`       // certificates and the license until then
}

// leased is a lease with what is to be signed for it.
type leased struct {
	lease  *Lease
	floats catalog.FloatingSpec
	claims *wire.License
}

// Lease takes a place of a floating license for a container: token is a lsr. The
// same message gets the same lease, and takes no second place. It uses no counter,
// because many processes share a container, and its answer is not recorded: it is
// a license that ends by itself, signed after the place is taken.
//
// by may be anonymous: the container's signature and the code are the proof.
// Errors: license.bad_message, license.bad_signature, license.clock_off,
// license.code_typo, license.unknown_code (as of Exchange, with its limits),
// license.too_many_tries, license.unknown_container, license.suspect,
// license.container_blocked, license.lease_code for a license that this container
// has shown no code of, license.not_in_ticket, license.not_floating,
// license.lease_holder, license.lease_gone for a late copy, the refusals of a
// ticket and a license (blocked, expired, no_seat …), sign.no_key, and the
// database's.
func (s *Service) Lease(ctx context.Context, by actor.Actor, token []byte) (LeaseGrant, error) {
	ask, err := s.readLease(by, strings.TrimSpace(string(token)))
	if err != nil {
		return LeaseGrant{}, err
	}
	var r *leased
	err = again(func() error {
		r, err = s.leases.Do(ctx, ask)
		return err
	})
	if err != nil {
		return LeaseGrant{}, err
	}
	out, err := s.signLease(ctx, ask.publisher, r)
	a := r.lease
	return LeaseGrant{
		Lease: a.ID, Fence: a.Fence, Secret: s.leaseSecret(ask.publisher, a.ID, a.Fence), License: a.License,
		Quantity: a.Quantity, RenewAfter: out.RenewAfter, Ends: out.Ends, Lines: out.Lines,
	}, err
}

// signLease signs the license of a lease. What is signed ends by itself, so it is
// not in the issuance log: under a revoked key the next renewal brings another.
func (s *Service) signLease(ctx context.Context, p actor.PublisherID, r *leased) (Leased, error) {
	if err := s.db.Point(ctx, "license.before_sign"); err != nil {
		return Leased{}, err
	}
	token, err := s.ring.Sign(ctx, p, r.claims)
	if err != nil {
		return Leased{}, err
	}
	bundle := s.ring.Bundle(p)
	lines := make([]string, 0, len(bundle)+1)
	lines = append(append(lines, bundle...), token)
	return Leased{RenewAfter: renewAfter(r.floats), Ends: r.lease.Ends, Lines: lines}, nil
}

// leaseSecret is what a holder shows to renew or end its lease. It is derived, so
// nothing secret is stored, and a wrong one costs no look at the database.
func (s *Service) leaseSecret(p actor.PublisherID, id LeaseID, fence int64) string {
	value := binary.BigEndian.AppendUint64(append(make([]byte, 0, len(id)+8), id[:]...), uint64(fence))
	return b64.EncodeToString(s.vault.Blind(p, "lease", value)[:18])
}

// mine reports whether a holder has shown the secret of its lease.
func (s *Service) mine(by actor.Actor, in LeaseHold) error {
	secret := s.leaseSecret(in.Publisher, in.Lease, in.Fence)
	if subtle.ConstantTimeCompare([]byte(secret), []byte(in.Secret)) != 1 || !by.Publisher.IsZero() && by.Publisher != in.Publisher {
		return ErrLeaseGone
	}
	return nil
}

// about names the license that a request is about, as far as it says so: requests
// for one license are worked on together.
func (a *leaseAsk) about() [16]byte {
	if !a.want.IsZero() || len(a.lookups) == 0 {
		return a.want
	}
	return a.lookups[0]
}

// readLease verifies a request and prepares everything about it that needs no
// transaction.
func (s *Service) readLease(by actor.Actor, token string) (*leaseAsk, error) {
	lsr, _, err := wire.OpenLeaseRequest(token)
	if err != nil {
		return nil, refuseToken(err)
	}
	m := &message{
		typ: wire.TypeLeaseRequest, addr: by.Addr, nonce: lsr.Nonce, at: time.Unix(lsr.IssuedAt, 0), publisher: issuerID(lsr.Issuer),
		keyHash: lsr.Container.Hash(), req: &wire.Request{Fingerprint: lsr.Fingerprint, Product: lsr.Product},
	}
	if !by.Publisher.IsZero() && by.Publisher != m.publisher {
		return nil, ErrUnknownCode
	}
	var ok bool
	if m.container, ok = containerIDOf(m.keyHash); !ok {
		return nil, ErrMessage.At("/cnt")
	}
	if err := s.readMachine(m); err != nil {
		return nil, err
	}
	ask := &leaseAsk{message: m, lsr: lsr, id: leaseIDOf(m.keyHash, m.nonce)}
	if lsr.LicenseID != "" {
		if ask.want, err = db.ParseID[License](lsr.LicenseID); err != nil {
			return nil, ErrNotWanted.At("/lid")
		}
	}
	if lsr.Holder.Hash != "" {
		ask.person = s.vault.Blind(m.publisher, "lease holder", []byte(lsr.Holder.Hash))
	}
	if lsr.Code != "" {
		m.lookups, m.keyed, err = s.lookups(lsr.Code)
	}
	return ask, err
}

// byPublisher runs fn for the members of each publisher, in the order of their
// first ones.
func byPublisher[T any](all []T, of func(T) actor.PublisherID, fn func(p actor.PublisherID, at []int) error) error {
	groups := map[actor.PublisherID][]int{}
	var order []actor.PublisherID
	for i, one := range all {
		p := of(one)
		if groups[p] == nil {
			order = append(order, p)
		}
		groups[p] = append(groups[p], i)
	}
	for _, p := range order {
		if err := fn(p, groups[p]); err != nil {
			return err
		}
	}
	return nil
}

// leaseAll is the many-form of Lease.
func (s *Service) leaseAll(tx *db.Tx, all []*leaseAsk) ([]db.Result[*leased], error) {
	out := make([]db.Result[*leased], len(all))
	err := byPublisher(all, func(a *leaseAsk) actor.PublisherID { return a.publisher }, func(p actor.PublisherID, at []int) error {
		return s.leaseGroup(tx, p, all, at, out)
	})
	return out, err
}

func (s *Service) leaseGroup(tx *db.Tx, p actor.PublisherID, all []*leaseAsk, at []int, out []db.Result[*leased]) error {
	gate := guesses{s: s, q: tx}
	var free []int // not held back by a limit
	var asks []*leaseAsk
	for _, i := range at {
		err := gate.open(all[i].message)
		switch {
		case err == nil:
			free, asks = append(free, i), append(asks, all[i])
		case fault.KindOf(err) == fault.Limited:
			out[i].Err = err
		default:
			return err
		}
	}
	if len(free) == 0 {
		return nil
	}
	k := s.newLeaseDesk(tx, p)
	if err := k.load(asks); err != nil {
		return err
	}
	if err := k.loadMatesFor(asks); err != nil {
		return err
	}
	for j, ask := range asks {
		r, err := k.take(ask)
		if err != nil && !refused(err) {
			return err
		}
		out[free[j]] = db.Result[*leased]{Out: r, Err: err}
	}
	return k.flush()
}
