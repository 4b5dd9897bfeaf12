package online_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// world is a publisher with its server on the loopback, and one machine.
type world struct {
	t      *testing.T
	pub    *clienttest.Publisher
	server *clienttest.Server
	clock  *clienttest.Clock
	cfg    client.Config
}

func newWorld(t *testing.T) *world {
	t.Helper()
	p := clienttest.New("acme")
	w := &world{t: t, pub: p, server: clienttest.NewServer(p), clock: clienttest.NewClock()}
	h := httptest.NewServer(w.server)
	h.Config.ErrorLog = nil
	t.Cleanup(h.Close)
	p.Server = h.URL
	w.cfg = client.Config{
		Pins: p.Pins(), Product: "cad", Version: "14.2", Dir: t.TempDir(), Clock: w.clock, Machine: clienttest.Machine("alpha"),
	}
	return w
}

func (w *world) open() *client.Container {
	w.t.Helper()
	c, err := client.Open(w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func offer(n int) *clienttest.Offer {
	return &clienttest.Offer{ID: clienttest.ID(n), Product: "cad", Features: []string{"draw"}}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if got := client.Code(err); got != code {
		t.Fatalf("got %q (%v), want %s", got, err, code)
	}
}

func TestWholeLife(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	c := w.open()
	code := w.server.Sell(offer(1))
	in, err := online.Activate(ctx, c, strings.ToLower(code))
	w.must(err)
	if !reflect.DeepEqual(in.Licenses, []string{clienttest.ID(1)}) || !c.Has("draw") {
		t.Fatalf("%+v", in)
	}
	in, err = online.Refresh(ctx, c)
	w.must(err)
	if len(in.Licenses) != 1 {
		t.Errorf("refresh %+v", in)
	}
	in, err = online.Return(ctx, c, clienttest.ID(1))
	w.must(err)
	if !reflect.DeepEqual(in.Returned, []string{clienttest.ID(1)}) || c.Has("draw") {
		t.Errorf("return %+v", in)
	}
	_, err = online.Activate(ctx, c, code)
	w.must(err)
	w.cfg.Dir, w.cfg.Machine = t.TempDir(), clienttest.Machine("beta")
	other := w.open()
	_, err = online.Activate(ctx, other, code)
	wantCode(t, err, "license.no_seat")
	_, err = online.Restore(ctx, other, code, "")
	w.must(err)
	if !other.Has("draw") || len(other.Waiting())+len(c.Waiting()) != 0 || w.server.Suspects() {
		t.Errorf("waiting %v %v", other.Waiting(), c.Waiting())
	}
	types := map[wire.Type]int{}
	for _, h := range w.server.Heard() {
		types[h.Type]++
	}
	if types[wire.TypeReceipt] != 4 {
		t.Errorf("messages %v: every installed answer to a request gets its receipt", types)
	}
}

func TestRefusal(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	_, err := (&online.Transport{Language: "de"}).Do(t.Context(), c, client.Ask{Action: wire.ActActivate, Code: clienttest.Ticket()})
	var r *client.Refusal
	if !errors.As(err, &r) {
		t.Fatal(err)
	}
	if r.Code != "license.unknown_code" || r.Status != 404 || r.Text == "" || r.Texts["de"] == r.Texts["en"] || !r.Final() {
		t.Errorf("%+v", r)
	}
	if len(c.Waiting()) != 0 {
		t.Error("a refused request waits on")
	}
	_, err = online.Activate(t.Context(), c, "7H2KM")
	wantCode(t, err, "code.length")
	if n := len(w.server.Heard()); n != 1 {
		t.Errorf("%d messages: a typing error was sent", n)
	}
	other := offer(2)
	other.Product = "cam"
	_, err = online.Activate(t.Context(), c, w.server.Put(clienttest.Key("CAMX"), other))
	wantCode(t, err, "license.other_product")
}

// TestLostMessages: whatever is lost on the way, the same bytes are sent again
// and no second seat is taken.
func TestLostMessages(t *testing.T) {
	for name, fates := range map[string][]clienttest.Fate{
		"the question": {clienttest.LoseAsked}, "the answer": {clienttest.LoseAnswer}, "both": {clienttest.LoseAsked, clienttest.LoseAnswer},
		"a busy server": {clienttest.Busy, clienttest.Busy}, "a broken gateway": {clienttest.Broken},
	} {
		w := newWorld(t)
		c := w.open()
		w.server.Expect(fates...)
		_, err := online.Activate(t.Context(), c, w.server.Sell(offer(1)))
		if err != nil || !c.Has("draw") {
			t.Fatalf("%s: %v", name, err)
		}
		if _, used := w.server.Live(c.Status().Container, clienttest.ID(1)); used != 1 {
			t.Errorf("%s: %d seats used", name, used)
		}
		if len(w.clock.Waited()) != len(fates) {
			t.Errorf("%s: pauses %v", name, w.clock.Waited())
		}
	}
}

// TestUnreachable: when all tries fail the request waits on the disk, and whatever
// is asked next sends it first.
func TestUnreachable(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	w.server.Expect(clienttest.LoseAsked, clienttest.LoseAnswer, clienttest.LoseAsked, clienttest.LoseAsked)
	_, err := online.Activate(t.Context(), c, code)
	wantCode(t, err, "client.offline")
	waited := w.clock.Waited()
	if want := []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}; !reflect.DeepEqual(waited, want) {
		t.Errorf("pauses %v, want %v", waited, want)
	}
	c = w.open() // the program was ended meanwhile
	if len(c.Waiting()) != 1 || c.Has("draw") {
		t.Fatalf("waiting %+v", c.Waiting())
	}
	in, err := online.Activate(t.Context(), c, w.server.Sell(offer(2)))
	w.must(err)
	if !slices.Contains(in.Licenses, clienttest.ID(2)) || len(c.Licenses()) != 2 || w.server.Suspects() {
		t.Errorf("%+v, %v", in, c.Licenses())
	}
	for _, h := range w.server.Heard()[:2] {
		if h.Counter != 1 {
			t.Errorf("the first message was not repeated first: %+v", w.server.Heard())
		}
	}
}

func TestLostReturn(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	_, err := online.Activate(t.Context(), c, code)
	w.must(err)
	tr := &online.Transport{Tries: 1}
	w.server.Expect(clienttest.LoseAnswer)
	_, err = tr.Return(t.Context(), c, clienttest.ID(1))
	wantCode(t, err, "client.offline")
	if c.Has("draw") {
		t.Fatal("the license is still here")
	}
	in, err := online.Flush(t.Context(), w.open())
	w.must(err)
	if !reflect.DeepEqual(in.Returned, []string{clienttest.ID(1)}) {
		t.Errorf("%+v", in)
	}
	if gen, used := w.server.Live(c.Status().Container, clienttest.ID(1)); gen != 0 || used != 0 {
		t.Errorf("generation %d, %d used", gen, used)
	}
}

// TestLostReceipt: nobody minds, and the next contact makes up for it.
func TestLostReceipt(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.server.Expect(clienttest.Arrive, clienttest.LoseAsked, clienttest.LoseAsked, clienttest.LoseAsked, clienttest.LoseAsked)
	_, err := online.Activate(t.Context(), c, w.server.Sell(offer(1)))
	w.must(err)
	if len(c.Waiting()) != 1 {
		t.Fatalf("waiting %+v", c.Waiting())
	}
	_, err = online.Refresh(t.Context(), w.open())
	w.must(err)
	if w.server.Suspects() {
		t.Error("taken for a copy")
	}
}

// TestNotNow: a limit keeps the request, and is not tried again by itself.
func TestNotNow(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	w.server.Expect(clienttest.Limited)
	_, err := online.Activate(t.Context(), c, code)
	var r *client.Refusal
	if !errors.As(err, &r) || r.Final() || r.RetryAfter != time.Minute || len(w.clock.Waited()) != 0 {
		t.Fatalf("%v, pauses %v", err, w.clock.Waited())
	}
	if len(c.Waiting()) != 1 {
		t.Fatal("the request is gone")
	}
	_, err = online.Activate(t.Context(), c, code)
	w.must(err)
}

// TestForeignAnswer: a network's welcome page is no license server.
func TestForeignAnswer(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.server.Expect(clienttest.Foreign)
	_, err := online.Activate(t.Context(), c, w.server.Sell(offer(1)))
	wantCode(t, err, "client.offline")
	if len(c.Waiting()) != 1 {
		t.Fatal("the request is gone")
	}
	redirect := httptest.NewServer(http.RedirectHandler(w.pub.Server, http.StatusTemporaryRedirect))
	defer redirect.Close()
	_, err = (&online.Transport{Server: redirect.URL}).Flush(t.Context(), c)
	wantCode(t, err, "client.offline")
	if n := len(w.server.Heard()); n != 0 {
		t.Errorf("a redirect was followed: %d messages", n)
	}
	_, err = online.Flush(t.Context(), c)
	w.must(err)
	if !c.Has("draw") {
		t.Error("nothing was activated at last")
	}
}

// TestWrongAnswer: lines that answer something else leave the message waiting.
func TestWrongAnswer(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	free := w.pub.File(clienttest.Sign(w.pub.Issuing, w.pub.License(clienttest.ID(9), "cad")))
	wrong := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(free) }))
	defer wrong.Close()
	_, err := (&online.Transport{Server: wrong.URL}).Do(t.Context(), c, client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(1))})
	wantCode(t, err, "client.not_asked")
	if len(c.Waiting()) != 1 {
		t.Fatal("the request is gone")
	}
}

// TestChangedMachine: an answer that does not fit the machine any more does not
// stand in the way for ever.
func TestChangedMachine(t *testing.T) {
	w := newWorld(t)
	w.server.Expect(clienttest.LoseAnswer)
	_, err := (&online.Transport{Tries: 1}).Do(t.Context(), w.open(), client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(1))})
	wantCode(t, err, "client.offline")
	w.cfg.Machine = clienttest.Machine("beta")
	c := w.open()
	_, err = online.Flush(t.Context(), c)
	wantCode(t, err, "wire.fingerprint")
	if len(c.Waiting()) != 0 {
		t.Error("it is in the way")
	}
}

// TestRefusedAndNotGivenUp: a disk that takes nothing does not make the client ask
// again and again for what was refused.
func TestRefusedAndNotGivenUp(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	bar := filepath.Join(w.cfg.Dir, "container.json.new")
	asked := 0
	no := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if asked++; asked == 1 {
			w.must(os.Mkdir(bar, 0o700))
		} else if asked == 3 {
			w.must(os.Remove(bar))
		}
		rw.Header().Set("Content-Type", "application/problem+json")
		rw.WriteHeader(http.StatusConflict)
		_, _ = rw.Write([]byte(`{"code":"license.no_seat"}`))
	}))
	defer no.Close()
	_, err := (&online.Transport{Server: no.URL}).Do(t.Context(), c, client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(1))})
	wantCode(t, err, "license.no_seat")
	if asked != 1 || !errors.Is(err, client.ErrWrite) || len(c.Waiting()) != 1 {
		t.Errorf("asked %d times, %v, %d wait", asked, err, len(c.Waiting()))
	}
}

func TestWhichServers(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	_, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(1))})
	w.must(err)
	for _, s := range []string{"http://licenses.example", "ftp://localhost", "localhost", "https://user:secret@licenses.example", "https://", "::"} {
		_, err := (&online.Transport{Server: s}).Flush(t.Context(), c)
		wantCode(t, err, "client.no_server")
	}
	w.cfg.Server = ""
	w.pub.Server = ""
	w.cfg.Pins = w.pub.Pins()
	_, err = online.Flush(t.Context(), w.open())
	wantCode(t, err, "client.no_server")
}

func TestCanceled(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := online.Activate(ctx, c, w.server.Sell(offer(1)))
	wantCode(t, err, "client.offline")
	if !errors.Is(err, context.Canceled) || len(w.clock.Waited()) != 0 {
		t.Errorf("%v", err)
	}
}

func TestValidate(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	key := w.server.Put(clienttest.Key("CADP"), offer(1))
	v, err := online.Validate(t.Context(), c, key, "cad")
	w.must(err)
	if !v.OK || v.LicenseID != clienttest.ID(1) || !reflect.DeepEqual(v.Features, []string{"draw"}) {
		t.Errorf("%+v", v)
	}
	v, err = online.Validate(t.Context(), c, key, "cam")
	w.must(err)
	if v.OK || v.Why != "unknown_code" {
		t.Errorf("%+v", v)
	}
	_, err = online.Validate(t.Context(), c, key[:len(key)-1]+"U", "")
	wantCode(t, err, "code.foreign")
	_, err = online.Validate(t.Context(), c, clienttest.Ticket(), "")
	wantCode(t, err, "code.is_ticket")
	evil := clienttest.NewServer(clienttest.New("acme evil"))
	evil.P.Name = "acme"
	h := httptest.NewServer(evil)
	defer h.Close()
	_, err = (&online.Transport{Server: h.URL}).Validate(t.Context(), c, key, "")
	wantCode(t, err, "wire.unknown_key")
	_, err = c.CheckValidation(clienttest.Sign(w.pub.Issuing, &wire.Validation{
		Issuer: "acme", Nonce: wire.Nonce([16]byte{1}), IssuedAt: clienttest.Start.Unix(), OK: true, LicenseID: "l",
	}), []string{w.pub.Cert()}, wire.Nonce([16]byte{2}))
	wantCode(t, err, "client.not_asked")
}

// TestPair collects by a pairing code, which is asked over the wire only, to
// activate only, and is spent then.
func TestPair(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	code := w.server.Pair(w.server.Sell(offer(1)))
	for _, ask := range []client.Ask{
		{Action: wire.ActActivate, Pairing: code, File: true},
		{Action: wire.ActRestore, Pairing: code},
		{Action: wire.ActActivate, Pairing: code, Code: clienttest.Ticket()},
	} {
		_, err := c.NewRequest(ask)
		wantCode(t, err, "client.no_code")
	}
	_, err := online.Pair(t.Context(), c, code[:10])
	wantCode(t, err, "code.length")
	in, err := online.Pair(t.Context(), c, strings.ToLower(code))
	w.must(err)
	if !c.Has("draw") || len(in.Licenses) != 1 || c.Licenses()[0].CodeHint != "" {
		t.Errorf("%+v, %+v", in, c.Licenses())
	}
	_, err = online.Pair(t.Context(), c, code)
	wantCode(t, err, "license.unknown_pairing")
}
