package sdk_test

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// Leases of the small clients: against the real server, and, where time passes,
// against the one in memory, whose clock and the client's a test moves.

// talk is a client that does what it is told, line by line.
type talk struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// lessee starts a language's client for leases; it ends with the test.
func lessee(t *testing.T, l *language, args ...string) *talk {
	t.Helper()
	cmd := l.run(l.built, "client", args...)
	cmd.Env, cmd.Stderr = environ(), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	k := &talk{t, cmd, in, bufio.NewScanner(out)}
	t.Cleanup(k.hangUp)
	return k
}

// hangUp ends the client's input: it ends, whatever its renewers do.
func (k *talk) hangUp() {
	_ = k.in.Close()
	if err := k.cmd.Wait(); err != nil {
		k.t.Errorf("the client ended with %v", err)
	}
}

// want says something and expects the answer.
func (k *talk) want(say, answer string) {
	k.t.Helper()
	if _, err := fmt.Fprintln(k.in, say); err != nil {
		k.t.Fatal(err)
	}
	if !k.out.Scan() || k.out.Text() != answer {
		k.t.Fatalf("%s: %q, %v, and should be %q", say, k.out.Text(), k.out.Err(), answer)
	}
}

// wants says several things; each line is what is said, " → ", and the answer.
func (k *talk) wants(lines ...string) {
	k.t.Helper()
	for _, l := range lines {
		say, answer, _ := strings.Cut(l, " → ")
		k.want(say, answer)
	}
}

func TestLeases(t *testing.T) {
	o := newOffice(t)
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			l.ready(t)
			o.share(t, l)
		})
	}
}

// share is three machines that share a license of two places (one is an overdraft).
func (o *office) share(t *testing.T, l *language) {
	code, id := o.order(t, "CAD-PRO-FLOAT")
	var machines [3]*talk
	for i, name := range []string{"alpha", "beta", "gamma"} {
		d := o.desk(t, l)
		d.machine = name
		machines[i] = lessee(t, l, d.args("lease")...)
		if i == 0 {
			d.cable.will(drop) // the lost answer is asked for once more
		}
		machines[i].want("take "+code, map[bool]string{true: "refused license.no_seat", false: "done"}[i == 2])
	}
	a, b, c := machines[0], machines[1], machines[2]
	if n := o.used(t, id); n != 2 {
		t.Errorf("%d places are used", n)
	}
	a.wants("renew → done", "end → done", "end → done", "renew → refused license.lease_gone")
	c.wants("take "+strings.ToLower(code)+" → done", "take AAAAA-AAAAA-AAAAA-AAAAA-AAAAA → refused license.code_typo")
	a.wants("again → refused license.no_seat")
	all, err := o.app.Lic.ListLeases(t.Context(), o.by, id, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all.Items {
		if _, err := o.app.Lic.ReleaseLease(t.Context(), o.by, x.ID); err != nil {
			t.Fatal(err)
		}
	}
	b.wants("renew → refused license.lease_gone", "renew → refused license.lease_gone")
	a.wants("again → done")

	_, units := o.order(t, "SIM-UNITS")
	key, err := o.app.Lic.RevealKey(t.Context(), o.by, units)
	if err != nil {
		t.Fatal(err)
	}
	a.wants("consume "+key+" 30 AAECAwQFBgcICQoLDA0ODw → spent 30 left 970", "consume "+key+" 30 AAECAwQFBgcICQoLDA0ODw → spent 30 left 970",
		"consume "+key+" 971 AQECAwQFBgcICQoLDA0ODw → refused license.no_units")
}

// front stands between a client and the server in memory: it keeps the answers to
// renewals, and says one of them instead of the server where a test wants it.
type front struct {
	server *clienttest.Server
	asked  chan bool // somebody wants to renew

	mu   sync.Mutex
	said []string
	say  string
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api/v1/lease/renew" {
		f.server.ServeHTTP(w, r)
		return
	}
	select {
	case f.asked <- true:
	default: // nobody counts
	}
	rec := httptest.NewRecorder()
	f.mu.Lock()
	say := f.say
	f.say = ""
	f.mu.Unlock()
	if say == "" {
		f.server.ServeHTTP(rec, r) // it may break the connection: then nothing is kept
		say = rec.Body.String()
	}
	f.mu.Lock()
	f.said = append(f.said, say)
	f.mu.Unlock()
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	_, _ = io.WriteString(w, say)
}

// next is what the next one who renews is told.
func (f *front) next(say string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.say = say
}

// last is the last answer to a renewal.
func (f *front) last() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.said[len(f.said)-1]
}

// pool is a license of two places at a server in memory.
type pool struct {
	*front
	*talk
	clock *clienttest.Clock
	args  []string
	code  string
	lang  *language
}

func newPool(t *testing.T, l *language, change func(*clienttest.Offer)) *pool {
	t.Helper()
	p := &pool{front: &front{server: clienttest.NewServer(clienttest.New("acme")), asked: make(chan bool, 100)}, clock: clienttest.NewClock(), lang: l}
	p.server.Now = p.clock.Now
	at := httptest.NewTLSServer(p.front)
	at.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(at.Close)
	offer := &clienttest.Offer{ID: clienttest.ID(1), Product: "CAD", Features: []string{"draw"}, Limits: map[string]int64{"parts": 7}, Seats: 2}
	change(offer)
	p.code = p.server.Sell(offer)
	folder := t.TempDir()
	pins := filepath.Join(folder, "pins.json")
	if err := os.WriteFile(pins, p.server.P.Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	p.args = []string{pins, filepath.Join(folder, "container"), at.URL, authority(t, at), "alpha", "lease"}
	p.talk = lessee(t, l, p.args...)
	return p
}

// pass moves the server's clock, the client's, and what it measures.
func (p *pool) pass(d time.Duration) {
	p.t.Helper()
	p.clock.Add(d)
	p.want(fmt.Sprintf("move %d %[1]d", int(d.Seconds())), "done")
}

func TestLeaseTimes(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			l.ready(t)
			p := newPool(t, l, func(*clienttest.Offer) {})
			p.outage()
			p.believes()
			p = newPool(t, l, func(o *clienttest.Offer) { o.Enforce = wire.Warn })
			p.wants("take "+p.code+" → done", "move 961 961 → done", "look → lease 1 expired -61 300 1 1 7")
			p.server.EndLeases()
			p.wants("renew → refused license.lease_gone", "look → lease 1 expired 0 300 1 1 7", "end → done", "look → lease 1 expired 0 300 1 1 7")
			p.wants("take "+p.code+" anna → done", "end → done", "look → lease 2 expired 0 300 0 0 -")
		})
	}
}

// outage is a server that is away: the lease goes on to its end, by whatever has
// moved on further, the clock or what is measured.
func (p *pool) outage() {
	p.t.Helper()
	p.wants("take "+p.code+" → done", "look → lease 1 valid 900 300 1 1 7")
	p.pass(5 * time.Minute)
	p.wants("look → lease 1 valid 600 300 1 1 7", "renew → done", "look → lease 1 valid 900 300 1 1 7")
	p.pass(5 * time.Minute)
	p.server.Expect(clienttest.LoseAsked, clienttest.Broken, clienttest.Busy, clienttest.Foreign)
	p.wants("renew → offline", "renew → offline", "renew → refused route.overloaded", "renew → offline", "look → lease 1 valid 600 300 1 1 7")
	p.wants("move 0 -100000 → done", "look → lease 1 valid 600 300 1 1 7", "move 0 100000 → done")
	p.wants("move 599 599 → done", "look → lease 1 valid 1 300 1 1 7", "move 1 1 → done", "look → lease 1 grace 0 300 1 1 7")
	p.wants("move 0 59 → done", "look → lease 1 grace -59 300 1 1 7", "move 0 1 → done", "look → lease 1 expired -60 300 0 0 -", "move 0 -60 → done")
	p.wants("renew → done", "look → lease 1 valid 900 300 1 1 7") // the server's clock stood: it still had it
	p.server.EndLeases()
	p.wants("renew → refused license.lease_gone", "look → lease 1 expired 0 300 0 0 -", "end → done")
}

// believes only what is new, of this lease and signed.
func (p *pool) believes() {
	p.t.Helper()
	p.wants("take " + p.code + " → done")
	p.pass(time.Minute)
	p.wants("renew → done")
	older := p.last()
	p.pass(time.Minute)
	p.wants("renew → done")
	newer := p.last()
	p.next(older)
	p.wants("renew → not believed old", "look → lease 2 valid 900 300 1 1 7")
	p.pass(time.Minute)
	p.next(newer) // the same moment of the server is the same moment here
	p.wants("renew → done", "look → lease 2 valid 840 300 1 1 7")
	at := strings.LastIndex(newer, "v4.public.") + 100
	p.next(newer[:at] + map[bool]string{true: "B", false: "A"}[newer[at] == 'A'] + newer[at+1:])
	p.want("renew", "not believed signature")
	p.next(`{"lines":[]}`)
	p.want("renew", "not believed update")
	other := lessee(p.t, p.lang, p.args...)
	other.wants("take "+p.code+" → done", "renew → done")
	p.next(p.last())
	p.wants("renew → not believed not_asked", "look → lease 2 valid 840 300 1 1 7", "renew → done", "end → done")
	other.want("end", "done")
}

// TestLeaseWaits: a C program is told when it should renew.
func TestLeaseWaits(t *testing.T) {
	l := languages[0]
	l.ready(t)
	p := newPool(t, l, func(*clienttest.Offer) {})
	p.wants("take "+p.code+" → done", "wait → 300")
	p.pass(200 * time.Second)
	p.want("wait", "100")
	p.pass(200 * time.Second)
	p.server.Expect(clienttest.Broken, clienttest.Limited)
	p.wants("wait → 0", "renew → offline", "wait → 5", "move 5 5 → done", "wait → 0", "renew → refused license.too_many_tries", "wait → 60")
	p.wants("renew → done", "wait → 300")
	p.server.EndLeases()
	p.wants("renew → refused license.lease_gone", "wait → -1", "end → done", "wait → -1")
}

// TestLeaseIsKept lets each renewer, where there is one, renew in real time: the
// test waits for what it asks, never for a moment.
func TestLeaseIsKept(t *testing.T) {
	for _, l := range languages {
		if l.name == "c" { // the program renews
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			l.ready(t)
			t.Parallel() // it waits more than it works
			p := newPool(t, l, func(o *clienttest.Offer) { o.Renew = time.Second })
			p.wants("take "+p.code+" → done", "keep → done")
			<-p.asked
			p.server.Expect(clienttest.Broken)
			<-p.asked
			<-p.asked
			<-p.asked
			p.want("look", "lease 1 valid 900 1 1 1 7")
			p.server.EndLeases()
			p.wants("over → done", "news → ended late renewed", "look → lease 1 expired 0 1 0 0 -")
			p.wants("take "+p.code+" → done", "keep → done") // and the program ends with its input
		})
	}
}
