package catalog_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/frame"
)

// fataler is what testing.T and rapid.T have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// wantInside holds the invariant: every active configuration of an article
// allows nothing that the article does not.
func wantInside(t fataler, s *catalog.Service, by actor.Actor, number string) {
	t.Helper()
	ctx := background
	a, err := s.GetArticle(ctx, by, number)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.ListConfigurations(ctx, by, catalog.Query{State: catalog.Active, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Items {
		if c.Article != a.Number {
			continue
		}
		for _, o := range a.Options {
			f := effective(c.Frames[o.Name], o.Frame)
			if !f.Within(o.Frame) {
				t.Fatalf("%s allows %+v of %s, its article %+v", c.Number, f, o.Name, o.Frame)
			}
			if v, ok := c.Options[o.Name]; ok && (f.Allows(v) != nil || o.Frame.Allows(v) != nil) {
				t.Fatalf("%s presets %s of %s outside %+v", c.Number, v, o.Name, f)
			}
		}
	}
}

// effective is the test's own reading of "a bound that is left open is the article's".
func effective(own, parent frame.Frame) frame.Frame {
	if own.Min == nil {
		own.Min = parent.Min
	}
	if own.Max == nil {
		own.Max = parent.Max
	}
	if own.Set == nil {
		own.Set = parent.Set
	}
	return own
}

// drawFrame draws a frame over 0..12: bounds, a set, both or nothing.
func drawFrame(rt *rapid.T, label string) (f frame.Frame) {
	number := rapid.Int64Range(0, 12)
	if rapid.Bool().Draw(rt, label+" has min") {
		f.Min = new(number.Draw(rt, label+" min"))
	}
	if rapid.Bool().Draw(rt, label+" has max") {
		f.Max = new(number.Draw(rt, label+" max"))
	}
	if rapid.IntRange(0, 3).Draw(rt, label+" has set") == 0 {
		for _, n := range rapid.SliceOfNDistinct(number, 1, 5, rapid.ID[int64]).Draw(rt, label+" set") {
			f.Set = append(f.Set, fmt.Sprint(n))
		}
	}
	return f
}

// Whatever is asked for, in whatever order, configurations stay within their
// article, and what an order gets lies within the article's frame.
func TestConfigurationsStayInside(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			d := dbtest.Open(t, e)
			s, w := setup(t, d)
			by := w.A.All()
			applied(t, s, by, []byte(small))
			run := 0
			rapid.Check(t, func(rt *rapid.T) {
				run++
				article := fmt.Sprintf("P-%d", run)
				tolerate(rt, create(s, by, article, frame.Frame{}))
				for step := range rapid.IntRange(1, 6).Draw(rt, "steps") {
					f := drawFrame(rt, "frame")
					number := fmt.Sprintf("%s-%d", article, rapid.IntRange(0, 2).Draw(rt, "configuration"))
					c := catalog.Configuration{Number: number, Name: names("c"), Article: article, Frames: map[string]frame.Frame{"n": f}, State: catalog.Active}
					if rapid.Bool().Draw(rt, "preset") {
						c.Options = values{"n": frame.OfInt(rapid.Int64Range(0, 12).Draw(rt, "value"))}
					}
					switch rapid.IntRange(0, 4).Draw(rt, "act") {
					case 0:
						tolerate(rt, change(s, by, article, f))
					case 1:
						_, err := s.RetireConfiguration(background, by, number, catalog.AnyRev)
						tolerate(rt, err)
					case 2:
						_, err := s.ChangeConfiguration(background, by, number, catalog.AnyRev, c)
						tolerate(rt, err)
					default:
						_, err := s.CreateConfiguration(background, by, c)
						tolerate(rt, err)
					}
					wantInside(rt, s, by, article)
					wantSoldInside(rt, d, w.A.Publisher, s, by, article, number, int64(step*3))
				}
			})
		})
	}
}

// wantSoldInside orders a configuration with a value of the order's own.
func wantSoldInside(t fataler, d *db.DB, p actor.PublisherID, s *catalog.Service, by actor.Actor, article, number string, n int64) {
	a, err := s.GetArticle(background, by, article)
	if err != nil {
		t.Fatal(err)
	}
	for _, given := range []values{nil, {"n": frame.OfInt(n)}} {
		var snap catalog.Snapshot
		err := d.Read(background, func(r *db.Reader) error {
			var err error
			snap, err = catalog.Resolve(r, p, number, given)
			return err
		})
		if err == nil && a.Options[0].Frame.Allows(snap.Options["n"]) != nil {
			t.Fatalf("%s was sold with %s, its article allows %+v", number, snap.Options["n"], a.Options[0].Frame)
		}
	}
}

func option(f frame.Frame) []catalog.Option {
	return []catalog.Option{{Name: "n", Title: names("N"), Kind: frame.Int, Frame: f}}
}

func create(s *catalog.Service, by actor.Actor, number string, f frame.Frame) error {
	_, err := s.CreateArticle(background, by, catalog.Article{
		Number: number, Name: names("a"), Product: "P", Model: "m", Kind: catalog.Base, Ticketing: catalog.PerLine, Options: option(f),
	})
	return err
}

func change(s *catalog.Service, by actor.Actor, number string, f frame.Frame) error {
	a, err := s.GetArticle(background, by, number)
	if err != nil {
		return err
	}
	a.Options = option(f)
	_, err = s.ChangeArticle(background, by, number, a.Rev, a)
	return err
}

// tolerate lets refusals pass and nothing else.
func tolerate(t fataler, err error) {
	t.Helper()
	for _, f := range fault.All(err) {
		if f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.NotFound {
			t.Fatal(err)
		}
	}
}
