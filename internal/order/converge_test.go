package order

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestConvergeActs(t *testing.T) {
	a, b := Sale{Article: "A"}, Sale{Article: "B"}
	days := Sale{Article: "A", Options: map[string]string{"days": "30"}}
	have := func(q, issued, free int64) []LineState {
		return []LineState{{No: "1", Sale: a, Quantity: q, Issued: issued, Free: free, InUse: issued - free}}
	}
	want := func(s Sale, q int64) []Wanted { return []Wanted{{No: "1", Sale: s, Quantity: q}} }
	for name, c := range map[string]struct {
		current  []LineState
		wanted   []Wanted
		complete bool
		steps    []Step
	}{
		"new":                    {nil, want(a, 3), false, []Step{{No: "1", Act: Add, Article: "A", To: 3, Sale: a}}},
		"same":                   {have(3, 3, 3), want(a, 3), true, nil},
		"raised":                 {have(3, 3, 0), want(a, 5), false, []Step{{No: "1", Act: Raise, Article: "A", From: 3, To: 5, Sale: a}}},
		"lowered, free":          {have(5, 5, 4), want(a, 3), false, []Step{{No: "1", Act: Lower, Article: "A", From: 5, To: 3, Take: 2, Sale: a}}},
		"lowered, in use":        {have(5, 5, 1), want(a, 3), false, []Step{{No: "1", Act: Lower, Article: "A", From: 5, To: 3, Take: 2, Recalls: 1, Sale: a}}},
		"lowered, used up":       {[]LineState{{No: "1", Sale: a, Quantity: 5, Issued: 5, Free: 1, InUse: 0}}, want(a, 3), false, []Step{{No: "1", Act: Lower, Article: "A", From: 5, To: 3, Take: 2, Sale: a}}},
		"lowered, not issued":    {have(5000, 1000, 1000), want(a, 3000), false, []Step{{No: "1", Act: Lower, Article: "A", From: 5000, To: 3000, Sale: a}}},
		"lowered, partly issued": {have(5000, 1000, 0), want(a, 900), false, []Step{{No: "1", Act: Lower, Article: "A", From: 5000, To: 900, Take: 100, Recalls: 100, Sale: a}}},
		"cancelled":              {have(5, 5, 0), want(b, 0), false, []Step{{No: "1", Act: Reverse, Article: "A", From: 5, Take: 5, Recalls: 5, Sale: a}}},
		"cancelled before":       {have(0, 0, 0), want(a, 0), false, nil},
		"cancelled, never seen":  {nil, want(a, 0), true, nil},
		"back again":             {have(0, 0, 0), want(b, 2), false, []Step{{No: "1", Act: Add, Article: "B", To: 2, Sale: b}}},
		"another article":        {have(2, 2, 1), want(b, 3), false, []Step{{No: "1", Act: Exchange, Article: "B", From: 2, To: 3, Take: 2, Recalls: 1, Sale: b}}},
		"another option":         {have(2, 2, 2), want(days, 2), false, []Step{{No: "1", Act: Exchange, Article: "A", From: 2, To: 2, Take: 2, Sale: days}}},
		"absent, lines":          {have(2, 2, 2), nil, false, nil},
		"absent, complete":       {have(2, 2, 0), nil, true, []Step{{No: "1", Act: Reverse, Article: "A", From: 2, Take: 2, Recalls: 2, Sale: a}}},
	} {
		got := Converge(c.current, c.wanted, c.complete, Policy{RecallAbove: 10})
		if diff := cmp.Diff(c.steps, got.Steps); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestConvergeWaits(t *testing.T) {
	current := []LineState{{No: "1", Quantity: 30, Issued: 30, Free: 5, InUse: 25}}
	for _, c := range []struct {
		to        int64
		above     int64
		confirmed bool
		waits     bool
	}{
		{15, 10, false, false}, // 15 taken, 5 free, 10 recalled
		{14, 10, false, true},
		{14, 10, true, false},
		{25, 0, false, false},
		{24, 0, false, true},
	} {
		p := Converge(current, []Wanted{{No: "1", Quantity: c.to}}, false, Policy{RecallAbove: c.above, Confirmed: c.confirmed})
		if p.Waits != c.waits {
			t.Errorf("%+v: %+v", c, p)
		}
	}
}

// TestConvergeLaws: carrying a plan out makes the order say what the document
// says; then the document changes nothing any more; lines that a document of
// lines does not contain stay; the order of lines does not matter.
func TestConvergeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sale := rapid.Custom(func(t *rapid.T) Sale {
			return Sale{Article: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "article")}
		})
		var current []LineState
		for i := range rapid.IntRange(0, 5).Draw(t, "lines") {
			q := rapid.Int64Range(0, 6).Draw(t, "quantity")
			current = append(current, LineState{No: fmt.Sprint(i), Sale: sale.Draw(t, "sale"), Quantity: q, Issued: q, Free: rapid.Int64Range(0, q).Draw(t, "free")})
		}
		var wanted []Wanted
		for i := range 7 {
			if rapid.Bool().Draw(t, "contained") {
				wanted = append(wanted, Wanted{No: fmt.Sprint(i), Sale: sale.Draw(t, "wanted sale"), Quantity: rapid.Int64Range(0, 6).Draw(t, "wanted")})
			}
		}
		complete := rapid.Bool().Draw(t, "complete")
		plan := Converge(current, wanted, complete, Policy{Confirmed: true})
		after := carry(current, plan)
		said := map[string]bool{}
		for _, w := range wanted {
			said[w.No] = true
			if l := after[w.No]; l.Quantity != w.Quantity || w.Quantity > 0 && !l.Sale.equal(w.Sale) {
				t.Fatalf("line %+v, wanted %+v", l, w)
			}
		}
		for _, l := range current {
			if want := l.Quantity; !said[l.No] {
				if complete {
					want = 0
				}
				if after[l.No].Quantity != want {
					t.Fatalf("line %s was not spoken of and has %d, want %d", l.No, after[l.No].Quantity, want)
				}
			}
		}
		var again []LineState
		for _, l := range after {
			again = append(again, l)
		}
		if rest := Converge(again, wanted, complete, Policy{}); len(rest.Steps) > 0 {
			t.Fatalf("a second time it still does %+v", rest.Steps)
		}
		shuffled := Converge(current, rapid.Permutation(wanted).Draw(t, "shuffled"), complete, Policy{Confirmed: true})
		if diff := cmp.Diff(after, carry(current, shuffled)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func carry(current []LineState, p Plan) map[string]LineState {
	out := map[string]LineState{}
	for _, l := range current {
		out[l.No] = l
	}
	for _, s := range p.Steps {
		out[s.No] = LineState{No: s.No, Sale: s.Sale, Quantity: s.To, Issued: s.To, Free: s.To}
	}
	return out
}

func TestVerdict(t *testing.T) {
	one, two := int64(1), int64(2)
	for _, c := range []struct {
		unpaid, copySeen bool
		revision, seen   *int64
		want             Outcome
	}{
		{true, true, &one, &two, NotPaid},
		{false, true, &one, &two, Unchanged},
		{false, false, &one, &two, Stale},
		{false, false, &two, &two, ""},
		{false, false, &two, &one, ""},
		{false, false, nil, &two, ""},
		{false, false, &one, nil, ""},
	} {
		if got := verdict(c.unpaid, c.copySeen, c.revision, c.seen); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestStateOf(t *testing.T) {
	for _, c := range []struct {
		quantity, issued int64
		waiting          bool
		want             State
	}{
		{3, 3, false, Delivered},
		{3, 3, true, Awaiting},
		{3, 1, false, Issuing},
		{0, 0, false, Reversed},
		{3, 1, true, Awaiting},
	} {
		if got := stateOf(c.quantity, c.issued, c.waiting); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
