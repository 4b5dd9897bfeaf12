package usage_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/sign/signtest"
	"github.com/licet/licet/internal/usage"
	"github.com/licet/licet/wire"
)

// world is two publishers, of which the first sells maintained licenses.
type world struct {
	*usage.Service
	t       testing.TB
	d       *db.DB
	a, b    actortest.Site
	goods   *catalog.Service
	lic     *license.Service
	ring    *sign.Keyring
	license license.LicenseID // of a.Direct
	token   string
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t testing.TB, e db.Engine) *world {
	t.Helper()
	clock := dbtest.NewClock(t)
	d := dbtest.Open(t, e, dbtest.WithNow(clock.Now))
	p := actortest.World(t, d)
	gate := actor.NewGate(d)
	keys, _ := signtest.New(t, d, gate)
	w := &world{t: t, d: d, a: p.A, b: p.B, ring: keys.Keyring(), goods: catalog.NewService(d, gate)}
	for _, site := range []actortest.Site{w.a, w.b} {
		signtest.Certify(t, d, keys, signtest.Root(t, d), site.All())
	}
	w.lic = license.New(license.Options{DB: d, Gate: gate, Vault: keys.Vault(), Keyring: w.ring})
	w.Service = usage.NewService(d, gate, keys.Vault(), w.ring)
	w.license = w.sell(w.a, w.a.Direct)
	w.token = w.shown(w.a, w.license, d.Now().AddDate(0, 1, 0))
	return w
}

// sell issues a license to an organization.
func (w *world) sell(site actortest.Site, to actor.OrgID) license.LicenseID {
	w.t.Helper()
	var out []license.Issued
	must(w.t, w.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		out, err = w.lic.Issue(tx, site.System(), []license.IssueInput{{Holder: to, Quantity: 1, Item: catalog.Snapshot{
			Number: "CAD-1", ArticleNumber: "CAD-1", ArticleID: catalog.ArticleID{1: 1, 15: 7}, Name: catalog.Names{DE: "CAD", EN: "CAD"},
			Product: "CAD", KeyPrefix: "CADP", ModelCode: "m", Model: catalog.Defaults(catalog.Multi), Ticketing: catalog.PerLine,
			ContainerKinds: []string{catalog.Soft},
		}}})
		return err
	}))
	return out[0].Licenses[0]
}

// shown is the license as a program has it, maintained until an instant.
func (w *world) shown(site actortest.Site, id license.LicenseID, until time.Time) string {
	w.t.Helper()
	token, err := w.ring.Sign(context.Background(), site.Publisher, &wire.License{
		Issuer: site.Publisher.String(), ID: id.String(), Generation: 1, Product: "CAD", IssuedAt: w.d.Now().Unix(),
		Enforce: wire.Enforce, Serial: wire.Serial(sign.NewSerial()), Maintenance: until.Unix(),
	})
	must(w.t, err)
	return token
}

// telling is what the program of the license says.
func (w *world) telling(change ...func(*usage.Telling)) usage.Telling {
	in := usage.Telling{
		Publisher: w.a.Publisher.String(), License: w.license.String(), Token: w.token,
		Source: base64.RawURLEncoding.EncodeToString(make([]byte, 16)), Version: "1.0", Platform: "linux/amd64",
	}
	for _, c := range change {
		c(&in)
	}
	return in
}

func (w *world) tell(change ...func(*usage.Telling)) usage.Told {
	w.t.Helper()
	out, err := w.Tell(context.Background(), anyone(), w.telling(change...))
	must(w.t, err)
	return out
}

func anyone() actor.Actor { return actor.Anonymous(netip.MustParseAddr("203.0.113.9")) }

func (w *world) today() day.Day { return day.FromTime(w.d.Now(), time.UTC) }

func (w *world) choose(by actor.Actor, org actor.OrgID, updates, use usage.Choice) usage.Chosen {
	w.t.Helper()
	out, err := w.Choose(context.Background(), by, org, updates, use, 0)
	must(w.t, err)
	return out
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) { fn(t, newWorld(t, e)) })
	}
}

func counted(n int64) func(*usage.Telling) {
	return func(in *usage.Telling) {
		in.Usage = usage.On
		in.Days = []usage.Count{{Day: day.FromTime(dbtest.Start, time.UTC), Features: map[string]int64{"": 1, "draw": n}}}
	}
}

func (w *world) release(version string, on day.Day) {
	w.t.Helper()
	_, err := w.goods.CreateRelease(context.Background(), w.a.All(), catalog.Release{Product: "CAD", Version: version, Day: on})
	must(w.t, err)
}

// Nothing is on until somebody wants it, and off anywhere wins.
func TestNothingByItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.goods.CreateProduct(t.Context(), w.a.All(), catalog.Product{Code: "CAD", Name: catalog.Names{DE: "C", EN: "C"}, KeyPrefix: "CADP"})
		must(t, err)
		w.release("1.1", w.today())
		w.release("2.0", w.today().AddDays(90))
		numbers := func(in *usage.Telling) {
			in.Days = []usage.Count{{Day: w.today(), Features: map[string]int64{"draw": 3}}}
		}
		if got := w.tell(numbers); got.Updates || got.Usage || got.Kept != 0 || got.Release != nil || got.Beyond != nil {
			t.Fatalf("by itself: %+v", got)
		}
		here := func(in *usage.Telling) { in.Updates, in.Usage = usage.On, usage.On }
		got := w.tell(numbers, here)
		if !got.Updates || !got.Usage || got.Kept != 1 || got.Release == nil || got.Release.Version != "1.1" || got.Beyond == nil || got.Beyond.Version != "2.0" {
			t.Fatalf("switched on at the machine: %+v", got)
		}
		if c := w.choose(w.a.All(), w.a.Direct, usage.Off, usage.Unset); c.Told || c.Counted || c.Rev != 1 {
			t.Fatalf("%+v", c)
		}
		if got := w.tell(numbers, here); got.Updates || !got.Usage || got.Release != nil {
			t.Fatalf("the organization forbids notices: %+v", got)
		}
		w.choose(w.a.All(), w.a.Direct, usage.On, usage.On)
		if got := w.tell(numbers); !got.Updates || !got.Usage || got.Kept != 1 {
			t.Fatalf("the organization switches on: %+v", got)
		}
		if got := w.tell(numbers, func(in *usage.Telling) { in.Updates, in.Usage = usage.Off, usage.Off }); got.Updates || got.Usage || got.Kept != 0 {
			t.Fatalf("the machine stays out: %+v", got)
		}
	})
}

// A choice holds for everything below, until somebody below chooses otherwise.
func TestChoicesInTheTree(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.choose(w.a.All(), w.a.Customer, usage.On, usage.On)
		c, err := w.Choices(t.Context(), w.a.All(), w.a.Unit)
		must(t, err)
		if c.Updates != usage.Unset || !c.Told || !c.Counted || c.Rev != 0 {
			t.Fatalf("below: %+v", c)
		}
		w.choose(w.a.All(), w.a.Unit, usage.Unset, usage.Off)
		c, err = w.Choices(t.Context(), w.a.All(), w.a.Unit)
		must(t, err)
		if !c.Told || c.Counted || c.Rev != 1 {
			t.Fatalf("a unit stays out: %+v", c)
		}
		_, err = w.Choose(t.Context(), w.a.All(), w.a.Unit, usage.On, usage.On, 7)
		want(t, err, usage.ErrStale)
		_, err = w.Choose(t.Context(), w.a.All(), w.a.Unit, "perhaps", usage.On, 0)
		want(t, err, usage.ErrChoice)
		_, err = w.Choose(t.Context(), w.a.All(), w.a.Unit, usage.On, "perhaps", 0)
		want(t, err, usage.ErrChoice)
		for _, org := range []actor.OrgID{w.a.Root, w.a.Reseller} {
			_, err = w.Choose(t.Context(), w.a.All(), org, usage.On, usage.On, 0)
			want(t, err, usage.ErrNotCustomer)
		}
		before := w.events()
		w.choose(w.a.All(), w.a.Unit, usage.Unset, usage.Off) // as it is
		if after := w.events(); after != before || before != 2 {
			t.Errorf("%d journal lines, then %d", before, after)
		}
	})
}

func (w *world) events() (n int) {
	w.t.Helper()
	_, err := actor.SealOnce(context.Background(), w.d)
	must(w.t, err)
	must(w.t, w.d.Read(context.Background(), func(r *db.Reader) error {
		rows, err := actor.ReadJournal(r, w.a.Publisher, 0, 1000)
		for _, row := range rows {
			if row.Event == "usage.chosen" {
				n++
			}
		}
		return err
	}))
	return n
}

func want(t *testing.T, err error, sentinel *fault.Error) {
	t.Helper()
	if !errors.Is(err, sentinel) {
		t.Fatalf("got %v, want %s", err, sentinel.Code)
	}
}

// Only the bearer of a genuine license of this publisher is heard.
func TestWhoIsHeard(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := w.sell(w.b, w.b.Direct)
		for name, change := range map[string]func(in *usage.Telling){
			"no publisher":        func(in *usage.Telling) { in.Publisher = "x" },
			"another publisher":   func(in *usage.Telling) { in.Publisher = w.b.Publisher.String() },
			"no license":          func(in *usage.Telling) { in.License = "x" },
			"unknown license":     func(in *usage.Telling) { in.License = db.MakeID[license.License](w.d.Now()).String() },
			"another's license":   func(in *usage.Telling) { in.License = other.String() },
			"not the license":     func(in *usage.Telling) { in.Token = w.shown(w.a, other, w.d.Now()) },
			"by another's key":    func(in *usage.Telling) { in.Token = w.shown(w.b, w.license, w.d.Now()) },
			"no token":            func(in *usage.Telling) { in.Token = "" },
			"a token that is cut": func(in *usage.Telling) { in.Token = in.Token[:len(in.Token)-2] },
		} {
			_, err := w.Tell(t.Context(), anyone(), w.telling(counted(1), change))
			if !errors.Is(err, usage.ErrLicense) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := w.Tell(t.Context(), w.b.All(), w.telling())
		want(t, err, usage.ErrLicense)
		_, err = w.Tell(t.Context(), anyone(), w.telling(func(in *usage.Telling) { in.Version = "a b" }))
		want(t, err, usage.ErrReport)
		_, err = w.Tell(t.Context(), anyone(), w.telling(func(in *usage.Telling) {
			in.Days = []usage.Count{{Day: w.today(), Features: map[string]int64{}}}
			for i := range 201 {
				in.Days[0].Features[fmt.Sprint("f", i)] = 1
			}
		}))
		want(t, err, usage.ErrTooMuch)
	})
}

// The same report counts once, whoever repeats it and however often; a greater
// number takes the place of a smaller one.
func TestReportsConverge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		on := func(n int64, source byte) func(*usage.Telling) {
			return func(in *usage.Telling) {
				counted(n)(in)
				in.Source = string('A' + source)
			}
		}
		var all sync.WaitGroup
		for i := range 24 {
			all.Go(func() {
				if _, err := w.Tell(t.Context(), anyone(), w.telling(on(int64(1+i%4), byte(i%3)))); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.tell(on(2, 0)) // late
		sum, err := w.Summarize(t.Context(), w.a.All(), usage.Query{Product: "cad", From: w.today(), Until: w.today()})
		must(t, err)
		month := w.today().String()[:7]
		if wantRows := []usage.Row{{month, "", 3, 3}, {month, "draw", 12, 3}}; !slices.Equal(sum.Rows, wantRows) {
			t.Errorf("%+v", sum.Rows)
		}
	})
}

func TestSummarize(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		below := w.sell(w.a, w.a.Customer)
		report := func(id license.LicenseID, on day.Day, version, platform string, n int64) {
			w.tell(func(in *usage.Telling) {
				in.License, in.Token = id.String(), w.shown(w.a, id, w.d.Now())
				in.Version, in.Platform, in.Usage = version, platform, usage.On
				in.Days = []usage.Count{{Day: on, Features: map[string]int64{"draw": n}}}
			})
		}
		report(w.license, w.today(), "1.0", "linux/amd64", 5)
		report(w.license, w.today().AddDays(-1), "1.0", "linux/amd64", 7)
		report(below, w.today(), "1.1", "windows/amd64", 11)
		q := usage.Query{Product: "CAD", From: w.today().AddDays(-1), Until: w.today()}
		rows := func(by actor.Actor, q usage.Query) string {
			t.Helper()
			s, err := w.Summarize(t.Context(), by, q)
			must(t, err)
			var out []string
			for _, r := range s.Rows {
				out = append(out, fmt.Sprintf("%s=%d/%d", r.Key, r.Uses, r.Machines))
			}
			return strings.Join(out, " ")
		}
		with := func(change func(q *usage.Query)) usage.Query { c := q; change(&c); return c }
		for want, got := range map[string]string{
			"draw=23/2":                           rows(w.a.All(), q),
			"1.0=12/1 1.1=11/1":                   rows(w.a.All(), with(func(q *usage.Query) { q.By = usage.ByVersion })),
			"linux/amd64=12/1 windows/amd64=11/1": rows(w.a.All(), with(func(q *usage.Query) { q.By = usage.ByPlatform })),
			"draw=7/1 draw=16/2":                  rows(w.a.All(), with(func(q *usage.Query) { q.Per = usage.PerDay })),
			"draw=11/1":                           rows(w.a.All(), with(func(q *usage.Query) { q.Org = w.a.Reseller })),
			"":                                    rows(w.a.All(), with(func(q *usage.Query) { q.Product = "CAM" })),
		} {
			if got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		if got := rows(w.a.Below(w.a.Customer), q); got != "draw=11/1" {
			t.Errorf("a customer sees %q", got)
		}
		for _, bad := range []usage.Query{
			with(func(q *usage.Query) { q.From = day.None }), with(func(q *usage.Query) { q.Until = q.From.AddDays(-1) }),
			with(func(q *usage.Query) { q.Until = q.From.AddDays(800) }),
		} {
			_, err := w.Summarize(t.Context(), w.a.All(), bad)
			want(t, err, usage.ErrPeriod)
		}
		_, err := w.Summarize(t.Context(), w.a.All(), with(func(q *usage.Query) { q.By = "person" }))
		want(t, err, usage.ErrGrouping)
		_, err = w.Summarize(t.Context(), w.a.All(), with(func(q *usage.Query) { q.Per = "hour" }))
		want(t, err, usage.ErrGrouping)
		w.forget(t, q)
	})
}

// forget deletes what is old, day by day.
func (w *world) forget(t *testing.T, q usage.Query) {
	t.Helper()
	for _, want := range []int64{1, 0} {
		must(t, w.d.Write(t.Context(), func(tx *db.Tx) error {
			n, err := usage.Purge(tx, w.a.Publisher, w.today())
			if n != want {
				t.Errorf("%d deleted, want %d", n, want)
			}
			return err
		}))
	}
	s, err := w.Summarize(t.Context(), w.a.All(), q)
	must(t, err)
	if len(s.Rows) != 1 || s.Rows[0].Uses != 16 {
		t.Errorf("%+v", s.Rows)
	}
}
