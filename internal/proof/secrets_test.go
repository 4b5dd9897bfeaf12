package proof_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// TestNoSecretsLeak works with every secret of an installation, at the most
// talkative level, and then looks for the very bytes of each of them in
// everything that the installation writes or says.
func TestNoSecretsLeak(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := &canaries{t: t, w: w, secrets: map[string][]byte{}, personal: map[string][]byte{}, told: &tail{}}
		n := w.node()
		c.live(n)
		metrics := c.page(n, "/metrics") + c.page(n, "/") + c.page(n, "/readyz")
		n.kill()
		c.keys()
		logs := n.log.whole()
		if !bytes.Contains(logs, []byte("/api/v1/exchange")) {
			t.Fatalf("this is no log of everything: %s", n.log)
		}
		c.clean("log", logs)
		c.clean("metrics", []byte(metrics))
		c.clean("webhooks", c.hooks.whole())
		c.clean("refusals", c.told.whole())
		c.clean("support bundle", c.bundle())
		seen := false
		for name, raw := range c.files() {
			c.clean(name, raw)
			seen = seen || bytes.Contains(raw, []byte("an order that can be found"))
		}
		if !seen {
			t.Fatal("the files do not hold what must be in them")
		}
		if len(c.personal) < 10 {
			t.Errorf("only %d personal data in the samples", len(c.personal))
		}
		t.Logf("%d secrets and %d personal data, in 7 spellings each, are nowhere", len(c.secrets), len(c.personal))
	}, "--log-level", "debug", "--log-format", "json", "--ops-listen", "127.0.0.1:0", "--webhook-private", "true")
}

// canaries are what must not be found.
type canaries struct {
	t        *testing.T
	w        *world
	secrets  map[string][]byte // by what they are
	personal map[string][]byte // of the order documents
	hooks    *tail             // what webhooks brought
	told     *tail             // bodies of refusals
}

func (c *canaries) secret(what, value string) {
	c.t.Helper()
	if len(value) < 8 {
		c.t.Fatalf("%s: %q", what, value)
	}
	c.secrets[fmt.Sprint(what, " ", len(c.secrets))] = []byte(value)
}

// ask sends a request and keeps the body of a refusal.
func (c *canaries) ask(n *node, q call, v any) {
	c.t.Helper()
	a, err := n.send(q)
	must(c.t, err)
	if !a.ok() {
		_, _ = c.told.Write(append(a.body, '\n'))
		if v != nil {
			c.t.Fatal(q.path, a)
		}
	}
	if v != nil {
		must(c.t, json.Unmarshal(a.body, v))
	}
}

func (c *canaries) post(n *node, path string, in, v any) {
	c.t.Helper()
	raw, err := json.Marshal(in)
	must(c.t, err)
	c.ask(n, call{method: http.MethodPost, path: path, body: raw, kind: "application/json", retry: rand.Text()}, v)
}

// live goes through the flows of the main job and the mistakes around it.
func (c *canaries) live(n *node) {
	c.t.Helper()
	c.secret("API key", c.w.key)
	c.listen(n)
	c.shop(n)
	c.samples(n)
	v, a, err := n.order(document{
		Source: source, Number: "an order that can be found", Revision: 1, Mode: "complete", Buyer: party{"C-1"},
		Lines: []documentLine{{"1", articleSeats, 2}, {"2", articleSingle, 2}, {"3", articleYear, 1}},
	}, rand.Text())
	if err != nil || !a.ok() {
		c.t.Fatal(a, err)
	}
	for id, code := range v.tickets() {
		c.secret("ticket", code)
		c.device(n, id, code)
	}
	c.mistakes(n, v.Lines[0].Tickets[0].Code)
	var found struct{ Items []struct{ ID string } }
	c.ask(n, call{method: http.MethodGet, path: "/organizations?number=C-1"}, &found)
	var key struct{ Token string }
	c.post(n, "/organizations/"+found.Items[0].ID+"/keys", map[string]any{"name": "second", "permissions": []string{"order.read"}}, &key)
	c.secret("API key", key.Token)
	c.heard()
}

// listen sets up a webhook for everything.
func (c *canaries) listen(n *node) {
	c.t.Helper()
	c.hooks = &tail{}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.Header.Write(c.hooks)
		_, _ = io.Copy(c.hooks, r.Body)
	}))
	c.t.Cleanup(receiver.Close)
	var made struct{ Secret string }
	c.post(n, "/webhooks", map[string]any{"url": receiver.URL, "events": []string{"*"}}, &made)
	c.secret("webhook secret", made.Secret)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(made.Secret, "whsec_"))
	must(c.t, err)
	c.secret("webhook key", string(raw))
}

// heard waits until a webhook has told of the last thing that happened.
func (c *canaries) heard() {
	c.t.Helper()
	for until := time.Now().Add(patience); !bytes.Contains(c.hooks.whole(), []byte("key.created")); {
		if time.Now().After(until) {
			c.t.Fatalf("the webhooks say nothing: %s", c.hooks)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// shop sends the sample order of a shop, which names a person.
func (c *canaries) shop(n *node) {
	c.t.Helper()
	var made struct{ ID, Secret string }
	c.post(n, "/sources", map[string]any{"name": "shop"}, &made)
	c.secret("shop secret", made.Secret)
	sample, err := os.ReadFile(filepath.Join("..", "demo", "order.json"))
	must(c.t, err)
	mac := hmac.New(sha256.New, []byte(made.Secret))
	_, _ = mac.Write(sample)
	base, err := n.address(c.t.Context())
	must(c.t, err)
	r, err := http.NewRequest(http.MethodPost, fmt.Sprintf("%s/api/v1/hooks/%s/%s", base, c.w.pub, made.ID), bytes.NewReader(sample))
	must(c.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-WC-Webhook-Topic", "order.created")
	r.Header.Set("X-WC-Webhook-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	res, err := client.Do(r)
	must(c.t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	must(c.t, err)
	_, _ = c.told.Write(answer) // no code for a shop
	var v view
	c.ask(n, call{method: http.MethodGet, path: "/orders/by-number/shop/6"}, &v)
	var tickets struct{ Items []viewTicket }
	c.ask(n, call{method: http.MethodGet, path: "/orders/" + v.ID + "/tickets?codes=true"}, &tickets)
	for _, one := range tickets.Items {
		c.secret("ticket", one.Code)
	}
	var doc struct{ Billing, Shipping map[string]string }
	must(c.t, json.Unmarshal(sample, &doc))
	for _, part := range []map[string]string{doc.Billing, doc.Shipping} {
		for field, value := range part {
			if telling(value) {
				c.personal[field] = []byte(value)
			}
		}
	}
	if len(c.personal) < 2 || len(tickets.Items) == 0 {
		c.t.Fatalf("the sample order has no person or no ticket: %s, %+v", c.personal, v)
	}
}

// people are the parts of order documents that name or reach somebody.
var people = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.]+|<(?:\w+:)?(?:FirstName|FamilyName|Telephone|Telefax|CONTACT_NAME|FIRST_NAME|PHONE|FAX|NAME2|NAME3)[^>]*>([^<]{6,})<`)

// telling reports whether a value that is found was leaked: short ones stand in
// every random text, and short ones of hexadecimal digits in some hash.
func telling(value string) bool {
	least := 6
	if strings.Trim(value, "0123456789abcdef") == "" {
		least = 10
	}
	return len(value) >= least
}

// samples sends the sample documents of every format; some of their articles are
// sold here.
func (c *canaries) samples(n *node) {
	c.t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "order", "format", "testdata", "*.*"))
	must(c.t, err)
	for _, name := range files {
		raw, err := os.ReadFile(name)
		must(c.t, err)
		for _, found := range people.FindAllSubmatch(raw, -1) {
			value := found[0]
			if found[1] != nil {
				value = found[1]
			}
			if value = bytes.TrimSpace(value); telling(string(value)) {
				c.personal[string(value)] = value
			}
		}
		kind := map[string]string{".xml": "application/xml", ".csv": "text/csv", ".json": "application/json"}[filepath.Ext(name)]
		c.ask(n, call{method: http.MethodPost, path: "/orders?source=samples", body: raw, kind: kind}, nil)
	}
}

// device activates, refreshes, returns, and lets staff read what is secret.
func (c *canaries) device(n *node, ticket, code string) {
	c.t.Helper()
	b, err := c.w.box()
	must(c.t, err)
	raw, err := b.key.Private()
	must(c.t, err)
	c.secret("container key", string(raw))
	m, err := b.activate(code)
	must(c.t, err)
	a, u, err := b.do(n, m)
	if err != nil || !a.ok() {
		c.t.Fatal(a, err)
	}
	c.post(n, "/tickets/"+ticket+"/reveal", struct{}{}, &struct{}{})
	c.post(n, "/tickets/find", map[string]string{"code": code}, &struct{}{})
	var key struct{ Code string }
	c.post(n, "/licenses/"+u.licenses[0].ID+"/reveal", struct{}{}, &key)
	c.secret("license key", key.Code)
	c.post(n, "/validate", map[string]string{"key": key.Code, "nonce": newNonce()}, &struct{}{})
	for _, next := range []func() (message, error){
		b.receipt, func() (message, error) { return b.ask(wire.ActRefresh) }, func() (message, error) { return b.giveBack(u.licenses[0].ID) },
	} {
		m, err := next()
		must(c.t, err)
		if a, _, err := b.do(n, m); err != nil || !a.ok() {
			c.t.Fatal(a, err)
		}
	}
}

// mistakes are what people do with codes and keys that they should not.
func (c *canaries) mistakes(n *node, code string) {
	c.t.Helper()
	b, err := c.w.box()
	must(c.t, err)
	unknown, err := wire.NewTicket(rand.Reader)
	must(c.t, err)
	typo := []byte(code)
	typo[0], typo[1] = typo[1], typo[0]
	for _, wrong := range []string{unknown.String(), string(typo), code + "A", strings.ToLower(code)} {
		m, err := b.activate(wrong)
		must(c.t, err)
		c.ask(n, call{method: http.MethodPost, path: "/exchange", body: []byte(m.token), kind: "text/plain", open: true}, nil)
		c.post(n, "/tickets/find", map[string]string{"code": wrong}, nil)
		c.post(n, "/validate", map[string]string{"key": wrong, "nonce": "x"}, nil)
	}
	for _, path := range []string{
		"/tickets/" + code, "/orders/by-number/erp/" + code, "/tickets?after=" + code, "/licenses/" + code + "/activations",
		"/orders?source=" + c.w.key, "/nothing/" + strings.ReplaceAll(code, "-", ""), "/organizations?number=" + code,
	} {
		c.ask(n, call{method: http.MethodGet, path: path}, nil)
	}
	c.post(n, "/orders", map[string]any{"number": code, "buyer": code, c.w.key: 1}, nil)
	c.ask(n, call{method: http.MethodPost, path: "/exchange", body: []byte(code), kind: code, retry: code, open: true}, nil)
}

// page reads a page of the inner listener.
func (c *canaries) page(n *node, path string) string {
	c.t.Helper()
	res, err := client.Get(n.ops + path)
	must(c.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(c.t, err)
	if res.StatusCode != http.StatusOK || len(raw) == 0 {
		c.t.Fatal(path, res.Status)
	}
	return string(raw)
}

// keys makes canaries of the secret keys: of the identity file, the roots, and
// all that the database holds sealed.
func (c *canaries) keys() {
	c.t.Helper()
	identity, err := os.ReadFile(filepath.Join(c.w.config().Data, "identity.age-key"))
	must(c.t, err)
	for line := range strings.Lines(string(identity)) {
		if strings.HasPrefix(line, "AGE-SECRET-KEY-") {
			c.secret("identity", strings.TrimSpace(line))
		}
	}
	phrases, err := filepath.Glob(filepath.Join(c.w.dir, "roots", "*.passphrase"))
	must(c.t, err)
	for _, name := range phrases {
		raw, err := os.ReadFile(name)
		must(c.t, err)
		c.secret("passphrase", strings.TrimSpace(string(raw)))
	}
	a := c.w.open()
	defer a.Close()
	phrase := rand.Text()
	file, err := a.Keys.Export(context.Background(), actor.Installation(), phrase, 10)
	must(c.t, err)
	c.secret("passphrase", phrase)
	id, err := age.NewScryptIdentity(phrase)
	must(c.t, err)
	plain, err := age.Decrypt(armor.NewReader(bytes.NewReader(file)), id)
	must(c.t, err)
	var escrow struct {
		Peppers    []struct{ Secret []byte }
		Publishers []struct {
			Data []struct{ Secret []byte }
			Keys []struct{ Seed []byte }
		}
	}
	must(c.t, json.NewDecoder(plain).Decode(&escrow))
	before := len(c.secrets)
	for _, p := range escrow.Peppers {
		c.secret("pepper", string(p.Secret))
	}
	for _, p := range escrow.Publishers {
		for _, d := range p.Data {
			c.secret("data key", string(d.Secret))
		}
		for _, k := range p.Keys {
			c.secret("signing key", string(k.Seed))
		}
	}
	if len(c.secrets)-before < 4 {
		c.t.Fatalf("only %d secret keys", len(c.secrets)-before)
	}
}

// bundle is the support bundle, unpacked.
func (c *canaries) bundle() []byte {
	c.t.Helper()
	a := c.w.open()
	defer a.Close()
	var file, out bytes.Buffer
	must(c.t, a.SupportBundle(context.Background(), &file))
	z, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	must(c.t, err)
	for _, f := range z.File {
		r, err := f.Open()
		must(c.t, err)
		_, err = io.Copy(&out, r)
		must(c.t, err)
	}
	return out.Bytes()
}

// files are the database, a backup of it and the issuance journal, as they lie
// on the disk. The identity file is what must stay apart, so it is left out.
func (c *canaries) files() map[string][]byte {
	c.t.Helper()
	d, err := db.Open(context.Background(), c.w.options())
	must(c.t, err)
	_, err = db.Backup(context.Background(), d, filepath.Join(c.w.dir, "backup"))
	must(c.t, err)
	must(c.t, d.Close())
	out := map[string][]byte{}
	for _, dir := range []string{c.w.config().Data, filepath.Join(c.w.dir, "backup"), filepath.Join(c.w.dir, "issuance")} {
		must(c.t, filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() || e.Name() == "identity.age-key" {
				return err
			}
			raw, err := os.ReadFile(name)
			if len(raw) > 0 {
				out[name] = raw
			}
			return err
		}))
	}
	return out
}

// clean looks for every canary in every spelling.
func (c *canaries) clean(where string, raw []byte) {
	c.t.Helper()
	if len(raw) == 0 {
		c.t.Errorf("%s: nothing to look at", where)
	}
	var group sync.WaitGroup
	for _, all := range []map[string][]byte{c.secrets, c.personal} {
		for what, value := range all {
			group.Go(func() {
				for _, s := range spellings(value) {
					if at := bytes.Index(raw, s); at >= 0 {
						c.t.Errorf("%s holds a %s: …%.200q…", where, what, raw[max(0, at-100):min(len(raw), at+100)])
					}
				}
			})
		}
	}
	group.Wait()
}

// spellings are the forms in which a value may lie about.
func spellings(v []byte) [][]byte {
	bare := bytes.ReplaceAll(v, []byte("-"), nil)
	quoted, _ := json.Marshal(string(v))
	return [][]byte{
		v, bare, bytes.ToLower(bare), []byte(hex.EncodeToString(v)), []byte(base64.RawStdEncoding.EncodeToString(v)),
		[]byte(base64.RawURLEncoding.EncodeToString(v)), bytes.Trim(quoted, `"`),
	}
}
