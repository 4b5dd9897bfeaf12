package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/licet/licet/internal/mailtest"
	"github.com/licet/licet/internal/pagetest"
)

// The page on mail, with a mail server that asks for a password.
func TestMailPage(t *testing.T) {
	page := pagetest.Open(t, "docs/ops/mail.md").Blocks("sh", "console")
	s := mailtest.New(t)
	if s.Submission == 0 {
		for _, b := range page {
			b.Take()
		}
		pagetest.LeftOut(t, "saslpasswd2 is not installed")
	}
	pagetest.NewShell(
		t, "mail-host: mail.example.com", fmt.Sprintf("mail-host: %s\nmail-port: %d\nmail-ca: %s", mailtest.Host, s.Submission, s.CA),
		"mail.example.com:587", fmt.Sprintf("%s:%d", mailtest.Host, s.Submission), "/etc/licet/mail-password", s.Secret,
	).Run(page...)
	if got := s.Box(t, 1); !strings.Contains(got[0].Text, "settings for mail work") || got[0].Get("To") != "<you@example.org>" {
		t.Errorf("%+v", got)
	}
}

// What is wrong is said before anything is done, in one line each.
func TestMailTest(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 3, "[connect.mail_off]"},
		{[]string{"--mail-host", "mx.example", "--mail-tls", "none", "--mail-from", "a@b.example"}, 2, "mail-tls none"},
		{[]string{"--mail-host", "127.0.0.1", "--mail-port", "1", "--mail-tls", "none", "--mail-from", "a@b.example"}, 5, "[connect.mail_server]"},
		{[]string{"--mail-host", "127.0.0.1", "--mail-port", "1", "--mail-tls", "none", "--mail-from", "a@b.example", "nobody"}, 3, "[connect.mail_address]"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"mail", "test"}, c.args...), func(string) string { return "" }, strings.NewReader(""), &out, &errs)
		if code != c.code || !strings.Contains(errs.String(), c.want) || out.Len() > 0 {
			t.Errorf("%q: exit %d, %s%s", c.args, code, out.String(), errs.String())
		}
	}
}

var tryCode = regexp.MustCompile(`(?m)^TRY-[0-9A-Z-]+$`)

// The page on trials: from the settings to the ticket, with a real mail.
func TestTrialsPage(t *testing.T) {
	page := pagetest.Open(t, "docs/how-to/trials.md").Blocks("sh", "console")
	s := mailtest.New(t)
	if s.Submission == 0 {
		for _, b := range page {
			b.Take()
		}
		pagetest.LeftOut(t, "saslpasswd2 is not installed")
	}
	sh := pagetest.NewShell(
		t, "mail-host: mail.example.com", fmt.Sprintf("mail-host: %s\nmail-port: %d\nmail-ca: %s", mailtest.Host, s.Submission, s.CA),
		"/etc/licet/mail-password", s.Secret,
	)
	sh.Do("licet publisher create muster 'Muster Software'", "licet catalog apply "+pagetest.Root()+"/internal/demo/catalog.yaml")
	sh.Run(page...)
	mail := s.Box(t, 1)[0]
	code := tryCode.FindString(mail.Text)
	if !strings.Contains(mail.Get("From"), `"Muster Software" <noreply@example.com>`) || !strings.Contains(mail.Text, "https://depot.example.com/trial/confirm#"+code+"\n") || code == "" {
		t.Fatalf("%s", mail.Raw)
	}
	got := sh.Do("curl -sf -d code=" + code + " 'http://127.0.0.1:8421/trial/confirm?lang=en'")
	if !strings.Contains(got, "CAD for trying runs for 14 days") {
		t.Errorf("%s", got)
	}
}
