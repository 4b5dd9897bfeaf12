package license

import (
	"errors"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

func TestTicketState(t *testing.T) {
	acts := map[string]func(TicketState) (TicketState, error){
		"block": TicketState.Block, "unblock": TicketState.Unblock, "reverse": TicketState.Reverse,
		"expire": TicketState.Expire, "merge": TicketState.Merge,
	}
	allowed := map[TicketState]map[string]TicketState{
		TicketIssued: {
			"block": TicketBlocked, "unblock": TicketIssued, "reverse": TicketReversed, "expire": TicketExpired, "merge": TicketMerged,
		},
		TicketBlocked:  {"block": TicketBlocked, "unblock": TicketIssued, "reverse": TicketReversed, "expire": TicketExpired},
		TicketReversed: {"reverse": TicketReversed},
		TicketExpired:  {"reverse": TicketReversed, "expire": TicketExpired},
		TicketMerged:   {},
	}
	machine(t, acts, allowed, ErrTicketState)
	for state, refusal := range map[TicketState]error{
		TicketIssued: nil, TicketBlocked: ErrTicketBlocked, TicketReversed: ErrTicketReversed, TicketMerged: ErrTicketMerged,
		TicketExpired: ErrTicketExpired,
	} {
		if err := state.Open(); !errors.Is(err, refusal) {
			t.Errorf("%s opens with %v", state, err)
		}
	}
}

// machine checks every act in every state of a machine against its table.
func machine[S ~string](t *testing.T, acts map[string]func(S) (S, error), allowed map[S]map[string]S, refusal error) {
	t.Helper()
	for from, may := range allowed {
		for name, act := range acts {
			got, err := act(from)
			to, ok := may[name]
			switch {
			case ok && (err != nil || got != to):
				t.Errorf("%s from %s: %s, %v; want %s", name, from, got, err, to)
			case !ok && (!errors.Is(err, refusal) || got != from):
				t.Errorf("%s from %s: %s, %v; want it refused", name, from, got, err)
			}
		}
	}
}

// An expired ticket names the last day of its licenses.
func TestExpiredTicketSaysWhen(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	ending := func(on day.Day) *License { return &License{terms: &Terms{Until: on, loc: zone}} }
	tk := &Ticket{State: TicketExpired}
	for _, c := range []struct {
		licenses []*License
		want     day.Day
	}{
		{[]*License{ending(day.Of(2027, 1, 3)), ending(day.None), ending(day.Of(2027, 2, 1)), ending(day.Of(2027, 1, 9))}, day.Of(2027, 2, 1)},
		{nil, day.None},
	} {
		err := tk.open(c.licenses, time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC))
		if !errors.Is(err, ErrTicketExpired) || fault.As(err).Args["last"] != c.want {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
	if err := (&Ticket{State: TicketBlocked}).open(nil, time.Time{}); !errors.Is(err, ErrTicketBlocked) {
		t.Error(err)
	}
}

func TestLicenseState(t *testing.T) {
	acts := map[string]func(LicenseState) (LicenseState, error){
		"block": LicenseState.Block, "unblock": LicenseState.Unblock, "replace": LicenseState.Replace,
		"recall":      func(s LicenseState) (LicenseState, error) { return s.Recall(true) },
		"recall idle": func(s LicenseState) (LicenseState, error) { return s.Recall(false) },
	}
	allowed := map[LicenseState]map[string]LicenseState{
		LicenseAvailable: {
			"block": LicenseBlocked, "unblock": LicenseAvailable, "replace": LicenseReplaced, "recall": LicenseRecallPending,
			"recall idle": LicenseRecalled,
		},
		LicenseBlocked: {
			"block": LicenseBlocked, "unblock": LicenseAvailable, "replace": LicenseReplaced, "recall": LicenseRecallPending,
			"recall idle": LicenseRecalled,
		},
		LicenseRecallPending: {"replace": LicenseReplaced, "recall": LicenseRecallPending, "recall idle": LicenseRecalled},
		LicenseRecalled:      {"recall": LicenseRecalled, "recall idle": LicenseRecalled},
		LicenseReplaced:      {},
	}
	machine(t, acts, allowed, ErrLicenseState)
	if LicenseAvailable.Open() != nil || !errors.Is(LicenseBlocked.Open(), ErrLicenseBlocked) ||
		!errors.Is(LicenseRecallPending.Open(), ErrLicenseRecalled) || !errors.Is(LicenseReplaced.Open(), ErrLicenseReplaced) {
		t.Error("what opens")
	}
}

func TestContainerState(t *testing.T) {
	acts := map[string]func(ContainerState) (ContainerState, error){
		"accept":  ContainerState.Accept,
		"block":   func(s ContainerState) (ContainerState, error) { return s.Block(), nil },
		"suspect": func(s ContainerState) (ContainerState, error) { return s.Suspect(), nil },
	}
	allowed := map[ContainerState]map[string]ContainerState{
		ContainerActive:  {"block": ContainerBlocked, "suspect": ContainerSuspect},
		ContainerSuspect: {"accept": ContainerActive, "block": ContainerBlocked, "suspect": ContainerSuspect},
		ContainerBlocked: {"accept": ContainerActive, "block": ContainerBlocked, "suspect": ContainerBlocked},
	}
	machine(t, acts, allowed, ErrContainerState)
}

func TestActivationState(t *testing.T) {
	acts := map[string]func(ActivationState) (ActivationState, error){
		"deliver": ActivationState.Deliver, "confirm": ActivationState.Confirm, "ask": ActivationState.RequestReturn,
		"return": ActivationState.Return, "supersede": ActivationState.Supersede, "away": ActivationState.RestoreAway,
		"recall": ActivationState.Recall, "unrecall": ActivationState.Unrecall, "removed": ActivationState.Removed,
		"elapse": ActivationState.Elapse,
	}
	held := map[string]ActivationState{
		"confirm": ActivationConfirmed, "ask": ActivationReturnRequested, "return": ActivationReturned,
		"away": ActivationRestoredAway, "recall": ActivationRecallPending, "elapse": ActivationElapsed,
	}
	with := func(more map[string]ActivationState) map[string]ActivationState {
		out := map[string]ActivationState{}
		for _, m := range []map[string]ActivationState{held, more} {
			maps.Copy(out, m)
		}
		return out
	}
	allowed := map[ActivationState]map[string]ActivationState{
		ActivationRequested: {
			"deliver": ActivationDelivered, "confirm": ActivationConfirmed, "supersede": ActivationSuperseded,
			"recall": ActivationRecallPending,
		},
		ActivationDelivered:       with(map[string]ActivationState{"deliver": ActivationDelivered, "supersede": ActivationSuperseded}),
		ActivationConfirmed:       with(nil),
		ActivationReturnRequested: with(map[string]ActivationState{"confirm": ActivationReturnRequested}),
		ActivationRecallPending: {
			"confirm": ActivationRecallPending, "return": ActivationRecalled, "away": ActivationRestoredAway,
			"recall": ActivationRecallPending, "unrecall": ActivationDelivered, "removed": ActivationRecalled,
			"elapse": ActivationRecalled,
		},
		ActivationLent: {
			"confirm": ActivationLent, "return": ActivationReturned, "recall": ActivationRecallPending, "elapse": ActivationElapsed,
		},
		ActivationReturned: {}, ActivationSuperseded: {}, ActivationRestoredAway: {}, ActivationRecalled: {}, ActivationElapsed: {},
	}
	machine(t, acts, allowed, ErrActivationState)
	live := 0
	for s, may := range allowed {
		if s.Live() {
			live++
		}
		if s.Live() == (len(may) == 0) {
			t.Errorf("%s: live %v, %d acts", s, s.Live(), len(may))
		}
	}
	if live != 6 {
		t.Errorf("%d live states", live)
	}
}

// Seats are never oversold, whatever is taken, freed, grown, cut and owed.
func TestSeatsNeverOversold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Seats{Quantity: rapid.Int64Range(0, 20).Draw(t, "quantity"), Overdraft: rapid.Int64Range(0, 3).Draw(t, "overdraft")}
		var taken []int64
		t.Repeat(map[string]func(*rapid.T){
			"take": func(t *rapid.T) {
				q := rapid.Int64Range(-1, 8).Draw(t, "q")
				next, err := s.Take(q)
				if (err == nil) != (q >= 1 && s.Used+q <= s.Quantity+s.Overdraft) {
					t.Fatalf("take %d of %+v: %v", q, s, err)
				}
				if err == nil {
					s, taken = next, append(taken, q)
				}
			},
			"free": func(t *rapid.T) {
				if len(taken) > 0 {
					i := rapid.IntRange(0, len(taken)-1).Draw(t, "i")
					s, taken = s.Release(taken[i], 0), slices.Delete(taken, i, i+1)
				}
			},
			"grow": func(t *rapid.T) {
				n := rapid.Int64Range(-1, 5).Draw(t, "n")
				if next, err := s.Grow(n); (err == nil) == (n >= 1) {
					s = next
				} else {
					t.Fatal(err)
				}
			},
			"cut": func(t *rapid.T) {
				if room := s.Quantity - s.Used; room > 0 {
					s = s.Cut(rapid.Int64Range(1, room).Draw(t, "n"), 0)
				}
			},
			"": func(t *rapid.T) {
				var sum int64
				for _, q := range taken {
					sum += q
				}
				if s.Used != sum || s.Used > s.Limit() || s.Quantity < 0 || s.Free() != max(0, s.Limit()-s.Used) {
					t.Fatalf("%+v with %d taken", s, sum)
				}
			},
		})
	})
	if _, err := (Seats{Quantity: MaxQuantity}).Grow(1); !errors.Is(err, ErrBadQuantity) {
		t.Error(err)
	}
}

// Lowering takes exactly what is asked: free quantity first, then the newest
// uses, and leaves seats that fit.
func TestPlanLower(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stock := drawStock(t)
		var sold, unused int64
		for _, s := range stock {
			sold += s.Seats.Sold()
			unused += min(s.unused(), s.Seats.Sold())
		}
		by := rapid.Int64Range(-1, sold+2).Draw(t, "by")
		p, err := PlanLower(stock, by)
		switch {
		case by < 1:
			if !errors.Is(err, ErrBadQuantity) {
				t.Fatal(err)
			}
			return
		case by > sold:
			if !errors.Is(err, ErrLowerTooMuch) {
				t.Fatal(err)
			}
			return
		case err != nil:
			t.Fatal(err)
		}
		if p.Freed+p.Owed != by {
			t.Fatalf("%d + %d, want %d", p.Freed, p.Owed, by)
		}
		if p.Owed > 0 && p.Freed < unused {
			t.Fatalf("recalls %d although %d of %d free ones were left", p.Owed, unused-p.Freed, unused)
		}
		checkPlan(t, stock, p)
	})
}

func drawStock(t *rapid.T) []Stock {
	var id byte
	stock := make([]Stock, rapid.IntRange(1, 4).Draw(t, "licenses"))
	for i := range stock {
		id++
		s := Stock{License: LicenseID{15: id}, Seats: Seats{Overdraft: rapid.Int64Range(0, 2).Draw(t, "overdraft")}}
		for range rapid.IntRange(0, 3).Draw(t, "uses") {
			id++
			u := Use{Activation: ActivationID{15: id}, Quantity: rapid.Int64Range(1, 3).Draw(t, "used")}
			u.Shrink = rapid.Int64Range(0, u.Quantity).Draw(t, "shrink")
			s.Seats.Used += u.Quantity
			s.Seats.Owed += u.Shrink
			s.Uses = append(s.Uses, u)
		}
		s.Seats.Used += rapid.Int64Range(0, 2).Draw(t, "spent")
		s.Seats.Quantity = max(s.Seats.Owed, s.Seats.Used-s.Seats.Overdraft) + rapid.Int64Range(0, 4).Draw(t, "free")
		stock[i] = s
	}
	return stock
}

// checkPlan carries a plan out and looks at what is left.
func checkPlan(t *rapid.T, stock []Stock, p LowerPlan) {
	for _, s := range stock {
		seats, uses := s.Seats, slices.Clone(s.Uses)
		for _, c := range p.Cut {
			if c.License == s.License {
				seats = seats.Cut(c.By, c.Spent)
			}
		}
		for _, r := range p.Recall {
			for i := range uses {
				if uses[i].Activation == r.Activation {
					uses[i].Shrink += r.By
					seats.Owed += r.By
				}
			}
		}
		for _, u := range uses {
			if u.Shrink > u.Quantity {
				t.Fatalf("%+v owes more than it has", u)
			}
		}
		if seats.Used > seats.Limit() || seats.Used < 0 || seats.Sold() < 0 {
			t.Fatalf("%+v after the plan %+v", seats, p)
		}
		for _, u := range uses { // the owed ones come back
			if u.Shrink > s.shrinkOf(u) {
				seats = seats.Release(u.Quantity, u.Shrink)
			}
		}
		if seats.Used > seats.Limit() || seats.Quantity < 0 {
			t.Fatalf("%+v after the recalls of %+v", seats, p)
		}
	}
	for i := 1; i < len(p.Recall); i++ {
		if p.Recall[i-1].Activation.Compare(p.Recall[i].Activation) < 0 {
			t.Fatal("not the newest first")
		}
	}
}

func (s Stock) shrinkOf(u Use) int64 {
	for _, v := range s.Uses {
		if v.Activation == u.Activation {
			return v.Shrink
		}
	}
	return 0
}

// In every window there are at most Count counted restores, and WaitDays lie
// between two of them; Next is the first moment at which one may be drawn.
func TestAllowance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := catalog.Restore{
			Count: rapid.Int64Range(0, 3).Draw(t, "count"), PerDays: rapid.Int64Range(1, 30).Draw(t, "per"),
			WaitDays: rapid.Int64Range(0, 5).Draw(t, "wait"),
		}
		now := time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)
		var drawn []time.Time
		for range 40 {
			now = now.Add(time.Duration(rapid.Int64Range(0, 72).Draw(t, "hours")) * time.Hour)
			a := allowance(r, drawn, now)
			if a.Draw() == nil {
				drawn = append(drawn, now)
				continue
			}
			if r.Count == 0 {
				if !errors.Is(a.Draw(), ErrNoRestore) {
					t.Fatal(a.Draw())
				}
				continue
			}
			if !errors.Is(a.Draw(), ErrRestoreWait) || !a.Next.After(now) {
				t.Fatalf("%+v", a)
			}
			if allowance(r, drawn, a.Next).Draw() != nil || allowance(r, drawn, a.Next.Add(-time.Second)).Draw() == nil {
				t.Fatalf("the next one is not free at %v", a.Next)
			}
		}
		for i, at := range drawn {
			n := int64(0)
			for _, o := range drawn[i:] {
				if o.Sub(at) < time.Duration(r.PerDays)*day24 {
					n++
				}
			}
			if n > r.Count {
				t.Fatalf("%d restores within %d days", n, r.PerDays)
			}
			if i > 0 && at.Sub(drawn[i-1]) < time.Duration(r.WaitDays)*day24 {
				t.Fatal("too soon")
			}
		}
	})
}

func TestFingerprint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		marks := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Mark { return Mark{rapid.Byte().Draw(t, "m") % 12} }), 0, 8)
		a, b := newFingerprint(marks.Draw(t, "a")), newFingerprint(marks.Draw(t, "b"))
		n := 0
		for _, m := range a {
			if slices.Contains(b, m) {
				n++
			}
		}
		if a.Common(b) != n || b.Common(a) != n {
			t.Fatalf("%v and %v have %d in common, not %d", a, b, n, a.Common(b))
		}
		least := rapid.Int64Range(0, 5).Draw(t, "least")
		same := len(a) > 0 && len(b) > 0 && n >= min(int(max(1, least)), len(a), len(b))
		if a.Same(b, least) != same || b.Same(a, least) != same {
			t.Fatalf("%v and %v, at least %d: %v", a, b, least, a.Same(b, least))
		}
		if !slices.Equal(fingerprintOf(a.bytes()), a) {
			t.Fatal("stored otherwise")
		}
	})
}

func terms(t *testing.T, kind catalog.Kind, change func(*Terms)) *Terms {
	t.Helper()
	x := &Terms{Item: catalog.Snapshot{Model: catalog.Defaults(kind)}, Zone: "Europe/Berlin", Issued: day.Of(2027, 1, 31)}
	change(x)
	if err := x.init(); err != nil {
		t.Fatal(err)
	}
	return x
}

func TestTerms(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(d day.Day) time.Time { return d.Start(berlin).Add(9 * time.Hour) }
	first, later := at(day.Of(2027, 3, 10)), at(day.Of(2027, 6, 1))
	month := catalog.Duration{Months: 1, From: catalog.FromIssue}
	for name, c := range map[string]struct {
		terms *Terms
		until day.Day
		want  day.Day
	}{
		"perpetual":        {terms(t, catalog.Multi, func(*Terms) {}), day.None, day.None},
		"a month of issue": {terms(t, catalog.Multi, func(x *Terms) { x.Item.Model.Duration = month }), day.None, day.Of(2027, 2, 27)},
		"a month of use": {terms(t, catalog.TimeLimited, func(x *Terms) {
			x.Item.Model.Duration = catalog.Duration{Months: 1, From: catalog.FromFirstActivation}
		}), day.None, day.Of(2027, 4, 9)},
		"each its own": {terms(t, catalog.Reusable, func(x *Terms) {
			x.Item.Model.Duration = catalog.Duration{Days: 30, From: catalog.FromFirstActivation}
		}), day.None, day.Of(2027, 6, 30)},
		"trial": {terms(t, catalog.Trial, func(x *Terms) {
			x.Item.Model.Duration = catalog.Duration{Days: 14, From: catalog.FromFirstActivation}
		}), day.None, day.Of(2027, 6, 14)},
		"fixed end":          {terms(t, catalog.TimeLimited, func(x *Terms) { x.Item.Model.FixedEnd = day.Of(2027, 12, 31) }), day.None, day.Of(2027, 12, 31)},
		"sold until earlier": {terms(t, catalog.Multi, func(x *Terms) { x.Item.Model.Duration, x.Until = month, day.Of(2027, 2, 5) }), day.None, day.Of(2027, 2, 5)},
		"extended":           {terms(t, catalog.Multi, func(x *Terms) { x.Item.Model.Duration = month }), day.Of(2028, 1, 1), day.Of(2028, 1, 1)},
		"never shortened":    {terms(t, catalog.Multi, func(x *Terms) { x.Item.Model.Duration = month }), day.Of(2027, 2, 1), day.Of(2027, 2, 27)},
	} {
		if got := c.terms.LastDay(first, later, c.until); got != c.want {
			t.Errorf("%s: last day %v, want %v", name, got, c.want)
		}
		span := c.terms.Span(first, later, c.until)
		if c.want == day.None != span.Until.IsZero() || c.want != day.None && !span.Until.Equal(c.want.AddDays(1).Start(berlin)) {
			t.Errorf("%s: ends at %v", name, span.Until)
		}
		if span.Elapses.IsZero() == (c.terms.model().Reusable && c.want != day.None) {
			t.Errorf("%s: elapses at %v", name, span.Elapses)
		}
	}
	kept := terms(t, catalog.Maintenance, func(x *Terms) { x.Item.Model.Maintenance = 12; x.From = day.Of(2027, 2, 1) }).Span(first, later, day.None)
	if !kept.Maintenance.Equal(day.Of(2028, 1, 31).Start(berlin)) || !kept.From.Equal(day.Of(2027, 2, 1).Start(berlin)) {
		t.Errorf("%+v", kept)
	}
	ended := terms(t, catalog.Multi, func(x *Terms) { x.Item.Model.Duration = month })
	if last, over := ended.Over(time.Time{}, at(day.Of(2027, 2, 27)), day.None); over || last != day.Of(2027, 2, 27) {
		t.Error("over on its last day")
	}
	if _, over := ended.Over(time.Time{}, day.Of(2027, 2, 28).Start(berlin), day.None); !over {
		t.Error("not over after its last day")
	}
	if err := (&Terms{Zone: "Nowhere/Land"}).init(); !errors.Is(err, ErrZone) {
		t.Error(err)
	}
}

func TestClock(t *testing.T) {
	now := time.Date(2027, 1, 12, 12, 0, 0, 0, time.UTC)
	for off, c := range map[time.Duration]struct{ warn, refuse bool }{
		0: {}, 47 * time.Hour: {}, -47 * time.Hour: {}, 49 * time.Hour: {warn: true}, -49 * time.Hour: {warn: true},
		366 * day24: {warn: true}, 367 * day24: {refuse: true}, -20 * 365 * day24: {refuse: true},
	} {
		warn, err := judgeClock(now.Add(off), now)
		if warn != c.warn || errors.Is(err, ErrClock) != c.refuse {
			t.Errorf("%v off: %v, %v", off, warn, err)
		}
	}
}

func TestNetwork(t *testing.T) {
	for addr, want := range map[string][2]string{
		"203.0.113.9":          {"203.0.113.9/32", "203.0.113.0/24"},
		"::ffff:203.0.113.9":   {"203.0.113.9/32", "203.0.113.0/24"},
		"2001:db8:1:2:3:4:5:6": {"2001:db8:1:2::/64", "2001:db8:1::/48"},
		"fe80::1%eth0":         {"fe80::/64", "fe80::/48"},
	} {
		near, far := network(addrOf(addr))
		if near != want[0] || far != want[1] {
			t.Errorf("%s: %s, %s", addr, near, far)
		}
	}
	if near, far := network(addrOf("")); near+far != "" {
		t.Error("no address has a network")
	}
}

func addrOf(s string) netip.Addr {
	a, _ := netip.ParseAddr(s)
	return a
}

func TestRecordedAnswers(t *testing.T) {
	recorded := appendAnswer(nil, sign.Prepared{Typ: wire.TypeUpdate, KID: "k", Payload: []byte(`{"typ":"upd","x":"a b"}`)})
	got, err := decodeAnswer(recorded)
	if err != nil || len(got) != 1 || got[0].KID != "k" || string(got[0].Payload) != `{"typ":"upd","x":"a b"}` {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := decodeAnswer([]byte("junk")); !errors.Is(err, ErrAnswerGone) {
		t.Error(err)
	}
	if err := decodeRefusal("junk"); !errors.Is(err, ErrAnswerGone) {
		t.Error(err)
	}
	last := day.Of(2027, 2, 3)
	err = decodeRefusal(encodeRefusal(ErrLicenseExpired.With("last", last, "limit", int64(7)).At("/x")))
	if f := fault.As(err); !errors.Is(err, ErrLicenseExpired) || f.Args["last"] != last || f.Args["limit"] != int64(7) || f.Field != "/x" || f.Kind != fault.Expired {
		t.Errorf("%+v", f)
	}
}

func TestHolderClaim(t *testing.T) {
	for number, want := range map[string]string{"K-4711": "K-4711", "K 47|11": "K_47_11", "Nü\"x\\": "N__x_"} {
		if got := holderClaim(number); got != want {
			t.Errorf("%q: %q, want %q", number, got, want)
		}
	}
}
