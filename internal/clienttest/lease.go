package clienttest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/licet/licet/wire"
)

// The times of every lease of this server.
const (
	LeaseTime  = 15 * time.Minute
	LeaseRenew = 5 * time.Minute
	LeaseGrace = time.Minute
)

// lease is a use of an offer.
type lease struct {
	offer *Offer
	r     *wire.LeaseRequest
	fence int64
	ends  time.Time
	ended bool
}

// leasing is what a path does with leases, nil for another path.
func (s *Server) leasing(path string) func(body []byte) (any, *No) {
	switch path {
	case "/api/v1/lease":
		return s.takeLease
	case "/api/v1/lease/renew":
		return s.renewLease
	case "/api/v1/lease/end":
		return s.endLease
	case "/api/v1/lease/leave":
		return s.leaveQueue
	}
	return nil
}

// Leases is how many leases go on.
func (s *Server) Leases() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.leases {
		if s.goesOn(l) {
			n++
		}
	}
	return n
}

// EndLeases ends every lease from outside.
func (s *Server) EndLeases() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.leases {
		l.ended = true
	}
}

func (s *Server) goesOn(l *lease) bool { return !l.ended && s.Now().Before(l.ends.Add(LeaseGrace)) }

func (s *Server) takeLease(body []byte) (any, *No) {
	r, _, err := wire.OpenLeaseRequest(string(body))
	if err != nil {
		return nil, &No{"license.bad_message", http.StatusBadRequest}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.Nonce
	l := s.leases[id]
	if l == nil {
		of := s.leasable(r)
		if of == nil {
			return nil, &No{"license.unknown_code", http.StatusNotFound}
		}
		used := int64(0)
		for _, other := range s.leases {
			if other.offer == of && s.goesOn(other) {
				used++
			}
		}
		if r.Queue && s.mustWait(id, used >= max(1, of.Seats)) {
			return nil, &No{"license.queued", http.StatusTooManyRequests}
		}
		if used >= max(1, of.Seats) {
			return nil, &No{"license.no_seat", http.StatusConflict}
		}
		s.fence++
		l = &lease{offer: of, r: r, fence: s.fence, ends: s.Now().Add(LeaseTime)}
		if s.leases == nil {
			s.leases = map[string]*lease{}
		}
		s.leases[id] = l
	}
	if !s.goesOn(l) {
		return nil, &No{"license.lease_gone", http.StatusNotFound}
	}
	return map[string]any{"lease": id, "fence": l.fence, "secret": secret(id, l.fence), "lines": s.leaseLines(id, l, r.Nonce)}, nil
}

// leasable is what a lease is asked of: a code's, or one that this container has
// leased before.
func (s *Server) leasable(r *wire.LeaseRequest) *Offer {
	normal, _, _, _ := wire.ParseCode(r.Code)
	if offers := s.codes[string(normal)]; r.Code != "" && len(offers) > 0 {
		return offers[0]
	}
	for _, l := range s.leases {
		if r.Code == "" && l.offer.ID == r.LicenseID && l.r.Container.Hash() == r.Container.Hash() {
			return l.offer
		}
	}
	return nil
}

// mustWait reports whether somebody has to wait on, and keeps the queue.
func (s *Server) mustWait(id string, full bool) bool {
	at := slices.Index(s.line, id)
	if !full && (at == 0 || len(s.line) == 0) {
		s.line = slices.DeleteFunc(s.line, func(o string) bool { return o == id })
		return false
	}
	if at < 0 {
		s.line = append(s.line, id)
	}
	return true
}

func (s *Server) leaveQueue(body []byte) (any, *No) {
	r, _, err := wire.OpenLeaseRequest(string(body))
	if err != nil {
		return nil, &No{"license.bad_message", http.StatusBadRequest}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line = slices.DeleteFunc(s.line, func(o string) bool { return o == r.Nonce })
	return nil, nil
}

// Waiting is how many wait for a lease.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.line)
}

func secret(id string, fence int64) string { return id + "/" + strconv.FormatInt(fence, 10) }

func (s *Server) renewLease(body []byte) (any, *No) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, l := s.held(body)
	if l == nil || !s.goesOn(l) {
		return nil, &No{"license.lease_gone", http.StatusNotFound}
	}
	l.ends = s.Now().Add(LeaseTime)
	return map[string]any{"lines": s.leaseLines(id, l, "")}, nil
}

func (s *Server) endLease(body []byte) (any, *No) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, l := s.held(body); l != nil {
		l.ended = true
	}
	return nil, nil
}

// held is the lease that a holder names, nil without its secret.
func (s *Server) held(body []byte) (id string, l *lease) {
	var h struct {
		Issuer, Lease, Secret string
		Fence                 int64
	}
	if json.Unmarshal(body, &h) != nil || h.Secret != secret(h.Lease, h.Fence) {
		return "", nil
	}
	return h.Lease, s.leases[h.Lease]
}

func (s *Server) leaseLines(id string, l *lease, nonce string) []string {
	now, o := s.Now(), l.offer
	lic := s.P.License(o.ID, o.Product)
	lic.Generation, lic.Features, lic.Limits, lic.Quantity = l.fence, o.Features, o.Limits, 1
	lic.IssuedAt, lic.Expires, lic.Grace, lic.Nonce = now.Unix(), l.ends.Unix(), int64(LeaseGrace.Seconds()), nonce
	if o.Enforce != "" {
		lic.Enforce = o.Enforce
	}
	lic.Container = wire.Binding{Kind: l.r.Container.Kind, Key: l.r.Container.Hash(), Min: min(2, len(l.r.Fingerprint))}
	for _, p := range l.r.Fingerprint {
		raw, err := b64.DecodeString(p.Hash)
		check(err)
		lic.Container.Fingerprint = append(lic.Container.Fingerprint, wire.Short([16]byte(raw)))
	}
	lic.Lease = wire.Lease{ID: id, Fence: l.fence, Renew: int64(cmp.Or(o.Renew, LeaseRenew).Seconds())}
	return []string{s.P.Cert(), Sign(s.P.Issuing, lic)}
}
