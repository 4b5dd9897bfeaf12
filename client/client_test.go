package client_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

func TestActivateAndReopen(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	if c.Has("draw") || len(c.Licenses()) != 0 {
		t.Fatal("an empty container has features")
	}
	if _, err := os.Stat(filepath.Join(w.dir, "container.json")); err == nil {
		t.Fatal("opening alone writes a container")
	}
	o := offer(1)
	o.Expires = clienttest.Start.AddDate(1, 0, 0)
	w.activate(c, w.server.Sell(o))
	for name, c := range map[string]*client.Container{"the same": c, "opened again": w.open()} {
		if !c.Has("draw") || !c.Has("render") || c.Has("fly") {
			t.Errorf("%s: features %v", name, c.Features())
		}
		if v, ok := c.Limit("parts"); !ok || v != 500 {
			t.Errorf("%s: limit %d %v", name, v, ok)
		}
		if _, ok := c.Limit("layers"); ok {
			t.Errorf("%s: a limit that nobody sets", name)
		}
		l := only(t, c)
		if l.State != client.Valid || !l.Runs || l.Err != nil || !l.Until.Equal(o.Expires) || l.Article != "CAD-PRO" || !l.Bound {
			t.Errorf("%s: %+v", name, l)
		}
	}
	if s := w.open().Status(); s.Container == "" || !s.Contact.Equal(clienttest.Start) || len(s.Waiting) != 0 || s.Publisher != "acme" {
		t.Errorf("status %+v", s)
	}
	info, err := os.Stat(filepath.Join(w.dir, "container.json"))
	w.must(err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the container is readable by others: %v", info.Mode())
	}
}

func TestAllFeatures(t *testing.T) {
	w := newWorld(t)
	o := offer(1)
	o.Features = []string{"*"}
	c := w.open()
	w.activate(c, w.server.Sell(o))
	if !c.Has("draw") || !c.Has("younger than the license") {
		t.Fatal("the all-features license does not answer every feature")
	}
}

func TestLimitIsTheGreatest(t *testing.T) {
	w := newWorld(t)
	a, b, other := offer(1), offer(2), offer(3)
	b.Limits = map[string]int64{"parts": 9000}
	other.Product, other.Limits = "cam", map[string]int64{"parts": 1 << 40}
	c := w.open()
	w.activate(c, w.server.Sell(a, b))
	all := w.open(func(cfg *client.Config) { cfg.Product = "" })
	w.activate(all, w.server.Sell(other))
	w.must(c.Reload())
	if v, _ := c.Limit("parts"); v != 9000 {
		t.Errorf("limit %d", v)
	}
	if got := states(c); !reflect.DeepEqual(got, []client.State{client.OtherProduct, client.Valid, client.Valid}) {
		t.Errorf("states %v", got)
	}
}

// TestVerdicts walks a license with grace through its life by the clock.
func TestVerdicts(t *testing.T) {
	end := clienttest.Start.Add(30 * day)
	for _, tc := range []struct {
		after   time.Duration
		enforce wire.Enforcement
		want    client.State
		runs    bool
	}{
		{0, wire.Enforce, client.Valid, true},
		{30*day - time.Second, wire.Enforce, client.Valid, true},
		{30 * day, wire.Enforce, client.Grace, true},
		{37*day - time.Second, wire.Enforce, client.Grace, true},
		{37 * day, wire.Enforce, client.Expired, false},
		{37 * day, wire.Warn, client.Expired, true},
		{400 * day, wire.Log, client.Expired, true},
	} {
		w := newWorld(t)
		o := offer(1)
		o.Expires, o.Grace, o.Enforce = end, 7*day, tc.enforce
		c := w.open()
		w.activate(c, w.server.Sell(o))
		w.clock.Add(tc.after)
		l := only(t, c)
		if l.State != tc.want || l.Runs != tc.runs || c.Has("draw") != tc.runs || l.Enforce != tc.enforce {
			t.Errorf("after %v with %s: %s, runs %v", tc.after, tc.enforce, l.State, l.Runs)
		}
		if (l.Err == nil) != (tc.want == client.Valid || tc.want == client.Grace) {
			t.Errorf("after %v: %v", tc.after, l.Err)
		}
	}
}

func TestUnmaintainedAndNotYet(t *testing.T) {
	w := newWorld(t)
	l := w.pub.License(clienttest.ID(1), "cad")
	l.Maintenance = clienttest.Start.AddDate(0, -2, 0).Unix()
	later := w.pub.License(clienttest.ID(2), "cad")
	later.NotBefore = clienttest.Start.Add(day).Unix()
	c := w.open()
	in, err := c.Install(w.pub.File(clienttest.Sign(w.pub.Issuing, l), clienttest.Sign(w.pub.Issuing, later)))
	w.must(err)
	if len(in.Licenses) != 2 || in.Repeat {
		t.Errorf("installed %+v", in)
	}
	if got := states(c); !reflect.DeepEqual(got, []client.State{client.NotYet, client.Unmaintained}) {
		t.Fatalf("states %v", got)
	}
	w.clock.Add(day)
	if got := states(c); !reflect.DeepEqual(got, []client.State{client.Unmaintained, client.Valid}) {
		t.Fatalf("states %v", got)
	}
}

// TestFreeLicense: a license file that is bound to nothing works without a
// container, is replaced by a younger one, and cannot be returned.
func TestFreeLicense(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	l := w.pub.License(clienttest.ID(1), "cad")
	file := w.pub.File(clienttest.Sign(w.pub.Issuing, l))
	_, err := c.Install(file)
	w.must(err)
	if !c.Has("draw") || only(t, c).Bound {
		t.Fatal("the free license does not hold")
	}
	in, err := c.Install(file)
	w.must(err)
	if !in.Repeat {
		t.Error("the same file again is not a repeat")
	}
	_, err = c.NewReturn(l.ID)
	wantErr(t, err, client.ErrUnbound)
	l.IssuedAt, l.Features = l.IssuedAt+1, []string{"fly"}
	younger := w.pub.File(clienttest.Sign(w.pub.Issuing, l))
	_, err = c.Install(younger)
	w.must(err)
	_, err = c.Install(file)
	wantErr(t, err, client.ErrOld)
	if !c.Has("fly") || c.Has("draw") {
		t.Error("the younger license does not count")
	}
}

func TestOpenRefuses(t *testing.T) {
	w := newWorld(t)
	_, err := client.Open(client.Config{Pins: []byte("{}"), Dir: w.dir})
	wantErr(t, err, client.ErrPins)
	w.activate(w.open(), w.server.Sell(offer(1)))
	cfg := w.config()
	cfg.Pins = clienttest.New("other").Pins()
	_, err = client.Open(cfg)
	wantErr(t, err, client.ErrPublisher)
}

func TestCopiedFolder(t *testing.T) {
	w := newWorld(t)
	w.activate(w.open(), w.server.Sell(offer(1)))
	c := w.open(func(cfg *client.Config) { cfg.Machine = clienttest.Machine("beta") })
	l := only(t, c)
	if c.Has("draw") || l.State != client.OtherMachine || l.Article != "CAD-PRO" {
		t.Fatalf("a copy holds: %+v", l)
	}
	wantErr(t, l.Err, wire.ErrFingerprint)
	_, err := c.NewReturn(l.ID)
	wantErr(t, err, client.ErrNotHere)
	// Two of the four are enough: a changed disk and network card do no harm.
	part := w.open(func(cfg *client.Config) {
		cfg.Machine = func() client.Machine {
			m := clienttest.Machine("alpha")()
			m.Components[1].Value, m.Components[3].Value = "new disk", "new card"
			return m
		}
	})
	if !part.Has("draw") {
		t.Error("a changed disk makes another machine")
	}
}

func TestReturn(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	w.activate(c, code)
	first, err := c.NewReturn(clienttest.ID(1))
	w.must(err)
	if c.Has("draw") || len(w.open().Licenses()) != 0 {
		t.Fatal("the license is still here when its return is signed")
	}
	again, err := c.NewReturn(clienttest.ID(1))
	w.must(err)
	if again != first {
		t.Fatal("the return again is another message")
	}
	w.send(c)
	if gen, used := w.server.Live(c.Status().Container, clienttest.ID(1)); gen != 0 || used != 0 {
		t.Fatalf("generation %d, %d used", gen, used)
	}
	_, err = c.NewReturn(clienttest.ID(1))
	wantErr(t, err, client.ErrNotHeld)
	w.activate(c, code)
	if l := only(t, c); l.Generation != 2 || !c.Has("draw") {
		t.Fatalf("after coming back: %+v", l)
	}
	if w.server.Suspects() {
		t.Fatal("the server took the container for a copy")
	}
}

// TestReturnIsNotUndone: an answer to a question from before the return does not
// bring the license back.
func TestReturnIsNotUndone(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	renewed := w.ask(c, client.Ask{})
	_, err := c.NewReturn(clienttest.ID(1))
	w.must(err)
	_, err = c.Install(renewed)
	wantErr(t, err, client.ErrOld)
	if len(c.Licenses()) != 0 {
		t.Fatal("the return was undone")
	}
}

// TestRefusedReturn: a return that the server does not book comes back with the
// next refresh.
func TestRefusedReturn(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	m, err := c.NewReturn(clienttest.ID(1))
	w.must(err)
	w.must(c.Discard(m.Counter)) // refused for good
	w.refresh(c)
	if l := only(t, c); l.Generation != 1 || !c.Has("draw") || w.server.Suspects() {
		t.Fatalf("%+v", l)
	}
}

func TestSecondMachineAndRestore(t *testing.T) {
	w := newWorld(t)
	code := w.server.Sell(offer(1))
	old := w.open()
	w.activate(old, code)
	elsewhere := func(cfg *client.Config) {
		cfg.Machine, cfg.Dir = clienttest.Machine("beta"), filepath.Join(w.dir, "beta")
	}
	c := w.open(elsewhere)
	_, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
	w.must(err)
	if codes := w.send(c); !reflect.DeepEqual(codes, []string{"license.no_seat"}) || len(c.Waiting()) != 0 {
		t.Fatalf("refusals %v", codes)
	}
	_, err = c.NewRequest(client.Ask{Action: wire.ActRestore, Code: code})
	w.must(err)
	w.send(c)
	if !c.Has("draw") {
		t.Fatal("not restored")
	}
	if !old.Has("draw") {
		t.Fatal("the lost machine cannot know yet")
	}
	w.refresh(old)
	if l := only(t, old); l.State != client.Blocked || old.Has("draw") || l.Why != "blocked" {
		t.Fatalf("the old machine goes on: %+v", l)
	}
}

func TestSecretPart(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	b, err := c.Secret(clienttest.ID(1))
	if b != nil || err != nil {
		t.Fatal("a secret out of nothing")
	}
	_, err = c.Secret("other")
	wantErr(t, err, client.ErrNotHeld)
}

func TestSetAside(t *testing.T) {
	w := newWorld(t)
	w.activate(w.open(), w.server.Sell(offer(1)))
	for _, name := range []string{"container.json", "container.bak.json"} {
		w.must(os.WriteFile(filepath.Join(w.dir, name), []byte("{}"), 0o600))
	}
	_, err := client.Open(w.config())
	wantErr(t, err, client.ErrDamaged)
	names, err := client.SetAside(w.config())
	w.must(err)
	if len(names) != 2 {
		t.Fatalf("set aside %v", names)
	}
	c := w.open()
	if len(c.Licenses()) != 0 {
		t.Fatal("licenses out of nothing")
	}
	cfg := w.config()
	cfg.Dir = filepath.Join(w.dir, "nowhere")
	names, err = client.SetAside(cfg)
	if err != nil || len(names) != 0 {
		t.Fatalf("%v %v", names, err)
	}
	names, err = client.SetAside(w.config())
	if err != nil || len(names) != 0 {
		t.Fatalf("%v %v", names, err)
	}
}

func TestRequestSaysWhatIsHere(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	m, err := c.NewRequest(client.Ask{})
	w.must(err)
	r, _, err := wire.OpenRequest(m.Token)
	w.must(err)
	want := []wire.Held{{LicenseID: clienttest.ID(1), Generation: 1}}
	if !reflect.DeepEqual(r.Held, want) || r.Product != "cad" || r.App.Version != "14.2" || r.Code != "" || r.IssuedAt != clienttest.Start.Unix() {
		t.Errorf("request %+v", r)
	}
	var names []string
	for _, p := range r.Fingerprint {
		names = append(names, p.Name)
	}
	if !reflect.DeepEqual(names, []string{"machine-id", "disk-serial", "dmi-uuid"}) {
		t.Errorf("components %v: the weak one is not needed beside three others", names)
	}
}

// TestStrangeVersion: whatever a program calls its version, it can ask.
func TestStrangeVersion(t *testing.T) {
	w := newWorld(t)
	for version, want := range map[string]string{
		"14.2": "14.2", strings.Repeat("ä", 33): strings.Repeat("ä", 32), "x" + strings.Repeat("ä", 32): "x" + strings.Repeat("ä", 31), "14\n\xff2": "142",
	} {
		c := w.open(func(cfg *client.Config) { cfg.Version = version })
		m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: clienttest.Ticket()})
		if err != nil {
			t.Errorf("%q: %v", version, err)
			continue
		}
		if r, _, err := wire.OpenRequest(m.Token); err != nil || r.App.Version != want {
			t.Errorf("%q: %q, %v", version, r.App.Version, err)
		}
	}
}
