package clienttest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/licet/licet/wire"
)

// Offer is a license that a code holds.
type Offer struct {
	ID       string
	Product  string
	Article  string
	Features []string
	Limits   map[string]int64
	Unit     string // the limit that is used up; "" = none
	Seats    int64  // 0 = 1
	Expires  time.Time
	Grace    time.Duration
	Enforce  wire.Enforcement
	Contact  time.Duration // next contact after the answer; 0 = none
	Renew    time.Duration // after which a lease is to be renewed; 0 = LeaseRenew
	Lends    bool          // a floating license: its places are borrowed, not activated
	Min      int           // components that must match; 0 = 2, if the machine shows as many

	used    int64
	lost    int64 // restores and freed devices
	blocked bool
}

// activation is a license in a container.
type activation struct {
	offer *Offer
	gen   int64
	qty   int64 // the most that was ever asked for; 0 = 1
	live  bool
	until int64  // of a borrow: its end
	state string // "", "recall", "replace", "returned", "recalled", "restored"
}

// box is a container as the server knows it.
type box struct {
	keys    wire.ContainerKeys
	parts   []string
	ctr     int64
	seq     int64
	suspect bool
	acts    []*activation
	said    map[string]*reply // type|nonce
}

// reply is what a message got, always.
type reply struct {
	hash [32]byte
	body string
	no   *No
}

// No is a refusal.
type No struct {
	Code   string
	Status int
}

// Server answers messages in memory.
type Server struct {
	P   *Publisher
	Now func() time.Time

	mu    sync.Mutex
	codes map[string][]*Offer // normal form
	pairs map[wire.Pairing][]*Offer
	boxes map[string]*box
	heard []Heard
	epoch int64
	fates []Fate
	next  int // licenses made by Replace

	list   []byte // the block list as a file
	listed int64  // its number
	first  string // container that was heard of

	leases map[string]*lease // by id
	line   []string          // nonces of those who wait
	fence  int64
}

// Heard is one message that reached the server.
type Heard struct {
	Type    wire.Type
	Counter int64
	Code    string // of the refusal, "" if answered
	Repeat  bool
}

// NewServer makes a server whose time stands still at Start.
func NewServer(p *Publisher) *Server {
	return &Server{
		P: p, Now: func() time.Time { return Start }, codes: map[string][]*Offer{}, pairs: map[wire.Pairing][]*Offer{}, boxes: map[string]*box{}, next: 1000,
	}
}

// Sell makes a ticket that holds the offers.
func (s *Server) Sell(offers ...*Offer) string { return s.Put(Ticket(), offers...) }

// Put makes a code hold the offers, and returns it.
func (s *Server) Put(code string, offers ...*Offer) string {
	normal, _, _, err := wire.ParseCode(code)
	check(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[string(normal)] = offers
	return code
}

// Pair makes a pairing code that collects once what a code holds.
func (s *Server) Pair(code string) string {
	normal, _, _, err := wire.ParseCode(code)
	check(err)
	p, err := wire.NewPairing(rand.Reader)
	check(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pairs[p] = s.codes[string(normal)]
	return p.String()
}

// Recall takes a license back from every container at its next contact.
func (s *Server) Recall(id string) { s.mark(id, "recall") }

// Replace does so and puts a successor with these features in its place.
func (s *Server) Replace(id string, features ...string) (successor string) {
	s.mark(id, "replace")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	successor = ID(s.next)
	for _, b := range s.boxes {
		for _, a := range slices.Clone(b.acts) {
			if a.offer.ID == id && a.live {
				o := *a.offer
				o.ID, o.Features = successor, features
				b.acts = append(b.acts, &activation{offer: &o, gen: 1, live: true})
			}
		}
	}
	return successor
}

func (s *Server) mark(id, state string) {
	s.each(id, func(a *activation) {
		if a.live {
			a.state = state
		}
	})
}

// Block blocks a license, or lifts the block.
func (s *Server) Block(id string, on bool) { s.each(id, func(a *activation) { a.offer.blocked = on }) }

// Extend moves the end of a license.
func (s *Server) Extend(id string, until time.Time) {
	s.each(id, func(a *activation) { a.offer.Expires = until })
}

func (s *Server) each(id string, fn func(*activation)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.boxes {
		for _, a := range b.acts {
			if a.offer.ID == id {
				fn(a)
			}
		}
	}
}

// NewEpoch is a restored backup: sequences begin again.
func (s *Server) NewEpoch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	for _, b := range s.boxes {
		b.seq = 0
	}
}

// Heard returns what has reached the server.
func (s *Server) Heard() []Heard {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

// Live returns the generation that is live for a license in a container, 0 for
// none, and the seats of the license that are in use.
func (s *Server) Live(container, id string) (gen, used int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.boxes[container]; b != nil {
		for _, a := range b.acts {
			if a.offer.ID == id {
				used = a.offer.used
				if a.live {
					gen = a.gen
				}
			}
		}
	}
	return gen, used
}

// Suspects reports whether some container was taken for a copy.
func (s *Server) Suspects() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.boxes {
		if b.suspect {
			return true
		}
	}
	return false
}

// Exchange answers one message: lines, or a refusal.
func (s *Server) Exchange(token string) (string, *No) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token = strings.TrimSpace(token)
	m, no := s.read(token)
	if no != nil {
		s.heard = append(s.heard, Heard{Type: m.typ, Code: no.Code})
		return "", no
	}
	key := string(m.typ) + "|" + m.nonce
	hash := wire.PayloadHash([]byte(token))
	if b := s.boxes[m.box]; b != nil && b.said[key] != nil {
		old := b.said[key]
		if old.hash != hash {
			b.suspect = true
			return "", &No{"license.suspect", 409}
		}
		s.heard = append(s.heard, Heard{m.typ, m.ctr, code(old.no), true})
		return old.body, old.no
	}
	body, no := s.work(m)
	s.heard = append(s.heard, Heard{m.typ, m.ctr, code(no), false})
	if b := s.boxes[m.box]; b != nil && !b.suspect {
		b.said[key] = &reply{hash, body, no}
	}
	return body, no
}

func code(n *No) string {
	if n == nil {
		return ""
	}
	return n.Code
}

// Depot answers a request file: the answers to its lines, one after another. A
// refused line is an error that names the code.
func (s *Server) Depot(file []byte) ([]byte, error) {
	f, err := wire.ParseLines(file)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	for _, l := range f.Lines {
		body, no := s.Exchange(l.Token)
		if no != nil {
			return nil, fmt.Errorf("depot: %s", no.Code)
		}
		out.WriteString(body)
	}
	return []byte(out.String()), nil
}

// Known reports whether a license was sold here.
func (s *Server) Known(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, offers := range s.codes {
		if slices.ContainsFunc(offers, func(o *Offer) bool { return o.ID == id }) {
			return true
		}
	}
	return false
}

// Used returns how many seats of a license are in use.
func (s *Server) Used(id string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, offers := range s.codes {
		for _, o := range offers {
			if o.ID == id {
				return o.used
			}
		}
	}
	return 0
}
