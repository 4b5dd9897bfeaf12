package connect

import (
	"errors"
	"net/mail"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"
)

// The ways in which a connection to the mail server is kept private.
const (
	MailStartTLS = "starttls" // plain first, TLS before anything else; refused without it
	MailImplicit = "implicit" // TLS from the first byte
	MailPlain    = "none"     // only to a server on this machine
)

// MailOptions say how mail leaves the installation. Host "" = it sends none.
type MailOptions struct {
	Host         string
	Port         int    // 0 = 587, 465 or 25, by TLS
	TLS          string // MailStartTLS, MailImplicit or MailPlain
	CA           string // file of the certificates (PEM) that are trusted; "" = the system's
	User         string // "" = the server asks for none
	PasswordFile string // its first line; read at each connection
	From         string // an address, or Name <address>
}

// Check says what is wrong with the options, for the administrator; nil = nothing.
func (o MailOptions) Check() error {
	if o.Host == "" {
		if o.From != "" || o.User != "" {
			return errors.New("mail-host is missing: the other settings of mail need a server")
		}
		return nil
	}
	if _, err := o.sender(); err != nil {
		return errors.New("mail-from must be an address such as noreply@example.com, or Name <noreply@example.com>")
	}
	switch {
	case o.TLS == MailPlain && !onThisMachine(o.Host):
		return errors.New("mail-tls none is only for a server on this machine (localhost, 127.0.0.1, ::1): elsewhere use starttls or implicit")
	case o.TLS == MailPlain && o.User != "":
		return errors.New("mail-user needs mail-tls starttls or implicit: a password is not sent in the open")
	case (o.User == "") != (o.PasswordFile == ""):
		return errors.New("mail-user and mail-password-file go together: set both or neither")
	}
	return nil
}

// port is the port to call.
func (o MailOptions) port() int {
	switch {
	case o.Port != 0:
		return o.Port
	case o.TLS == MailImplicit:
		return 465
	case o.TLS == MailPlain:
		return 25
	}
	return 587
}

// sender takes the sender apart.
func (o MailOptions) sender() (*mail.Address, error) {
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, err
	}
	if !oneLine(from.Name) {
		return nil, ErrMailText
	}
	a, err := ParseAddress(from.Address)
	return &mail.Address{Name: from.Name, Address: a.String()}, err
}

func onThisMachine(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

// Address is a mail address in the form in which it is sent to.
type Address struct {
	Local  string // before the @, as it was written
	Domain string // after it, in small letters and in ASCII
}

// The bounds of an address, in bytes.
const (
	maxLocal   = 64
	maxAddress = 254
)

// ParseAddress takes a bare address: no name, no quotes, no comments, one @, and
// a domain with a dot. Whoever wrote letters outside ASCII into the domain gets
// them encoded. Error: connect.mail_address.
func ParseAddress(raw string) (Address, error) {
	raw = strings.TrimSpace(raw)
	at := strings.LastIndexByte(raw, '@')
	if at < 1 || len(raw) > maxAddress {
		return Address{}, ErrMailAddress.At("/email").With("limit", maxAddress)
	}
	domain, err := idna.Lookup.ToASCII(raw[at+1:])
	a := Address{raw[:at], strings.ToLower(domain)}
	if err != nil || !atoms(a.Local) || len(a.Local) > maxLocal || len(a.String()) > maxAddress || !named(a.Domain) {
		return Address{}, ErrMailAddress.At("/email").With("limit", maxAddress)
	}
	return a, nil
}

// named reports whether a domain has the form of a name with at least two labels.
func named(domain string) bool {
	labels := strings.Split(domain, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(labels) > 1 && strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

// atoms reports whether a local part consists of atoms with dots between.
func atoms(local string) bool {
	for part := range strings.SplitSeq(local, ".") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool {
			return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
		}) {
			return false
		}
	}
	return true
}

// String is the address to send to.
func (a Address) String() string { return a.Local + "@" + a.Domain }

// Fold is what addresses of one mailbox share: small letters, and nothing behind
// a plus sign. It is for telling whether somebody was here before, never for
// sending.
func (a Address) Fold() string {
	local, _, _ := strings.Cut(strings.ToLower(a.Local), "+")
	if local == "" {
		local = strings.ToLower(a.Local)
	}
	return local + "@" + a.Domain
}

// Letter is a mail to one recipient.
type Letter struct {
	Kind     string // what it is for, "trial.confirm": for the list of mails, no personal data
	To       Address
	Name     string // beside the sender's address; "" = as the options say
	Lang     string // of the text
	Subject  string
	Text     string    // plain text, lines ended by \n
	Deadline time.Time // after it the letter is of no use and is not sent
}

// check refuses what could end a header line.
func (l Letter) check() error {
	if !oneLine(l.Name) || !oneLine(l.Subject) || !oneLine(l.Lang) || !oneLine(l.To.String()) || l.Subject == "" {
		return ErrMailText
	}
	return nil
}

func oneLine(s string) bool { return !strings.ContainsFunc(s, unicode.IsControl) }

// MailState is where a letter stands.
type MailState string

// The states of a letter. Only an open one is still there to read; of the others
// recipient and text are gone.
const (
	MailOpen    MailState = "open"
	MailSent    MailState = "sent"    // the mail server has taken it
	MailRefused MailState = "refused" // the mail server will never take it
	MailFailed  MailState = "failed"  // all attempts are used up
	MailExpired MailState = "expired" // its deadline has passed
)

// after says where a letter stands after an attempt.
func (s MailState) after(outcome error, last bool) MailState {
	switch {
	case s != MailOpen:
		return s
	case outcome == nil:
		return MailSent
	case errors.Is(outcome, ErrMailRefused):
		return MailRefused
	case errors.Is(outcome, ErrMailExpired):
		return MailExpired
	case last:
		return MailFailed
	}
	return MailOpen
}
