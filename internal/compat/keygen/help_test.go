package keygen_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/compat/keygen"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/sign/signtest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var errNobody = fault.New(fault.NotFound, "org.not_found")

// world is two publishers that answer programs, on a server.
type world struct {
	*license.Service
	t      *testing.T
	now    *dbtest.TestClock
	d      *db.DB
	keys   *sign.Service
	a, b   actortest.Site
	key    sign.Key // of publisher a
	server *httptest.Server
	table  []route.Route
	log    *safeBuffer
}

// safeBuffer takes the log of a server that works on several requests.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) { fn(t, newWorld(t, e, license.Limits{})) })
	}
}

func newWorld(t *testing.T, e db.Engine, limits license.Limits) *world {
	t.Helper()
	clock := dbtest.NewClock(t)
	d := dbtest.Open(t, e, dbtest.WithNow(clock.Now))
	p := actortest.World(t, d)
	w := &world{t: t, now: clock, d: d, a: p.A, b: p.B, log: &safeBuffer{}}
	gate := actor.NewGate(d)
	w.keys, _ = signtest.New(t, d, gate)
	w.Service = license.New(license.Options{DB: d, Gate: gate, Vault: w.keys.Vault(), Keyring: w.keys.Keyring(), Limits: limits})
	var err error
	w.key, err = w.keys.MakeKeygen(t.Context(), w.a.All())
	must(t, err)
	api := keygen.New(keygen.Options{
		Licenses: w.Service, Key: w.keys.Keyring().Keygen, Now: clock.Now,
		Publisher: func(_ context.Context, slug string) (actor.PublisherID, error) {
			for _, s := range []actortest.Site{w.a, w.b} {
				if s.Slug == slug {
					return s.Publisher, nil
				}
			}
			return actor.PublisherID{}, errNobody
		},
	})
	w.table = api.Routes()
	w.server = httptest.NewServer(route.New(w.table, route.Options{
		Authenticate: func(context.Context, *http.Request, netip.Addr) (actor.Actor, error) {
			return actor.Actor{}, errors.New("a license key is no API key")
		},
		Now: clock.Now, Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}))
	t.Cleanup(w.server.Close)
	return w
}

// item is an article that machines with names may hold.
func item(kind catalog.Kind, change ...func(*catalog.Snapshot)) catalog.Snapshot {
	s := catalog.Snapshot{
		Number: "CAD-1", ArticleNumber: "CAD-1", ArticleID: catalog.ArticleID{1: 1, 15: 7},
		Name: catalog.Names{DE: "CAD", EN: "CAD"}, Product: "CAD", KeyPrefix: "CADP", ModelCode: "m",
		Model: catalog.Defaults(kind), Features: []string{"draw", "print"}, Limits: map[string]int64{"layers": 10},
		Ticketing: catalog.PerLine, ContainerKinds: []string{catalog.Soft, catalog.Named},
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

// sell issues a license and returns its id and key.
func (w *world) sell(s catalog.Snapshot, quantity int64) (license.LicenseID, string) {
	w.t.Helper()
	var out []license.Issued
	must(w.t, w.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		out, err = w.Issue(tx, w.a.System(), []license.IssueInput{{Item: s, Quantity: quantity, Holder: w.a.Direct}})
		return err
	}))
	key, err := w.RevealKey(context.Background(), w.a.All(), out[0].Licenses[0])
	must(w.t, err)
	return out[0].Licenses[0], key
}

// program is a client of this API, written from its description: it believes nothing
// that is not signed by the key it ships.
type program struct {
	w       *world
	address string
	public  ed25519.PublicKey
	key     string // of the license
	id      string // of the license, once it is known
	header  map[string]string
}

func (w *world) program(key string) *program {
	return &program{w: w, address: keygen.Address(w.server.URL, w.a.Slug, w.key.KID, "CAD"), public: w.key.Public, key: key}
}

// answer is what the server says.
type answer struct {
	status int
	header http.Header
	raw    []byte
	Data   json.RawMessage `json:"data"`
	Meta   struct {
		Valid  bool
		Code   string
		Detail string
	} `json:"meta"`
	Errors []struct {
		Code   string
		Detail string
		Source struct{ Pointer string }
		Meta   struct{ Code string }
	} `json:"errors"`
}

// thing is a resource.
type thing struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	Attributes struct {
		Name, Key, Status, Fingerprint, Platform, HeartbeatStatus, Code, Certificate, Algorithm string
		Expiry, LastValidated, Issued                                                           *time.Time
		RequireHeartbeat, Floating                                                              bool
		HeartbeatDuration, MaxMachines, Cores, TTL                                              int64
		Hostname                                                                                *string
	} `json:"attributes"`
	Relationships map[string]struct {
		Data struct{ Type, ID string }
	} `json:"relationships"`
}

func (a answer) thing(t *testing.T) thing {
	t.Helper()
	var out thing
	must(t, json.Unmarshal(a.Data, &out))
	return out
}

func (a answer) things(t *testing.T) []thing {
	t.Helper()
	var out []thing
	must(t, json.Unmarshal(a.Data, &out))
	return out
}

// code is the first error's.
func (a answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Code
}

// ask sends a request and believes only what is signed.
func (p *program) ask(method, path, body string) answer {
	p.w.t.Helper()
	a, url := p.send(method, path, body)
	if err := p.believe(a, method, url); err != nil {
		p.w.t.Fatalf("%s %s: %d %s: %v", method, path, a.status, a.raw, err)
	}
	return a
}

// whole asks a path of the server's.
func (p *program) whole(method, path, body string) answer {
	p.w.t.Helper()
	a := p.sendTo(method, p.w.server.URL+path, body)
	if err := p.believe(a, method, p.w.server.URL+path); err != nil {
		p.w.t.Fatalf("%s %s: %d %s: %v", method, path, a.status, a.raw, err)
	}
	return a
}

func (p *program) send(method, path, body string) (answer, string) {
	p.w.t.Helper()
	url := p.address + "/v1/" + path
	return p.sendTo(method, url, body), url
}

func (p *program) sendTo(method, url, body string) answer {
	p.w.t.Helper()
	r, err := http.NewRequestWithContext(p.w.t.Context(), method, url, strings.NewReader(body))
	must(p.w.t, err)
	if p.key != "" {
		r.Header.Set("Authorization", "License "+p.key)
	}
	r.Header.Set("Content-Type", "application/vnd.api+json")
	r.Header.Set("Accept", "application/vnd.api+json")
	r.Header.Set("Keygen-Version", "1.7")
	for name, value := range p.header {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	must(p.w.t, err)
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	a.raw, err = io.ReadAll(res.Body)
	must(p.w.t, err)
	if len(a.raw) > 0 {
		must(p.w.t, json.Unmarshal(a.raw, &a))
	}
	return a
}

// believe holds an answer against the public key.
func (p *program) believe(a answer, method, url string) error {
	sum := sha256.Sum256(a.raw)
	digest := "sha-256=" + base64.StdEncoding.EncodeToString(sum[:])
	if a.header.Get("Digest") != digest || a.header.Get("Keygen-Digest") != digest {
		return errors.New("another digest")
	}
	date := a.header.Get("Date")
	at, err := time.Parse(time.RFC1123, date)
	if err != nil || p.w.now.Now().Sub(at).Abs() > 5*time.Minute {
		return fmt.Errorf("of another time: %s, %w", date, err)
	}
	params := map[string]string{}
	for part := range strings.SplitSeq(a.header.Get("Keygen-Signature"), ",") {
		name, value, _ := strings.Cut(part, "=")
		params[strings.TrimSpace(name)] = strings.Trim(value, `"`)
	}
	sig, err := base64.StdEncoding.DecodeString(params["signature"])
	if err != nil || params["algorithm"] != "ed25519" {
		return fmt.Errorf("no signature: %v, %w", params, err)
	}
	target := strings.TrimPrefix(url, p.w.server.URL)
	host := strings.TrimPrefix(p.w.server.URL, "http://")
	text := "(request-target): " + strings.ToLower(method) + " " + target + "\nhost: " + host + "\ndate: " + date + "\ndigest: " + digest
	if !ed25519.Verify(p.public, []byte(text), sig) {
		return errors.New("a wrong signature")
	}
	return nil
}

// validate asks as the Go client does: who am I, then the verdict.
func (p *program) validate(scope string) string {
	p.w.t.Helper()
	me := p.ask("GET", "me", "")
	if me.status != 200 {
		return me.code()
	}
	p.id = me.thing(p.w.t).ID
	a := p.ask("POST", "licenses/"+p.id+"/actions/validate", `{"meta":{"scope":`+scope+`}}`)
	if a.status == 200 && a.Meta.Valid != (a.Meta.Code == "VALID") || a.status == 200 && a.Meta.Detail == "" {
		p.w.t.Fatalf("%s", a.raw)
	}
	if a.status != 200 {
		return a.code()
	}
	return a.Meta.Code
}

func (p *program) at(fingerprint string) string {
	p.w.t.Helper()
	return p.validate(fmt.Sprintf(`{"fingerprint":%q,"product":"an id of another system"}`, fingerprint))
}

func (p *program) activate(fingerprint string, more ...string) answer {
	p.w.t.Helper()
	return p.ask("POST", "machines", fmt.Sprintf(`{"data":{"type":"machines","attributes":{"fingerprint":%q,"hostname":"nobody-keeps-this","platform":"linux_amd64","cores":8},`+
		`"relationships":{"license":{"data":{"type":"licenses","id":%q}}%s}}}`, fingerprint, p.id, strings.Join(more, "")))
}

// file is a license or machine file as a program reads it, without a connection.
type file struct {
	Data     thing   `json:"data"`
	Included []thing `json:"included"`
	Meta     struct {
		Issued, Expiry time.Time
		TTL            int64
	} `json:"meta"`
}

// open verifies a file and reads it; secret is what it is encrypted to, "" = nothing.
func (p *program) open(cert, kind, secret string) (file, error) {
	var out file
	body, ok := strings.CutPrefix(cert, "-----BEGIN "+strings.ToUpper(kind)+" FILE-----\n")
	body, ended := strings.CutSuffix(body, "-----END "+strings.ToUpper(kind)+" FILE-----\n")
	if !ok || !ended {
		return out, errors.New("no file")
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return out, err
	}
	var e struct{ Enc, Sig, Alg string }
	if err := json.Unmarshal(raw, &e); err != nil {
		return out, err
	}
	sig, err := base64.StdEncoding.DecodeString(e.Sig)
	if err != nil || !ed25519.Verify(p.public, []byte(kind+"/"+e.Enc), sig) {
		return out, errors.New("not genuine")
	}
	plain, err := decrypt(e.Enc, e.Alg, secret)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(plain, &out)
}

func decrypt(enc, alg, secret string) ([]byte, error) {
	if secret == "" {
		if alg != "base64+ed25519" {
			return nil, errors.New("alg " + alg)
		}
		return base64.StdEncoding.DecodeString(enc)
	}
	parts := strings.Split(enc, ".")
	if len(parts) != 3 || alg != "aes-256-gcm+ed25519" {
		return nil, errors.New("alg " + alg)
	}
	var raw [3][]byte
	for i, part := range parts {
		var err error
		if raw[i], err = base64.StdEncoding.DecodeString(part); err != nil {
			return nil, err
		}
	}
	key := sha256.Sum256([]byte(secret))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return gcm.Open(nil, raw[1], append(raw[0], raw[2]...), nil)
}
