package app_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/text"
)

// certificate writes a new self-signed certificate for 127.0.0.1 into dir.
func certificate(t *testing.T, dir string, serial int64) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		// Two writes within one tick of the file system's clock look like one.
		changed := time.Now().Add(time.Duration(serial) * time.Second)
		if err := os.Chtimes(name, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return cert, key, pool
}

// TLS by files speaks HTTP/2, takes a renewed certificate without a restart, and
// keeps the one before while the files hold none.
func TestTLSByFiles(t *testing.T) {
	dir := t.TempDir()
	cert, key, pool := certificate(t, dir, 1)
	_, at := start(t, db.SQLite, "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(at.Ops, "https://") {
		t.Fatal(at.Ops)
	}
	secure := func(pool *x509.CertPool, serial int64) {
		t.Helper()
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at.Ops+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if got := res.TLS.PeerCertificates[0].SerialNumber.Int64(); res.StatusCode != 200 || res.ProtoMajor != 2 || got != serial {
			t.Fatalf("%s %d with certificate %d, want %d", res.Proto, res.StatusCode, got, serial)
		}
	}
	secure(pool, 1)
	_, _, renewed := certificate(t, dir, 2)
	secure(renewed, 2)
	if err := os.WriteFile(cert, []byte("half of a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	secure(renewed, 2)
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	secure(renewed, 2)
}

// A stop lets the request finish that is under way, and takes no new ones.
func TestStopIsGraceful(t *testing.T) {
	config, _, err := app.ParseConfig([]string{"--data", t.TempDir(), "--listen", "127.0.0.1:0", "--depot-listen", "off", "--ops-listen", "off"}, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), config, app.Seams{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	p, err := a.Orgs.CreatePublisher(t.Context(), actor.Installation(), org.NewPublisher{Slug: "muster", Name: "Muster"})
	if err != nil {
		t.Fatal(err)
	}
	made, err := a.Orgs.CreateKey(t.Context(), actor.Installation().In(p.ID), org.NewKey{Org: p.Root, Name: "x", Permissions: actor.NewSet(actor.OrgWrite, actor.OrgRead)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan app.Running, 1), make(chan error, 1)
	go func() { ended <- a.Serve(ctx, func(r app.Running) { ready <- r }) }()
	at := <-ready
	address := strings.TrimPrefix(at.API, "http://")
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	body := `{"parent":"` + p.Root.String() + `","kind":"customer","number":"C-1"}`
	_, err = fmt.Fprintf(c, "POST /api/v1/organizations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", made.Token, len(body))
	if err != nil {
		t.Fatal(err)
	}
	answer := bufio.NewReader(c)
	if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, "100") { // the handler reads the body
		t.Fatalf("%q, %v", line, err)
	}
	stop()
	waitFor(t, func() bool {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	if _, err := io.WriteString(c, body); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(answer)
	if err != nil || !strings.Contains(string(rest), "201 Created") {
		t.Errorf("the request under way was answered with %q, %v", rest, err)
	}
	if err := <-ended; err != nil {
		t.Errorf("serve: %v", err)
	}
}

// Sockets that drip one header do not keep others out, and are closed.
func TestSlowClients(t *testing.T) {
	_, at := start(t, db.SQLite)
	address := strings.TrimPrefix(at.API, "http://")
	var d net.Dialer
	for range 200 {
		c, err := d.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	if status, _ := fetch(t, "GET", at.API+"/api/v1/openapi.json", ""); status != 200 {
		t.Fatalf("beside slow clients: %d", status)
	}
	c, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, bufio.NewReader(c)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("a client that never finishes its header stays connected")
	}
}

func TestWhichPublisher(t *testing.T) {
	a, _ := start(t, db.SQLite)
	if _, err := a.Publisher(t.Context(), ""); !errors.Is(err, app.ErrNobodyYet) {
		t.Errorf("app.nobody_yet: %v", err)
	}
	if _, err := a.Publisher(t.Context(), "alpha"); !errors.Is(err, app.ErrNoPublisher) {
		t.Errorf("app.no_publisher: %v", err)
	}
	for _, slug := range []string{"alpha", "beta"} {
		if _, err := a.Orgs.CreatePublisher(t.Context(), actor.Installation(), org.NewPublisher{Slug: slug, Name: slug}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Publisher(t.Context(), ""); !errors.Is(err, app.ErrWhichPublisher) {
		t.Errorf("app.which_publisher: %v", err)
	}
	if p, err := a.Publisher(t.Context(), "beta"); err != nil || p.Slug != "beta" {
		t.Errorf("%+v, %v", p, err)
	}
}

// Every finding has its words in both languages.
func TestDoctorSpeaksBothLanguages(t *testing.T) {
	a, _ := start(t, db.SQLite)
	for _, lang := range []text.Lang{text.DE, text.EN} {
		found := a.Examine(t.Context(), lang)
		if len(found) < 7 {
			t.Errorf("only %d findings", len(found))
		}
		for _, f := range found {
			if strings.HasPrefix(f.Text, "app.") || strings.HasPrefix(f.Check, "app.") || strings.Contains(f.Text, "{") {
				t.Errorf("%s in %s: %q", f.ID, lang, f.Text)
			}
		}
	}
}

var qTakeAway = db.SQLPair("test.take_away", `SELECT 1`, `REVOKE SELECT ON tree FROM `+db.ReadRole)

// The doctor says whether PostgreSQL keeps publishers apart; SQLite has no roles.
func TestDoctorLooksAtTheGuard(t *testing.T) {
	a, _ := start(t, db.SQLite)
	if f := finding(t, a, "guard"); f != nil {
		t.Errorf("%+v", f)
	}
	a, _ = start(t, db.Postgres)
	if f := finding(t, a, "guard"); f == nil || f.Level != app.Good || !strings.Contains(f.Text, db.ReadRole) {
		t.Errorf("%+v", f)
	}
	if err := a.DB.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(qTakeAway); return err }); err != nil {
		t.Fatal(err)
	}
	if f := finding(t, a, "guard"); f == nil || f.Level != app.Warn || !strings.Contains(f.Text, "licet migrate") {
		t.Errorf("%+v", f)
	}
	if err := a.DB.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f := finding(t, a, "guard"); f == nil || f.Level != app.Good {
		t.Errorf("%+v", f)
	}
}

func finding(t *testing.T, a *app.App, id string) *app.Finding {
	t.Helper()
	for _, f := range a.Examine(t.Context(), text.EN) {
		if f.ID == id {
			return &f
		}
	}
	return nil
}
