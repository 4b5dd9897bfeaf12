package org_test

import (
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
)

func TestCreatePublisher(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, admin := t.Context(), actor.Installation()
		in := org.NewPublisher{Slug: "acme-soft", Name: "Acme Soft"}
		p := must(h.CreatePublisher(ctx, admin, in))(t)
		if p.TimeZone != "Europe/Berlin" || p.Language != "de" || p.Currency != "EUR" || p.DataLevel != org.LevelNumber || len(p.Salt) != 16 {
			t.Errorf("defaults: %+v", p)
		}
		if p.Location().String() != "Europe/Berlin" {
			t.Errorf("location %v", p.Location())
		}
		root := must(h.Get(ctx, actor.System(p.ID), p.Root))(t)
		if root.Kind != org.KindPublisher || !root.Parent.IsZero() || root.Name != "Acme Soft" {
			t.Errorf("root %+v", root)
		}
		if n := h.events(t, p.ID, p.ID)["publisher.created"]; n != 1 {
			t.Errorf("%d journal lines", n)
		}
		got := must(h.Publisher(ctx, actor.System(p.ID), p.ID))(t)
		if got.Slug != p.Slug || got.Root != p.Root || string(got.Salt) != string(p.Salt) || !got.CreatedAt.Equal(p.CreatedAt) {
			t.Errorf("read back %+v, want %+v", got, p)
		}
		h.nothing(t, "a refused publisher", func() {
			_, err := h.CreatePublisher(ctx, admin, in)
			refused(t, "slug again", err, org.ErrSlugTaken)
			_, err = h.CreatePublisher(ctx, h.a.All(), org.NewPublisher{Slug: "x1", Name: "X"})
			refused(t, "by a publisher", err, actor.ErrDenied)
			_, err = h.CreatePublisher(ctx, actor.Actor{}, org.NewPublisher{Slug: "x1", Name: "X"})
			refused(t, "by nobody", err, actor.ErrSignIn)
			for _, c := range []struct {
				change func(*org.NewPublisher)
				want   error
			}{
				{func(n *org.NewPublisher) { n.Slug = "-x" }, org.ErrBadSlug},
				{func(n *org.NewPublisher) { n.Slug = "X1" }, org.ErrBadSlug},
				{func(n *org.NewPublisher) { n.Slug = strings.Repeat("x", 41) }, org.ErrBadSlug},
				{func(n *org.NewPublisher) { n.Name = " " }, org.ErrBadName},
				{func(n *org.NewPublisher) { n.TimeZone = "Mars/Base" }, org.ErrBadTimeZone},
				{func(n *org.NewPublisher) { n.TimeZone = "Local" }, org.ErrBadTimeZone},
				{func(n *org.NewPublisher) { n.Language = "fr" }, org.ErrBadLanguage},
				{func(n *org.NewPublisher) { n.Currency = "euro" }, org.ErrBadCurrency},
				{func(n *org.NewPublisher) { n.DataLevel = "all" }, org.ErrBadDataLevel},
			} {
				n := org.NewPublisher{Slug: "other", Name: "Other"}
				c.change(&n)
				_, err := h.CreatePublisher(ctx, admin, n)
				refused(t, "invalid", err, c.want)
			}
		})
	})
}

func TestPublishersAreListedForTheInstallationOnly(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		first := must(h.Publishers(ctx, actor.Installation(), org.Range{Limit: 1}))(t)
		if len(first.Items) != 1 || first.Items[0].ID != h.a.Publisher || first.Next == "" {
			t.Fatalf("first page %+v", first)
		}
		second := must(h.Publishers(ctx, actor.Installation(), org.Range{Limit: 1, After: first.Next}))(t)
		if len(second.Items) != 1 || second.Items[0].ID != h.b.Publisher || second.Next != "" {
			t.Fatalf("second page %+v", second)
		}
		_, err := h.Publishers(ctx, h.a.All(), org.Range{})
		refused(t, "by a publisher", err, actor.ErrDenied)
		_, err = h.Publishers(ctx, actor.Installation(), org.Range{After: "x"})
		refused(t, "bad cursor", err, org.ErrBadPage)
		_, err = h.Publisher(ctx, h.a.All(), h.b.Publisher)
		refused(t, "foreign publisher", err, actor.ErrNotFound)
	})
}

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		by := h.a.Below(h.a.Reseller)
		in := org.NewOrganization{Parent: h.a.Reseller, Kind: org.KindCustomer, Number: " K-1 ", Name: "Muster GmbH"}
		o := must(h.Create(ctx, by, in))(t)
		if o.Number != "K-1" || o.Name != "Muster GmbH" || o.PriceClass != org.PriceList || o.Billing != org.BillOrder || o.State != org.StateOpen || o.Rev != 1 {
			t.Errorf("created %+v", o)
		}
		if got := must(h.Get(ctx, by, o.ID))(t); got != o {
			t.Errorf("read back %+v, want %+v", got, o)
		}
		if h.events(t, h.a.Publisher, o.ID)["org.created"] != 1 {
			t.Error("no journal line")
		}
		own := must(h.Create(ctx, by, org.NewOrganization{Kind: org.KindUnit}))(t)
		if own.Parent != h.a.Reseller || !strings.HasPrefix(own.Number, "C-") || len(own.Number) != 15 {
			t.Errorf("below the caller's own: %+v", own)
		}
		h.nothing(t, "a refused organization", func() {
			for _, c := range []struct {
				name string
				by   actor.Actor
				in   org.NewOrganization
				want error
			}{
				{"without the right", h.a.At(h.a.Reseller, actor.OrgRead), in, actor.ErrDenied},
				{"out of scope", by, org.NewOrganization{Parent: h.a.Root, Kind: org.KindCustomer}, actor.ErrNotFound},
				{"foreign", h.b.All(), in, actor.ErrNotFound},
				{"nobody", actor.Actor{}, in, actor.ErrSignIn},
				{"number again", by, in, org.ErrNumberTaken},
				{"kind", by, org.NewOrganization{Kind: org.KindPublisher}, org.ErrBadKind},
				{"unknown kind", by, org.NewOrganization{Kind: "group"}, org.ErrBadKind},
				{"reseller below a customer", h.a.All(), org.NewOrganization{Parent: h.a.Customer, Kind: org.KindReseller, Name: "R"}, org.ErrBadKind},
				{"long number", by, org.NewOrganization{Kind: org.KindUnit, Number: strings.Repeat("9", 65)}, org.ErrBadNumber},
				{"number with a line break", by, org.NewOrganization{Kind: org.KindUnit, Number: "1\n2"}, org.ErrBadNumber},
				{"reseller without a name", by, org.NewOrganization{Kind: org.KindReseller}, org.ErrBadName},
				{"name that is no text", by, org.NewOrganization{Kind: org.KindUnit, Name: "a\xff"}, org.ErrBadName},
				{"price class", by, org.NewOrganization{Kind: org.KindUnit, PriceClass: "gold"}, org.ErrBadPriceClass},
				{"price class beyond the own", by, org.NewOrganization{Kind: org.KindCustomer, PriceClass: org.PriceFree}, org.ErrPriceClass},
				{"billing", by, org.NewOrganization{Kind: org.KindUnit, Billing: "never"}, org.ErrBadBilling},
			} {
				_, err := h.Create(ctx, c.by, c.in)
				refused(t, c.name, err, c.want)
			}
		})
		free := must(h.Create(ctx, h.a.All(), org.NewOrganization{Kind: org.KindCustomer, PriceClass: org.PriceFree}))(t)
		if free.PriceClass != org.PriceFree {
			t.Errorf("the publisher's own class: %+v", free)
		}
	})
}

func TestNumbersOnly(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		p := must(h.CreatePublisher(ctx, actor.Installation(), org.NewPublisher{Slug: "quiet", Name: "Quiet"}))(t)
		by := actor.System(p.ID)
		_, err := h.Create(ctx, by, org.NewOrganization{Kind: org.KindCustomer, Name: "Erika Muster"})
		refused(t, "a customer's name", err, org.ErrNameNotKept)
		r := must(h.Create(ctx, by, org.NewOrganization{Kind: org.KindReseller, Name: "Reseller"}))(t)
		o, _ := ensure(t, h, by, org.Customer{Parent: r.ID, Number: "7", Name: "Erika Muster"})
		if o.Name != "" {
			t.Errorf("kept %q", o.Name)
		}
	})
}

func TestCreateTwiceUnderOneKey(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		by := h.a.All().With(actor.Retry{Key: "k", Route: "r", Body: [32]byte{1}})
		in := org.NewOrganization{Kind: org.KindCustomer}
		one := must(h.Create(t.Context(), by, in))(t)
		two := must(h.Create(t.Context(), by, in))(t)
		if one != two || h.events(t, h.a.Publisher, one.ID)["org.created"] != 1 {
			t.Errorf("%+v and %+v", one, two)
		}
	})
}

func TestTreeIsAtMostMaxDepthDeep(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		at := h.a.Root
		for range org.MaxDepth - 1 {
			at = h.a.AddOrg(t, h.d, at, "unit")
		}
		_, err := h.Create(t.Context(), h.a.All(), org.NewOrganization{Parent: at, Kind: org.KindUnit})
		refused(t, "one more", err, org.ErrTooDeep)
		_, err = h.Move(t.Context(), h.a.All(), org.Moving{ID: h.a.Unit, Parent: at})
		refused(t, "moved there", err, org.ErrTooDeep)
	})
}

func TestRename(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.Below(h.a.Reseller)
		o := must(h.Rename(ctx, by, org.Renaming{ID: h.a.Customer, Name: "Neu", Rev: 1}))(t)
		if got := must(h.Get(ctx, by, o.ID))(t); got.Name != "Neu" || got.Rev != 2 || got != o {
			t.Errorf("%+v, answered %+v", got, o)
		}
		if h.events(t, h.a.Publisher, o.ID)["org.renamed"] != 1 {
			t.Error("no journal line")
		}
		h.nothing(t, "a refused name", func() {
			_, err := h.Rename(ctx, by, org.Renaming{ID: h.a.Customer, Name: "Alt", Rev: 1})
			refused(t, "stale", err, org.ErrStale)
			_, err = h.Rename(ctx, by, org.Renaming{ID: h.a.Direct, Name: "x"})
			refused(t, "out of scope", err, actor.ErrNotFound)
			_, err = h.Rename(ctx, h.a.None(), org.Renaming{ID: h.a.Customer, Name: "x"})
			refused(t, "denied", err, actor.ErrDenied)
			_, err = h.Rename(ctx, by, org.Renaming{ID: h.a.Reseller, Name: ""})
			refused(t, "empty", err, org.ErrBadName)
		})
		must(h.Rename(ctx, h.a.All(), org.Renaming{ID: h.a.Root, Name: "Alpha AG"}))(t)
		if p := must(h.Publisher(ctx, h.a.All(), h.a.Publisher))(t); p.Name != "Alpha AG" {
			t.Errorf("publisher is called %q", p.Name)
		}
	})
}

func TestSetTerms(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, reseller := t.Context(), h.a.Below(h.a.Reseller)
		o := must(h.SetTerms(ctx, h.a.All(), org.Terms{ID: h.a.Reseller, PriceClass: org.PriceReseller, Billing: org.BillMonthly}))(t)
		if got := must(h.Get(ctx, reseller, o.ID))(t); got != o || got.PriceClass != org.PriceReseller || got.Billing != org.BillMonthly {
			t.Errorf("%+v, answered %+v", got, o)
		}
		must(h.SetTerms(ctx, reseller, org.Terms{ID: h.a.Customer, PriceClass: org.PriceReseller}))(t)
		if h.events(t, h.a.Publisher, o.ID)["org.terms_set"] != 1 {
			t.Error("no journal line")
		}
		h.nothing(t, "refused terms", func() {
			_, err := h.SetTerms(ctx, reseller, org.Terms{ID: h.a.Reseller, PriceClass: org.PriceFree})
			refused(t, "for itself", err, actor.ErrDenied)
			_, err = h.SetTerms(ctx, reseller, org.Terms{ID: h.a.Customer, PriceClass: org.PriceFree})
			refused(t, "more than it has", err, org.ErrPriceClass)
			_, err = h.SetTerms(ctx, reseller, org.Terms{ID: h.a.Customer, Billing: "x"})
			refused(t, "billing", err, org.ErrBadBilling)
			_, err = h.SetTerms(ctx, reseller, org.Terms{ID: h.a.Customer, Rev: 9})
			refused(t, "stale", err, org.ErrStale)
		})
		must(h.SetTerms(ctx, h.a.All(), org.Terms{ID: h.a.Root, Billing: org.BillYearly}))(t)
	})
}

func TestNarrowTakesEffectAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		reseller, unit := h.a.Below(h.a.Reseller), h.a.Below(h.a.Unit)
		only := perms(actor.OrgRead, actor.OrgWrite)
		o := must(h.Narrow(ctx, h.a.All(), org.Narrowing{ID: h.a.Reseller, Ceiling: &only}))(t)
		if got := must(h.Get(ctx, reseller, o.ID))(t); got.Ceiling == nil || *got.Ceiling != only || got.Rev != 2 {
			t.Errorf("stored %+v", got)
		}
		check := func(by actor.Actor, p actor.Permission) error {
			return h.d.Write(ctx, func(tx *db.Tx) error { return h.gate.Check(tx, by, p, by.Org) })
		}
		refused(t, "narrowed", check(reseller, actor.OrderRead), actor.ErrDenied)
		refused(t, "narrowed below", check(unit, actor.OrderRead), actor.ErrDenied)
		ok(t, check(reseller, actor.OrgRead))
		ok(t, check(h.a.Below(h.a.Direct), actor.OrderRead))

		wide := actor.All()
		_, err := h.Narrow(ctx, reseller, org.Narrowing{ID: h.a.Reseller, Ceiling: &wide})
		refused(t, "frees itself", err, actor.ErrDenied)
		_, err = h.Narrow(ctx, h.a.At(h.a.Root, actor.OrgWrite), org.Narrowing{ID: h.a.Reseller})
		refused(t, "frees what the giver lacks", err, org.ErrBeyondOwn)
		_, err = h.Narrow(ctx, h.a.All(), org.Narrowing{ID: h.a.Root, Ceiling: &only})
		refused(t, "the root", err, org.ErrRoot)
		_, err = h.Narrow(ctx, h.a.All(), org.Narrowing{ID: h.a.Reseller, Rev: 1})
		refused(t, "stale", err, org.ErrStale)

		must(h.Narrow(ctx, h.a.All(), org.Narrowing{ID: h.a.Reseller}))(t)
		ok(t, check(unit, actor.OrderRead))
		if h.events(t, h.a.Publisher, o.ID)["org.narrowed"] != 2 {
			t.Error("journal")
		}
	})
}

func TestCloseAndReopen(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.All()
		_, err := h.Close(ctx, by, org.Closing{ID: h.a.Root})
		refused(t, "the root", err, org.ErrRoot)
		_, err = h.Close(ctx, by, org.Closing{ID: h.a.Customer})
		refused(t, "with children", err, org.ErrHasChildren)
		_, err = h.Close(ctx, h.a.Below(h.a.Unit), org.Closing{ID: h.a.Unit})
		refused(t, "itself", err, actor.ErrDenied)
		_, err = h.Close(ctx, by, org.Closing{ID: h.a.Unit, Rev: 2})
		refused(t, "stale", err, org.ErrStale)
		_, err = h.Reopen(ctx, by, org.Reopening{ID: h.a.Unit})
		refused(t, "open already", err, org.ErrNotClosed)

		h.nothing(t, "a dry run", func() {
			e := must(h.Close(ctx, by, org.Closing{ID: h.a.Unit, DryRun: true}))(t)
			if !e.DryRun || e.Organizations != 1 || e.Organization.State != org.StateClosed {
				t.Errorf("preview %+v", e)
			}
		})
		if o := must(h.Get(ctx, by, h.a.Unit))(t); o.State != org.StateOpen || o.Rev != 1 {
			t.Errorf("the dry run did it: %+v", o)
		}
		must(h.Close(ctx, by, org.Closing{ID: h.a.Unit, Rev: 1}))(t)
		_, err = h.Close(ctx, by, org.Closing{ID: h.a.Unit})
		refused(t, "again", err, org.ErrClosed)
		must(h.Close(ctx, by, org.Closing{ID: h.a.Customer}))(t)
		_, err = h.Create(ctx, by, org.NewOrganization{Parent: h.a.Customer, Kind: org.KindUnit})
		refused(t, "below a closed one", err, org.ErrClosed)
		_, err = h.Reopen(ctx, by, org.Reopening{ID: h.a.Unit})
		refused(t, "below a closed one", err, org.ErrClosed)
		must(h.Reopen(ctx, by, org.Reopening{ID: h.a.Customer}))(t)
		if o := must(h.Reopen(ctx, by, org.Reopening{ID: h.a.Unit}))(t); o.State != org.StateOpen || o.Rev != 3 {
			t.Errorf("reopened %+v", o)
		}
		if ev := h.events(t, h.a.Publisher, h.a.Unit); ev["org.closed"] != 1 || ev["org.reopened"] != 1 {
			t.Errorf("journal %v", ev)
		}
	})
}

func TestMove(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.All()
		other := h.a.AddOrg(t, h.d, h.a.Root, "reseller")
		for _, c := range []struct {
			name string
			by   actor.Actor
			in   org.Moving
			want error
		}{
			{"the root", by, org.Moving{ID: h.a.Root, Parent: other}, org.ErrRoot},
			{"below itself", by, org.Moving{ID: h.a.Reseller, Parent: h.a.Reseller}, org.ErrCycle},
			{"below its child", by, org.Moving{ID: h.a.Reseller, Parent: h.a.Unit}, org.ErrCycle},
			{"customer below customer", by, org.Moving{ID: h.a.Customer, Parent: h.a.Direct}, org.ErrBadKind},
			{"stale", by, org.Moving{ID: h.a.Customer, Parent: other, Rev: 7}, org.ErrStale},
			{"to a foreign tree", by, org.Moving{ID: h.a.Customer, Parent: h.b.Reseller}, actor.ErrNotFound},
			{"from a foreign tree", by, org.Moving{ID: h.b.Customer, Parent: other}, actor.ErrNotFound},
			{"to where it cannot see", h.a.Below(h.a.Reseller), org.Moving{ID: h.a.Customer, Parent: other}, actor.ErrNotFound},
			{"away from where it cannot write", h.a.Below(h.a.Customer), org.Moving{ID: h.a.Customer, Parent: h.a.Customer}, actor.ErrDenied},
			{"without the right", h.a.None(), org.Moving{ID: h.a.Customer, Parent: other}, actor.ErrDenied},
		} {
			h.nothing(t, c.name, func() {
				_, err := h.Move(ctx, c.by, c.in)
				refused(t, c.name, err, c.want)
			})
		}
		only := perms(actor.OrgRead)
		must(h.Narrow(ctx, by, org.Narrowing{ID: other, Ceiling: &only}))(t)
		must(h.CreateKey(ctx, by, org.NewKey{Org: h.a.Unit, Name: "k", Permissions: only}))(t)
		h.nothing(t, "a dry run", func() {
			e := must(h.Move(ctx, by, org.Moving{ID: h.a.Customer, Parent: other, DryRun: true}))(t)
			if e.Organizations != 2 || e.Keys != 1 || e.Members != 0 || !e.Lost.Has(actor.OrderRead) || e.Lost.Has(actor.OrgRead) || e.Organization.Parent != other {
				t.Errorf("preview %+v", e)
			}
		})
		e := must(h.Move(ctx, by, org.Moving{ID: h.a.Customer, Parent: other, Rev: 1}))(t)
		if got := must(h.Get(ctx, by, h.a.Customer))(t); got != e.Organization || got.Parent != other || got.Rev != 2 {
			t.Errorf("%+v, answered %+v", got, e.Organization)
		}
		if h.events(t, h.a.Publisher, h.a.Customer)["org.moved"] != 1 {
			t.Error("no journal line")
		}
		check := func(by actor.Actor) error {
			return h.d.Write(ctx, func(tx *db.Tx) error { return h.gate.Check(tx, by, actor.OrgRead, h.a.Unit) })
		}
		refused(t, "the old reseller", check(h.a.Below(h.a.Reseller)), actor.ErrNotFound)
		ok(t, check(h.a.Below(other)))
	})
}

func TestChildrenAndFind(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		ctx, by := t.Context(), h.a.Below(h.a.Reseller)
		var want []org.ID
		for _, n := range []string{"K-10", "K-11", "K-2", "X-1"} {
			o := must(h.Create(ctx, by, org.NewOrganization{Kind: org.KindCustomer, Number: n, Name: "Ärzte " + n}))(t)
			want = append(want, o.ID)
		}
		must(h.Create(ctx, h.a.All(), org.NewOrganization{Kind: org.KindCustomer, Number: "K-12", Name: "ärzte beside"}))(t)

		var got []org.ID
		for rg := (org.Range{Limit: 2}); ; {
			p := must(h.Children(ctx, by, org.ID{}, rg))(t)
			for _, o := range p.Items {
				got = append(got, o.ID)
			}
			if rg.After = p.Next; p.Next == "" {
				break
			}
		}
		if len(got) != 5 || got[0] != h.a.Customer || got[1] != want[0] || got[4] != want[3] {
			t.Errorf("children %v", got)
		}
		find := func(in org.Search) (out string) {
			for {
				p := must(h.Find(ctx, by, in))(t)
				for _, o := range p.Items {
					out += o.Number + " "
				}
				if in.After = p.Next; p.Next == "" {
					return out
				}
			}
		}
		if s := find(org.Search{Number: "K-1", Range: org.Range{Limit: 1}}); s != "K-10 K-11 " {
			t.Errorf("by number: %s", s)
		}
		if s := find(org.Search{Name: "ÄRZTE K", Range: org.Range{Limit: 1}}); s != "K-10 K-11 K-2 " {
			t.Errorf("by name: %s", s)
		}
		_, err := h.Find(ctx, by, org.Search{Name: "a", Range: org.Range{After: "zz"}})
		refused(t, "bad cursor", err, org.ErrBadPage)
		_, err = h.Children(ctx, by, h.a.Root, org.Range{})
		refused(t, "above", err, actor.ErrNotFound)
		_, err = h.Children(ctx, actor.Actor{}, org.ID{}, org.Range{})
		refused(t, "nobody", err, actor.ErrSignIn)
	})
}
