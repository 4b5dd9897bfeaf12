package clienttest

import (
	"slices"
	"time"

	"github.com/licet/licet/wire"
)

// msg is a verified message.
type msg struct {
	typ   wire.Type
	box   string
	nonce string
	ctr   int64
	held  []wire.Held
	req   *wire.Request
	ret   *wire.Return
	code  string
}

func (s *Server) read(token string) (m msg, no *No) {
	bad := &No{"license.bad_message", 422}
	h, err := wire.Peek(token)
	m.typ = h.Type
	if err != nil {
		return m, bad
	}
	switch h.Type {
	case wire.TypeRequest:
		r, _, err := wire.OpenRequest(token)
		if err != nil || r.Issuer != s.P.Name {
			return m, bad
		}
		m.req, m.box, m.nonce, m.ctr, m.held, m.code = r, r.Container.Hash(), r.Nonce, r.Counter, r.Held, r.Code
		if r.Sealed != "" {
			if m.code, err = wire.OpenCode(s.P.Depot, r.Nonce, r.Sealed); err != nil {
				return m, &No{"sign.sealed_code", 422}
			}
		}
	case wire.TypeReturn, wire.TypeReceipt:
		for hash, b := range s.boxes {
			pub, err := wire.ParsePublicKey(b.keys.Sign)
			check(err)
			if pub.KID() != h.KID {
				continue
			}
			if h.Type == wire.TypeReturn {
				r, _, err := wire.Open[wire.Return](token, wire.Keys(pub))
				if err != nil {
					return m, bad
				}
				m.ret, m.box, m.nonce, m.ctr = r, hash, r.Nonce, r.Counter
				return m, nil
			}
			r, _, err := wire.Open[wire.Receipt](token, wire.Keys(pub))
			if err != nil {
				return m, bad
			}
			m.box, m.nonce, m.ctr, m.held = hash, r.Nonce, r.Counter, r.Held
			return m, nil
		}
		return m, &No{"license.unknown_container", 404}
	default:
		return m, bad
	}
	return m, nil
}

// work does what a message asks for, once.
func (s *Server) work(m msg) (string, *No) {
	b := s.boxes[m.box]
	if b == nil {
		if m.req.Action == wire.ActRefresh {
			return "", &No{"license.unknown_container", 404}
		}
		if _, known := s.opened(m); !known {
			return "", unknown(m)
		}
		b = &box{keys: m.req.Container, said: map[string]*reply{}}
		s.boxes[m.box] = b
		if s.first == "" {
			s.first = m.box
		}
	}
	if b.suspect {
		return "", &No{"license.suspect", 409}
	}
	if m.ctr <= b.ctr {
		if m.typ == wire.TypeReceipt {
			return "", nil // overtaken
		}
		b.suspect = true
		return "", &No{"license.suspect", 409}
	}
	if m.typ == wire.TypeRequest && !b.same(m.req) {
		return "", &No{"license.other_machine", 409}
	}
	b.ctr = m.ctr
	if m.typ == wire.TypeReturn {
		return s.giveBack(b, m)
	}
	if no := b.repair(m); no != nil {
		return "", no
	}
	if m.typ == wire.TypeReceipt {
		return "", nil
	}
	b.parts = nil
	for _, p := range m.req.Fingerprint {
		b.parts = append(b.parts, p.Hash)
	}
	return s.serve(b, m)
}

// same reports whether the container asks from its own machine, as far as
// something is live in it.
func (b *box) same(r *wire.Request) bool {
	if !slices.ContainsFunc(b.acts, func(a *activation) bool { return a.live }) {
		return true
	}
	common := 0
	for _, p := range r.Fingerprint {
		if slices.Contains(b.parts, p.Hash) {
			common++
		}
	}
	return common >= min(2, len(b.parts))
}

// repair takes over what the container says it holds.
func (b *box) repair(m msg) *No {
	for _, a := range b.acts {
		held := slices.ContainsFunc(m.held, func(h wire.Held) bool { return h.LicenseID == a.offer.ID })
		if a.live && (a.state == "recall" || a.state == "replace") && !held {
			a.live, a.state = false, "recalled"
			a.offer.used--
		}
	}
	for _, h := range m.held {
		a := b.act(h.LicenseID)
		if a == nil || a.gen != h.Generation || !a.live && a.state != "restored" {
			b.suspect = true
			return &No{"license.suspect", 409}
		}
	}
	return nil
}

func (b *box) act(id string) *activation {
	for _, a := range b.acts {
		if a.offer.ID == id {
			return a
		}
	}
	return nil
}

func (s *Server) giveBack(b *box, m msg) (string, *No) {
	a := b.act(m.ret.LicenseID)
	if a == nil || a.gen != m.ret.Generation || !a.live {
		return "", &No{"license.wrong_generation", 409}
	}
	a.live, a.state = false, "returned"
	a.offer.used--
	return s.say(b, m, []wire.Command{{Do: wire.CmdAck, LicenseID: a.offer.ID, Generation: a.gen}}, nil), nil
}

// opened returns the offers of the message's code.
func (s *Server) opened(m msg) ([]*Offer, bool) {
	if p, err := wire.ParsePairing(m.code); err == nil {
		o, ok := s.pairs[p]
		return o, ok
	}
	normal, _, _, err := wire.ParseCode(m.code)
	if err != nil {
		return nil, false
	}
	o, ok := s.codes[string(normal)]
	return o, ok
}

// unknown refuses a code that opens nothing.
func unknown(m msg) *No {
	if _, err := wire.ParsePairing(m.code); err == nil {
		return &No{"license.unknown_pairing", 404}
	}
	return &No{"license.unknown_code", 404}
}

// serve answers a request: what the publisher takes, what is here, what is asked.
func (s *Server) serve(b *box, m msg) (string, *No) {
	var commands []wire.Command
	var deliver []*activation
	for _, a := range b.acts {
		held := slices.ContainsFunc(m.held, func(h wire.Held) bool { return h.LicenseID == a.offer.ID })
		switch {
		case a.state == "recall" && a.live, a.state == "replace" && a.live:
			commands = append(commands, wire.Command{Do: a.state, LicenseID: a.offer.ID, Generation: a.gen, Why: "reversed"})
		case a.state == "restored" && held, a.offer.blocked && a.live:
			commands = append(commands, wire.Command{Do: wire.CmdBlock, LicenseID: a.offer.ID, Generation: a.gen, Why: "blocked"})
		case a.live && (!held || m.req.Action == wire.ActRefresh):
			deliver = append(deliver, a)
		}
	}
	if m.req.Action != wire.ActRefresh {
		made, no := s.place(b, m)
		if no != nil {
			return "", no
		}
		if p, err := wire.ParsePairing(m.code); err == nil {
			delete(s.pairs, p)
		}
		for _, a := range made {
			if !slices.Contains(deliver, a) {
				deliver = append(deliver, a)
			}
		}
	}
	if off := m.req.IssuedAt - s.Now().Unix(); off > 48*3600 || off < -48*3600 {
		commands = append(commands, wire.Command{Do: wire.CmdTime})
	}
	return s.say(b, m, commands, deliver), nil
}

// place activates or restores what the code holds.
func (s *Server) place(b *box, m msg) (made []*activation, no *No) {
	offers, known := s.opened(m)
	if m.code == "" && m.req.Action == wire.ActBorrow {
		for _, id := range m.req.Want {
			if a := b.act(id); a != nil && a.live {
				offers, known = append(offers, a.offer), true
			}
		}
	}
	if !known {
		return nil, unknown(m)
	}
	for _, o := range offers {
		if m.req.Product != "" && m.req.Product != o.Product {
			no = &No{"license.other_product", 409}
			continue
		}
		if len(m.req.Want) > 0 && !slices.Contains(m.req.Want, o.ID) {
			continue
		}
		if no = s.lends(o, m); no != nil {
			continue
		}
		if a := b.act(o.ID); a != nil && a.live {
			a.until = max(a.until, m.req.Until)
			a.qty = max(a.qty, m.req.Quantity)
			made = append(made, a)
			continue
		}
		if m.req.Action == wire.ActRestore {
			s.lose(o, b)
		}
		if o.used >= max(o.Seats, 1) {
			no = &No{"license.no_seat", 409}
			continue
		}
		o.used++
		a := b.act(o.ID)
		if a == nil {
			a = &activation{offer: o}
			b.acts = append(b.acts, a)
		}
		a.gen, a.qty, a.live, a.state, a.until = a.gen+1, m.req.Quantity, true, "", m.req.Until
		made = append(made, a)
	}
	if len(made) > 0 {
		return made, nil
	}
	return nil, no
}

// lends refuses to borrow what is activated, to activate what is borrowed, and to
// borrow it for more than a week.
func (s *Server) lends(o *Offer, m msg) *No {
	switch borrow := m.req.Action == wire.ActBorrow; {
	case borrow && !o.Lends:
		return &No{"license.not_floating", 409}
	case !borrow && o.Lends:
		return &No{"license.floating", 409}
	case borrow && m.req.Until > s.Now().Add(7*24*time.Hour).Unix():
		return &No{"license.lent_until", 422}
	}
	return nil
}

// lose shuts one other container out of a license.
func (s *Server) lose(o *Offer, but *box) {
	for _, b := range s.boxes {
		if a := b.act(o.ID); b != but && a != nil && a.live {
			a.live, a.state = false, "restored"
			o.used--
			o.lost++
			return
		}
	}
}

// say signs an answer.
func (s *Server) say(b *box, m msg, commands []wire.Command, deliver []*activation) string {
	b.seq++
	now := s.Now()
	tokens := []string{s.P.Cert()}
	if len(commands) > 0 || len(deliver) == 0 {
		tokens = append(tokens, Sign(s.P.Issuing, &wire.Update{
			Issuer: s.P.Name, Container: m.box, Nonce: m.nonce, Seq: b.seq, IssuedAt: now.Unix(), Commands: commands,
		}))
	}
	for _, a := range deliver {
		tokens = append(tokens, Sign(s.P.Issuing, s.license(b, m, a, int64(len(commands)))))
	}
	f, err := wire.NewFile(tokens...)
	check(err)
	return string(f.Bytes())
}

func (s *Server) license(b *box, m msg, a *activation, commands int64) *wire.License {
	o, now := a.offer, s.Now()
	l := s.P.License(o.ID, o.Product)
	l.Generation, l.Article, l.Features, l.Limits, l.Quantity = a.gen, o.Article, o.Features, o.Limits, max(1, a.qty)
	l.Unit = o.Unit
	l.IssuedAt, l.Seq, l.Epoch, l.Nonce, l.Commands = now.Unix(), b.seq, s.epoch, m.nonce, commands
	l.Grace = int64(o.Grace.Seconds())
	l.Container = wire.Binding{Kind: b.keys.Kind, Key: m.box}
	if !o.Expires.IsZero() {
		l.Expires = o.Expires.Unix()
	}
	if o.Lends {
		l.Model, l.Expires = "floating", a.until
		if a.until == 0 {
			l.Expires = now.Add(7 * 24 * time.Hour).Unix()
		}
	}
	if o.Enforce != "" {
		l.Enforce = o.Enforce
	}
	if o.Contact != 0 {
		l.NextContact = now.Add(o.Contact).Unix()
	}
	for _, p := range b.parts {
		raw, err := b64.DecodeString(p)
		check(err)
		l.Container.Fingerprint = append(l.Container.Fingerprint, wire.Short([16]byte(raw)))
	}
	l.Container.Min = min(max(o.Min, 2), len(l.Container.Fingerprint))
	return l
}
