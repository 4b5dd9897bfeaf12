package client

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/licet/licet/wire"
)

// Installed says what an update has done.
type Installed struct {
	Licenses []string // ids delivered, new ones and renewed ones
	Removed  []string // recalled or replaced by the publisher
	Blocked  []string // by the publisher, until a later update
	Returned []string // returns that the server has booked
	Unknown  []string // commands that this version does not know and has left undone
	List     int64    // number of the block list that was taken over; 0 = none, or none that is newer
	Repeat   bool     // all of it had been installed before
}

// answer is what the server says to one message: the tokens of one nonce.
type answer struct {
	nonce    string
	seq      int64
	epoch    int64
	at       int64 // newest time that it signs
	upd      *wire.Update
	licenses []delivered
	tokens   []string
}

// delivered is a license line, verified.
type delivered struct {
	*wire.License
	token string
}

// delivery is a whole file, verified, before anything of it is believed to be
// meant for now.
type delivery struct {
	trust   *wire.Trust
	learned bool // trust knows more than before
	answers []*answer
	free    []delivered // licenses bound to no container
	blocks  []string    // block list parts
}

// Install verifies an update or license file and takes it over, as a whole or
// not at all, and returns when it is on the disk. Certificates, new roots and
// revocations in it are kept even when the rest is refused. The same file again
// is no error. A file may hold the answers to several messages, licenses that
// are bound to no container, and block lists; one that is older than what is here
// or not to be believed is refused alone, and passed over beside anything else.
//
// Errors: those of package wire (signature, container, fingerprint …),
// ErrNotAsked, ErrOld, ErrCut, ErrUpdate, ErrNothing, and those of the disk.
func (c *Container) Install(update []byte) (Installed, error) {
	file, err := wire.ParseLines(update)
	if err != nil {
		return Installed{}, err
	}
	var out Installed
	err = c.change(func(st *state, save func() error) error {
		d, err := c.read(st, file)
		if err == nil {
			out, err = c.apply(st, d)
		}
		if err != nil && (d == nil || !d.learned) {
			return err
		}
		if err != nil {
			// fn must not save what apply has begun: only what was learned.
			fresh, e := c.load()
			if e != nil {
				return e
			}
			*st = *fresh
		}
		if out.Repeat && !d.learned {
			return nil
		}
		st.Trust = d.trust.Lines()
		if e := save(); e != nil {
			return e
		}
		return err
	})
	return out, err
}

// read verifies every line of a file.
func (c *Container) read(st *state, file wire.File) (*delivery, error) {
	trust, err := c.trust(st.Trust)
	if err != nil {
		return nil, err
	}
	known := len(trust.Lines())
	_ = trust.ExtendFile(file) // a line that is not believed teaches nothing
	d := &delivery{trust: trust, learned: len(trust.Lines()) > known}
	hash, err := c.hashOf(st)
	if err != nil {
		return d, err
	}
	by := map[string]*answer{}
	var list error // why a block list is not believed
	for _, l := range file.Lines {
		switch l.Type {
		case wire.TypeUpdate:
			err = d.readUpdate(by, hash, l.Token)
		case wire.TypeLicense:
			err = c.readLicense(d, by, st, hash, l.Token)
		case wire.TypeBlockList:
			if _, e := wire.OpenIssued[wire.BlockList](trust, l.Token); e == nil {
				d.blocks = append(d.blocks, l.Token)
			} else {
				list = e
			}
		}
		if err != nil {
			return d, err
		}
	}
	for _, a := range by {
		if err := a.consistent(); err != nil {
			return d, err
		}
		d.answers = append(d.answers, a)
	}
	// In the order of the questions: what was installed before comes first.
	slices.SortFunc(d.answers, func(a, b *answer) int {
		return cmp.Or(cmp.Compare(st.waiting(a.nonce), st.waiting(b.nonce)), cmp.Compare(a.seq, b.seq))
	})
	if list != nil && len(d.answers)+len(d.free) == 0 {
		return d, list // within an answer it says nothing
	}
	if len(d.answers)+len(d.free)+len(d.blocks) == 0 && len(file.Of(wire.TypeRevocation))+len(file.Of(wire.TypeRotation)) == 0 {
		return d, ErrNothing
	}
	return d, nil
}

func (d *delivery) readUpdate(by map[string]*answer, hash, token string) error {
	u, err := wire.OpenIssued[wire.Update](d.trust, token)
	if err != nil {
		return err
	}
	if u.Container != hash {
		return wire.ErrContainer
	}
	a := part(by, u.Nonce, token)
	if a.upd != nil {
		return fmt.Errorf("%w: two sets of commands", ErrUpdate)
	}
	a.upd, a.seq, a.at = u, max(a.seq, u.Seq), max(a.at, u.IssuedAt)
	return nil
}

func (c *Container) readLicense(d *delivery, by map[string]*answer, st *state, hash, token string) error {
	l, err := c.verify(d.trust, hash, token)
	if err != nil {
		return err
	}
	if l.Container.Key == "" && st.waiting(l.Nonce) < 0 {
		d.free = append(d.free, delivered{l, token})
		return nil
	}
	a := part(by, l.Nonce, token)
	a.licenses = append(a.licenses, delivered{l, token})
	a.seq, a.epoch, a.at = max(a.seq, l.Seq), max(a.epoch, l.Epoch), max(a.at, l.IssuedAt)
	return nil
}

// part returns the answer of a nonce, with the token in it.
func part(by map[string]*answer, nonce, token string) *answer {
	a := by[nonce]
	if a == nil {
		a = &answer{nonce: nonce}
		by[nonce] = a
	}
	a.tokens = append(a.tokens, token)
	return a
}

// consistent holds the lines of an answer against one another: one sequence, and
// all the commands that every license says there are. Nobody can take the
// commands away and keep the licenses.
func (a *answer) consistent() error {
	commands := int64(0)
	if a.upd != nil {
		commands = int64(len(a.upd.Commands))
		if a.upd.Seq != a.seq {
			return fmt.Errorf("%w: sequence", ErrUpdate)
		}
	}
	seen := map[string]bool{}
	for _, l := range a.licenses {
		switch {
		case l.Commands > commands:
			return ErrCut
		case l.Commands < commands, l.Seq != a.seq, l.Epoch != a.epoch, seen[l.ID]:
			return fmt.Errorf("%w: license %s", ErrUpdate, l.ID)
		}
		seen[l.ID] = true
	}
	return nil
}

// sum names the answer's content, in whatever order its lines came.
func (a *answer) sum() string {
	tokens := slices.Sorted(slices.Values(a.tokens))
	h := sha256.Sum256([]byte(strings.Join(tokens, "\n")))
	return b64.EncodeToString(h[:])
}

// fresh reports whether the answer is newer than everything installed. An epoch
// begins when the server is restored from a backup: its sequences may begin
// lower. An answer without a license does not say its epoch; there its time
// stands in.
func (a *answer) fresh(st *state) bool {
	switch {
	case len(a.licenses) == 0:
		return a.seq > st.Seq || a.at > st.Time.Signed
	case a.epoch != st.Epoch:
		return a.epoch > st.Epoch
	}
	return a.seq > st.Seq
}
