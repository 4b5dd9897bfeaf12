package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/org"
)

// The doctor says when mail does not leave, and why. The purge forgets what has
// ended.
func TestDoctorLooksAtMail(t *testing.T) {
	clock, dir := dbtest.NewClock(t), t.TempDir()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	open := func(args ...string) *app.App {
		t.Helper()
		config, _, err := app.ParseConfig(append([]string{"--data", dir}, args...), func(string) string { return "" })
		if err != nil {
			t.Fatal(err)
		}
		a, err := app.Open(t.Context(), config, app.Seams{Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	says := func(a *app.App, level app.Level, words string) {
		t.Helper()
		if f := finding(t, a, "mail"); f == nil || f.Level != level || !strings.Contains(f.Text, words) {
			t.Errorf("%+v, want %s: … %s …", f, level, words)
		}
	}
	drain := func(a *app.App) {
		t.Helper()
		if err := a.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	server := []string{"--mail-host", "127.0.0.1", "--mail-port", "1", "--mail-tls", "none", "--mail-from", "a@sender.example"}
	a := open()
	says(a, app.Good, "No mail server is set")
	ok(a.Close())
	a = open(server...)
	says(a, app.Good, "No mail waits for 127.0.0.1")
	to, err := connect.ParseAddress("anna@example.org")
	ok(err)
	p, err := a.Orgs.CreatePublisher(t.Context(), actor.Installation(), org.NewPublisher{Slug: "muster", Name: "Muster"})
	ok(err)
	ok(a.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := a.Mails.Post(tx, p.ID, connect.Letter{To: to, Subject: "s", Deadline: tx.Now().Add(time.Hour)})
		return err
	}))
	drain(a)
	clock.Advance(20 * time.Minute)
	says(a, app.Bad, "The oldest mail waits for 20 minutes; the mail server's last answer was connect.mail_server")
	ok(a.Close())
	a = open()
	says(a, app.Bad, "no mail server is set any more")
	clock.Advance(time.Hour)
	drain(a)
	says(a, app.Good, "No mail server is set")
	ok(a.Close())
}
