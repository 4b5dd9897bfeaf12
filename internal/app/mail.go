package app

import (
	"context"
	"time"

	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/text"
)

// lateMail is how long a letter may wait before the doctor says so: longer than
// the greylisting of usual servers.
const lateMail = 15 * time.Minute

// examineMail says whether mail leaves, from what happened to it. It does not call
// the server: the page is read by machines every few seconds.
func (a *App) examineMail(ctx context.Context, d *doctor) {
	since, status, err := a.Mails.Waiting(ctx)
	waits := a.seams.Now().Sub(since)
	switch {
	case err != nil:
		d.say("mail", Bad, "unknown")
	case !a.Mails.On() && since.IsZero():
		d.say("mail", Good, "off")
	case !a.Mails.On():
		d.say("mail", Bad, "gone")
	case !since.IsZero() && waits > lateMail:
		d.say("mail", Bad, "late", "minutes", int64(waits/time.Minute), "status", status)
	default:
		d.say("mail", Good, "ok", "server", a.Config.Mail.Host)
	}
}

// TestMail tries the mail server of a configuration: connection, TLS and sign-in,
// and a short letter when there is somebody to write to. It needs no database. It
// returns the server that was called. Errors: connect.mail_off and those of
// connect.Mailer.
func TestMail(ctx context.Context, c Config, s Seams, lang text.Lang, recipient string) (server string, err error) {
	s.fill()
	m, err := connect.NewMailer(c.Mail)
	if err != nil {
		return "", err
	}
	if m == nil {
		return "", connect.ErrMailOff
	}
	if recipient == "" {
		return m.Server(), m.Probe(ctx)
	}
	to, err := connect.ParseAddress(recipient)
	if err != nil {
		return m.Server(), err
	}
	now := s.Now()
	return m.Server(), m.Send(ctx, connect.Letter{
		Kind: "test", To: to, Lang: string(lang), Subject: text.T(lang, "app.mail.subject"),
		Text: text.T(lang, "app.mail.text", "server", m.Server()) + "\n",
	}, "test-"+now.UTC().Format("20060102150405.000000"), now)
}
