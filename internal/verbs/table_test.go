//go:build unix

package verbs_test

import (
	"errors"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

func activateBy(code func(sold) string) func(*cell) error {
	return func(x *cell) error {
		c, s := x.box(), x.sell("YEAR", 1)
		in, err := x.ask(c, s, client.Ask{Action: wire.ActActivate, Code: code(s)})
		if err != nil {
			return err
		}
		x.names(in.Licenses, s)
		x.runs(c, "draw")
		x.used(s, 1)
		return nil
	}
}

func refreshed(x *cell) error {
	c, s := x.ready("YEAR")
	if x.byLease() {
		return x.next(c, s, "draw")
	}
	_, err := x.refresh(c, s)
	if err == nil {
		x.runs(c, "draw")
		x.used(s, 1)
	}
	return err
}

func added(x *cell) error {
	c, s := x.ready("YEAR")
	_, err := x.ask(c, s, client.Ask{Action: wire.ActActivate, Code: x.sell("ADD", 1).code})
	if err == nil {
		x.runs(c, "render")
	}
	return err
}

func extended(x *cell) error {
	c, s := x.ready("YEAR")
	if x.byLease() {
		must(x.t, x.next(c, s, "draw"))
	}
	_, err := x.a.Lic.Extend(x.t.Context(), x.by, s.license, x.info(s.license).LastDay.AddDays(90))
	must(x.t, err)
	if x.byLease() {
		return x.next(c, s, "draw")
	}
	if _, err := x.refresh(c, s); err != nil {
		return err
	}
	if at := x.held(c, s.license).Expires; !at.After(inDays(400)) {
		x.t.Errorf("until %v", at)
	}
	return nil
}

func returned(x *cell) error {
	c, s := x.ready("YEAR")
	in, err := x.giveBack(c, s.license)
	if err != nil {
		return err
	}
	x.names(in.Returned, s)
	x.rests(c, "draw")
	x.used(s, 0)
	return nil
}

func moved(x *cell) error {
	c, s := x.ready("YEAR")
	if _, err := x.giveBack(c, s.license); err != nil {
		return err
	}
	there := x.box()
	_, err := x.ask(there, s, client.Ask{Action: wire.ActActivate, Code: s.code})
	if err != nil {
		return err
	}
	x.rests(c, "draw")
	x.runs(there, "draw")
	x.used(s, 1)
	return nil
}

func restored(x *cell) error {
	lost, s := x.ready("YEAR")
	c := x.box()
	if x.carry == nil && x.kind == wire.ContainerSoft {
		x.free(s) // on the depot's page: what is typed does not name the lost one
	}
	_, err := x.ask(c, s, client.Ask{Action: wire.ActRestore, Code: s.code})
	if err != nil {
		return err
	}
	if x.carry == nil {
		x.runs(c, "draw")
		x.used(s, 1)
		return nil
	}
	x.runs(c, "draw")
	x.used(s, 1)
	in, err := x.refresh(lost, s)
	must(x.t, err)
	x.names(in.Blocked, s)
	x.rests(lost, "draw")
	return nil
}

func borrowed(x *cell) error {
	c, s := x.box(), x.sell("FLOAT", 1)
	_, err := x.ask(c, s, client.Ask{Action: wire.ActBorrow, Code: s.code, Until: inDays(7)})
	if err != nil {
		return err
	}
	if l := x.held(c, s.license); !l.Lent || l.Expires.After(inDays(8)) {
		x.t.Errorf("%+v", l)
	}
	x.runs(c, "draw")
	x.used(s, 1)
	return nil
}

func kept(x *cell) error {
	c, s := x.lent()
	_, err := x.ask(c, s, client.Ask{Action: wire.ActBorrow, Want: []string{s.license.String()}, Until: inDays(14)})
	if err != nil {
		return err
	}
	if at := x.held(c, s.license).Expires; !at.After(inDays(13)) {
		x.t.Errorf("until %v", at)
	}
	return nil
}

func returnedEarly(x *cell) error {
	c, s := x.lent()
	in, err := x.giveBack(c, s.license)
	if err != nil {
		return err
	}
	x.names(in.Returned, s)
	x.rests(c, "draw")
	x.used(s, 0)
	return nil
}

func recalled(x *cell) error {
	c, s := x.ready("YEAR")
	if x.byLease() {
		must(x.t, x.next(c, s, "draw"))
	}
	_, err := x.a.Lic.Recall(x.t.Context(), x.by, license.RecallInput{Licenses: []license.LicenseID{s.license}})
	must(x.t, err)
	if x.byLease() {
		return x.ends(c, s, license.ErrLicenseRecalled.Code)
	}
	in, err := x.refresh(c, s)
	if err != nil {
		return err
	}
	x.names(in.Removed, s)
	x.rests(c, "draw")
	_, err = x.refresh(c, s) // which says that it is gone, where no receipt has
	must(x.t, err)
	x.used(s, 0)
	return nil
}

func replaced(x *cell) error {
	c, s := x.ready("YEAR")
	if x.byLease() {
		must(x.t, x.next(c, s, "draw"))
	}
	done, err := x.a.Lic.Replace(x.t.Context(), x.by, license.ReplaceInput{License: s.license, Article: "BETTER"})
	must(x.t, err)
	if x.byLease() {
		must(x.t, x.ends(c, s, license.ErrLicenseReplaced.Code))
		_, err := x.a.Lic.GrantCloud(x.t.Context(), x.by, x.account, done.License.ID)
		must(x.t, err)
		return x.next(c, sold{license: done.License.ID}, "render")
	}
	in, err := x.refresh(c, s)
	if err != nil {
		return err
	}
	x.runs(c, "render")
	if x.carry != nil {
		x.names(in.Removed, s)
	}
	return nil
}

func blocked(x *cell) error {
	c, s := x.ready("YEAR")
	if x.byLease() {
		must(x.t, x.next(c, s, "draw"))
	}
	_, err := x.a.Lic.BlockLicense(x.t.Context(), x.by, s.license)
	must(x.t, err)
	if x.byLease() {
		return x.ends(c, s, license.ErrLicenseBlocked.Code)
	}
	in, err := x.refresh(c, s)
	if err != nil {
		return err
	}
	x.names(in.Blocked, s)
	x.rests(c, "draw")
	return nil
}

func unblocked(x *cell) error {
	c, s := x.ready("YEAR")
	_, err := x.a.Lic.BlockLicense(x.t.Context(), x.by, s.license)
	must(x.t, err)
	switch {
	case x.byLease():
		must(x.t, x.ends(c, s, license.ErrLicenseBlocked.Code))
	case x.carry != nil && x.kind != wire.ContainerCloud:
		_, err = x.refresh(c, s)
		must(x.t, err)
		x.rests(c, "draw")
	}
	_, err = x.a.Lic.UnblockLicense(x.t.Context(), x.by, s.license)
	must(x.t, err)
	if x.byLease() {
		return x.next(c, s, "draw")
	}
	_, err = x.refresh(c, s)
	if err == nil {
		x.runs(c, "draw")
	}
	return err
}

// leased is about the programs that use a floating license while they run.
func leased(x *cell) error {
	if x.carrier.name != byHTTPS.name {
		return errUnsaid
	}
	c, s := x.box(), x.sell("FLOAT", 1)
	if x.kind == wire.ContainerCloud {
		_, err := x.a.Lic.GrantCloud(x.t.Context(), x.by, x.account, s.license)
		must(x.t, err)
	}
	return x.next(c, s, "draw")
}

// Every verb over every carrier in every place is lived through, or refused as the
// table says.
func TestEveryVerb(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, p := range byPlaces {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			more := p.with(t)
			for _, v := range verbs {
				for _, c := range byCarrier {
					t.Run(v.name+"/"+c.name, func(t *testing.T) {
						err := v.live(&cell{world: w.of(t), carrier: c, place: p, more: more})
						if got, want := codeOf(err), v.outcome(c, p); got != want {
							t.Errorf("%q, the table says %q: %v", got, want, err)
						}
					})
				}
			}
		})
	}
}

// codeOf is what the table calls an error.
func codeOf(err error) outcome {
	if errors.Is(err, errUnsaid) {
		return unsayable
	}
	return outcome(client.Code(err))
}
