package connect

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// The bounds of one delivery: of a step, and of all of it.
const (
	mailStep    = 20 * time.Second
	mailTimeout = 50 * time.Second
)

// Mailer hands letters to the mail server. It keeps no connection between two:
// mail is rare, and servers close what idles.
type Mailer struct {
	o    MailOptions
	from *mail.Address
}

// NewMailer returns the Mailer; nil when there is no mail server. Errors: those
// of MailOptions.Check.
func NewMailer(o MailOptions) (*Mailer, error) {
	if err := o.Check(); err != nil || o.Host == "" {
		return nil, err
	}
	from, err := o.sender()
	return &Mailer{o: o, from: from}, err
}

// Server is what is called: host and port.
func (m *Mailer) Server() string { return net.JoinHostPort(m.o.Host, fmt.Sprint(m.o.port())) }

// Probe goes as far as one can without sending: connection, TLS, sign-in. Error:
// connect.mail_server.
func (m *Mailer) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	c, session, err := m.dial(ctx)
	if err != nil {
		return err
	}
	_ = c.CloseWithSMTPClient(session)
	return nil
}

// Send hands one letter over; id and written are its Message-ID and Date, the
// same in each attempt. Errors: connect.mail_refused (never), connect.mail_later
// and connect.mail_server (not now), connect.mail_text. None of them names the
// recipient: what the server said does.
func (m *Mailer) Send(ctx context.Context, l Letter, id string, written time.Time) error {
	if err := l.check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	c, session, err := m.dial(ctx)
	if err != nil {
		return err
	}
	msg := m.message(l, id, written)
	err = c.SendWithSMTPClient(session, msg)
	_ = c.CloseWithSMTPClient(session)
	if msg.IsDelivered() {
		return nil // also when the farewell failed
	}
	return verdict(err)
}

// dial opens a connection that is private and signed in.
func (m *Mailer) dial(ctx context.Context) (*gomail.Client, *smtp.Client, error) {
	options, err := m.options()
	if err != nil {
		return nil, nil, ErrMailServer.With("server", m.Server(), "why", err.Error())
	}
	c, err := gomail.NewClient(m.o.Host, options...)
	if err != nil {
		return nil, nil, ErrMailServer.With("server", m.Server(), "why", err.Error())
	}
	session, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, nil, ErrMailServer.With("server", m.Server(), "why", strings.Join(strings.Fields(err.Error()), " "))
	}
	return c, session, nil
}

func (m *Mailer) options() ([]gomail.Option, error) {
	config := &tls.Config{ServerName: m.o.Host, MinVersion: tls.VersionTLS12}
	if m.o.CA != "" {
		raw, err := os.ReadFile(m.o.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(raw) {
			return nil, fmt.Errorf("%s holds no certificate", m.o.CA)
		}
	}
	out := []gomail.Option{
		gomail.WithPort(m.o.port()), gomail.WithTimeout(mailStep), gomail.WithTLSConfig(config), gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	switch m.o.TLS {
	case MailImplicit:
		out = append(out, gomail.WithSSL())
	case MailPlain:
		out = append(out, gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithDialContextFunc(dialHere))
	default:
		out = append(out, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if m.o.User != "" {
		raw, err := os.ReadFile(m.o.PasswordFile)
		if err != nil {
			return nil, err
		}
		password, _, _ := strings.Cut(string(raw), "\n")
		out = append(out, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(m.o.User), gomail.WithPassword(strings.TrimSuffix(password, "\r")))
	}
	return out, nil
}

// dialHere connects to this machine only, whatever a name resolves to.
func dialHere(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Control: func(_, connected string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(connected)
		if err == nil && !to.Addr().Unmap().IsLoopback() {
			err = errors.New("mail without TLS stays on this machine")
		}
		return err
	}}
	return d.DialContext(ctx, network, address)
}

// message is the letter as it goes over the line.
func (m *Mailer) message(l Letter, id string, written time.Time) *gomail.Msg {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from := *m.from
	if l.Name != "" {
		from.Name = l.Name
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	msg.FromMailAddress(&from)
	msg.ToMailAddress(&mail.Address{Address: l.To.String()})
	msg.Subject(l.Subject)
	msg.SetDateWithValue(written.UTC())
	msg.SetMessageIDWithValue(id + "@" + domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no vacation notice comes back
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	if l.Lang != "" {
		msg.SetGenHeader("Content-Language", l.Lang)
	}
	msg.SetBodyString(gomail.TypeTextPlain, l.Text)
	return msg
}

// verdict makes our own error of what a delivery failed of. Only the numbers are
// kept: the words name the recipient. A refused recipient or text is for ever. A
// refused sender, sign-in or relay is a setting that somebody will mend (servers
// say so as late as at the recipient, as 5.7.x), and a broken connection says
// nothing.
func verdict(err error) error {
	var e *gomail.SendError
	if !errors.As(err, &e) || e.ErrorCode() == 0 {
		return ErrMailLater.With("status", "–")
	}
	status := strings.TrimSpace(fmt.Sprint(e.ErrorCode()) + " " + e.EnhancedStatusCode())
	recipient := e.Reason == gomail.ErrSMTPRcptTo && !strings.HasPrefix(e.EnhancedStatusCode(), "5.7.")
	final := recipient || e.Reason == gomail.ErrSMTPData || e.Reason == gomail.ErrSMTPDataClose
	if final && e.ErrorCode() >= 500 {
		return ErrMailRefused.With("status", status)
	}
	return ErrMailLater.With("status", status)
}
