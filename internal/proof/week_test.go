//go:build unix

package proof_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	sdk "github.com/licet/licet/client"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/wire"
)

// TestWeekWithoutTheServer switches the server off for seven days of virtual time.
// A hundred containers of each kind (software, PKCS#11, TPM, cloud) go on: every
// machine is started anew each day, verifies what it holds, and asks in vain. Nothing
// is refused but a borrow and a lease whose own term has ended, each with its code. Then the
// server is back, all of them ask, and it suspects nobody.
//
// What a cloud container uses is in its program's memory only, so those programs run
// through the week. Containers do not see the database: on PostgreSQL there are
// fifteen of each, and a hundred with LICET_DEEP=1.
func TestWeekWithoutTheServer(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			of, url := 100, ""
			if e == db.Postgres {
				url = dbtest.Postgres(t)
				if !deep {
					of = len(weekKinds)
				}
			}
			if testing.Short() {
				of = len(weekKinds)
			}
			k := newWeek(t, newWorld(t, url), of)
			k.activate()
			k.n.kill()
			for day := range 8 {
				k.verify(day)
				k.clock.leap(oneDay)
			}
			k.n.start()
			k.comeBack()
		})
	}
}

// activate gives every container its license.
func (k *week) activate() {
	k.t.Helper()
	begin := time.Now()
	k.each(func(b *weekBox) error {
		ask := sdk.Ask{Action: wire.ActActivate, Code: k.codes[b.article]}
		if b.borrow > 0 {
			ask.Action, ask.Until = wire.ActBorrow, k.clock.Now().Add(b.borrow)
		}
		if b.units {
			ask.Quantity = 1
		}
		_, err := k.via.Do(k.t.Context(), b.c, ask)
		return err
	})
	for _, c := range k.clouds {
		var err error
		c.use, err = k.via.TakeLease(k.t.Context(), c.c, sdk.LeaseAsk{Code: k.codes[c.article]}, nil)
		must(k.t, err)
		k.t.Cleanup(func() { _ = c.use.End(k.t.Context()) })
	}
	k.t.Logf("activated in %v", time.Since(begin))
}

// verify starts every machine of a day and looks at what it holds.
func (k *week) verify(day int) {
	k.t.Helper()
	begin := time.Now()
	k.each(func(b *weekBox) error {
		want, runs := sdk.Valid, true
		if b.ends > 0 && day >= b.ends {
			want, runs = b.over, b.runs
		}
		if err := b.stands(want, runs); err != nil {
			return fmt.Errorf("on day %d: %w", day, err)
		}
		if b.units {
			b.spent++
			if _, err := b.c.Consume(1); err != nil {
				return err
			}
		}
		if _, err := k.via.Do(k.t.Context(), b.c, sdk.Ask{Action: wire.ActRefresh}); !errors.Is(err, sdk.ErrOffline) {
			return fmt.Errorf("the server is off, and asking it says %w", err)
		}
		return nil
	})
	for _, c := range k.clouds {
		if err := c.stands(day); err != nil {
			k.t.Fatalf("%s on day %d: %v", c.article, day, err)
		}
	}
	k.t.Logf("day %d in %v", day, time.Since(begin))
}

// stands checks the only license of a machine, and its reason.
func (b *weekBox) stands(want sdk.State, runs bool) error {
	all := b.c.Licenses()
	if len(all) != 1 {
		return fmt.Errorf("%d licenses", len(all))
	}
	code := ""
	if want == sdk.Expired {
		code = "wire.expired"
	}
	l := all[0]
	if l.State != want || l.Runs != runs || b.c.Has("week") != runs || sdk.Code(l.Err) != code || l.CodeHint == "" {
		return fmt.Errorf("%s (%v), it runs: %v, want %s", l.State, l.Err, l.Runs, want)
	}
	return nil
}

// stands checks a lease: it was not renewed since the server went.
func (c *weekCloud) stands(day int) error {
	want := sdk.Expired
	switch day {
	case 0:
		want = sdk.Valid
	case 1:
		want = c.first
	}
	if want == sdk.Expired {
		<-c.use.Done() // its renewer has noticed
		if code := sdk.Code(c.use.Err()); code != "client.offline" {
			return fmt.Errorf("it ended because of %s", code)
		}
	}
	runs := want != sdk.Expired || c.lenient
	if state := c.use.Now().State(); state != want || c.use.Runs() != runs || c.use.Has("week") != runs {
		return fmt.Errorf("%s, it runs: %v, want %s", state, c.use.Runs(), want)
	}
	return nil
}

// comeBack has everybody ask once: what had ended is ended, the rest goes on.
func (k *week) comeBack() {
	k.t.Helper()
	k.each(func(b *weekBox) error {
		if _, err := k.via.Do(k.t.Context(), b.c, sdk.Ask{Action: wire.ActRefresh}); err != nil {
			return err
		}
		if err := b.stands(b.after, b.after != sdk.Expired || b.runs); err != nil {
			return fmt.Errorf("when the server was back: %w", err)
		}
		if l := b.c.Licenses()[0]; b.units && l.Spent != b.spent {
			return fmt.Errorf("%d units are spent, want %d", l.Spent, b.spent)
		}
		return nil
	})
	for _, c := range k.clouds {
		use, err := k.via.TakeLease(k.t.Context(), c.c, sdk.LeaseAsk{Code: k.codes[c.article]}, nil)
		must(k.t, err)
		if !use.Has("week") {
			k.t.Errorf("%s is not used again", c.article)
		}
		must(k.t, use.End(k.t.Context()))
	}
	for _, path := range []string{"/containers?trouble=true", "/cases"} {
		var page struct{ Items []any }
		if _, err := k.n.get(path, &page); err != nil || len(page.Items) > 0 {
			k.t.Error(errors.Join(err, fmt.Errorf("%s: %v", path, page.Items)))
		}
	}
}
