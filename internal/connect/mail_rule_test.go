package connect

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseAddress(t *testing.T) {
	for _, c := range []struct{ raw, want, fold string }{
		{"anna@example.org", "anna@example.org", "anna@example.org"},
		{"  Anna.Muster+Test@Example.ORG ", "Anna.Muster+Test@example.org", "anna.muster@example.org"},
		{"anna@müller.example", "anna@xn--mller-kva.example", "anna@xn--mller-kva.example"},
		{"+x@example.org", "+x@example.org", "+x@example.org"},
	} {
		a, err := ParseAddress(c.raw)
		if err != nil || a.String() != c.want || a.Fold() != c.fold {
			t.Errorf("%q is %q, folded %q (%v); want %q, %q", c.raw, a, a.Fold(), err, c.want, c.fold)
		}
	}
	for _, raw := range []string{
		"", "anna", "@example.org", "anna@", "anna@localhost", "anna@127.0.0.1", "anna@[127.0.0.1]", "a b@example.org", "\"a b\"@example.org",
		"a@b@example.org", ".a@example.org", "a..b@example.org", "ä@example.org", "a@example..org", "a@-x.example", "a@example.org\r\nBcc: b@example.org",
		"Anna <anna@example.org>", "anna@example.org,b@example.org", strings.Repeat("a", 65) + "@example.org", "a@" + strings.Repeat("b.", 130) + "org",
	} {
		if a, err := ParseAddress(raw); !errors.Is(err, ErrMailAddress) {
			t.Errorf("%q is taken for %q (%v)", raw, a, err)
		}
	}
}

// Whatever is taken is one line and one word, and folding is settled.
func TestAddressesAreWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{1,20}@[a-z0-9.\-]{1,20}`)).Draw(t, "raw")
		a, err := ParseAddress(raw)
		if err != nil {
			return
		}
		if s := a.String(); !oneLine(s) || strings.ContainsAny(s, " ,;<>\"()[]\\") || strings.Count(s, "@") != 1 {
			t.Fatalf("%q is taken for %q", raw, s)
		}
		again, err := ParseAddress(a.Fold())
		if err != nil || again.Fold() != a.Fold() {
			t.Fatalf("%q folds to %q, and that to %q (%v)", raw, a.Fold(), again.Fold(), err)
		}
	})
}

func TestMailOptions(t *testing.T) {
	good := MailOptions{Host: "mx.example", TLS: MailStartTLS, From: "Licet <noreply@example.org>"}
	for _, c := range []struct {
		why    string
		change func(*MailOptions)
		want   string // "" = good
	}{
		{"as it is", func(*MailOptions) {}, ""},
		{"nothing", func(o *MailOptions) { *o = MailOptions{} }, ""},
		{"no server", func(o *MailOptions) { o.Host = "" }, "mail-host"},
		{"no sender", func(o *MailOptions) { o.From = "" }, "mail-from"},
		{"a sender of two lines", func(o *MailOptions) { o.From = "=?utf-8?q?a=0D=0Ab?= <a@example.org>" }, "mail-from"},
		{"a user without a password", func(o *MailOptions) { o.User = "u" }, "mail-user"},
		{"in the open", func(o *MailOptions) { o.TLS = MailPlain }, "mail-tls"},
		{"in the open, here", func(o *MailOptions) { o.TLS, o.Host = MailPlain, "127.0.0.1" }, ""},
		{"in the open, here, signed in", func(o *MailOptions) {
			o.TLS, o.Host, o.User, o.PasswordFile = MailPlain, "localhost", "u", "p"
		}, "mail-user"},
	} {
		o := good
		c.change(&o)
		if err := o.Check(); (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.why, err, c.want)
		}
	}
	for tls, want := range map[string]int{MailStartTLS: 587, MailImplicit: 465, MailPlain: 25} {
		if got := (MailOptions{TLS: tls}).port(); got != want {
			t.Errorf("%s goes to port %d, want %d", tls, got, want)
		}
	}
}

func TestMailStates(t *testing.T) {
	for _, c := range []struct {
		from    MailState
		outcome error
		last    bool
		want    MailState
	}{
		{MailOpen, nil, false, MailSent},
		{MailOpen, ErrMailRefused.With("status", "550"), false, MailRefused},
		{MailOpen, ErrMailExpired, false, MailExpired},
		{MailOpen, ErrMailLater, false, MailOpen},
		{MailOpen, ErrMailServer, true, MailFailed},
		{MailOpen, ErrMailOff, false, MailOpen},
		{MailSent, ErrMailRefused, true, MailSent},
	} {
		if got := c.from.after(c.outcome, c.last); got != c.want {
			t.Errorf("%s after %v (last: %v) is %s, want %s", c.from, c.outcome, c.last, got, c.want)
		}
	}
}
