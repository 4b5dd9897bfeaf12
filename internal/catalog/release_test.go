package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

func release(version string) catalog.Release {
	return catalog.Release{
		Product: "CAD", Version: version, Day: day.Of(2026, 3, 1), Link: "https://example.com/cad",
		Notes: catalog.Notes{DE: "Schneller.\nWeniger Fehler.", EN: "Faster.\nFewer faults."},
	}
}

func TestReleasesLiveTheirLives(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		ctx, by := t.Context(), w.A.All()
		_, err := s.CreateRelease(ctx, by, release("3.0"))
		wants(t, err, catalog.ErrUnknown)
		must(s.CreateProduct(ctx, by, catalog.Product{Code: "CAD", Name: names("CAD"), KeyPrefix: "CADP"}))(t)
		in := release("3.0-RC1")
		in.Product = "cad"
		r := must(s.CreateRelease(ctx, by, in))(t)
		if r.Product != "CAD" || r.Key() != "CAD/3.0-RC1" || r.Rev != 1 || r.State != catalog.Active {
			t.Fatalf("%+v", r)
		}
		_, err = s.CreateRelease(ctx, by, release("3.0-rc1"))
		wants(t, err, catalog.ErrExists)
		_, err = s.ChangeRelease(ctx, by, "CAD/3.0-rc1", 1, catalog.Release{Version: "3.1"})
		wants(t, err, catalog.ErrFixed)
		_, err = s.ChangeRelease(ctx, by, "CAD/3.0-rc1", 7, catalog.Release{Link: "https://example.com/x"})
		wants(t, err, catalog.ErrStale)
		r = must(s.ChangeRelease(ctx, by, "cad/3.0-rc1", 1, catalog.Release{Link: "https://example.com/x"}))(t)
		if r.Rev != 2 || r.Day != day.Of(2026, 3, 1) || r.Link != "https://example.com/x" || r.Notes.EN != "" {
			t.Fatalf("%+v", r)
		}
		r = must(s.RetireRelease(ctx, by, r.ID.String(), 2))(t)
		if got := must(s.GetRelease(ctx, by, "CAD/3.0-RC1"))(t); got != r || got.State != catalog.Retired {
			t.Fatalf("%+v", got)
		}
		checkPages(t, s, w.A.All(), d)
	})
}

// checkPages lists twenty releases page by page, the newest day first.
func checkPages(t *testing.T, s *catalog.Service, by actor.Actor, d *db.DB) {
	t.Helper()
	for i := range 20 {
		r := release(fmt.Sprintf("4.%d", i))
		r.Day = r.Day.AddDays(i / 3)
		must(s.CreateRelease(t.Context(), by, r))(t)
	}
	var seen []catalog.Release
	for at := (catalog.Query{Product: "CAD", State: catalog.Active, Limit: 3}); ; {
		page := must(s.ListReleases(t.Context(), by, at))(t)
		seen = append(seen, page.Items...)
		if at.After = page.Next; at.After == "" {
			break
		}
	}
	inOrder := slices.IsSortedFunc(seen, func(a, b catalog.Release) int { return int(b.Day - a.Day) })
	if len(seen) != 20 || !inOrder || seen[0].Day != day.Of(2026, 3, 7) {
		t.Fatalf("%d releases: %v", len(seen), seen)
	}
	some := must(s.ListReleases(t.Context(), by, catalog.Query{Product: "CAD", Prefix: "4.1"}))(t)
	if len(some.Items) != 11 {
		t.Errorf("%d versions begin with 4.1", len(some.Items))
	}
	err := d.Read(t.Context(), func(r *db.Reader) error {
		all, err := catalog.Releases(r, by.Publisher, "cad")
		if len(all) != 20 {
			t.Errorf("%d active releases", len(all))
		}
		none, err2 := catalog.Releases(r, by.Publisher, "CAM")
		if len(none) != 0 || err2 != nil {
			t.Errorf("%d releases of an unknown product: %v", len(none), err2)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReleaseRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		must(s.CreateProduct(t.Context(), w.A.All(), catalog.Product{Code: "CAD", Name: names("CAD"), KeyPrefix: "CADP"}))(t)
		try := func(spoil func(r *catalog.Release)) error {
			r := release("1.0")
			spoil(&r)
			_, err := s.CreateRelease(t.Context(), w.A.All(), r)
			return err
		}
		for _, v := range []string{"", "-1", "1 0", strings.Repeat("1", 33), "1/2", "é"} {
			wants(t, try(func(r *catalog.Release) { r.Version = v }), catalog.ErrVersion)
		}
		wants(t, try(func(r *catalog.Release) { r.Day = day.None }), catalog.ErrReleaseDay)
		wants(t, try(func(r *catalog.Release) { r.Notes.DE = strings.Repeat("ä", 4001) }), catalog.ErrNotes)
		wants(t, try(func(r *catalog.Release) { r.Notes.EN = "a\x1b[2J" }), catalog.ErrNotes)
		for _, l := range []string{"http://example.com", "javascript:alert(1)", "https://", "https://a@example.com", "https://example.com/" + strings.Repeat("a", 500)} {
			wants(t, try(func(r *catalog.Release) { r.Link = l }), catalog.ErrLink)
		}
		if err := try(func(r *catalog.Release) { r.Notes.DE, r.Link = strings.Repeat("ä", 4000), "" }); err != nil {
			t.Error(err)
		}
	})
}

func TestCompareVersions(t *testing.T) {
	order := []string{
		"0.9", "1.0-alpha", "1.0-alpha.1", "1.0-alpha.beta", "1.0-beta.2", "1.0-beta.11", "1.0-rc1", "1.0", "1.0.1", "1.2", "1.10",
		"1.10a", "1.10b", "2", "2.0.0.4711", "2024.1", "2024.10", "r3",
	}
	for i, a := range order {
		for j, b := range order {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := catalog.CompareVersions(a, b); got != want {
				t.Errorf("%s and %s: %d, want %d", a, b, got, want)
			}
		}
	}
	for _, same := range [][2]string{{"1.0", "1"}, {"v1.2", "1.2"}, {"1.2+build7", "1.2+build8"}, {"01.002", "1.2"}, {"1.0-RC1", "1.0-rc1"}, {"1_2", "1.2"}} {
		if got := catalog.CompareVersions(same[0], same[1]); got != 0 {
			t.Errorf("%v: %d", same, got)
		}
	}
}

// It is an order: antisymmetric and transitive, whatever people call versions.
func TestCompareVersionsIsAnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		version := rapid.StringMatching(`[0-9v]{1,3}([._-]?[0-9a-b]{1,2}){0,4}(\+x)?`)
		a, b, c := version.Draw(t, "a"), version.Draw(t, "b"), version.Draw(t, "c")
		ab, bc, ac := catalog.CompareVersions(a, b), catalog.CompareVersions(b, c), catalog.CompareVersions(a, c)
		if ab != -catalog.CompareVersions(b, a) {
			t.Fatalf("%s, %s: %d and back %d", a, b, ab, catalog.CompareVersions(b, a))
		}
		if ab <= 0 && bc <= 0 && ac > 0 {
			t.Fatalf("%s ≤ %s ≤ %s, but not %s ≤ %s", a, b, c, a, c)
		}
	})
}

func TestNewer(t *testing.T) {
	all := []catalog.Release{release("3.0"), release("2.9"), release("3.1-beta"), release("2.10")}
	for i := range all {
		all[i].State = catalog.Active
	}
	all[0].State = catalog.Retired
	whatever := func(catalog.Release) bool { return true }
	if r, ok := catalog.Newer(all, "2.9", whatever); !ok || r.Version != "3.1-beta" {
		t.Errorf("%v %v", r, ok)
	}
	if r, ok := catalog.Newer(all, "2.9", func(r catalog.Release) bool { return !strings.Contains(r.Version, "-") }); !ok || r.Version != "2.10" {
		t.Errorf("%v %v", r, ok)
	}
	if r, ok := catalog.Newer(all, "3.1", whatever); ok {
		t.Errorf("%v is newer than the final version", r)
	}
}
