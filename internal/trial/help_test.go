package trial_test

import (
	"encoding/json"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/sign/signtest"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/trial"
)

// world is an installation whose publisher a offers CAD-TRIAL to visitors.
type world struct {
	*trial.Service
	t     testing.TB
	d     *db.DB
	now   *dbtest.TestClock
	goods *catalog.Service
	lic   *license.Service
	vault *sign.Vault
	a, b  actortest.Site
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
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
	p := actortest.World(t, d)
	gate := actor.NewGate(d)
	keys, _ := signtest.New(t, d, gate)
	w := &world{t: t, d: d, now: clock, a: p.A, b: p.B, vault: keys.Vault(), goods: catalog.NewService(d, gate)}
	w.lic = license.New(license.Options{DB: d, Gate: gate, Vault: w.vault, Keyring: keys.Keyring()})
	w.Service = trial.New(w.options())
	w.offer("trial: {open: true, days: 30, block: [trash.example]}")
	return w
}

// options are those of a service whose mail goes nowhere: the tests read it where
// it waits.
func (w *world) options() trial.Options {
	mailer, err := connect.NewMailer(connect.MailOptions{Host: "127.0.0.1", Port: 1, TLS: connect.MailPlain, From: "noreply@sender.example"})
	must(w.t, err)
	return trial.Options{
		DB: w.d, Vault: w.vault, Licenses: w.lic, Mails: connect.NewMails(w.d, w.vault, mailer), Depot: "https://depot.example/",
	}
}

// offer applies the demo catalog of a with a line about the trial.
func (w *world) offer(line string) {
	w.t.Helper()
	doc, err := os.ReadFile("../demo/catalog.yaml")
	must(w.t, err)
	const after = "    ticketing: per_unit\n    options:\n      - {name: days,"
	_, err = w.goods.Apply(w.t.Context(), w.a.All(), []byte(strings.Replace(string(doc), after, "    "+line+"\n"+after, 1)), false)
	must(w.t, err)
}

// visitor is somebody at a network address in front of the depot of a site.
func visitor(s actortest.Site, addr string) actor.Actor {
	by := actor.Anonymous(netip.MustParseAddr(addr))
	by.Publisher = s.Publisher
	return by
}

// by is the usual visitor of a.
func (w *world) by() actor.Actor { return visitor(w.a, "198.51.100.7") }

func wish(email string) trial.Wish {
	return trial.Wish{Article: "CAD-TRIAL", Email: email, Lang: text.EN}
}

// ask asks, and returns the code of the mail that is new since; "" = none is.
func (w *world) ask(email string) string {
	w.t.Helper()
	before := len(w.letters())
	must(w.t, w.Ask(w.t.Context(), w.by(), wish(email)))
	all := w.letters()
	if len(all) == before {
		return ""
	}
	return codeOf(w.t, all[len(all)-1])
}

var codeForm = regexp.MustCompile(`(?m)^TRY-[0-9A-Z-]+$`)

// codeOf is the confirmation code of a mail.
func codeOf(t testing.TB, l connect.Letter) string {
	t.Helper()
	code := codeForm.FindString(l.Text)
	if code == "" || !strings.Contains(l.Text, "https://depot.example/trial/confirm#"+code+"\n") {
		t.Fatalf("no code in the mail:\n%s", l.Text)
	}
	return code
}

var (
	qLetters  = db.SQL("trial_test.letters", `SELECT id, sealed FROM mail WHERE publisher_id = ? AND state = 'open' ORDER BY id`)
	qTickets  = db.SQL("trial_test.tickets", `SELECT id FROM ticket WHERE publisher_id = ? ORDER BY id`)
	qRequests = db.SQL("trial_test.requests", `SELECT id FROM trial_request WHERE publisher_id = ?`)
	qMarks    = db.SQL("trial_test.marks", `SELECT id FROM trial_taken WHERE publisher_id = ?`)
)

// letters are the mails that wait, oldest first.
func (w *world) letters() (out []connect.Letter) {
	w.t.Helper()
	must(w.t, w.d.Read(w.t.Context(), func(r *db.Reader) error {
		rows, err := r.Query(qLetters, w.a.Publisher)
		type row struct {
			id     connect.MailID
			sealed []byte
		}
		all, err := db.Collect(rows, err, func(r *db.Rows) (x row, err error) { err = r.Scan(&x.id, &x.sealed); return x, err })
		for _, x := range all {
			plain, err := w.vault.Open(r, w.a.Publisher, x.id[:], x.sealed)
			if err != nil {
				return err
			}
			var l connect.Letter
			if err := json.Unmarshal(plain, &l); err != nil {
				return err
			}
			out = append(out, l)
		}
		return err
	}))
	return out
}

// count is how many rows of a kind a has.
func (w *world) count(q *db.Stmt) int {
	w.t.Helper()
	var n int
	must(w.t, w.d.Read(w.t.Context(), func(r *db.Reader) error {
		rows, err := r.Query(q, w.a.Publisher)
		all, err := db.Collect(rows, err, func(r *db.Rows) (id db.ID[world], err error) { err = r.Scan(&id); return id, err })
		n = len(all)
		return err
	}))
	return n
}

func (w *world) purge() {
	w.t.Helper()
	must(w.t, w.d.Write(w.t.Context(), func(tx *db.Tx) error {
		_, err := trial.Purge(tx, w.a.Publisher)
		return err
	}))
}

// journal is what was written about trials, as one text.
func (w *world) journal() string {
	w.t.Helper()
	_, err := actor.SealOnce(w.t.Context(), w.d)
	must(w.t, err)
	var b strings.Builder
	must(w.t, w.d.Read(w.t.Context(), func(r *db.Reader) error {
		rows, err := actor.ReadJournal(r, w.a.Publisher, 0, 1000)
		for _, row := range rows {
			if strings.HasPrefix(row.Event, "trial.") || strings.HasPrefix(row.Event, "ticket.") {
				b.WriteString(row.Event + " " + row.Actor + " " + string(row.Data) + "\n")
			}
		}
		return err
	}))
	return b.String()
}
