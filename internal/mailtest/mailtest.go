// Package mailtest gives tests a mail server: Postfix, with a configuration, a
// queue and a mailbox of its own. It takes mail for every address below
// example.org, refuses some in the ways that servers do, and talks with and
// without TLS and sign-in.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/pagetest"
)

// Domain is where mail is taken for; Host is what the certificate names.
const (
	Domain = "example.org"
	Host   = "localhost"
)

// What the server refuses: these recipients, this sender, and texts whose subject
// holds RefusedSubject.
const (
	Gone           = "gone@" + Domain  // 550 5.1.1, for ever
	Full           = "full@" + Domain  // 552 5.2.2, for ever
	Later          = "later@" + Domain // 450 4.2.1, for now
	BadSender      = "bad@sender.example"
	RefusedSubject = "refuse this text"
)

// User may sign in at the port Submission, with Password.
const (
	User     = "licet"
	Password = "correct horse: ü"
)

const (
	daemons = "/usr/lib/postfix/sbin"
	certs   = 48 * time.Hour
)

// Server is a running Postfix.
type Server struct {
	StartTLS   int    // port that offers STARTTLS
	Plain      int    // port that knows no TLS
	Implicit   int    // port on which TLS comes first
	Submission int    // port that wants STARTTLS and a sign-in; 0 = this machine has no SASL
	CA         string // file of the certificate
	Secret     string // file of the password

	dir string
}

// New starts a Postfix that ends with the test. The test is left out where there
// is none, or where it cannot be started.
func New(t testing.TB) *Server {
	t.Helper()
	if _, err := exec.LookPath("postfix"); err != nil || !exists(daemons+"/master") {
		pagetest.LeftOut(t, "Postfix is not installed")
	}
	if os.Getuid() != 0 {
		pagetest.LeftOut(t, "Postfix is started by root only")
	}
	dir, err := os.MkdirTemp("", "licet-mail-") // t.TempDir is closed to Postfix' own user
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	must(t, os.Chmod(dir, 0o755))
	s := &Server{dir: dir, CA: filepath.Join(dir, "cert.pem"), Secret: filepath.Join(dir, "password")}
	s.folders(t)
	s.certify(t)
	s.sasl(t)
	s.write(t, "main.cf", s.main())
	s.write(t, "headers", "/^Subject: .*"+RefusedSubject+"/ REJECT 5.7.1 not wanted\n")
	s.start(t)
	t.Cleanup(func() {
		if err := s.run("stop"); err != nil {
			t.Error(err)
		}
	})
	return s
}

// start starts Postfix on free ports, once more when somebody else was faster to
// take one.
func (s *Server) start(t testing.TB) {
	t.Helper()
	signsIn := s.Submission != 0
	var err error
	for range 3 {
		s.StartTLS, s.Plain, s.Implicit = port(t), port(t), port(t)
		if signsIn {
			s.Submission = port(t)
		}
		s.write(t, "master.cf", s.master())
		if err = s.run("start"); err == nil {
			return
		}
	}
	t.Fatal(err)
}

// folders makes what Postfix expects to be there, each with its owner.
func (s *Server) folders(t testing.TB) {
	t.Helper()
	postfix, err := user.Lookup("postfix")
	must(t, err)
	uid, err := strconv.Atoi(postfix.Uid)
	must(t, err)
	gid, err := strconv.Atoi(postfix.Gid)
	must(t, err)
	for _, name := range []string{"queue", "data", "mail"} {
		must(t, os.Mkdir(filepath.Join(s.dir, name), 0o755))
	}
	for _, name := range []string{"data", "mail"} {
		must(t, os.Chown(filepath.Join(s.dir, name), uid, gid))
	}
}

func (s *Server) main() string {
	postfix, _ := user.Lookup("postfix") // folders has found it
	return fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
daemon_directory = %[2]s
maillog_file = %[1]s/log
maillog_file_prefixes = %[1]s
myhostname = %[3]s
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_domains = %[4]s
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = static:all/
virtual_minimum_uid = 1
virtual_uid_maps = static:%[5]s
virtual_gid_maps = static:%[6]s
header_checks = regexp:%[1]s/headers
smtpd_sender_restrictions = check_sender_access inline:{{ %[7]s = 553 5.7.1 not your address }}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{ %[8]s = 550 5.1.1 nobody here }, { %[9]s = 552 5.2.2 mailbox full }, { %[10]s = 450 4.2.1 come back }}
smtpd_tls_cert_file = %[1]s/cert.pem
smtpd_tls_key_file = %[1]s/key.pem
cyrus_sasl_config_path = %[1]s/sasl
smtpd_sasl_local_domain = licet.test
smtpd_error_sleep_time = 0s
`, s.dir, daemons, Host, Domain, postfix.Uid, postfix.Gid, BadSender, Gone, Full, Later)
}

func (s *Server) master() string {
	out := fmt.Sprintf(`127.0.0.1:%d inet n - n - - smtpd -o smtpd_tls_security_level=may
127.0.0.1:%d inet n - n - - smtpd -o smtpd_tls_security_level=none
127.0.0.1:%d inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 discard
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`, s.StartTLS, s.Plain, s.Implicit)
	if s.Submission != 0 {
		out += fmt.Sprintf("127.0.0.1:%d inet n - n - - smtpd -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject -o mynetworks=\n", s.Submission)
	}
	return out
}

// certify makes a certificate that signs itself.
func (s *Server) certify(t testing.TB) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	now := time.Now()
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: Host}, DNSNames: []string{Host},
		NotBefore: now.Add(-certs), NotAfter: now.Add(certs), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	cert, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	s.write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	s.write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}

// sasl gives the server one user, where the machine has what that needs.
func (s *Server) sasl(t testing.TB) {
	t.Helper()
	s.write(t, "password", Password+"\n")
	if _, err := exec.LookPath("saslpasswd2"); err != nil {
		return
	}
	must(t, os.Mkdir(filepath.Join(s.dir, "sasl"), 0o755))
	file := filepath.Join(s.dir, "sasl", "users.db")
	s.write(t, "sasl/smtpd.conf", "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: "+file+"\nmech_list: PLAIN LOGIN\n")
	cmd := exec.Command("saslpasswd2", "-p", "-c", "-f", file, "-u", "licet.test", User)
	cmd.Stdin = strings.NewReader(Password)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	must(t, os.Chmod(file, 0o644)) // smtpd reads it as its own user
	s.Submission = port(t)
}

// Box waits until n mails have arrived, and returns all that have, oldest first.
func (s *Server) Box(t testing.TB, n int) []Mail {
	t.Helper()
	for {
		files, err := filepath.Glob(filepath.Join(s.dir, "mail", "all", "new", "*"))
		must(t, err)
		if len(files) >= n {
			slices.SortFunc(files, func(a, b string) int { return written(t, a).Compare(written(t, b)) })
			out := make([]Mail, len(files))
			for i, f := range files {
				out[i] = read(t, f)
			}
			return out
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("%d mails have arrived, want %d\n%s", len(files), n, s.Log())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func written(t testing.TB, file string) time.Time {
	t.Helper()
	info, err := os.Stat(file)
	must(t, err)
	return info.ModTime()
}

// Log is what Postfix has written down.
func (s *Server) Log() string {
	raw, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(raw)
}

// Mail is one that has arrived.
type Mail struct {
	mail.Header

	Raw, Subject, Text string // Subject and Text decoded
}

func read(t testing.TB, file string) Mail {
	t.Helper()
	raw, err := os.ReadFile(file)
	must(t, err)
	m, err := mail.ReadMessage(strings.NewReader(string(raw)))
	must(t, err)
	out := Mail{Header: m.Header, Raw: string(raw)}
	out.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	must(t, err)
	body := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	must(t, err)
	out.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
	return out
}

// run runs Postfix' own command.
func (s *Server) run(what string) error {
	if out, err := exec.Command("postfix", "-c", s.dir, what).CombinedOutput(); err != nil {
		return fmt.Errorf("postfix %s: %w\n%s%s", what, err, out, s.Log())
	}
	return nil
}

func (s *Server) write(t testing.TB, name, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644)) //nolint:gosec // Postfix' own user reads it
}

// port is a free one.
func port(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
