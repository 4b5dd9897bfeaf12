package pkcs11_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/internal/point"
	"github.com/licet/licet/client/pkcs11"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/p11test"
	"github.com/licet/licet/wire"
)

// world is a publisher, its server, a stick, and machines to plug it into.
type world struct {
	t      *testing.T
	pub    *clienttest.Publisher
	server *clienttest.Server
	clock  *clienttest.Clock
	dev    *p11test.Device
	cfg    pkcs11.Config
}

func newWorld(t *testing.T) *world {
	t.Helper()
	p := clienttest.New("acme")
	w := &world{t: t, pub: p, server: clienttest.NewServer(p), clock: clienttest.NewClock(), dev: p11test.New(t)}
	w.server.Now = w.clock.Now
	w.cfg = pkcs11.Config{
		Helper: p11test.Helper(t), Module: w.dev.Module, Slot: w.dev.Label, PINFile: p11test.PINFile(t, p11test.PIN),
		Timeout: time.Minute, Env: []string{w.dev.Env()},
	}
	return w
}

// store is the stick as a program on some machine sees it.
func (w *world) store() *pkcs11.Store {
	s := pkcs11.NewStore(w.cfg)
	w.t.Cleanup(s.Close)
	return s
}

// config is a program on a machine that the stick is plugged into.
func (w *world) config(machine string) client.Config {
	return client.Config{
		Pins: w.pub.Pins(), Product: "cad", Dir: w.t.TempDir(), Clock: w.clock, Machine: clienttest.Machine(machine), Keys: w.store(),
	}
}

func (w *world) open(machine string) *client.Container {
	w.t.Helper()
	c, err := client.Open(w.config(machine))
	w.must(err)
	return c
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) is(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%v, want %v", err, want)
	}
	for _, lang := range client.Languages {
		if text := client.Explain(lang, err); text == "" || strings.Contains(text, p11test.PIN) {
			w.t.Errorf("%s: %q", lang, text)
		}
	}
}

// send carries what waits to the server and installs the answers.
func (w *world) send(c *client.Container) {
	w.t.Helper()
	w.must(w.trySend(c))
}

func (w *world) trySend(c *client.Container) error {
	for range 20 {
		waiting, err := c.Complete()
		if err != nil || len(waiting) == 0 {
			return err
		}
		m := waiting[0]
		lines, no := w.server.Exchange(m.Token)
		switch {
		case no != nil:
			return errors.New(no.Code)
		case m.Type == wire.TypeReceipt:
			err = c.Discard(m.Counter)
		default:
			_, err = c.Install([]byte(lines))
		}
		if err != nil {
			return err
		}
	}
	return errors.New("messages wait for ever")
}

func (w *world) activate(c *client.Container, code string) {
	w.t.Helper()
	_, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
	w.must(err)
	w.send(c)
}

func offer(n int) *clienttest.Offer {
	return &clienttest.Offer{ID: clienttest.ID(n), Product: "cad", Features: []string{"draw"}}
}

// A stick carries its licenses from machine to machine: no network, no move, no
// fingerprint, one container.
func TestTwoMachines(t *testing.T) {
	w := newWorld(t)
	alpha := w.open("alpha")
	w.activate(alpha, w.server.Sell(offer(1)))
	box := alpha.Status().Container
	beta := w.open("beta")
	if !beta.Has("draw") || beta.Status().Container != box || len(beta.Waiting()) != 0 {
		t.Fatalf("%+v", beta.Status())
	}
	if l := beta.Licenses(); len(l) != 1 || l[0].State != client.Valid || !l[0].Bound {
		t.Fatalf("%+v", l)
	}
	w.activate(beta, w.server.Sell(offer(2)))
	w.must(alpha.Reload())
	if len(alpha.Licenses()) != 2 {
		t.Error("what was activated elsewhere is not here")
	}
	for _, c := range []*client.Container{alpha, beta, alpha} {
		_, err := c.NewRequest(client.Ask{})
		w.must(err)
		w.send(c)
	}
	_, err := beta.NewReturn(clienttest.ID(1))
	w.must(err)
	w.send(beta)
	w.must(alpha.Reload())
	if gen, used := w.server.Live(box, clienttest.ID(1)); gen != 0 || used != 0 || len(alpha.Licenses()) != 1 || w.server.Suspects() {
		t.Errorf("generation %d, %d used, %v, suspects %v", gen, used, alpha.Licenses(), w.server.Suspects())
	}
	w.looks()
}

// looks wants the licenses on the stick to be license files that anybody can
// read who can read the stick, and nothing in the machine's folder but a lock.
func (w *world) looks() {
	t, s := w.t, w.store()
	t.Helper()
	names, err := s.Names()
	w.must(err)
	var lines []string
	for _, name := range names {
		b, err := s.Read(name)
		w.must(err)
		if strings.HasSuffix(name, ".lic") {
			lines = append(lines, strings.TrimSpace(string(b)))
		}
	}
	pins, err := wire.ParsePins(w.pub.Pins())
	w.must(err)
	trust, err := wire.NewTrust(pins)
	w.must(err)
	file, err := wire.NewFile(lines...)
	w.must(err)
	w.must(trust.ExtendFile(file))
	found := file.Of(wire.TypeLicense)
	for _, token := range found {
		if l, err := wire.OpenIssued[wire.License](trust, token); err != nil || l.Container.Kind != wire.ContainerHardware || len(l.Container.Fingerprint) > 0 {
			t.Errorf("%+v %v", l, err)
		}
	}
	if len(found) != 1 {
		t.Errorf("%d license files on the stick: %v", len(found), names)
	}
	cfg := w.config("gamma")
	c, err := client.Open(cfg)
	w.must(err)
	_, err = c.NewRequest(client.Ask{})
	w.must(err)
	files, err := os.ReadDir(cfg.Dir)
	w.must(err)
	if len(files) != 1 || files[0].Name() != "container.lock" {
		t.Errorf("the machine's folder holds %v", files)
	}
}

// A wrong PIN, no device, and a device that is pulled between two steps: nothing
// is lost, nothing runs meanwhile, and it goes on where it stood.
func TestPulledBetweenSteps(t *testing.T) {
	w := newWorld(t)
	right := w.cfg.PINFile
	w.cfg.PINFile = p11test.PINFile(t, "0000")
	_, err := client.Open(w.config("alpha"))
	w.is(err, client.ErrPIN)
	w.cfg.PINFile = right
	c := w.open("alpha")
	code := w.server.Sell(offer(1))
	pulled := func(step string, do func() error) {
		t.Helper()
		w.dev.Pull(t)
		err := do()
		w.is(err, client.ErrRemoved)
		if c.Has("draw") {
			t.Errorf("%s: a license runs without its stick", step)
		}
		_, err = client.Open(w.config("alpha"))
		w.is(err, client.ErrRemoved)
		w.dev.Plug(t)
		w.must(c.Reload())
	}
	pulled("ask", func() error { _, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code}); return err })
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
	w.must(err)
	lines, no := w.server.Exchange(m.Token)
	if no != nil {
		t.Fatal(no.Code)
	}
	pulled("install", func() error { _, err := c.Install([]byte(lines)); return err })
	if _, err := c.Install([]byte(lines)); err != nil || !c.Has("draw") {
		t.Fatal(err, c.Licenses())
	}
	pulled("look", c.Reload)
	if !c.Has("draw") {
		t.Error("the license does not run again")
	}
	pulled("return", func() error { _, err := c.NewReturn(clienttest.ID(1)); return err })
	if !c.Has("draw") {
		t.Error("the license went although nobody could be told")
	}
	w.send(c)
	if w.server.Suspects() {
		t.Error("the server takes the stick for a copy")
	}
	w.cfg.Helper = w.dev.Conf
	_, err = client.Open(w.config("alpha"))
	w.is(err, client.ErrDevice)
}

// Wherever a program and its helper are ended, the stick holds what was there
// before or what was to be there, and the server is told neither too much nor
// anything twice.
func TestKilledBetweenWrites(t *testing.T) {
	w := newWorld(t)
	codes := []string{w.server.Sell(offer(1))}
	steps := func(c *client.Container) error {
		for i, code := range codes {
			if _, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code}); err != nil {
				return err
			}
			if err := w.trySend(c); err != nil {
				return err
			}
			if len(c.Licenses()) <= i {
				return errors.New("a license is missing")
			}
		}
		if _, err := c.NewReturn(clienttest.ID(1)); err != nil {
			return err
		}
		return w.trySend(c)
	}
	ended := errors.New("ended here")
	for stop, done := 1, false; !done; stop++ {
		cfg := w.config("alpha")
		n := 0
		point.Hook = func(string) {
			if n++; n == stop {
				panic(ended)
			}
		}
		err := func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = ended
				}
			}()
			c, err := client.Open(cfg)
			if err == nil {
				err = steps(c)
			}
			return err
		}()
		point.Hook = nil
		if done = err == nil; !done && !errors.Is(err, ended) {
			t.Fatalf("point %d: %v", stop, err)
		}
		cfg.Keys.(*pkcs11.Store).Close()
		c := w.open("beta") // what is left is a container
		if w.must(w.trySend(c)); w.server.Suspects() {
			t.Fatalf("point %d: the server takes the stick for a copy", stop)
		}
		for i := range codes {
			id := clienttest.ID(i + 1)
			here := slices.ContainsFunc(c.Licenses(), func(l client.License) bool { return l.ID == id && l.Runs })
			if gen, used := w.server.Live(c.Status().Container, id); (gen > 0) != here || used > 1 || c.Status().Container != "" && used == 0 && here {
				t.Fatalf("point %d: license %d: here %v, generation %d, %d used", stop, i+1, here, gen, used)
			}
		}
		if stop > 400 {
			t.Fatal("there is no end of points")
		}
	}
}

// What a pulled stick has left torn is passed over.
func TestTorn(t *testing.T) {
	w := newWorld(t)
	c := w.open("alpha")
	w.activate(c, w.server.Sell(offer(1)))
	s := w.store()
	names, err := s.Names()
	w.must(err)
	prefix, _, _ := strings.Cut(names[0], "/")
	w.must(s.Write(prefix+"/index-999", []byte(`{"format":1,"gener`)))
	m, err := w.open("beta").NewRequest(client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(2))})
	w.must(err)
	if m.Counter < 1000 {
		t.Error("a counter may be used twice: ", m.Counter)
	}
	lines, no := w.server.Exchange(m.Token)
	if no != nil {
		t.Fatal(no.Code)
	}
	for line := range strings.Lines(lines) {
		h := sha256.Sum256([]byte(strings.TrimSpace(line)))
		name := prefix + "/" + base64.RawURLEncoding.EncodeToString(h[:16]) + ".lic"
		if err := s.Write(name, []byte("v4.public.torn")); err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
	}
	c = w.open("gamma")
	if _, err := c.Install([]byte(lines)); err != nil || len(c.Licenses()) != 2 || !c.Has("draw") {
		t.Fatal(err, c.Licenses())
	}
	// A stick that is damaged says so, and may begin anew with other keys.
	box := c.Status().Container
	names, err = s.Names()
	w.must(err)
	for _, name := range names {
		if strings.HasSuffix(name, ".lic") {
			w.must(s.Delete(name))
		}
	}
	cfg := w.config("alpha")
	_, err = client.Open(cfg)
	w.is(err, client.ErrDamaged)
	if aside, err := client.SetAside(cfg); err != nil || len(aside) == 0 {
		t.Fatal(aside, err)
	}
	c, err = client.Open(cfg)
	w.must(err)
	w.activate(c, w.server.Sell(offer(3)))
	if c.Status().Container == box || w.server.Suspects() || !c.Has("draw") {
		t.Error("the new container is the old one")
	}
}

// Two publishers share a stick and see nothing of one another.
func TestTwoPublishers(t *testing.T) {
	w := newWorld(t)
	w.activate(w.open("alpha"), w.server.Sell(offer(1)))
	other := clienttest.New("beta")
	cfg := w.config("alpha")
	cfg.Pins = other.Pins()
	c, err := client.Open(cfg)
	w.must(err)
	server := clienttest.NewServer(other)
	server.Now = w.clock.Now
	m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: server.Sell(offer(2))})
	w.must(err)
	lines, no := server.Exchange(m.Token)
	if no != nil {
		t.Fatal(no.Code)
	}
	_, err = c.Install([]byte(lines))
	w.must(err)
	first := w.open("alpha")
	if len(c.Licenses()) != 1 || len(first.Licenses()) != 1 || first.Status().Container == c.Status().Container {
		t.Error(c.Licenses(), first.Licenses())
	}
	if devices, err := w.store().Devices(); err != nil || len(devices) != 1 || devices[0].Label != w.dev.Label {
		t.Error(devices, err)
	}
}
