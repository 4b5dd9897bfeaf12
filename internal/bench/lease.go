package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// grant is what the harness reads of the answer to whoever takes a lease.
type grant struct {
	Lease   string    `json:"lease"`
	Fence   int64     `json:"fence"`
	Secret  string    `json:"secret"`
	License string    `json:"license"`
	Ends    time.Time `json:"ends"`
	Lines   []string  `json:"lines"`
}

// hold is what the holder of a lease says.
func (g grant) hold(publisher string) ([]byte, error) {
	return json.Marshal(map[string]any{"iss": publisher, "lease": g.Lease, "fence": g.Fence, "secret": g.Secret})
}

// request is a prepared POST of the holder.
func (g grant) request(host, publisher, verb string) ([]byte, error) {
	body, err := g.hold(publisher)
	return post(host, api.Prefix+"/lease/"+verb, "application/json", body), err
}

func (g grant) ack() (leaseAck, error) {
	id, err := db.ParseID[license.Lease](g.Lease)
	return leaseAck{Lease: id, Fence: g.Fence, Ends: g.Ends}, err
}

// useLease is what a program does with a lease that it got: it renews it and gives
// it back.
func (c *caller) useLease(d drive, i int, body []byte) error {
	var g grant
	if err := json.Unmarshal(body, &g); err != nil {
		return err
	}
	for _, verb := range []string{"renew", "end"} {
		request, err := g.request(d.Address, d.Holds, verb)
		if err != nil {
			return err
		}
		a, err := c.once(d, -1, request, time.Now())
		if err != nil {
			return err
		}
		if a.status/100 != 2 {
			return fmt.Errorf("bench: %s of lease %s of request %d: %d %s", verb, g.Lease, i, a.status, a.body)
		}
	}
	return nil
}

// takes is a signed request for a lease of one of the licenses of a code, or of a
// license that the device has used before.
func (d device) takes(w where, code, id string) ([]byte, error) {
	token, err := wire.SignClaims(d.key, &wire.LeaseRequest{
		Issuer: w.Publisher.String(), Nonce: nonce(), IssuedAt: time.Now().Unix(), Container: d.keys, Fingerprint: d.parts,
		Code: code, LicenseID: id, Holder: wire.Holder{Kind: wire.PerProcess}, App: program,
	})
	return []byte(token), err
}

func takePost(w where, token []byte) []byte {
	return post(hostOf(w.Depot), api.Prefix+"/lease", "text/plain", token)
}

// heartLeases are the leases that heartbeats renew, of floating licenses with
// seatsPerTicket places each.
const heartLeases = 2_000

// heartbeats are renewals of leases that are taken now.
func (l *lab) heartbeats(ctx context.Context, s *station) ([][]byte, error) {
	n := heartLeases
	if l.Inside {
		n = seatsPerTicket
	}
	var codes []string
	order := issueOrder{Tickets: n / seatsPerTicket, Seats: seatsPerTicket, Article: floating}
	if err := s.server.call(ctx, "issue", order, &codes); err != nil {
		return nil, err
	}
	var asks [][]byte
	for _, code := range codes {
		for range seatsPerTicket {
			d, err := newDevice(s.where)
			if err != nil {
				return nil, err
			}
			token, err := d.takes(s.where, code, "")
			if err != nil {
				return nil, err
			}
			asks = append(asks, takePost(s.where, token))
		}
	}
	var err error
	if s.leases, err = l.granted(ctx, s, asks, ""); err != nil {
		return nil, err
	}
	out := make([][]byte, len(s.leases))
	for i, g := range s.leases {
		if out[i], err = g.request(hostOf(s.Depot), s.Publisher.String(), "renew"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// granted has requests for leases sent, each once; all are to be granted. For a
// publisher, each lease is given back at once.
func (l *lab) granted(ctx context.Context, s *station, asks [][]byte, publisher string) ([]grant, error) {
	order := drive{
		Address: hostOf(s.Depot), File: l.file(), Callers: 16, Time: time.Minute, Answers: l.file(), Each: 1, Holds: publisher,
	}
	if err := writeRequests(order.File, asks); err != nil {
		return nil, err
	}
	var d driven
	if err := l.driver.call(ctx, "drive", order, &d); err != nil {
		return nil, err
	}
	answers, err := readKept(order.Answers)
	if err != nil {
		return nil, err
	}
	out := make([]grant, 0, len(answers))
	for _, a := range answers {
		var g grant
		if err := json.Unmarshal(a.Body, &g); err != nil || a.Status != 200 {
			return nil, fmt.Errorf("bench: no lease: %d %s", a.Status, a.Body)
		}
		out = append(out, g)
	}
	if len(out) != len(asks) {
		return nil, fmt.Errorf("bench: %d of %d leases were granted: %s", len(out), len(asks), d.FirstError)
	}
	return out, nil
}

// pool is one floating license that many devices use in turns.
type pool struct {
	license string
	devices []device
}

// The places of the pool, and the devices that want one: fewer places than callers,
// so that now and then somebody is refused.
const (
	poolSeats   = 80
	poolDevices = 256
)

// uses are n requests for a place of the pool.
func (l *lab) uses(ctx context.Context, s *station, n int) ([][]byte, error) {
	if s.pool.license == "" {
		if err := l.openPool(ctx, s); err != nil {
			return nil, err
		}
	}
	out := make([][]byte, n)
	for i := range out {
		token, err := s.pool.devices[i%len(s.pool.devices)].takes(s.where, "", s.pool.license)
		if err != nil {
			return nil, err
		}
		out[i] = takePost(s.where, token)
	}
	return out, nil
}

// openPool sells the pool's license and shows its code from every device.
func (l *lab) openPool(ctx context.Context, s *station) error {
	var codes []string
	if err := s.server.call(ctx, "issue", issueOrder{Tickets: 1, Seats: poolSeats, Article: floating}, &codes); err != nil {
		return err
	}
	var asks [][]byte
	for range poolDevices {
		d, err := newDevice(s.where)
		if err != nil {
			return err
		}
		token, err := d.takes(s.where, codes[0], "")
		if err != nil {
			return err
		}
		s.pool.devices, asks = append(s.pool.devices, d), append(asks, takePost(s.where, token))
	}
	first, err := l.granted(ctx, s, asks, s.Publisher.String())
	if err != nil {
		return err
	}
	s.pool.license = first[0].License
	return nil
}

// beatHead is how much of an answer to a renewal is kept: until when it is.
const beatHead = 96

// endsOf reads until when a lease is, from the beginning of an answer.
func endsOf(body []byte) (at time.Time, err error) {
	_, rest, _ := bytes.Cut(body, []byte(`"ends":"`))
	text, _, found := bytes.Cut(rest, []byte(`"`))
	if !found {
		return at, fmt.Errorf("bench: a renewal that does not say until when: %s", body)
	}
	return time.Parse(time.RFC3339Nano, string(text))
}

// beatsOf reads until when the holders of leases were told that they may use them,
// and verifies some of the answers as a product would.
func beatsOf(w where, leases []grant, answers []kept) ([]leaseAck, error) {
	latest := make([]time.Time, len(leases))
	for _, a := range answers {
		if a.Status != 200 {
			continue
		}
		if a.Index%verifyEvery == 0 {
			var g grant
			if err := json.Unmarshal(a.Body, &g); err != nil {
				return nil, err
			}
			if err := verifyLines(w, g.Lines); err != nil {
				return nil, err
			}
		}
		ends, err := endsOf(a.Body)
		if err != nil {
			return nil, err
		}
		if at := &latest[a.Index%len(leases)]; ends.After(*at) {
			*at = ends
		}
	}
	var out []leaseAck
	for i, ends := range latest {
		if ends.IsZero() {
			continue
		}
		one, err := leases[i].ack()
		if err != nil {
			return nil, err
		}
		one.Ends = ends
		out = append(out, one)
	}
	return out, nil
}

// usesOf reads the leases of the pool that were granted. They have all been given
// back.
func usesOf(w where, answers []kept) ([]leaseAck, error) {
	var out []leaseAck
	for i, a := range answers {
		if a.Status != 200 {
			continue
		}
		var g grant
		if err := json.Unmarshal(a.Body, &g); err != nil {
			return nil, err
		}
		if i%verifyEvery == 0 {
			if err := verifyLines(w, g.Lines); err != nil {
				return nil, err
			}
		}
		one, err := g.ack()
		if err != nil {
			return nil, err
		}
		one.Over = true
		out = append(out, one)
	}
	return out, nil
}
