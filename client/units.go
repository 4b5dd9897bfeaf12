package client

import (
	"fmt"
	"slices"

	"github.com/licet/licet/wire"
)

// Units is how the usage-counted licenses here stand that count in the same unit.
type Units struct {
	Name  string // of the limit that counts
	Drawn int64  // units that this container has drawn
	Spent int64  // of them, consumed here
}

// Left is how many units can be consumed here without asking anybody.
func (u Units) Left() int64 { return max(0, u.Drawn-u.Spent) }

// Units returns the units of the licenses that run for this program, by name; nil
// if none of them is usage-counted.
func (c *Container) Units() []Units {
	c.mu.RLock()
	held, now := c.view.held, c.now()
	c.mu.RUnlock()
	return c.units(held, now)
}

func (c *Container) units(held []holding, now int64) (out []Units) {
	for i := range held {
		h := &held[i]
		if h.lic == nil || h.lic.Unit == "" || !c.stateOf(h, now).runs {
			continue
		}
		at := slices.IndexFunc(out, func(u Units) bool { return u.Name == h.lic.Unit })
		if at < 0 {
			at, out = len(out), append(out, Units{Name: h.lic.Unit})
		}
		out[at].Drawn, out[at].Spent = out[at].Drawn+drawn(h.lic), out[at].Spent+h.Spent
	}
	slices.SortFunc(out, func(a, b Units) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out
}

// drawn is how many units a license has brought here.
func drawn(l *wire.License) int64 {
	const most = 1 << 53
	per := max(0, l.Limits[l.Unit])
	if l.Quantity > 0 && per > most/l.Quantity {
		return most
	}
	return l.Quantity * per
}

// Consume consumes n units, at least 1, of the licenses that run for this program,
// and returns how many are left. It works without a connection; when it returns nil,
// the units are spent for good, whatever happens to the process or the machine. All
// of them are consumed, or none. The server learns it with the next contact.
//
// Errors: ErrNoUnits when fewer are left (draw more: a request with a greater
// quantity), ErrWhichUnits when the licenses here count in several units (see
// ConsumeOf), and those of the disk.
func (c *Container) Consume(n int64) (left int64, err error) { return c.ConsumeOf("", n) }

// ConsumeOf is Consume for the units of one name, "" for the only ones that there
// are.
func (c *Container) ConsumeOf(name string, n int64) (left int64, err error) {
	if n < 1 {
		return 0, fmt.Errorf("%w: %d", ErrNoUnits, n)
	}
	err = c.change(func(st *state, save func() error) error {
		v, err := c.look(st)
		if err != nil {
			return err
		}
		wall := c.cfg.Clock.Now()
		now := st.Time.judge(wall.Unix(), c.floor(st, wall))
		all := c.units(v.held, now)
		if name == "" && len(all) > 1 {
			return ErrWhichUnits
		}
		all = slices.DeleteFunc(all, func(u Units) bool { return name != "" && u.Name != name })
		if len(all) == 0 || all[0].Left() < n {
			return ErrNoUnits
		}
		left = all[0].Left() - n
		for i := range v.held {
			if h := &v.held[i]; h.lic != nil && h.lic.Unit == all[0].Name && c.stateOf(h, now).runs {
				take := min(n, max(0, drawn(h.lic)-h.Spent))
				st.Licenses[i].Spent, n = st.Licenses[i].Spent+take, n-take
			}
		}
		return save()
	})
	if err != nil {
		return 0, err
	}
	return left, nil
}
