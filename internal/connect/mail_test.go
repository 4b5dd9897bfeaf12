package connect_test

import (
	"errors"
	"net/mail"
	"os"
	"path/filepath"
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
	"github.com/licet/licet/internal/mailtest"
)

// post is an installation that writes letters.
type post struct {
	*connect.Mails
	d    *db.DB
	site actortest.Site
	jobs *job.Service
	said *[]string // what the runs have told the log
}

func newPost(t *testing.T, d *db.DB, o connect.MailOptions) post {
	t.Helper()
	m, err := connect.NewMailer(o)
	if err != nil {
		t.Fatal(err)
	}
	said := &[]string{}
	p := post{Mails: connect.NewMails(d, box{}, m), d: d, site: actortest.NewSite(t, d, "muster"), said: said}
	p.jobs = job.NewService(d, actor.NewGate(d), job.Options{Report: func(_ job.Job, err error) {
		if err != nil {
			*said = append(*said, err.Error())
		}
	}})
	p.Register(p.jobs)
	return p
}

func (p post) write(t *testing.T, l connect.Letter) (job.ID, error) {
	t.Helper()
	err := p.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := p.Post(tx, p.site.Publisher, l)
		return err
	})
	if err != nil {
		return job.ID{}, err
	}
	all, err := p.jobs.List(t.Context(), p.site.All(), job.Filter{Limit: 1})
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	return all[0].ID, nil
}

// settled works once, and returns how the job stands.
func (p post) settled(t *testing.T, id job.ID) job.Job {
	t.Helper()
	if err := p.jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	j, err := p.jobs.Get(t.Context(), p.site.All(), id)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func to(t *testing.T, raw string) connect.Address {
	t.Helper()
	a, err := connect.ParseAddress(raw)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (p post) letter(t *testing.T, recipient string) connect.Letter {
	return connect.Letter{
		Kind: "test", To: to(t, recipient), Name: "Müller & Söhne", Lang: "de", Subject: "Ihr Test – „Größe“",
		Text: "Guten Tag,\n\n.ein Punkt am Anfang\n" + strings.Repeat("lang ", 60) + "\n", Deadline: p.d.Now().Add(24 * time.Hour),
	}
}

func options(s *mailtest.Server) connect.MailOptions {
	return connect.MailOptions{Host: mailtest.Host, Port: s.StartTLS, TLS: connect.MailStartTLS, CA: s.CA, From: "Licet <noreply@sender.example>"}
}

// A letter arrives as it was written, once, with headers that tell machines what
// it is; afterwards nothing of it is left.
func TestLetterArrives(t *testing.T) {
	s, n := mailtest.New(t), 0
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPost(t, d, options(s))
		l := p.letter(t, "Anna@example.org")
		id, err := p.write(t, l)
		if err != nil {
			t.Fatal(err)
		}
		if j := p.settled(t, id); j.State != job.Done || !strings.Contains(string(j.Result), `"sent"`) {
			t.Fatalf("%+v %s\n%v", j, j.Result, *p.said)
		}
		n++
		m := s.Box(t, n)[n-1]
		if m.Subject != l.Subject || m.Text != l.Text {
			t.Errorf("%q %q", m.Subject, m.Text)
		}
		from, err := mail.ParseAddress(m.Get("From"))
		if err != nil || from.Name != l.Name || from.Address != "noreply@sender.example" || m.Get("To") != "<Anna@example.org>" {
			t.Errorf("from %v (%v), to %q", from, err, m.Get("To"))
		}
		at, err := m.Date()
		if err != nil || !at.Equal(d.Now().Truncate(time.Second)) {
			t.Errorf("written %v (%v), want %v", at, err, d.Now())
		}
		if !strings.HasSuffix(m.Get("Message-Id"), "@sender.example>") || m.Get("Auto-Submitted") != "auto-generated" || m.Get("Content-Language") != "de" || m.Get("User-Agent") != "" {
			t.Errorf("headers: %v", m.Header)
		}
		p.empty(t)
	})
}

var (
	qLetters = db.SQL("connect_test.letters", `SELECT coalesce(sealed, ?), state || ' ' || status FROM mail`)
	qJobs    = db.SQL("connect_test.jobs", `SELECT ?, CAST(payload AS text) || last_error || coalesce(CAST(result AS text), '') FROM job`)
)

// left is the rows of letters and jobs as text. What box has sealed can be read.
func (p post) left(t *testing.T) (out []string) {
	t.Helper()
	err := p.d.Read(t.Context(), func(r *db.Reader) error {
		for _, q := range []*db.Stmt{qLetters, qJobs} {
			rows, err := r.Query(q, []byte{})
			all, err := db.Collect(rows, err, func(rows *db.Rows) (string, error) {
				var sealed []byte
				var words string
				err := rows.Scan(&sealed, &words)
				return string(sealed) + words, err
			})
			if err != nil {
				return err
			}
			out = append(out, all...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// empty says that no table and no log names the recipient or the text.
func (p post) empty(t *testing.T) {
	t.Helper()
	if since, _, err := p.Waiting(t.Context()); err != nil || !since.IsZero() {
		t.Errorf("a letter waits since %v (%v)", since, err)
	}
	left := p.left(t)
	if len(left) != 2 {
		t.Errorf("%d rows are left, want a letter and its job: %q", len(left), left)
	}
	dump := strings.Join(append(left, *p.said...), "\n")
	for _, word := range []string{"@example.org", "example.org", "Söhne", "Punkt", "nobody here"} {
		if strings.Contains(dump, word) {
			t.Errorf("%q is still there:\n%s", word, dump)
		}
	}
}

// The ways to talk to a server, and what it takes each to fail.
func TestConnections(t *testing.T) {
	s := mailtest.New(t)
	bad := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(bad, []byte("wrong\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	type change = func(*connect.MailOptions)
	cases := []struct {
		why    string
		change change
		want   string // part of what is said; "" = it works
	}{
		{"STARTTLS", func(*connect.MailOptions) {}, ""},
		{"TLS from the start", func(o *connect.MailOptions) { o.Port, o.TLS = s.Implicit, connect.MailImplicit }, ""},
		{"in the open on this machine", func(o *connect.MailOptions) { o.Port, o.TLS = s.Plain, connect.MailPlain }, ""},
		{"a server without STARTTLS", func(o *connect.MailOptions) { o.Port = s.Plain }, "STARTTLS"},
		{"a certificate that nobody trusts", func(o *connect.MailOptions) { o.CA = "" }, "certificate"},
		{"a certificate for another name", func(o *connect.MailOptions) { o.Host = "127.0.0.1" }, "certificate"},
		{"a file without certificates", func(o *connect.MailOptions) { o.CA = s.Secret }, "no certificate"},
		{"nobody there", func(o *connect.MailOptions) { o.Port = 1 }, "refused"},
		{"a server that knows no sign-in", func(o *connect.MailOptions) { o.User, o.PasswordFile = "u", s.Secret }, "AUTH"},
	}
	if s.Submission != 0 {
		cases = append(cases, []struct {
			why    string
			change change
			want   string
		}{
			{"signed in", func(o *connect.MailOptions) {
				o.Port, o.User, o.PasswordFile = s.Submission, mailtest.User, s.Secret
			}, ""},
			{"a wrong password", func(o *connect.MailOptions) {
				o.Port, o.User, o.PasswordFile = s.Submission, mailtest.User, bad
			}, "535"},
			{"no password file", func(o *connect.MailOptions) {
				o.Port, o.User, o.PasswordFile = s.Submission, mailtest.User, bad+".gone"
			}, "no such file"},
		}...)
	}
	sent := 0
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			o := options(s)
			c.change(&o)
			m, err := connect.NewMailer(o)
			if err != nil {
				t.Fatal(err)
			}
			l := connect.Letter{To: to(t, "a@example.org"), Subject: "s", Text: c.why + "\n"}
			probe, err := m.Probe(t.Context()), m.Send(t.Context(), l, "id", time.Unix(1, 0))
			if c.want == "" {
				if probe != nil || err != nil {
					t.Fatalf("%v, %v", probe, err)
				}
				sent++
				if got := s.Box(t, sent); got[sent-1].Text != l.Text {
					t.Errorf("%q", got[sent-1].Text)
				}
				return
			}
			for _, err := range []error{probe, err} {
				why, _ := fault.As(err).Args["why"].(string)
				if !errors.Is(err, connect.ErrMailServer) || !strings.Contains(why, c.want) {
					t.Errorf("%v (%s)", err, why)
				}
			}
		})
	}
	m, err := connect.NewMailer(options(s))
	if err != nil {
		t.Fatal(err)
	}
	err = m.Send(t.Context(), connect.Letter{To: to(t, mailtest.Gone), Subject: "s"}, "id", time.Unix(1, 0))
	if !errors.Is(err, connect.ErrMailRefused) || strings.Contains(err.Error(), "@") {
		t.Errorf("to nobody: %v", err)
	}
	if s.Submission != 0 { // the server wants a sign-in and gets none: a setting, so nothing is lost
		o := options(s)
		o.Port = s.Submission
		m, err := connect.NewMailer(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Send(t.Context(), connect.Letter{To: to(t, "a@example.org"), Subject: "s"}, "id", time.Unix(1, 0)); !errors.Is(err, connect.ErrMailLater) {
			t.Errorf("without a sign-in: %v", err)
		}
	}
}

// What a server refuses for ever ends the letter in a state that says so; what it
// refuses for now is tried again until the deadline.
func TestMailRefusals(t *testing.T) {
	s := mailtest.New(t)
	for _, c := range []struct {
		why, recipient string
		change         func(*connect.Letter, *connect.MailOptions)
		state          connect.MailState
		status         string
	}{
		{"nobody there", mailtest.Gone, nil, connect.MailRefused, "550 5.1.1"},
		{"a full mailbox", mailtest.Full, nil, connect.MailRefused, "552 5.2.2"},
		{"a text that is not wanted", "a@example.org", func(l *connect.Letter, _ *connect.MailOptions) { l.Subject = mailtest.RefusedSubject }, connect.MailRefused, "550 5.7.1"},
		{"not now", mailtest.Later, nil, connect.MailOpen, "450 4.2.1"},
		{"a sender that is not ours", "a@example.org", func(_ *connect.Letter, o *connect.MailOptions) { o.From = mailtest.BadSender }, connect.MailOpen, "553 5.7.1"},
		{"no server", "a@example.org", func(_ *connect.Letter, o *connect.MailOptions) { o.Port = 1 }, connect.MailOpen, "connect.mail_server"},
	} {
		t.Run(c.why, func(t *testing.T) {
			dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.TestClock) {
				o := options(s)
				l := connect.Letter{}
				if c.change != nil {
					c.change(&l, &o)
				}
				p := newPost(t, d, o)
				full := p.letter(t, c.recipient)
				if l.Subject != "" {
					full.Subject = l.Subject
				}
				id, err := p.write(t, full)
				if err != nil {
					t.Fatal(err)
				}
				j := p.settled(t, id)
				if c.state != connect.MailOpen {
					if j.State != job.Done || !strings.Contains(string(j.Result), string(c.state)) || !strings.Contains(string(j.Result), c.status) {
						t.Errorf("%+v %s", j, j.Result)
					}
					p.empty(t)
					return
				}
				since, status, err := p.Waiting(t.Context())
				if err != nil || !since.Equal(d.Now()) || status != c.status || j.State != job.Open {
					t.Fatalf("waits since %v, %q, %v; %+v", since, status, err, j)
				}
				clock.Advance(23 * time.Hour)
				if j = p.settled(t, id); j.State != job.Open || j.Attempts != 2 {
					t.Fatalf("%+v", j)
				}
				clock.Advance(2 * time.Hour)
				if j = p.settled(t, id); j.State != job.Done || !strings.Contains(string(j.Result), string(connect.MailExpired)) {
					t.Fatalf("%+v %s", j, j.Result)
				}
				p.empty(t)
			})
		})
	}
}

// A letter whose attempts are used up is given up; it does not stay as a dead job
// that somebody starts again without a letter.
func TestGivenUp(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.TestClock) {
		p := newPost(t, d, connect.MailOptions{Host: "127.0.0.1", Port: 1, TLS: connect.MailPlain, From: "a@sender.example"})
		l := p.letter(t, "a@example.org")
		l.Deadline = d.Now().AddDate(1, 0, 0)
		id, err := p.write(t, l)
		if err != nil {
			t.Fatal(err)
		}
		for range 60 {
			_ = p.settled(t, id)
			clock.Advance(2 * time.Hour)
		}
		if j := p.settled(t, id); j.State != job.Done || j.Attempts != 60 || !strings.Contains(string(j.Result), string(connect.MailFailed)) {
			t.Errorf("%+v %s", j, j.Result)
		}
		p.empty(t)
	})
}

// What cannot be a letter is refused before anything is stored, and no server
// means no letter.
func TestNoLetter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPost(t, d, connect.MailOptions{Host: "127.0.0.1", Port: 1, TLS: connect.MailPlain, From: "a@sender.example"})
		for _, change := range []func(*connect.Letter){
			func(l *connect.Letter) { l.Name = "a\r\nBcc: b@example.org" },
			func(l *connect.Letter) { l.Subject = "a\nb" },
			func(l *connect.Letter) { l.Subject = "" },
			func(l *connect.Letter) { l.Lang = "de\r\nX: y" },
			func(l *connect.Letter) { l.To.Local = "a\r\nb" },
		} {
			l := p.letter(t, "a@example.org")
			change(&l)
			if _, err := p.write(t, l); !errors.Is(err, connect.ErrMailText) {
				t.Errorf("%+v: %v", l, err)
			}
		}
		off := connect.NewMails(d, box{}, nil)
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := off.Post(tx, p.site.Publisher, p.letter(t, "a@example.org"))
			return err
		})
		if !errors.Is(err, connect.ErrMailOff) || off.On() || !p.On() {
			t.Errorf("without a server: %v", err)
		}
		if left := p.left(t); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	})
}

// The server is switched off while a letter waits: it waits on, and leaves when
// the server is back. Two workers send it once.
func TestSentOnce(t *testing.T) {
	s, n := mailtest.New(t), 0
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.TestClock) {
		p := newPost(t, d, options(s))
		id, err := p.write(t, p.letter(t, "once@example.org"))
		if err != nil {
			t.Fatal(err)
		}
		off := job.NewService(d, actor.NewGate(d), job.Options{})
		connect.NewMails(d, box{}, nil).Register(off)
		if err := off.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Hour)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if err := p.jobs.Drain(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		n++
		if got := s.Box(t, n); len(got) != n {
			t.Errorf("%d mails have arrived, want %d", len(got), n)
		}
		if j := p.settled(t, id); j.State != job.Done || j.Attempts != 2 {
			t.Errorf("%+v %s", j, j.Result)
		}
		purge := func(before time.Time) (n int64) {
			t.Helper()
			err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
				n, err = connect.PurgeMails(tx, p.site.Publisher, before)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if early, late := purge(d.Now().Add(-2*time.Hour)), purge(d.Now()); early != 0 || late != 1 {
			t.Errorf("%d and %d letters are purged, want 0 and 1", early, late)
		}
	})
}
