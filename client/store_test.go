package client_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

func (w *world) file(name string) string { return filepath.Join(w.dir, name) }

func (w *world) write(name, content string) {
	w.t.Helper()
	w.must(os.WriteFile(w.file(name), []byte(content), 0o600))
}

func (w *world) read(name string) string {
	w.t.Helper()
	b, err := os.ReadFile(w.file(name))
	w.must(err)
	return string(b)
}

// TestDamage: of the two copies one is enough; a change, however small, is
// noticed; nothing is ever overwritten because it cannot be read.
func TestDamage(t *testing.T) {
	w := newWorld(t)
	w.activate(w.open(), w.server.Sell(offer(1)))
	good := w.read("container.json")
	if good != w.read("container.bak.json") || !json.Valid([]byte(good)) {
		t.Fatal("the copies differ, or are no JSON")
	}
	for name, bad := range map[string]string{
		"empty":   "",
		"cut":     good[:len(good)/2],
		"changed": strings.Replace(good, `"gen":1`, `"gen":2`, 1),
		"longer":  good + "x",
		"garbage": "\x00\x01\x02",
	} {
		w.write("container.json", bad)
		w.write("container.bak.json", good)
		if !w.open().Has("draw") {
			t.Errorf("%s: the copy was not used", name)
		}
		w.write("container.bak.json", bad)
		_, err := client.Open(w.config())
		wantErr(t, err, client.ErrDamaged)
		if w.read("container.json") != bad {
			t.Errorf("%s: the damaged file was overwritten", name)
		}
		w.write("container.json", good)
		if !w.open().Has("draw") {
			t.Errorf("%s: a damaged copy does harm", name)
		}
	}
	w.must(os.Remove(w.file("container.json")))
	w.write("container.bak.json", good)
	c := w.open()
	w.refresh(c) // with a counter beyond everything that the lost file can have used
	if !c.Has("draw") || w.server.Suspects() || w.read("container.json") != w.read("container.bak.json") {
		t.Error("the container does not go on from its copy")
	}
}

func TestLaterFormat(t *testing.T) {
	w := newWorld(t)
	w.activate(w.open(), w.server.Sell(offer(1)))
	later := client.Reseal(strings.Replace(w.read("container.json"), `"format":1`, `"format":2`, 1))
	w.write("container.json", later)
	_, err := client.Open(w.config())
	wantErr(t, err, client.ErrNewer)
	if w.read("container.json") != later {
		t.Error("a later version's file was overwritten")
	}
}

func TestUnreadableAndUnwritable(t *testing.T) {
	w := newWorld(t)
	w.must(os.Mkdir(w.file("container.json"), 0o700))
	_, err := client.Open(w.config())
	wantErr(t, err, client.ErrRead)
	c := w.open(func(cfg *client.Config) { cfg.Dir = w.file("other") })
	w.must(os.MkdirAll(w.file("other/container.json.new"), 0o700))
	_, err = c.NewRequest(client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(1))})
	wantErr(t, err, client.ErrWrite)
	if len(c.Waiting()) != 0 {
		t.Error("a request waits that is not on the disk")
	}
}

// TestHalfWritten: where only the first copy could be written, what is on the disk
// holds, here as after the next start.
func TestHalfWritten(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	w.must(os.Mkdir(w.file("container.bak.json.new"), 0o700))
	_, err := c.NewReturn(clienttest.ID(1))
	wantErr(t, err, client.ErrWrite)
	if c.Has("draw") != w.open().Has("draw") {
		t.Errorf("here it runs: %v, after the next start: %v", c.Has("draw"), w.open().Has("draw"))
	}
	w.must(os.Remove(w.file("container.bak.json.new")))
	w.send(c)
	if gen, used := w.server.Live(c.Status().Container, clienttest.ID(1)); gen != 0 || used != 0 {
		t.Errorf("generation %d, %d used", gen, used)
	}
}

// TestNoRoomForAReturn: a license does not go where its return cannot be signed,
// and a return that a crash left unsigned does not keep the others from leaving.
func TestNoRoomForAReturn(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	var err error
	for err == nil {
		_, err = c.NewRequest(client.Ask{Action: wire.ActActivate, Code: clienttest.Ticket()})
	}
	wantErr(t, err, client.ErrTooMany)
	_, err = c.NewReturn(clienttest.ID(1))
	wantErr(t, err, client.ErrTooMany)
	if !c.Has("draw") {
		t.Error("the license is gone, and nobody can be told")
	}
	unsigned := client.Reseal(strings.Replace(w.read("container.json"), `"outbox":`, `"removed":[{"id":"`+clienttest.ID(2)+`","gen":1,"ret":true}],"outbox":`, 1))
	w.write("container.json", unsigned)
	waiting, err := c.Complete()
	if err != nil || len(waiting) == 0 {
		t.Fatalf("%d wait, %v", len(waiting), err)
	}
	w.must(c.Discard(waiting[0].Counter))
	waiting, err = c.Complete()
	w.must(err)
	if last := waiting[len(waiting)-1]; last.Type != wire.TypeReturn || last.LicenseID != clienttest.ID(2) {
		t.Errorf("the last one is %+v", last)
	}
}

// TestTwoPrograms: two containers over one folder, used at the same time, lose
// nothing of one another's.
func TestTwoPrograms(t *testing.T) {
	w := newWorld(t)
	w.activate(w.open(), w.server.Sell(offer(0)))
	var wg sync.WaitGroup
	for n := range 4 {
		c := w.open(func(cfg *client.Config) { cfg.Clock = client.SystemClock() })
		code := w.server.Sell(offer(n + 1))
		wg.Go(func() {
			if _, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c := w.open()
	counters := map[int64]bool{}
	for _, m := range c.Waiting() {
		counters[m.Counter] = true
	}
	if len(counters) != 4 {
		t.Fatalf("%d requests wait, want 4", len(counters))
	}
	w.send(c)
	if len(c.Licenses()) != 5 || w.server.Suspects() {
		t.Fatalf("%d licenses", len(c.Licenses()))
	}
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", w0(t))
	t.Setenv("HOME", w0(t))
	for issuer, want := range map[string]string{
		"019a2f4e-7c11": "019a2f4e-7c11", "Acme GmbH/../x": "cme--mb-----x-",
	} {
		dir, err := client.DefaultDir(issuer)
		if err != nil || !strings.Contains(filepath.Base(dir), want) || filepath.Base(filepath.Dir(dir)) != "licet" {
			t.Errorf("%s: %s %v", issuer, dir, err)
		}
	}
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("HOME", "")
	if _, err := client.Open(client.Config{Pins: clienttest.New("acme").Pins()}); err != nil {
		wantErr(t, err, client.ErrFolder)
	}
}

func w0(t *testing.T) string { return t.TempDir() }

// TestBusy: while another program holds the folder, changes wait and then say so,
// and starting does not wait at all.
func TestBusy(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	release, err := client.Hold(w.dir)
	w.must(err)
	w.clock.Add(3 * day)
	if !w.open().Has("draw") || len(w.clock.Waited()) != 0 {
		t.Errorf("starting waits: %v", w.clock.Waited())
	}
	_, err = c.NewRequest(client.Ask{})
	wantErr(t, err, client.ErrBusy)
	_, err = client.SetAside(w.config())
	wantErr(t, err, client.ErrBusy)
	release()
	w.refresh(c)
}
