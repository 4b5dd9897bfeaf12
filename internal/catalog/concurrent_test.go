package catalog_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/frame"
)

// together runs fn n times at once and returns what each returned.
func together(n int, fn func(i int) error) []error {
	out := make([]error, n)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			out[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	return out
}

func TestConcurrentAppliesConverge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		by, doc := w.A.All(), demo(t)
		plans := make([]catalog.Plan, 8)
		for _, err := range together(len(plans), func(i int) error {
			var err error
			plans[i], err = s.Apply(t.Context(), by, doc, false)
			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		created, all := 0, len(plans[0].Created)+plans[0].Unchanged
		for _, p := range plans {
			created += len(p.Created)
			if len(p.Created) != 0 && len(p.Created) != all || len(p.Changed) != 0 {
				t.Fatalf("a half plan: %s", p.Text("en"))
			}
		}
		if created != all {
			t.Fatalf("%d objects were created, the file has %d", created, all)
		}

		// Different files: whoever comes last wins as a whole.
		for _, err := range together(8, func(i int) error {
			text := replace(t, string(doc), "assemblies: 500", fmt.Sprintf("assemblies: %d", 600+i), "{count: 2, per_days: 365, wait_days: 7}", fmt.Sprintf("{count: %d, per_days: 365, wait_days: 7}", 10+i))
			_, err := s.Apply(t.Context(), by, []byte(text), false)
			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		snap := must(resolve(t, d, w.A.Publisher, "CAD-PRO-PERP", nil))(t)
		if snap.Limits["assemblies"]-600 != snap.Model.Restore.Count-10 {
			t.Fatalf("two files are mixed: %d assemblies, %d restores", snap.Limits["assemblies"], snap.Model.Restore.Count)
		}
	})
}

func TestOneOfManyGetsTheNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		by := w.A.All()
		applied(t, s, by, []byte(small))
		won := 0
		for _, err := range together(8, func(i int) error {
			if i%2 == 0 {
				_, err := s.CreateArticle(t.Context(), by, catalog.Article{
					Number: "new-1", Name: names("x"), Product: "P", Model: "m", Kind: catalog.Base, Ticketing: catalog.PerLine,
				})
				return err
			}
			_, err := s.CreateConfiguration(t.Context(), by, catalog.Configuration{Number: "NEW -1", Name: names("x"), Article: "A-1"})
			return err
		}) {
			if err == nil {
				won++
			} else if !errors.Is(err, catalog.ErrExists) {
				t.Fatal(err)
			}
		}
		if won != 1 {
			t.Fatalf("%d got the number", won)
		}
		won = 0
		for _, err := range together(8, func(i int) error {
			code := strings.Repeat("Q", i+1)
			_, err := s.CreateProduct(t.Context(), by, catalog.Product{Code: code, Name: names("x"), KeyPrefix: "QQQ"})
			return err
		}) {
			if err == nil {
				won++
			} else if !errors.Is(err, catalog.ErrPrefixTaken) {
				t.Fatal(err)
			}
		}
		if won != 1 {
			t.Fatalf("%d got the prefix", won)
		}
	})
}

// One caller narrows the article while others make configurations of it: what
// stands in the end is inside, whoever came first.
func TestNarrowingRacesWithConfigurations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, w := setup(t, d)
		ctx, by := t.Context(), w.A.All()
		applied(t, s, by, []byte(small))
		for round := range 5 {
			for _, err := range together(4, func(i int) error {
				if i == 0 {
					a, err := s.GetArticle(ctx, by, "A-1")
					if err != nil {
						return err
					}
					a.Options[0].Frame.Max = new(int64(20 - round))
					_, err = s.ChangeArticle(ctx, by, "A-1", catalog.AnyRev, a)
					return err
				}
				number := fmt.Sprintf("R-%d-%d", round, i)
				_, err := s.CreateConfiguration(ctx, by, catalog.Configuration{
					Number: number, Name: names(number), Article: "A-1",
					Frames: map[string]frame.Frame{"days": {Max: new(int64(22 - round - i))}},
				})
				return err
			}) {
				if err != nil && !errors.Is(err, catalog.ErrInUse) && !errors.Is(err, catalog.ErrFrameWider) {
					t.Fatal(err)
				}
			}
			wantInside(t, s, by, "A-1")
		}
	})
}
