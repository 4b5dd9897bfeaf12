//go:build unix

package verbs_test

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// cell is a verb over a carrier in a place.
type cell struct {
	*world
	carrier
	place
	more    maker
	account license.ContainerID // of the newest container, where it is an account's
}

// errUnsaid says that the carrier has no words for it, so that there is nothing to
// try: what is typed is unsigned and proves nothing, and a lease lives by a
// connection.
var errUnsaid = errors.New("this carrier cannot say it")

// box is another container.
func (x *cell) box() *client.Container {
	x.t.Helper()
	cfg, account := x.more(x.world, x.t)
	x.account = account
	return open(x.t, cfg)
}

// ask has a container ask about a sale, and carries it. What is typed is always the
// same: a request code, and the ticket.
func (x *cell) ask(c *client.Container, s sold, a client.Ask) (client.Installed, error) {
	x.t.Helper()
	if x.carry == nil {
		return x.typed(c, cmp.Or(a.Code, s.code))
	}
	a.File = x.files
	if _, err := c.NewRequest(a); err != nil {
		return client.Installed{}, err
	}
	return x.carry(x.world, c)
}

// unsaid is why a container cannot give something back by typing.
func unsaid(c *client.Container) error {
	if _, err := c.NewTyped(); err != nil {
		return err
	}
	return errUnsaid
}

// giveBack has a container return a license.
func (x *cell) giveBack(c *client.Container, id license.LicenseID) (client.Installed, error) {
	x.t.Helper()
	if x.carry == nil {
		return client.Installed{}, unsaid(c)
	}
	if _, err := c.NewReturn(id.String()); err != nil {
		return client.Installed{}, err
	}
	return x.carry(x.world, c)
}

// refresh lets a container hear what has happened to a sale.
func (x *cell) refresh(c *client.Container, s sold) (client.Installed, error) {
	x.t.Helper()
	return x.ask(c, s, client.Ask{})
}

// ready is a container in which a license of an article is activated. In an account
// nothing can be: there the license is granted.
func (x *cell) ready(article string) (*client.Container, sold) {
	x.t.Helper()
	return x.having(article, client.Ask{Action: wire.ActActivate})
}

// lent is a container in which a place of a floating license is borrowed for a week.
func (x *cell) lent() (*client.Container, sold) {
	x.t.Helper()
	return x.having("FLOAT", client.Ask{Action: wire.ActBorrow, Until: inDays(7)})
}

func (x *cell) having(article string, a client.Ask) (*client.Container, sold) {
	x.t.Helper()
	c, s := x.box(), x.sell(article, 1)
	if x.kind == wire.ContainerCloud {
		_, err := x.a.Lic.GrantCloud(x.t.Context(), x.by, x.account, s.license)
		must(x.t, err)
		return c, s
	}
	a.Code = s.code
	_, err := x.ask(c, s, a)
	if x.carry == nil && err != nil { // it cannot come here by typing
		_, err = (&online.Transport{}).Do(x.t.Context(), c, a)
	}
	must(x.t, err)
	x.runs(c, "draw")
	return c, s
}

// inDays is an end so many days from now.
func inDays(n int) time.Time { return time.Now().AddDate(0, 0, n) }

// runs wants a feature to be there.
func (x *cell) runs(c *client.Container, feature string) {
	x.t.Helper()
	if !c.Has(feature) {
		x.t.Errorf("%s does not run: %v", feature, c.Licenses())
	}
}

// rests wants a feature not to be there.
func (x *cell) rests(c *client.Container, feature string) {
	x.t.Helper()
	if c.Has(feature) {
		x.t.Errorf("%s still runs: %v", feature, c.Licenses())
	}
}

// used wants so many seats in use.
func (x *cell) used(s sold, n int64) {
	x.t.Helper()
	if got := x.info(s.license).Used; got != n {
		x.t.Errorf("%d seats in use, want %d", got, n)
	}
}

// held is a license in a container.
func (x *cell) held(c *client.Container, id license.LicenseID) client.License {
	x.t.Helper()
	all := c.Licenses()
	i := slices.IndexFunc(all, func(l client.License) bool { return l.ID == id.String() })
	if i < 0 {
		x.t.Fatalf("%s is not among %v", id, all)
	}
	return all[i]
}

// names wants a license among those that an answer names.
func (x *cell) names(list []string, s sold) {
	x.t.Helper()
	if !slices.Contains(list, s.license.String()) {
		x.t.Errorf("%s is not among %v", s.license, list)
	}
}

// live is a use of a license by a program in a container.
func (x *cell) live(c *client.Container, s sold) (*online.Lease, error) {
	x.t.Helper()
	ask := client.LeaseAsk{Code: s.code}
	if x.kind == wire.ContainerCloud {
		ask = client.LeaseAsk{License: s.license.String()}
	}
	return online.TakeLease(x.t.Context(), c, ask, nil)
}

// free frees the one device of a sale, as its owner does on the depot's page.
func (x *cell) free(s sold) {
	x.t.Helper()
	p := x.post("/device/free", "code", s.code, "device", x.device(s.code).String())
	must(x.t, p.refusal())
}

// byLease reports whether the license is used by leases, so that what happens to it
// shows with the next one.
func (x *cell) byLease() bool {
	return x.kind == wire.ContainerCloud && x.carrier.name == byHTTPS.name
}

// next has a program use a license by a lease.
func (x *cell) next(c *client.Container, s sold, feature string) error {
	x.t.Helper()
	l, err := x.live(c, s)
	if err != nil {
		return err
	}
	if !l.Has(feature) {
		x.t.Errorf("%s does not run: %v", feature, l.Now().Features())
	}
	x.used(s, 1)
	must(x.t, l.End(x.t.Context()))
	x.used(s, 0)
	return nil
}

// ends wants the next lease of a license to be refused with a code.
func (x *cell) ends(c *client.Container, s sold, code string) error {
	x.t.Helper()
	l, err := x.live(c, s)
	if err == nil {
		err = l.End(x.t.Context())
	}
	if got := client.Code(err); got != code {
		x.t.Errorf("%q, want %q (%v)", got, code, err)
	}
	return nil
}
