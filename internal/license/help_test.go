package license_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/sign/signtest"
	"github.com/licet/licet/wire"
)

// world is a database with two publishers that can issue.
type world struct {
	*license.Service
	t    testing.TB
	d    *db.DB
	now  *dbtest.TestClock
	keys *sign.Service
	gate *actor.Gate
	a, b actortest.Site
	root sign.RootKey
	id   *sign.Identity
}

// each runs fn on both engines.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) { fn(t, newWorld(t, e)) })
	}
}

func newWorld(t testing.TB, e db.Engine, opts ...dbtest.Option) *world {
	t.Helper()
	clock := dbtest.NewClock(t)
	d := dbtest.Open(t, e, append([]dbtest.Option{dbtest.WithNow(clock.Now)}, opts...)...)
	return worldOn(t, d, clock)
}

func worldOn(t testing.TB, d *db.DB, clock *dbtest.TestClock) *world {
	t.Helper()
	p := actortest.World(t, d)
	w := &world{t: t, d: d, now: clock, a: p.A, b: p.B, gate: actor.NewGate(d)}
	w.keys, w.id = signtest.New(t, d, w.gate)
	w.root = signtest.Root(t, d)
	signtest.Certify(t, d, w.keys, w.root, w.a.All())
	signtest.Certify(t, d, w.keys, w.root, w.b.All())
	w.Service = w.node(license.Limits{})
	w.keys.Serials = w.Service.Serials
	return w
}

// node is another process on the same database.
func (w *world) node(l license.Limits) *license.Service {
	return license.New(license.Options{DB: w.d, Gate: w.gate, Vault: w.keys.Vault(), Keyring: w.keys.Keyring(), Limits: l})
}

// rotate makes new keys and installs their certificates.
func (w *world) rotate(site actortest.Site) {
	w.t.Helper()
	signtest.Rotate(w.t, w.d, w.keys, w.root, site.All())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want checks that err is the refusal.
func want(t testing.TB, err error, sentinel *fault.Error) {
	t.Helper()
	if !errors.Is(err, sentinel) {
		t.Helper()
		t.Fatalf("got %v, want %s", err, sentinel.Code)
	}
}

// item is an article under a model of the kind.
func item(kind catalog.Kind, change ...func(*catalog.Snapshot)) catalog.Snapshot {
	s := catalog.Snapshot{
		Number: "CAD-1", ArticleNumber: "CAD-1", ArticleID: catalog.ArticleID{1: 1, 15: 7},
		Name: catalog.Names{DE: "CAD", EN: "CAD"}, Product: "CAD", KeyPrefix: "CADP", ModelCode: "m",
		Model: catalog.Defaults(kind), Features: []string{"draw", "print"}, Limits: map[string]int64{"layers": 10},
		Ticketing: catalog.PerLine, ContainerKinds: []string{catalog.Soft},
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

// sell issues one ticket of the article for the direct customer of publisher a.
func (w *world) sell(s catalog.Snapshot, quantity int64) license.Issued {
	w.t.Helper()
	return w.issue(license.IssueInput{Item: s, Quantity: quantity})[0]
}

func (w *world) issue(in license.IssueInput) (out []license.Issued) {
	w.t.Helper()
	if in.Holder.IsZero() {
		in.Holder = w.a.Direct
	}
	must(w.t, w.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		out, err = w.Service.Issue(tx, w.a.System(), []license.IssueInput{in})
		return err
	}))
	return out
}

// line is a new order line.
func (w *world) line() license.OrderLineID { return db.MakeID[license.OrderLine](w.d.Now()) }

// anyone is a caller of whom nothing is known.
func anyone() actor.Actor { return actor.Anonymous(netip.MustParseAddr("203.0.113.9")) }

var salt = []byte("0123456789abcdef")

// box is a client's container: its key, its counter, what it holds.
type box struct {
	w     *world
	iss   string
	key   wire.PrivateKey
	keys  wire.ContainerKeys
	parts map[string]string // of its machine
	ctr   int64
	held  map[string]int64
	app   string

	spentBy map[string]int64 // units, by license
}

var machines int

// box makes a container on a machine of its own.
func (w *world) box(site ...actortest.Site) *box {
	w.t.Helper()
	machines++
	return w.boxOn(map[string]string{
		"machine-id": fmt.Sprint("m", machines), "board": fmt.Sprint("b", machines), "disk": fmt.Sprint("d", machines),
	}, site...)
}

// boxOn makes a container on a machine with these components.
func (w *world) boxOn(parts map[string]string, site ...actortest.Site) *box {
	w.t.Helper()
	key, err := wire.GenerateKey(wire.Ed25519, rand.Reader)
	must(w.t, err)
	of := w.a
	if len(site) > 0 {
		of = site[0]
	}
	return &box{
		w: w, iss: of.Publisher.String(), key: key, parts: parts, held: map[string]int64{}, app: "1.0",
		keys: wire.ContainerKeys{Kind: wire.ContainerSoft, Sign: key.Public().String()},
	}
}

// clone is a copy of the container's state, as a snapshot of its machine makes.
func (b *box) clone() *box {
	c := *b
	c.held = map[string]int64{}
	maps.Copy(c.held, b.held)
	return &c
}

func nonce() string {
	var n [wire.NonceLen]byte
	_, _ = rand.Read(n[:])
	return wire.Nonce(n)
}

func (b *box) holding() (out []wire.Held) {
	for id, gen := range b.held {
		out = append(out, wire.Held{LicenseID: id, Generation: gen, Spent: b.spentBy[id]})
	}
	return out
}

func (b *box) request(act wire.Action, change ...func(*wire.Request)) *wire.Request {
	b.ctr++
	r := &wire.Request{
		Issuer: b.iss, Action: act, Nonce: nonce(), Counter: b.ctr, IssuedAt: b.w.d.Now().Unix(), Container: b.keys,
		Held: b.holding(), App: wire.App{Version: b.app, OS: "linux", Arch: "amd64"},
	}
	for name, value := range b.parts {
		r.Fingerprint = append(r.Fingerprint, wire.FingerprintPart{Name: name, Hash: wire.ComponentClaim(wire.Component(salt, name, value))})
	}
	for _, c := range change {
		c(r)
	}
	return r
}

func (b *box) sign(c wire.Claims) []byte {
	b.w.t.Helper()
	token, err := wire.SignClaims(b.key, c)
	must(b.w.t, err)
	return []byte(token)
}

// send sends a message and installs its answer.
func (b *box) send(c wire.Claims) (*answer, error) {
	b.w.t.Helper()
	lines, err := b.w.Exchange(context.Background(), anyone(), b.sign(c))
	if err != nil {
		return nil, err
	}
	a := b.w.read(lines)
	b.install(a)
	return a, nil
}

// install does what an answer says.
func (b *box) install(a *answer) {
	if a.update != nil {
		for _, c := range a.update.Commands {
			if c.Do == wire.CmdRecall || c.Do == wire.CmdBlock || c.Do == wire.CmdReplace {
				delete(b.held, c.LicenseID)
			}
		}
	}
	for _, l := range a.licenses {
		b.held[l.ID] = l.Generation
	}
}

func withCode(code string) func(*wire.Request) { return func(r *wire.Request) { r.Code = code } }

// activate activates a code here.
func (b *box) activate(code string, change ...func(*wire.Request)) (*answer, error) {
	b.w.t.Helper()
	return b.send(b.request(wire.ActActivate, append([]func(*wire.Request){withCode(code)}, change...)...))
}

func (b *box) refresh() (*answer, error) {
	b.w.t.Helper()
	return b.send(b.request(wire.ActRefresh))
}

func (b *box) restore(code, lost string) (*answer, error) {
	b.w.t.Helper()
	return b.send(b.request(wire.ActRestore, withCode(code), func(r *wire.Request) { r.Lost = lost }))
}

func (b *box) receipt() *wire.Receipt {
	b.ctr++
	return &wire.Receipt{
		Issuer: b.iss, Container: b.keys.Hash(), Nonce: nonce(), Counter: b.ctr, IssuedAt: b.w.d.Now().Unix(), Held: b.holding(),
	}
}

// giveBack removes a license and says so.
func (b *box) giveBack(id string) *wire.Return {
	b.ctr++
	r := &wire.Return{
		Issuer: b.iss, Container: b.keys.Hash(), Nonce: nonce(), Counter: b.ctr, IssuedAt: b.w.d.Now().Unix(),
		LicenseID: id, Generation: max(1, b.held[id]), Spent: b.spentBy[id],
	}
	delete(b.spentBy, id)
	delete(b.held, id)
	return r
}

func (b *box) id() license.ContainerID {
	raw, _ := base64.RawURLEncoding.DecodeString(b.keys.Hash())
	return license.ContainerID(raw[:16])
}

// answer is an answer, verified as a product would.
type answer struct {
	lines    []string
	update   *wire.Update
	licenses []*wire.License
	lists    []*wire.BlockList
}

// commands are what an answer commands, "recall" or "block", one after another.
func (a *answer) commands() string {
	var out []string
	if a.update != nil {
		for _, c := range a.update.Commands {
			out = append(out, c.Do)
		}
	}
	return strings.Join(out, " ")
}

// read verifies the lines of an answer with the publisher's pins.
func (w *world) read(lines []string) *answer {
	w.t.Helper()
	out := &answer{lines: lines}
	if len(lines) == 0 {
		return out
	}
	trust := w.trust(w.a)
	for _, line := range lines {
		hint, err := wire.Peek(line)
		must(w.t, err)
		switch hint.Type {
		case wire.TypeUpdate:
			out.update, err = wire.OpenIssued[wire.Update](trust, line)
		case wire.TypeLicense:
			var l *wire.License
			l, err = wire.OpenIssued[wire.License](trust, line)
			out.licenses = append(out.licenses, l)
		case wire.TypeBlockList:
			var l *wire.BlockList
			l, err = wire.OpenIssued[wire.BlockList](trust, line)
			out.lists = append(out.lists, l)
		default:
			err = trust.Extend(line)
		}
		must(w.t, err)
	}
	return out
}

func (w *world) trust(site actortest.Site) *wire.Trust {
	w.t.Helper()
	pins, err := w.keys.Keyring().Pins(context.Background(), site.Publisher, salt, "https://licenses.example")
	must(w.t, err)
	trust, err := wire.NewTrust(pins)
	must(w.t, err)
	return trust
}

// license looks a license up as staff.
func (w *world) license(id license.LicenseID) license.LicenseInfo {
	w.t.Helper()
	l, err := w.GetLicense(context.Background(), w.a.All(), id)
	must(w.t, err)
	return l
}

// used checks how many seats of an issued ticket are used.
func (w *world) used(i license.Issued, n int64) {
	w.t.Helper()
	if l := w.license(i.Licenses[0]); l.Used != n {
		w.t.Fatalf("%d of %d seats used, want %d", l.Used, l.Limit, n)
	}
}

// sound checks the invariants of every row: used is the sum of the live
// activations, and no license is oversold.
func (w *world) sound(ids ...license.LicenseID) {
	w.t.Helper()
	for _, id := range ids {
		l := w.license(id)
		page, err := w.ListActivations(context.Background(), w.a.All(), id, "", 500)
		must(w.t, err)
		var live int64
		for _, a := range page.Items {
			if a.State.Live() {
				live += a.Quantity
			}
		}
		if live != l.Used || l.Used > l.Limit {
			w.t.Fatalf("license %s: %d live, %d used, limit %d", id, live, l.Used, l.Limit)
		}
	}
}

const year = 365 * 24 * time.Hour

func join(lines []string) string { return strings.Join(lines, "\n") }

// events returns the sealed journal lines of publisher a with this event; all of
// them for "".
func (w *world) events(name string) (out []actor.Row) {
	w.t.Helper()
	_, err := actor.SealOnce(context.Background(), w.d)
	must(w.t, err)
	must(w.t, w.d.Read(context.Background(), func(r *db.Reader) error {
		rows, err := actor.ReadJournal(r, w.a.Publisher, 0, 100_000)
		for _, row := range rows {
			if name == "" || row.Event == name {
				out = append(out, row)
			}
		}
		return err
	}))
	return out
}

// deep reports whether the long versions of the tests are asked for.
func deep() bool { return os.Getenv("LICET_DEEP") != "" }

// rounds is how often a test repeats itself: some, or many in the deep run.
func rounds(some, many int) int {
	if deep() {
		return many
	}
	return some
}

// study has the planner look at the tables now and then, as a database of its
// own does: without statistics PostgreSQL reads a publisher's whole share of a
// table for one row.
func (w *world) study(round int) {
	w.t.Helper()
	if round%200 == 199 {
		must(w.t, w.d.Analyze(context.Background()))
	}
}

// checks has rapid try so many random runs in this test.
func checks(t *testing.T, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	must(t, f.Value.Set(strconv.Itoa(n)))
	t.Cleanup(func() { _ = f.Value.Set(before) })
}

// reopen restores a backup into an empty database and goes on there.
func (w *world) reopen(t *testing.T, e db.Engine, folder string) {
	t.Helper()
	ctx := context.Background()
	o := db.Options{Now: w.now.Now}
	if e == db.SQLite {
		o.Dir = dbtest.Dir(t)
	} else {
		o.URL = dbtest.Postgres(t, dbtest.Empty())
	}
	_, err := db.Restore(ctx, o, folder)
	must(t, err)
	w.d, err = db.Open(ctx, o)
	must(t, err)
	t.Cleanup(func() { _ = w.d.Close() })
	w.gate = actor.NewGate(w.d)
	w.keys, err = sign.New(ctx, w.d, w.gate, w.id)
	must(t, err)
	w.Service = w.node(license.Limits{})
}
