package online_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/pagetest"
	"github.com/licet/licet/wire"
)

// The functions of this file are the code of docs/how-to/sdk-go.md, held to it by
// TestPage; a test below calls each.

var built = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func firstUse(ctx context.Context, pins []byte, code, dir string) error {
	c, err := client.Open(client.Config{Pins: pins, Product: "cad", Version: "14.2", Released: built, Dir: dir})
	if err != nil {
		return err
	}
	if !c.Has("draw") {
		if _, err := online.Activate(ctx, c, code); err != nil {
			return err
		}
	}
	if c.Has("export.step") {
		fmt.Println("the menu has one more line")
	}
	if parts, limited := c.Limit("parts"); limited {
		fmt.Println("up to", parts, "parts")
	}
	return nil
}

func convert(ctx context.Context, c *client.Container, l client.License) error {
	left, err := c.Consume(1)
	if errors.Is(err, client.ErrNoUnits) { // draw one more piece, and try again
		ask := client.Ask{Action: wire.ActActivate, Want: []string{l.ID}, Quantity: l.Quantity + 1}
		if _, err = (&online.Transport{}).Do(ctx, c, ask); err == nil {
			left, err = c.Consume(1)
		}
	}
	if err != nil {
		return err
	}
	fmt.Println(left, "pages are left here")
	return nil
}

func room(c *client.Container, have, more int64) error {
	if most, limited := c.Limit("elements"); limited && have+more > most {
		return fmt.Errorf("%d of %d elements are used; %d more are not licensed", have, most, more)
	}
	return nil
}

func showPages(ctx context.Context, cfg client.Config, c *client.Container, open func(link string) error) error {
	w, err := wizard.New(cfg, wizard.Options{Container: c, Brand: wizard.Brand{Name: "Hello CAD", Color: "#0b5c74"}})
	if err != nil {
		return err
	}
	return w.Run(ctx, func(link string) {
		if open(link) != nil { // wizard.Open, the user's browser
			fmt.Println(link)
		}
	})
}

func failed(err error, lang string) string {
	var typo *wire.CodeError
	var refusal *client.Refusal
	switch {
	case errors.As(err, &typo): // nothing was sent
		return client.Explain(lang, err)
	case errors.As(err, &refusal) && refusal.Final(): // the server says no, and why
		return client.Explain(lang, err)
	case errors.As(err, &refusal): // later: the request waits, and is sent again by the next call
		return fmt.Sprintf("%s (%v)", client.Explain(lang, err), refusal.RetryAfter)
	case errors.Is(err, client.ErrOffline): // it waits too; offer a request file
		return client.Explain(lang, err)
	}
	return client.Code(err) + ": " + client.Explain(lang, err)
}

func show(c *client.Container, lang string) (lines []string) {
	for _, l := range c.Licenses() {
		lines = append(lines, fmt.Sprintf("%s: %s", l.Article, client.Describe(lang, l)))
	}
	return lines
}

func writeRequest(c *client.Container, code, path string) error {
	_, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code, File: true})
	if err != nil {
		return err
	}
	file, err := c.RequestFile()
	if err != nil {
		return err
	}
	return os.WriteFile(path, file, 0o600)
}

func installAnswer(c *client.Container, path string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = c.Install(file)
	return err
}

func bringList(ctx context.Context, other, c *client.Container) error {
	list, err := online.BlockList(ctx, other)
	if errors.Is(err, online.ErrNoBlockList) {
		return nil // there was never anything to list
	}
	if err == nil {
		_, err = c.Install(list)
	}
	return err
}

func typeIn(c *client.Container, lang string, ask func(n int) string) error {
	request, err := c.NewTyped() // the same until its answer is installed
	if err != nil {
		return err // client.ErrNotTyped: the keys are in a device
	}
	for n, group := range request.Groups {
		fmt.Println(n+1, group)
	}
	var typed []string
	for whole := false; !whole; {
		group := ask(len(typed) + 1)
		if err := wire.CheckTypedGroup(wire.TypedAnswerCode, len(typed)+1, group); err != nil {
			fmt.Println(client.Explain(lang, err))
			continue
		}
		typed = append(typed, group)
		if _, whole, err = wire.TypedGroups(wire.TypedAnswerCode, strings.Join(typed, "\n")); err != nil {
			return err
		}
	}
	_, err = c.InstallTyped(strings.Join(typed, "\n"))
	return err
}

func contact(ctx context.Context, c *client.Container) error {
	due := c.Status().ContactDue
	if due.IsZero() || time.Until(due) > 7*24*time.Hour {
		return nil
	}
	_, err := online.Refresh(ctx, c)
	return err
}

func share(ctx context.Context, c *client.Container, code string, work func()) error {
	lease, err := online.TakeLease(ctx, c, client.LeaseAsk{Code: code}, func(e online.LeaseEvent) {
		if e.News != online.LeaseRenewed {
			log.Printf("license %s, %v left: %s", e.News, e.Left, client.Explain("en", e.Err))
		}
	})
	if err != nil {
		return err // client.Code(err) is "license.no_seat" when every place is taken
	}
	defer lease.End(ctx)
	if lease.Has("draw") {
		work()
	}
	return nil
}

func takeAlong(ctx context.Context, c *client.Container, code, licenseID string, friday, nextFriday time.Time) (kept time.Time, err error) {
	_, err = online.Borrow(ctx, c, code, friday) // the zero time: as long as is allowed
	if err != nil {
		return kept, err
	}
	_, err = online.Keep(ctx, c, licenseID, nextFriday) // longer; an earlier end changes nothing
	if err != nil {
		return kept, err
	}
	kept = c.Licenses()[0].Expires
	_, err = online.Return(ctx, c, licenseID) // earlier
	return kept, err
}

func tell(ctx context.Context, c *client.Container) error {
	c.Used("")     // a start of the program
	c.Used("draw") // a use of a feature
	defer c.KeepUsage()
	if _, err := online.Report(ctx, c); err != nil {
		return err // nothing of it should stop a program
	}
	if update, beyond := c.Update(); update != nil {
		fmt.Println("version", update.Version, "is there:", update.Link)
	} else if beyond != nil {
		fmt.Println("maintenance would bring version", beyond.Version)
	}
	return nil
}

// TestPage holds the page's code to the functions above, runs each of them, and
// starts the example as the page does.
func TestPage(t *testing.T) {
	page := pagetest.Open(t, "docs/how-to/sdk-go.md")
	code, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.Join(strings.Fields(string(code)), " ")
	for _, b := range page.Blocks("go") {
		if !strings.Contains(plain, strings.Join(strings.Fields(b.Take()), " ")) {
			t.Errorf("%s: this code is not in example_test.go:\n%s", b.At(), b.Text)
		}
	}
	p := clienttest.New("acme")
	s := clienttest.NewServer(p)
	h := httptest.NewServer(s)
	defer h.Close()
	s.Now, p.Server = time.Now, h.URL
	dir := t.TempDir()
	sell := func(n int) string {
		return s.Sell(&clienttest.Offer{
			ID: clienttest.ID(n), Product: "cad", Article: "CAD-PRO", Features: []string{"draw"}, Contact: time.Hour, Limits: map[string]int64{"parts": 5},
		})
	}
	if err := firstUse(t.Context(), p.Pins(), sell(1), dir); err != nil {
		t.Fatal(err)
	}
	c, err := client.Open(client.Config{Pins: p.Pins(), Product: "cad", Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if lines := show(c, "de"); len(lines) != 1 || lines[0] != "CAD-PRO: unbefristet gültig" {
		t.Error(lines)
	}
	if err := contact(t.Context(), c); err != nil || len(s.Heard()) != 4 {
		t.Errorf("%v, %v", err, s.Heard())
	}
	if err := tell(t.Context(), c); client.Code(err) != "license.bad_message" { // the small publisher keeps no statistics
		t.Error(err)
	}
	pages := s.Sell(&clienttest.Offer{ID: clienttest.ID(9), Product: "cad", Unit: "pages", Limits: map[string]int64{"pages": 5}})
	counts, err := client.Open(client.Config{Pins: p.Pins(), Product: "cad", Dir: t.TempDir()})
	if err == nil {
		_, err = online.Activate(t.Context(), counts, pages)
	}
	if err == nil {
		err = convert(t.Context(), counts, counts.Licenses()[0])
	}
	if err != nil || counts.Units()[0].Left() != 4 {
		t.Error(err, counts.Units())
	}
	if room(c, 4, 1) != nil || room(c, 5, 1) != nil { // no number is set: it is not limited
		t.Error("what is not limited is refused")
	}
	elements, err := client.Open(client.Config{Pins: p.Pins(), Product: "cad", Dir: t.TempDir()})
	if err == nil {
		_, err = online.Activate(t.Context(), elements, s.Sell(&clienttest.Offer{ID: clienttest.ID(10), Product: "cad", Limits: map[string]int64{"elements": 5}}))
	}
	if err != nil || room(elements, 4, 1) != nil || room(elements, 5, 1) == nil {
		t.Error(err)
	}
	typePage(t, p, s, sell(3))
	ctx, closed := context.WithCancel(t.Context())
	err = showPages(ctx, client.Config{Pins: p.Pins(), Product: "cad", Dir: dir}, c, func(string) error { closed(); return errors.New("no browser") })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	friday := time.Now().Add(48 * time.Hour).Truncate(time.Second)
	lent := s.Sell(&clienttest.Offer{ID: clienttest.ID(11), Product: "cad", Lends: true})
	away, err := client.Open(client.Config{Pins: p.Pins(), Product: "cad", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := takeAlong(t.Context(), away, lent, clienttest.ID(11), friday, friday.Add(24*time.Hour)); err != nil || !kept.Equal(friday.Add(24*time.Hour)) || len(away.Licenses()) != 0 {
		t.Errorf("kept until %v, %v", kept, err)
	}
	request, answer := dir+"/request.lic", dir+"/answer.lic"
	if err := writeRequest(c, sell(2), request); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(request)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := s.Depot(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(answer, lines, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := installAnswer(c, answer); err != nil || len(c.Licenses()) != 2 {
		t.Fatal(err)
	}
	for _, want := range []client.State{client.Valid, client.Blocked} {
		if err := bringList(t.Context(), counts, c); err != nil || c.Licenses()[0].State != want {
			t.Errorf("%v: %v, want %s", err, c.Licenses(), want)
		}
		s.List(c.Status().Container)
	}
	s.List() // and lifts it
	if err := bringList(t.Context(), counts, c); err != nil || !c.Has("draw") {
		t.Errorf("%v: %v", err, c.Licenses())
	}
	s.Expect(clienttest.Limited)
	var no *client.Refusal
	if _, err := online.BlockList(t.Context(), c); !errors.As(err, &no) || no.Status != 429 {
		t.Error(err)
	}
	worked := false
	if err := share(t.Context(), c, sell(4), func() { worked = s.Leases() == 1 }); err != nil || !worked || s.Leases() != 0 {
		t.Fatalf("%v, worked %v, %d leases", err, worked, s.Leases())
	}
	for _, err := range []error{
		&wire.CodeError{Kind: wire.CodeCheck}, &client.Refusal{Status: 409, Text: "no seat"}, &client.Refusal{Status: 429, Text: "later"},
		client.ErrOffline, client.ErrDamaged,
	} {
		if failed(err, "en") == "" {
			t.Errorf("%v says nothing", err)
		}
	}

	sh := pagetest.NewShell(t)
	if err := os.WriteFile(sh.Path("pins.json"), p.Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	o := &clienttest.Offer{ID: clienttest.ID(3), Product: "CAD", Article: "CAD-PRO", Features: []string{"draw2d"}}
	sh.Typed = s.Sell(o) + "\n"
	sh.Run(page.Blocks("sh", "console")...)
}

// typePage types an answer with a mistake in it.
func typePage(t *testing.T, p *clienttest.Publisher, s *clienttest.Server, code string) {
	t.Helper()
	p.Ships = true
	defer func() { p.Ships = false }()
	c, err := client.Open(client.Config{Pins: p.Pins(), Product: "cad", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.NewTyped()
	if err != nil {
		t.Fatal(err)
	}
	answer, _, no := s.Typed(r.String(), code)
	if no != nil {
		t.Fatal(no)
	}
	groups, tries := strings.Split(answer, "\n"), 0
	err = typeIn(c, "en", func(n int) string {
		if tries++; tries == 2 {
			return groups[0]
		}
		return groups[n-1]
	})
	if err != nil || !c.Has("draw") || tries != len(groups)+1 {
		t.Errorf("%v after %d groups of %d", err, tries, len(groups))
	}
}
