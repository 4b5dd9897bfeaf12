package sdk_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/wire"
)

// The small clients against the real server, over TLS, through a wire that tears
// where a test wants it to.

// fate is what happens to a message.
type fate int

const (
	pass  fate = iota // it arrives, and so does the answer
	drop              // it arrives, and the answer does not
	hang              // it arrives, and nobody answers until the client is gone
	spoil             // a character of the answer's last line is another one
	down              // the server is not reached
)

// cable stands between a client and the server.
type cable struct {
	to   string
	mu   sync.Mutex
	next []fate
	sent []string // the tokens that went through
	held chan bool
}

func (c *cable) fate() fate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.next) == 0 {
		return pass
	}
	f := c.next[0]
	c.next = c.next[1:]
	return f
}

// will says what happens to the next messages.
func (c *cable) will(fates ...fate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = fates
}

// types are those of the messages so far, and whether one went twice.
func (c *cable) types() (out []string, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[string]bool{}
	for _, token := range c.sent {
		h, err := wire.Peek(token)
		if err != nil {
			return []string{err.Error()}, false
		}
		out = append(out, string(h.Type))
		again = again || seen[token]
		seen[token] = true
	}
	return out, again
}

func (c *cable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	f := c.fate()
	if err != nil || f == down {
		panic(http.ErrAbortHandler)
	}
	c.mu.Lock()
	c.sent = append(c.sent, string(body))
	c.mu.Unlock()
	on, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, c.to+r.URL.Path, strings.NewReader(string(body)))
	if err != nil {
		panic(err)
	}
	on.Header = r.Header.Clone()
	answer, err := http.DefaultClient.Do(on)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil || f == drop {
		panic(http.ErrAbortHandler)
	}
	if f == hang {
		c.held <- true
		<-r.Context().Done()
		return
	}
	if f == spoil {
		at := len(said) - 60
		said[at] = map[bool]byte{true: 'B', false: 'A'}[said[at] == 'A']
	}
	for _, name := range []string{"Content-Type", "Retry-After"} {
		if v := answer.Header.Get(name); v != "" {
			w.Header().Set(name, v)
		}
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(said) // the client may be gone
}

// office is a publisher with its server, running.
type office struct {
	app     *app.App
	by      actor.Actor
	address string
	pins    string // file
	orders  int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	folder := t.TempDir()
	config, _, err := app.ParseConfig([]string{"--data", folder, "--listen", "127.0.0.1:0", "--depot-listen", "127.0.0.1:0", "--ops-listen", "off"},
		func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	seams := app.Seams{}.Filled()
	a, err := app.Open(t.Context(), config, seams)
	if err != nil {
		t.Fatal(err)
	}
	p, err := demo.Publisher(t.Context(), a, filepath.Join(folder, "roots"), seams.Now())
	if err != nil {
		t.Fatal(err)
	}
	o := &office{app: a, by: actor.Installation().In(p.ID), pins: filepath.Join(folder, "pins.json")}
	pins, err := a.Pins(t.Context(), p.Slug)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := pins.Encode()
	if err == nil {
		err = os.WriteFile(o.pins, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan app.Running, 1), make(chan error, 1)
	go func() { ended <- a.Serve(ctx, func(r app.Running) { ready <- r }) }()
	select {
	case at := <-ready:
		o.address = at.Depot
		t.Cleanup(func() { stop(); <-ended; _ = a.Close() })
	case err := <-ended:
		stop()
		t.Fatal(err)
	}
	return o
}

// sell returns a ticket and the id of its license.
func (o *office) sell(t *testing.T) (code string, id license.LicenseID) {
	t.Helper()
	return o.order(t, "CAD-PRO-PERP")
}

// order sells one unit of an article.
func (o *office) order(t *testing.T, article string) (code string, id license.LicenseID) {
	t.Helper()
	o.orders++
	doc := fmt.Sprintf(`{"source":"erp","number":"1-%d","mode":"complete","buyer":{"number":"C-1"},"lines":[{"no":"1","article":"%s","quantity":1}]}`, o.orders, article)
	placed, err := o.app.Orders.PlaceFile(t.Context(), o.by, order.File{Raw: []byte(doc), ContentType: "application/json"})
	if err != nil {
		t.Fatal(err)
	}
	ticket := placed[0].Lines[0].Tickets[0]
	all, err := o.app.Lic.ListLicenses(t.Context(), o.by, license.TicketQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all.Items {
		if l.Ticket == ticket.ID {
			return ticket.Code, l.ID
		}
	}
	t.Fatalf("no license of ticket %v", ticket.ID)
	return "", id
}

func (o *office) used(t *testing.T, id license.LicenseID) int64 {
	t.Helper()
	l, err := o.app.Lic.GetLicense(t.Context(), o.by, id)
	if err != nil {
		t.Fatal(err)
	}
	return l.Used
}

// desk is one language's client on one machine.
type desk struct {
	*language
	t       *testing.T
	cable   *cable
	office  *office
	server  string
	ca      string
	folder  string
	machine string
}

func (o *office) desk(t *testing.T, l *language) *desk {
	t.Helper()
	c := &cable{to: o.address, held: make(chan bool)}
	server := httptest.NewTLSServer(c)
	t.Cleanup(server.Close)
	server.Config.ErrorLog = nil
	return &desk{language: l, t: t, cable: c, office: o, server: server.URL, ca: authority(t, server), folder: filepath.Join(t.TempDir(), "container"), machine: "alpha"}
}

// authority writes the certificate that a server is to be trusted by.
func authority(t *testing.T, server *httptest.Server) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (d *desk) args(verb string, more ...string) []string {
	return append([]string{d.office.pins, d.folder, d.server, d.ca, d.machine, verb}, more...)
}

// want runs a verb and expects these lines: the licenses, and how it went.
func (d *desk) want(verb string, arg string, lines ...string) {
	d.t.Helper()
	args := d.args(verb)
	if arg != "" {
		args = d.args(verb, arg)
	}
	out, problems, err := d.try(nil, nil, "client", args...)
	if got := strings.TrimSpace(out); err != nil || got != strings.Join(lines, "\n") {
		d.t.Fatalf("%s: %v\n%s\nand should be\n%s\n%s", verb, err, got, strings.Join(lines, "\n"), problems)
	}
}

func TestClients(t *testing.T) {
	o := newOffice(t)
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			l.ready(t)
			o.life(t, l)
		})
	}
}

// life is a license's life on a machine, with everything that can go wrong on the
// way to the server.
func (o *office) life(t *testing.T, l *language) {
	d := o.desk(t, l)
	code, id := o.sell(t)
	holds := fmt.Sprintf("license %s 1 valid draw2d,model3d,parts", id)

	// The process is killed while it waits for the answer, and begins again.
	d.cable.will(hang)
	cmd := l.run(l.built, "client", d.args("activate", code)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-d.cable.held
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	d.want("list", "", "done")
	d.cable.will(spoil)
	d.want("refresh", "", "not believed signature")
	d.want("refresh", "", holds, "done")
	if n := o.used(t, id); n != 1 {
		t.Errorf("%d seats are used", n)
	}
	if types, again := d.cable.types(); !again || strings.Join(types, " ") != "req req req rcp req rcp" {
		t.Errorf("%v, sent again: %v", types, again)
	}

	// Offline it holds; on another machine a copied folder does not.
	d.cable.will(down, down, down)
	d.want("list", "", holds, "done")
	d.machine = "beta"
	d.want("list", "", "license fingerprint", "done")
	d.want("return", id.String(), "license fingerprint", "not believed fingerprint")
	d.machine = "alpha"
	d.cable.will()

	d.want("activate", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", holds, "refused license.code_typo")

	// Blocked, free again, given back while the answer is lost, and taken once more.
	if _, err := o.app.Lic.BlockLicense(t.Context(), o.by, id); err != nil {
		t.Fatal(err)
	}
	d.want("refresh", "", "license blocked", "done")
	if _, err := o.app.Lic.UnblockLicense(t.Context(), o.by, id); err != nil {
		t.Fatal(err)
	}
	d.want("refresh", "", holds, "done")
	d.cable.will(drop)
	d.want("return", id.String(), "offline")
	d.want("refresh", "", "done")
	if n := o.used(t, id); n != 0 {
		t.Errorf("%d seats are used after the return", n)
	}
	d.want("activate", code, strings.Replace(holds, " 1 valid", " 2 valid", 1), "done")

	// Recalled.
	if _, err := o.app.Lic.Recall(t.Context(), o.by, license.RecallInput{Licenses: []license.LicenseID{id}}); err != nil {
		t.Fatal(err)
	}
	d.want("refresh", "", "done")
	if n := o.used(t, id); n != 0 {
		t.Errorf("%d seats are used after the recall", n)
	}
}
