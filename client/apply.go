package client

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/licet/licet/wire"
)

// apply takes a verified delivery over into the state.
func (c *Container) apply(st *state, d *delivery) (out Installed, err error) {
	repeats := 0
	for _, a := range d.answers {
		if st.waiting(a.nonce) < 0 {
			if err := st.repeated(a); err != nil {
				return Installed{}, err
			}
			repeats++
			continue
		}
		if err := c.take(st, a, &out); err != nil {
			return Installed{}, err
		}
	}
	for _, l := range d.free {
		same, err := st.takeFree(d.trust, l)
		if err != nil {
			return Installed{}, err
		}
		if same {
			repeats++
		} else {
			out.Licenses = append(out.Licenses, l.ID)
			st.Time.Signed = max(st.Time.Signed, l.IssuedAt)
		}
	}
	same, err := c.takeBlocks(st, d, &out)
	if err != nil {
		return Installed{}, err
	}
	if same {
		repeats++
	}
	out.Repeat = repeats > 0 && repeats == len(d.answers)+len(d.free)+min(len(d.blocks), 1)
	return out, nil
}

// repeated tells an answer that was installed before from one that was never
// asked for, and both from an older one.
func (s *state) repeated(a *answer) error {
	i := slices.IndexFunc(s.Done, func(d done) bool { return d.Nonce == a.nonce })
	if i >= 0 && s.Done[i].Sum == a.sum() || a.upd == nil && s.holds(a.licenses) {
		return nil
	}
	if i >= 0 || !a.fresh(s) {
		return ErrOld
	}
	return ErrNotAsked
}

// holds reports whether exactly these licenses are here.
func (s *state) holds(list []delivered) bool {
	for _, l := range list {
		if i := s.license(l.ID); i < 0 || s.Licenses[i].Token != l.token {
			return false
		}
	}
	return len(list) > 0
}

// take installs the answer to a message that waits.
func (c *Container) take(st *state, a *answer, out *Installed) error {
	if !a.fresh(st) {
		return ErrOld
	}
	m := st.Outbox[st.waiting(a.nonce)]
	blocked := st.obey(a.upd, out)
	for _, l := range a.licenses {
		if err := st.place(l, &m); err != nil {
			return err
		}
		out.Licenses = append(out.Licenses, l.ID)
	}
	for _, b := range blocked {
		if st.block(b) {
			out.Blocked = append(out.Blocked, b.LicenseID)
		}
	}
	if m.Type == wire.TypeReturn {
		out.Returned = append(out.Returned, m.License)
	}
	// The server has worked off everything before this message, or never will.
	st.Outbox = slices.DeleteFunc(st.Outbox, func(o outgoing) bool { return o.Counter <= m.Counter })
	st.Seq, st.Epoch = a.seq, max(st.Epoch, a.epoch)
	st.remember(a.nonce, a.sum())
	wall := c.cfg.Clock.Now()
	st.Time = st.Time.heal(a.at, m.Asked, wall.Unix())
	c.measured.Store(&measured{wall, st.Time.floor(c.cfg.build())})
	if m.Type != wire.TypeRequest {
		return nil
	}
	if st.Ref == "" {
		st.Home = c.knownBy() // where the server has answered, this machine is the container's
	}
	return c.receipt(st, a.nonce)
}

// obey carries out the commands but for blocks, which it returns: they come
// after the licenses, because a license that is delivered lifts older ones.
func (s *state) obey(u *wire.Update, out *Installed) (blocks []wire.Command) {
	if u == nil {
		return nil
	}
	for _, cmd := range u.Commands {
		switch cmd.Do {
		case wire.CmdRecall, wire.CmdReplace:
			if s.bury(cmd.LicenseID, cmd.Generation, false) {
				out.Removed = append(out.Removed, cmd.LicenseID)
			}
		case wire.CmdBlock:
			blocks = append(blocks, cmd)
		case wire.CmdAck, wire.CmdTime: // the answer itself says both
		default:
			out.Unknown = append(out.Unknown, cmd.Do)
		}
	}
	return blocks
}

func (s *state) block(cmd wire.Command) bool {
	i := s.license(cmd.LicenseID)
	if i < 0 || s.Licenses[i].Generation > cmd.Generation {
		return false
	}
	s.Licenses[i].Blocked, s.Licenses[i].Why = true, cmd.Why
	return true
}

// place puts a license in, in answer to a message. Generations do not fall, and
// a tombstone holds against every question that was asked before it: the same
// generation comes back only when the server has heard of the return, or of the
// loss of what it took away, and delivers it all the same.
func (s *state) place(l delivered, m *outgoing) error {
	if t := s.grave(l.ID); t != nil {
		if l.Generation < t.Generation || l.Generation == t.Generation && (!t.Return || t.Counter == 0 || t.Counter >= m.Counter) {
			return fmt.Errorf("%w: license %s was removed", ErrOld, l.ID)
		}
		s.Removed = slices.DeleteFunc(s.Removed, func(t tombstone) bool { return t.ID == l.ID })
	}
	in := stored{ID: l.ID, Generation: l.Generation, Token: l.token, Hint: m.Hint}
	i := s.license(l.ID)
	if i < 0 {
		s.Licenses = append(s.Licenses, in)
		return nil
	}
	if l.Generation < s.Licenses[i].Generation {
		return fmt.Errorf("%w: license %s", ErrOld, l.ID)
	}
	in.Hint = cmp.Or(in.Hint, s.Licenses[i].Hint)
	if l.Generation == s.Licenses[i].Generation {
		in.Spent = s.Licenses[i].Spent // what is spent is spent, whatever the license says now
	}
	s.Licenses[i] = in
	return nil
}

// takeFree puts a license in that is bound to no container and answers nothing.
func (s *state) takeFree(t *wire.Trust, l delivered) (same bool, err error) {
	in := stored{ID: l.ID, Generation: l.Generation, Token: l.token, Free: true}
	if g := s.grave(l.ID); g != nil && l.Generation <= g.Generation {
		return false, fmt.Errorf("%w: license %s was removed", ErrOld, l.ID)
	}
	i := s.license(l.ID)
	switch {
	case i < 0:
		s.Licenses = append(s.Licenses, in)
		return false, nil
	case s.Licenses[i].Token == l.token:
		return true, nil
	case !newer(t, l, s.Licenses[i]):
		return false, fmt.Errorf("%w: license %s", ErrOld, l.ID)
	}
	s.Licenses[i] = in
	return false, nil
}

// newer reports whether a free license replaces the one that is here.
func newer(t *wire.Trust, l delivered, have stored) bool {
	if l.Generation != have.Generation {
		return l.Generation > have.Generation
	}
	old, err := wire.OpenIssued[wire.License](t, have.Token)
	return have.Free && (err != nil || l.IssuedAt > old.IssuedAt)
}

// takeBlocks takes the newest whole block list over, if it is newer than the one
// that is here. Within an answer an older or a broken one says nothing: the answer
// may have waited, or come again.
func (c *Container) takeBlocks(st *state, d *delivery, out *Installed) (same bool, err error) {
	if len(d.blocks) == 0 {
		return false, nil
	}
	alone := len(d.answers)+len(d.free) == 0
	seq, parts := newest(d.trust, d.blocks)
	if parts == nil {
		if alone {
			return false, fmt.Errorf("%w: parts of the block list are missing", ErrUpdate)
		}
		return true, nil
	}
	have, _ := newest(d.trust, st.Blocks)
	switch {
	case seq > have:
		st.Blocks, out.List = parts, seq
		return false, nil
	case seq < have && alone:
		return false, fmt.Errorf("%w: block list", ErrOld)
	}
	return true, nil
}

// newest returns the block list with the highest sequence of which all parts are
// there, once, and its parts in order; nil if there is none.
func newest(t *wire.Trust, tokens []string) (seq int64, parts []string) {
	type part struct {
		list  *wire.BlockList
		token string
	}
	bySeq := map[int64][]part{}
	for _, token := range slices.Compact(slices.Sorted(slices.Values(tokens))) {
		if l, err := wire.OpenIssued[wire.BlockList](t, token); err == nil {
			bySeq[l.Seq] = append(bySeq[l.Seq], part{l, token})
		}
	}
	for at, list := range bySeq {
		of := list[0].list.Parts
		seen := map[int]bool{}
		for _, p := range list {
			if p.list.Parts == of {
				seen[p.list.Part] = true
			}
		}
		if at <= seq || len(list) != max(of, 1) || len(seen) != len(list) {
			continue
		}
		seq, parts = at, nil
		for _, p := range list {
			parts = append(parts, p.token)
		}
	}
	return seq, parts
}
