//go:build unix

package proof_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/client/pkcs11"
	"github.com/licet/licet/client/tpm"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/p11test"
	"github.com/licet/licet/internal/tpmtest"
)

// week is an installation with the machines of its customers.
type week struct {
	t     *testing.T
	w     *world
	n     *node
	via   *online.Transport
	clock *leaping
	pins  []byte
	root  actor.OrgID
	codes map[string]string // tickets by article

	boxes  []*weekBox
	chip   *tpmtest.TPM
	state  string // folder of the TPM
	clouds []*weekCloud
}

// weekBox is a machine with one license. Its container's keys are in a file, in a
// stick of its own, or in the TPM that these machines share.
type weekBox struct {
	weekKind
	cfg   sdk.Config
	stick *pkcs11.Config
	tpm   bool
	c     *sdk.Container
	spent int64
}

// weekCloud is a program with the secret of an account, and what it has leased.
type weekCloud struct {
	weekLease
	c   *sdk.Container
	use *online.Lease
}

// newWeek makes so many containers of each kind, with nothing in them.
func newWeek(t *testing.T, w *world, of int) *week {
	t.Helper()
	k := &week{t: t, w: w, clock: &leaping{offset: &w.clock, moved: make(chan struct{})}, codes: map[string]string{}}
	noon := w.clock.now().Truncate(oneDay).Add(oneDay + oneDay/2) // terms end at midnight, the test does not run into it
	k.clock.leap(noon.Sub(w.clock.now()))
	a := w.open()
	_, err := a.Goods.Apply(t.Context(), actor.Installation().In(w.pub), catalogOfWeek(w.clock.now().AddDate(0, 0, 30)), false)
	must(t, err)
	p, err := a.Publisher(t.Context(), demo.Slug)
	must(t, err)
	must(t, a.Close())
	k.root = p.Root
	k.pins, err = w.pins.Encode()
	must(t, err)
	k.n = w.node()
	k.via = &online.Transport{Tries: 1, HTTP: &http.Client{Transport: k}}
	k.order(of)
	helper, pin := p11test.Helper(t), p11test.PINFile(t, p11test.PIN)
	for i := range of {
		kind := weekKinds[i%len(weekKinds)]
		d := p11test.New(t)
		k.boxes = append(k.boxes,
			&weekBox{weekKind: kind, cfg: k.config("soft", i)},
			&weekBox{weekKind: kind, cfg: k.config("stick", i), stick: &pkcs11.Config{
				Helper: helper, Module: d.Module, Slot: d.Label, PINFile: pin, Timeout: time.Minute, Env: []string{d.Env()},
			}},
			&weekBox{weekKind: kind, cfg: k.config("chip", i), tpm: true})
		k.clouds = append(k.clouds, k.account(weekLeases[i%len(weekLeases)], i))
	}
	return k
}

func (k *week) config(kind string, i int) sdk.Config {
	return sdk.Config{
		Pins: k.pins, Product: "WEEK", Released: k.w.clock.now().AddDate(0, 0, -30), Dir: dbtest.Dir(k.t), Server: "http://127.0.0.1",
		Clock: k.clock, Machine: clienttest.Machine(fmt.Sprint(kind, i)),
	}
}

// order buys one ticket of each article, with a place for each machine.
func (k *week) order(of int) {
	k.t.Helper()
	d := document{Source: source, Number: "week", Revision: 1, Mode: "complete", Buyer: party{"C-1"}}
	line := func(article string) {
		d.Lines = append(d.Lines, documentLine{fmt.Sprint(len(d.Lines) + 1), article, int64(3 * of)})
	}
	for _, one := range weekKinds {
		line(one.article)
	}
	for _, one := range weekLeases {
		line(one.article)
	}
	v, a, err := k.n.order(d, "week")
	if err != nil || len(v.Lines) != len(d.Lines) {
		k.t.Fatalf("%v, %v", a, err)
	}
	for _, l := range v.Lines {
		k.codes[l.Article] = l.Tickets[0].Code
	}
}

// account is a program with the cloud container of a new service account.
func (k *week) account(l weekLease, i int) *weekCloud {
	k.t.Helper()
	body := fmt.Sprintf(`{"org":%q,"service":"week-%d"}`, k.root, i)
	a, err := k.n.send(call{method: http.MethodPost, path: "/cloud-containers", body: []byte(body), kind: "application/json", retry: fmt.Sprint("week-", i)})
	var made struct{ Secret string }
	if err != nil || !a.ok() || json.Unmarshal(a.body, &made) != nil {
		k.t.Fatalf("%v, %v", a, err)
	}
	cfg := k.config("cloud", i)
	cfg.Keys, err = sdk.Cloud(made.Secret)
	must(k.t, err)
	c, err := sdk.Open(cfg)
	must(k.t, err)
	return &weekCloud{weekLease: l, c: c}
}

// RoundTrip is the way to the server wherever it is now, for programs that know one
// address of it.
func (k *week) RoundTrip(r *http.Request) (*http.Response, error) {
	k.n.mu.Lock()
	at := k.n.api
	k.n.mu.Unlock()
	if at == "" {
		return nil, errors.New("the server is off")
	}
	there := r.Clone(r.Context())
	there.URL.Host = strings.TrimPrefix(at, "http://")
	return client.Transport.RoundTrip(there)
}

// each starts every machine, as on a morning, has do done on it, and switches it off.
// The TPM has its own morning.
func (k *week) each(do func(b *weekBox) error) {
	k.t.Helper()
	if k.chip != nil {
		k.chip.Stop()
	} else {
		k.state = k.t.TempDir()
	}
	k.chip = tpmtest.Start(k.t, k.state)
	store := tpm.New(tpm.Config{Open: k.chip.Open, Machine: clienttest.Machine("chip")})
	errs := make([]error, len(k.boxes))
	var group sync.WaitGroup
	turn := make(chan struct{}, 4)
	for i, b := range k.boxes {
		turn <- struct{}{}
		group.Go(func() {
			defer func() { <-turn }()
			if errs[i] = b.day(store, do); errs[i] != nil {
				errs[i] = fmt.Errorf("%s on %s: %w", b.article, b.cfg.Dir, errs[i])
			}
		})
	}
	group.Wait()
	must(k.t, errors.Join(errs...))
}

// day is a machine that is switched on and off again.
func (b *weekBox) day(chip sdk.KeyStore, do func(b *weekBox) error) (err error) {
	cfg := b.cfg
	switch {
	case b.tpm:
		cfg.Keys = chip
	case b.stick != nil:
		store := pkcs11.NewStore(*b.stick)
		defer store.Close()
		cfg.Keys = store
	}
	if b.c, err = sdk.Open(cfg); err != nil {
		return err
	}
	return do(b)
}

// leaping is a clock that runs by the machine's and leaps; who waits wakes up by
// either.
type leaping struct {
	*offset
	mu    sync.Mutex
	moved chan struct{} // closed at the next leap
}

// Now implements client.Clock.
func (l *leaping) Now() time.Time { return l.now() }

// Wait implements client.Clock.
func (l *leaping) Wait(ctx context.Context, d time.Duration) error {
	for until := l.now().Add(d); ; {
		l.mu.Lock()
		moved := l.moved
		l.mu.Unlock()
		left := until.Sub(l.now())
		if left <= 0 {
			return nil
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-moved:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		timer.Stop()
	}
}

// leap moves the clock on.
func (l *leaping) leap(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.by.Add(int64(d))
	close(l.moved)
	l.moved = make(chan struct{})
}
