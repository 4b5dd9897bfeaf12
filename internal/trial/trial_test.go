package trial_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/trial"
)

// The whole way: offered, asked for, confirmed, looked at; and what is left of it.
func TestTrial(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		offers, err := w.Offers(ctx, w.by())
		if err != nil || len(offers) != 1 || offers[0].Number != "CAD-TRIAL" || offers[0].Days != 30 || offers[0].Keep != 730 || offers[0].Name.DE != "CAD Testlizenz" {
			t.Fatalf("%+v, %v", offers, err)
		}
		code := w.ask("Anna.Muster+licet@Example.org")
		l := w.letters()[0]
		if l.To.String() != "Anna.Muster+licet@example.org" || l.Subject != "Confirm your trial: CAD trial" || l.Kind != "trial.confirm" || !l.Deadline.Equal(w.d.Now().Add(24*time.Hour)) {
			t.Errorf("%+v", l)
		}
		got, err := w.Confirm(ctx, w.by(), strings.ToLower(code))
		if err != nil || got.Again || got.Number != "CAD-TRIAL" || got.Days != 30 || got.Code == "" {
			t.Fatalf("%+v, %v", got, err)
		}
		look, err := w.lic.Look(ctx, actor.Anonymous(w.by().Addr), got.Code)
		if err != nil || len(look.Holdings) != 1 || look.Holdings[0].Free != 1 || look.Holdings[0].Kind != catalog.Trial {
			t.Fatalf("%+v, %v", look, err)
		}
		again, err := w.Confirm(ctx, w.by(), code)
		if err != nil || again.Code != got.Code || !again.Again {
			t.Fatalf("repeated: %+v, %v", again, err)
		}
		later, err := w.Confirm(ctx, w.by(), w.ask("anna.muster@EXAMPLE.ORG"))
		if err != nil || later.Code != got.Code || !later.Again {
			t.Fatalf("asked for again: %+v, %v", later, err)
		}
		other, err := w.Confirm(ctx, w.by(), w.ask("berta@example.org"))
		if err != nil || other.Code == got.Code || other.Again {
			t.Fatalf("somebody else: %+v, %v", other, err)
		}
		if n := w.count(qTickets); n != 2 {
			t.Errorf("%d tickets, want 2", n)
		}
		said := w.journal()
		if strings.Count(said, "trial.asked anonymous") != 3 || strings.Count(said, "trial.confirmed anonymous") != 3 || strings.Count(said, "ticket.issued") != 2 {
			t.Errorf("journal:\n%s", said)
		}
		for _, word := range []string{"anna", "example.org", code} {
			if strings.Contains(strings.ToLower(said), strings.ToLower(word)) {
				t.Errorf("the journal names %q:\n%s", word, said)
			}
		}
		w.now.Advance(24 * time.Hour)
		w.purge()
		if r, m := w.count(qRequests), w.count(qMarks); r != 0 || m != 2 {
			t.Errorf("%d requests and %d marks are left, want 0 and 2", r, m)
		}
		w.now.Advance(730 * 24 * time.Hour)
		w.purge()
		if m := w.count(qMarks); m != 0 {
			t.Errorf("%d marks are left", m)
		}
	})
}

// The ticket is the publisher's own and lasts as long as the offer says, with a
// month to begin.
func TestTicketOfATrial(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		got, err := w.Confirm(t.Context(), w.by(), w.ask("anna@example.org"))
		must(t, err)
		found, err := w.lic.FindTicket(t.Context(), w.a.All(), got.Code)
		if err != nil || found.Holder != w.a.Root {
			t.Fatalf("%+v, %v", found, err)
		}
		if _, err := w.lic.FindTicket(t.Context(), w.a.Below(w.a.Direct), got.Code); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a customer sees a visitor's ticket: %v", err)
		}
		look, err := w.lic.Look(t.Context(), w.by(), got.Code)
		must(t, err)
		if last := look.Holdings[0].LastDay; last.String() != "2027-02-10" { // first used today: 30 days from 12 January
			t.Errorf("used from today it lasts until %v", last)
		}
		w.now.Advance(60 * 24 * time.Hour)
		look, err = w.lic.Look(t.Context(), w.by(), got.Code)
		must(t, err)
		if last := look.Holdings[0].LastDay; last.String() != "2027-03-13" {
			t.Errorf("a ticket that lay for two months lasts until %v", last)
		}
	})
}

// What cannot be asked for is refused before anything is written, in words that
// say nothing about an address.
func TestRefusedWishes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		off := w.options()
		off.Depot = ""
		noMail := w.options()
		noMail.Mails = connect.NewMails(w.d, w.vault, nil)
		for _, c := range []struct {
			why  string
			s    *trial.Service
			by   actor.Actor
			wish trial.Wish
			want *fault.Error
		}{
			{"no address", w.Service, w.by(), wish("anna"), connect.ErrMailAddress},
			{"two lines", w.Service, w.by(), wish("anna@example.org\r\nBcc: b@example.org"), connect.ErrMailAddress},
			{"a domain that is blocked", w.Service, w.by(), wish("anna@mx.trash.example"), trial.ErrDomain},
			{"an article that is not offered", w.Service, w.by(), trial.Wish{Article: "CAD-PRO-PERP", Email: "anna@example.org"}, catalog.ErrNotOffered},
			{"no article", w.Service, w.by(), trial.Wish{Email: "anna@example.org"}, catalog.ErrNotOffered},
			{"another publisher's article", w.Service, visitor(w.b, "198.51.100.7"), wish("anna@example.org"), catalog.ErrNotOffered},
			{"a depot that speaks for nobody", w.Service, actor.Anonymous(w.by().Addr), wish("anna@example.org"), trial.ErrOff},
			{"no address of the depot", trial.New(off), w.by(), wish("anna@example.org"), trial.ErrOff},
			{"no mail server", trial.New(noMail), w.by(), wish("anna@example.org"), trial.ErrOff},
		} {
			if err := c.s.Ask(t.Context(), c.by, c.wish); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.why, err)
			}
			if errors.Is(c.want, trial.ErrOff) {
				if all, err := c.s.Offers(t.Context(), c.by); err != nil || len(all) != 0 {
					t.Errorf("%s: %+v, %v", c.why, all, err)
				}
				if _, err := c.s.Confirm(t.Context(), c.by, "TRY"); !errors.Is(err, trial.ErrOff) {
					t.Errorf("%s: %v", c.why, err)
				}
			}
		}
		if l, r := len(w.letters()), w.count(qRequests); l != 0 || r != 0 {
			t.Errorf("%d letters and %d requests were written", l, r)
		}
	})
}

// Codes that are not there, not ours, too old, or of a withdrawn offer.
func TestRefusedCodes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		confirm := func(by actor.Actor, code string) error {
			_, err := w.Confirm(t.Context(), by, code)
			return err
		}
		code, other := w.ask("anna@example.org"), w.ask("berta@example.org")
		_, taken := w.Confirm(t.Context(), w.by(), other)
		must(t, taken)
		for why, typed := range map[string]string{
			"nothing": "", "a ticket": "7H2KM-7H2KM-7H2KM-7H2KM-7H2KM", "a slip": strings.Replace(code, code[4:5], "*", 1), "the key of a license": "CADP" + code[3:],
		} {
			if err := confirm(w.by(), typed); !errors.Is(err, trial.ErrUnknown) {
				t.Errorf("%s: %v", why, err)
			}
		}
		if err := confirm(visitor(w.b, "198.51.100.7"), code); !errors.Is(err, trial.ErrUnknown) {
			t.Errorf("another publisher's depot: %v", err)
		}
		w.offer("trial: {days: 30}")
		if err := confirm(w.by(), code); !errors.Is(err, catalog.ErrNotOffered) {
			t.Errorf("withdrawn: %v", err)
		}
		if got, err := w.Confirm(t.Context(), w.by(), other); err != nil || got.Code == "" || got.Number != "CAD-TRIAL" {
			t.Errorf("withdrawn, but taken before: %+v, %v", got, err)
		}
		w.offer("trial: {open: true}")
		w.now.Advance(24 * time.Hour)
		if err := confirm(w.by(), code); !errors.Is(err, trial.ErrElapsed) {
			t.Errorf("a day later: %v", err)
		}
		w.purge()
		if err := confirm(w.by(), code); !errors.Is(err, trial.ErrUnknown) {
			t.Errorf("after the purge: %v", err)
		}
		if n := w.count(qTickets); n != 1 {
			t.Errorf("%d tickets, want 1", n)
		}
	})
}

// The limits: too many wishes from one place and of all visitors of a publisher,
// too many wrong codes, and too many mails to one address, which nobody is told.
func TestLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 3 {
			if w.ask("anna@example.org") == "" {
				t.Fatalf("mail %d was not sent", i)
			}
		}
		if w.ask("Anna+4@example.org") != "" {
			t.Error("a fourth mail to one address")
		}
		w.now.Advance(8 * time.Hour)
		if w.ask("anna@example.org") == "" {
			t.Error("no mail hours later")
		}
		refused := func(by actor.Actor, n int, do func(i int) error) {
			t.Helper()
			for i := range n {
				must(t, do(i))
			}
			err := do(n)
			if !errors.Is(err, trial.ErrTooMany) || fault.As(err).RetryAfter <= 0 {
				t.Errorf("the next of %v after %d: %v", by.Addr, n, err)
			}
		}
		at := func(addr string) func(int) error {
			by := visitor(w.a, addr)
			return func(i int) error { return w.Ask(t.Context(), by, wish(fmt.Sprintf("v%d@%s.example.org", i, addr))) }
		}
		refused(visitor(w.a, "203.0.113.5"), 10, at("203.0.113.5"))
		must(t, at("203.0.114.5")(0))
		guesser := visitor(w.a, "203.0.115.9")
		guess := w.ask("carla@example.org")
		w.now.Advance(24 * time.Hour)
		w.purge()
		refused(guesser, 10, func(int) error {
			_, err := w.Confirm(t.Context(), guesser, guess)
			if errors.Is(err, trial.ErrUnknown) {
				return nil
			}
			return err
		})
		if _, err := w.Confirm(t.Context(), w.by(), w.ask("emma@example.org")); err != nil {
			t.Errorf("somebody else's code: %v", err)
		}
	})
}

func TestLimitOfAPublisher(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.options()
		o.Limits.Publisher = db.Limit{Name: "trial.publisher", Burst: 2, Per: time.Hour}
		s := trial.New(o)
		for i, want := range []error{nil, nil, trial.ErrTooMany} {
			if err := s.Ask(t.Context(), visitor(w.a, fmt.Sprintf("198.51.%d.7", i)), wish(fmt.Sprintf("v%d@example.org", i))); !errors.Is(err, want) {
				t.Errorf("wish %d: %v, want %v", i, err, want)
			}
		}
	})
}

// However many confirm at once, with one mail or several, an address gets one
// ticket, and everybody sees it.
func TestConfirmedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		codes := []string{w.ask("anna@example.org"), w.ask("anna@example.org"), w.ask("Anna+x@example.org")}
		const many = 24
		got := make([]string, many)
		var all sync.WaitGroup
		for i := range many {
			all.Go(func() {
				taken, err := w.Confirm(t.Context(), w.by(), codes[i%len(codes)])
				if err != nil {
					t.Error(err)
				}
				got[i] = taken.Code
			})
		}
		all.Wait()
		for _, code := range got {
			if code != got[0] || code == "" {
				t.Fatalf("different tickets: %q", got)
			}
		}
		if n, m := w.count(qTickets), w.count(qMarks); n != 1 || m != 1 {
			t.Errorf("%d tickets and %d marks, want one of each", n, m)
		}
		if said := w.journal(); strings.Count(said, "ticket.issued") != 1 || strings.Count(said, "trial.confirmed") != len(codes) {
			t.Errorf("journal:\n%s", said)
		}
	})
}

// A commit that fails leaves nothing, one whose answer is lost leaves everything;
// whoever repeats has one ticket either way.
func TestLostCommits(t *testing.T) {
	for _, e := range dbtest.Engines() {
		for _, point := range []string{"before", "after"} {
			t.Run(string(e)+"/"+point, func(t *testing.T) {
				var mu sync.Mutex
				var broken bool
				trap := func(context.Context) error {
					mu.Lock()
					defer mu.Unlock()
					if broken {
						return errors.New("the power is gone")
					}
					return nil
				}
				set := func(to bool) { mu.Lock(); broken = to; mu.Unlock() }
				hooks := &db.Hooks{BeforeCommit: trap}
				if point == "after" {
					hooks = &db.Hooks{AfterCommit: trap}
				}
				w := newWorld(t, e, dbtest.WithHooks(hooks))
				code := w.ask("anna@example.org")
				set(true)
				if _, err := w.Confirm(t.Context(), w.by(), code); err == nil {
					t.Fatal("confirmed without a commit")
				}
				asked := w.Ask(t.Context(), w.by(), wish("berta@example.org"))
				set(false)
				if asked == nil {
					t.Error("a wish was taken without a commit")
				}
				want := map[string]int{"before": 0, "after": 1}[point]
				if n, m, l := w.count(qTickets), w.count(qMarks), len(w.letters()); n != want || m != want || l != 1+want {
					t.Errorf("%d tickets, %d marks, %d letters; want %d, %d, %d", n, m, l, want, want, 1+want)
				}
				got, err := w.Confirm(t.Context(), w.by(), code)
				if err != nil || got.Code == "" || got.Again != (want == 1) {
					t.Fatalf("repeated: %+v, %v", got, err)
				}
				if n := w.count(qTickets); n != 1 {
					t.Errorf("%d tickets, want 1", n)
				}
			})
		}
	}
}

// A code that is shown once is shown to whoever confirms first, and to nobody else.
func TestShownOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offer("show_once: true\n    trial: {open: true}")
		code := w.ask("anna@example.org")
		first, err := w.Confirm(t.Context(), w.by(), code)
		if err != nil || first.Code == "" {
			t.Fatalf("%+v, %v", first, err)
		}
		again, err := w.Confirm(t.Context(), w.by(), code)
		if err != nil || again.Code != "" || !again.Again {
			t.Errorf("%+v, %v", again, err)
		}
	})
}

// The mail in German names things in German, and a publisher's name cannot break a
// header.
func TestMailInGerman(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := wish("anna@example.org")
		in.Lang = text.DE
		must(t, w.Ask(t.Context(), w.by(), in))
		l := w.letters()[0]
		if l.Lang != "de" || l.Subject != "Bestätigen Sie Ihre Testlizenz: CAD Testlizenz" || !strings.Contains(l.Text, "24 Stunden") || strings.Contains(l.Text, "{") {
			t.Errorf("%+v", l)
		}
	})
}
