package connect_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/job"
)

// box stands in for package sign's Vault, which has its own tests.
type box struct{}

func (box) Seal(_ db.Querier, p actor.PublisherID, aad, plain []byte) ([]byte, error) {
	return append(append(p[:4:4], aad...), plain...), nil
}

func (box) Open(_ db.Querier, p actor.PublisherID, aad, sealed []byte) ([]byte, error) {
	plain, ok := strings.CutPrefix(string(sealed), string(p[:4])+string(aad))
	if !ok {
		return nil, errors.New("sealed for something else")
	}
	return []byte(plain), nil
}

// receiver is a real HTTP server that keeps what it was sent.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []message
}

type message struct {
	id, at, signature, body string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{status: http.StatusNoContent}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, message{req.Header.Get("webhook-id"), req.Header.Get("webhook-timestamp"), req.Header.Get("webhook-signature"), string(body)})
		if r.status == http.StatusFound {
			http.Redirect(w, req, "/elsewhere", http.StatusFound)
			return
		}
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) { r.mu.Lock(); r.status = status; r.mu.Unlock() }

func (r *receiver) messages() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message(nil), r.got...)
}

func (m message) signedBy(secret string) bool {
	raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, raw)
	_, _ = mac.Write([]byte(m.id + "." + m.at + "." + m.body))
	return strings.Contains(" "+m.signature+" ", " v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))+" ")
}

type world struct {
	d    *db.DB
	site actortest.Site
	svc  *connect.Service
	jobs *job.Service
}

func newWorld(t *testing.T, d *db.DB, private bool) world {
	gate := actor.NewGate(d)
	w := world{
		d: d, site: actortest.NewSite(t, d, "muster"), svc: connect.NewService(d, gate, box{}, private),
		jobs: job.NewService(d, gate, job.Options{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}),
	}
	w.svc.Register(w.jobs)
	return w
}

// happen writes journal lines and seals them.
func (w world) happen(t *testing.T, events ...string) {
	t.Helper()
	for _, e := range events {
		err := w.d.Write(t.Context(), func(tx *db.Tx) error {
			return actor.Record(tx, w.site.All(), actor.Entry{Entity: "license", ID: [16]byte{1, 2, 3}, Event: e, Data: map[string]int{"quantity": 2}})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := actor.SealOnce(t.Context(), w.d); err != nil {
		t.Fatal(err)
	}
}

func (w world) work(t *testing.T) {
	t.Helper()
	if err := w.svc.Fan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestDeliveryRetryAndRedelivery(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.TestClock) {
		w, r := newWorld(t, d, true), newReceiver(t)
		w.happen(t, "license.activated") // before the endpoint: not its business
		e, secret, err := w.svc.Create(t.Context(), w.site.All(), connect.NewEndpoint{URL: r.URL, Events: []string{"license.*"}})
		if err != nil {
			t.Fatal(err)
		}
		r.answer(http.StatusServiceUnavailable)
		w.happen(t, "license.recalled", "ticket.issued", "license.extended")
		w.work(t)
		clock.Advance(2 * time.Hour)
		r.answer(http.StatusNoContent)
		w.work(t)
		w.work(t)
		got := r.messages()
		if len(got) != 4 {
			t.Fatalf("%d messages came, want 2 events twice: %+v", len(got), got)
		}
		bodies := map[string]string{}
		for _, m := range got {
			if !m.signedBy(secret) {
				t.Errorf("signature %q does not fit the secret", m.signature)
			}
			if first, seen := bodies[m.id]; seen && first != m.body {
				t.Errorf("%s came with two bodies", m.id)
			}
			bodies[m.id] = m.body
		}
		if len(bodies) != 2 {
			t.Fatalf("ids do not stay the same over tries: %v", bodies)
		}
		var body struct {
			Type string
			Data struct {
				Entity string
				Detail struct{ Quantity int }
			}
		}
		if err := json.Unmarshal([]byte(got[0].body), &body); err != nil || body.Data.Entity != "license" || body.Data.Detail.Quantity != 2 {
			t.Fatalf("%s: %v", got[0].body, err)
		}
		log, err := w.svc.Deliveries(t.Context(), w.site.All(), e.ID, 0, 0)
		if err != nil || len(log) != 2 || log[0].Event != "license.extended" || log[0].State != "delivered" || log[0].Attempts != 2 || log[0].LastStatus != http.StatusNoContent {
			t.Fatalf("log: %+v, %v", log, err)
		}
		if _, err := w.svc.Redeliver(t.Context(), w.site.All(), log[1].ID); err != nil {
			t.Fatal(err)
		}
		w.work(t)
		if got := r.messages(); len(got) != 5 || bodies[got[4].id] != got[4].body {
			t.Fatalf("redelivery: %+v", got)
		}
	})
}

// A repeated request makes no second secret, and never shows one that another
// request has made.
func TestRepeatedSecrets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, true)
		key := func(key string) actor.Actor {
			return w.site.All().With(actor.Retry{Key: key, Route: "r", Body: [32]byte{1}})
		}
		in := connect.NewEndpoint{URL: "https://x.example", Events: []string{"*"}}
		make := func() (connect.Endpoint, string) {
			e, secret, err := w.svc.Create(t.Context(), key("create"), in)
			if err != nil {
				t.Fatal(err)
			}
			return e, secret
		}
		e, first := make()
		rotate := func(name string) (connect.Endpoint, string) {
			e, secret, err := w.svc.Rotate(t.Context(), key(name), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			return e, secret
		}
		if again, secret := make(); again.ID != e.ID || secret != first {
			t.Errorf("created again: %v %q, not %v %q", again.ID, secret, e.ID, first)
		}
		one, second := rotate("one")
		again, secret := rotate("one")
		if secret != second || second == first || again.Rev != one.Rev || one.Rev != e.Rev+1 {
			t.Errorf("rotated again: %q at %d, not %q at %d", secret, again.Rev, second, one.Rev)
		}
		if _, secret := make(); secret != first {
			t.Errorf("the first secret still signs, and is %q, not %q", secret, first)
		}
		two, third := rotate("two")
		if _, secret := make(); secret != "" {
			t.Errorf("a secret that is not in use any more: %q", secret)
		}
		if _, secret := rotate("one"); secret != second {
			t.Errorf("the second secret is %q, not %q", secret, second)
		}
		if again, secret := rotate("two"); secret != third || again.Rev != two.Rev {
			t.Errorf("the third secret is %q, not %q", secret, third)
		}
		other := key("two")
		other.Retry.Body = [32]byte{2}
		if _, _, err := w.svc.Rotate(t.Context(), other, e.ID); !errors.Is(err, actor.ErrKeyReused) {
			t.Errorf("another body: %v", err)
		}
	})
}

func TestRotationPauseClose(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.TestClock) {
		w, r := newWorld(t, d, true), newReceiver(t)
		e, old, err := w.svc.Create(t.Context(), w.site.All(), connect.NewEndpoint{URL: r.URL, Events: []string{"*"}})
		if err != nil {
			t.Fatal(err)
		}
		_, fresh, err := w.svc.Rotate(t.Context(), w.site.All(), e.ID)
		if err != nil || fresh == old {
			t.Fatalf("rotated to %q: %v", fresh, err)
		}
		pause, resume, end := connect.Paused, connect.Active, connect.Closed
		if e, err = w.svc.Change(t.Context(), w.site.All(), e.ID, connect.Change{State: &pause}); err != nil {
			t.Fatal(err)
		}
		w.happen(t, "license.extended")
		w.work(t)
		if n := len(r.messages()); n != 0 {
			t.Fatalf("a paused endpoint got %d messages", n)
		}
		if _, err := w.svc.Change(t.Context(), w.site.All(), e.ID, connect.Change{Rev: e.Rev - 1, State: &resume}); !errors.Is(err, connect.ErrStale) {
			t.Fatalf("old revision: %v", err)
		}
		if e, err = w.svc.Change(t.Context(), w.site.All(), e.ID, connect.Change{Rev: e.Rev, State: &resume}); err != nil {
			t.Fatal(err)
		}
		w.work(t)
		for _, m := range r.messages() {
			if !m.signedBy(old) || !m.signedBy(fresh) {
				t.Errorf("%s is not signed by both secrets during the rotation: %q", m.body, m.signature)
			}
		}
		if len(r.messages()) == 0 {
			t.Fatal("what happened during the pause was lost")
		}
		clock.Advance(25 * time.Hour)
		before := len(r.messages())
		w.happen(t, "license.recalled")
		w.work(t)
		got := r.messages()[before:]
		if len(got) == 0 || got[0].signedBy(old) || !got[0].signedBy(fresh) {
			t.Fatalf("after the rotation: %+v", got)
		}
		if _, err := w.svc.Change(t.Context(), w.site.All(), e.ID, connect.Change{State: &end}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.svc.Change(t.Context(), w.site.All(), e.ID, connect.Change{State: &resume}); !errors.Is(err, connect.ErrClosed) {
			t.Fatalf("a closed endpoint opened again: %v", err)
		}
	})
}

// The dialer looks at the address that it connects to, whatever name or
// redirect led there.
func TestHostileReceivers(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	w, r := newWorld(t, d, false), newReceiver(t)
	port := r.URL[strings.LastIndex(r.URL, ":"):]
	e, _, err := w.svc.Create(t.Context(), w.site.All(), connect.NewEndpoint{URL: "https://localhost" + port, Events: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	w.happen(t, "license.extended")
	w.work(t)
	log, err := w.svc.Deliveries(t.Context(), w.site.All(), e.ID, 0, 0)
	if err != nil || len(log) == 0 || log[0].State != "open" || !strings.Contains(log[0].LastError, "not a public address") {
		t.Fatalf("localhost by name: %+v, %v", log, err)
	}
	if n := len(r.messages()); n != 0 {
		t.Fatalf("%d messages reached a private address", n)
	}
	jobs, err := w.jobs.List(t.Context(), w.site.All(), job.Filter{State: job.Open})
	if err != nil || len(jobs) == 0 || !strings.Contains(jobs[0].LastError, connect.ErrReceiver.Code) {
		t.Fatalf("the job does not say why: %+v, %v", jobs, err)
	}
	open := newWorldOn(t, d, w.site)
	r.answer(http.StatusFound)
	e, _, err = open.svc.Create(t.Context(), w.site.All(), connect.NewEndpoint{URL: r.URL, Events: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	open.happen(t, "license.extended")
	open.work(t)
	log, err = open.svc.Deliveries(t.Context(), w.site.All(), e.ID, 0, 0)
	if err != nil || len(log) == 0 || log[0].LastStatus != http.StatusFound || log[0].State == "delivered" {
		t.Fatalf("a redirect counts as delivery: %+v, %v", log, err)
	}
}

func newWorldOn(_ *testing.T, d *db.DB, site actortest.Site) world {
	gate := actor.NewGate(d)
	w := world{
		d: d, site: site, svc: connect.NewService(d, gate, box{}, true),
		jobs: job.NewService(d, gate, job.Options{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}),
	}
	w.svc.Register(w.jobs)
	return w
}

// Many nodes fan out the same events: each is delivered once.
func TestFanRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, r := newWorld(t, d, true), newReceiver(t)
		if _, _, err := w.svc.Create(t.Context(), w.site.All(), connect.NewEndpoint{URL: r.URL, Events: []string{"license.*"}}); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			w.happen(t, "license.extended", "license.recalled")
		}
		var racing sync.WaitGroup
		for range 8 {
			racing.Go(func() {
				if err := w.svc.Fan(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		racing.Wait()
		w.work(t)
		if n := len(r.messages()); n != 20 {
			t.Fatalf("%d messages for 20 events", n)
		}
	})
}

func TestRefusals(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	w := newWorld(t, d, false)
	for url, want := range map[string]*fault.Error{"ftp://x": connect.ErrURL, "https://10.0.0.1": connect.ErrPrivate} {
		if _, _, err := w.svc.Create(t.Context(), w.site.All(), connect.NewEndpoint{URL: url, Events: []string{"*"}}); !errors.Is(err, want) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, _, err := w.svc.Create(t.Context(), w.site.None(), connect.NewEndpoint{URL: "https://x.example", Events: []string{"*"}}); fault.KindOf(err) != fault.Denied {
		t.Errorf("without the right: %v", err)
	}
	if _, err := w.svc.Get(t.Context(), w.site.All(), connect.EndpointID{1}); !errors.Is(err, connect.ErrNotFound) {
		t.Errorf("unknown id: %v", err)
	}
}
