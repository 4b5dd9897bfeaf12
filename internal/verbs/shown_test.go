//go:build unix

package verbs_test

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/pagetest"
	"github.com/licet/licet/wire"
)

// door is a way by which a person meets a refusal. say goes through it and returns
// what a reader sees then, "" where the verb is not offered there.
type door struct {
	name string
	say  func(w *world, lang string, s situation) string
}

var doors = []door{
	{"REST", overREST},
	{"depot, the ticket's page", overTicketPage},
	{"depot, a request file", overUpload},
	{"wizard", overWizard},
	{"licet-activate", overProgram},
}

// situation is a machine on which a verb is about to be refused.
type situation struct {
	verb    string    // of licet-activate
	code    string    // as it is typed; "" where the verb has none
	license string    // id, of what is here
	until   time.Time // last day of a borrow, its begin in UTC
	pairing bool      // the code is a pairing code
	cfg     client.Config
}

// ask is the request of the situation, if its verb is one.
func (s situation) ask() client.Ask {
	actions := map[string]wire.Action{
		"activate": wire.ActActivate, "refresh": wire.ActRefresh, "restore": wire.ActRestore, "borrow": wire.ActBorrow,
	}
	a := client.Ask{Action: actions[s.verb], Code: s.code}
	if !s.until.IsZero() {
		a.Until = s.until.AddDate(0, 0, 1)
	}
	if s.pairing {
		a.Code, a.Pairing = "", s.code
	}
	if a.Code == "" && s.license != "" {
		a.Want = []string{s.license}
	}
	return a
}

// message is what the container says, with its code as it travels by a carrier.
func (s situation) message(t testing.TB, file bool) (*client.Container, client.Message) {
	t.Helper()
	c := open(t, s.cfg)
	if s.verb == "return" {
		m, err := c.NewReturn(s.license)
		must(t, err)
		return c, m
	}
	a := s.ask()
	a.File = file
	m, err := c.NewRequest(a)
	must(t, err)
	return c, m
}

// mistyped reports whether a code cannot be right, so that no message carries it.
func (s situation) mistyped() bool {
	_, _, _, err := wire.ParseCode(s.code)
	return s.code != "" && !s.pairing && err != nil
}

// overREST is the API, which programs of end users call.
func overREST(w *world, lang string, s situation) string {
	w.t.Helper()
	var got answer
	if s.verb == "lease" {
		token, _, err := open(w.t, s.cfg).NewLease(client.LeaseAsk{Code: s.code})
		must(w.t, err)
		got = ask(w.t, http.MethodPost, w.at.API+"/api/v1/lease", "text/plain", []byte(token), "Accept-Language", lang)
	} else if s.verb == "free" {
		body, err := json.Marshal(map[string]string{"code": s.code, "device": w.device(s.code).String()})
		must(w.t, err)
		got = ask(w.t, http.MethodPost, w.at.API+"/api/v1/look/free", "application/json", body, "Accept-Language", lang)
	} else if s.verb == "typed" {
		r, err := open(w.t, s.cfg).NewTyped()
		must(w.t, err)
		body, err := json.Marshal(map[string]string{"code": s.code, "request": r.String()})
		must(w.t, err)
		got = ask(w.t, http.MethodPost, w.at.API+"/api/v1/typed", "application/json", body, "Accept-Language", lang)
	} else if s.mistyped() {
		got = ask(w.t, http.MethodPost, w.at.API+"/api/v1/look", "application/json", []byte(`{"code":"`+s.code+`"}`), "Accept-Language", lang)
	} else {
		_, m := s.message(w.t, false)
		got = ask(w.t, http.MethodPost, w.at.API+"/api/v1/exchange", "text/plain", []byte(m.Token), "Accept-Language", lang)
	}
	p := got.problem()
	if p.Detail != p.Texts[lang] || p.Texts["de"] == p.Texts["en"] || p.Texts["de"] == "" {
		w.t.Errorf("REST: %+v", p)
	}
	return p.Detail
}

// device is the first that holds a code's license, as its owner sees it.
func (w *world) device(code string) license.ActivationID {
	w.t.Helper()
	look, err := w.a.Lic.Look(w.t.Context(), actor.Anonymous(netip.IPv6Loopback()), code)
	must(w.t, err)
	return look.Holdings[0].Devices[0].ID
}

// overTicketPage is the depot's page that shows what a code holds, and of whom a
// device would be freed.
func overTicketPage(w *world, lang string, s situation) string {
	w.t.Helper()
	if s.code == "" || s.pairing || s.verb == "typed" {
		return ""
	}
	p := w.postIn(lang, "/ticket", "code", s.code)
	if s.verb != "restore" && s.verb != "free" {
		return p.text()
	}
	for _, in := range p.all("input", "name", "device") {
		for _, a := range in.Attr {
			if a.Key == "value" {
				return w.postIn(lang, "/device", "code", s.code, "device", a.Val).text()
			}
		}
	}
	return p.text()
}

// overUpload is the depot's page for request files, and the one for typed codes.
func overUpload(w *world, lang string, s situation) string {
	w.t.Helper()
	if s.verb == "typed" {
		r, err := open(w.t, s.cfg).NewTyped()
		must(w.t, err)
		return w.postIn(lang, "/typed", "code", s.code, "group1", r.String()).text()
	}
	if s.mistyped() || s.pairing || s.verb == "free" || s.verb == "lease" {
		return ""
	}
	c, _ := s.message(w.t, true)
	file, err := c.RequestFile()
	must(w.t, err)
	return w.postIn(lang, "/activate", "text", string(file)).text()
}

// overProgram is licet-activate in the terminal's language.
func overProgram(w *world, lang string, s situation) string {
	w.t.Helper()
	if s.verb == "typed" {
		return ""
	}
	args := []string{s.verb}
	switch {
	case s.pairing:
		args = []string{"pair", s.code}
	case s.verb == "free":
		args = append(args, s.code, "--yes")
	case s.code != "":
		args = append(args, s.code)
	case s.verb == "return", s.verb == "move":
		args = append(args, s.license, "--yes")
	case s.license != "":
		args = append(args, "--license", s.license)
	}
	if !s.until.IsZero() {
		args = append(args, "--until", s.until.Format(time.DateOnly))
	}
	pins := filepath.Join(w.t.TempDir(), "pins.json")
	must(w.t, os.WriteFile(pins, s.cfg.Pins, 0o600))
	run := exec.CommandContext(w.t.Context(), pagetest.Program(w.t, "licet-activate"), append(args, "--pins", pins, "--dir", s.cfg.Dir, "--product", "CAD")...)
	run.Env = append(os.Environ(), "LC_ALL=", "LC_MESSAGES=", "LANG="+map[string]string{"de": "de_DE.UTF-8", "en": "en_US.UTF-8"}[lang])
	out, err := run.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return words(string(out))
}

// overWizard is the local pages of the wizard.
func overWizard(w *world, lang string, s situation) string {
	w.t.Helper()
	if s.verb == "typed" {
		return ""
	}
	v := w.visit(lang, s.cfg)
	switch s.verb {
	case "refresh":
		return v.post("step", "s", "0123456789", "kind", "refresh")
	case "return", "move":
		return v.step(v.post("begin", "kind", s.verb, "license", s.license), "")
	case "free":
		return v.post("lost", "code", s.code)
	case "lease":
		_, code, _ := strings.Cut(v.post("activate", "code", s.code), "\n")
		_, step, _ := strings.Cut(v.post("begin", "kind", "lease", "s", code), "\n")
		return v.post("step", "s", step, "license", s.license)
	case "restore":
		return v.step(v.post("lost", "code", s.code), "")
	case "borrow":
		until := ""
		if !s.until.IsZero() {
			until = s.until.Format(time.DateOnly)
		}
		if s.code == "" {
			return v.step(v.post("begin", "kind", "keep", "license", s.license), until)
		}
		return v.step(v.post("activate", "code", s.code), until)
	}
	return v.step(v.post("activate", "code", s.code), "")
}

// visitor is a browser at a wizard.
type visitor struct {
	t    testing.TB
	base string
	lang string
	http *http.Client
}

// visit opens a wizard.
func (w *world) visit(lang string, cfg client.Config) *visitor {
	w.t.Helper()
	wiz, err := wizard.New(cfg, wizard.Options{Idle: -1})
	must(w.t, err)
	ctx, stop := context.WithCancel(context.Background())
	links, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- wiz.Run(ctx, func(link string) { links <- link }) }()
	w.t.Cleanup(func() {
		stop()
		<-ended
	})
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	v := &visitor{t: w.t, lang: lang, http: &http.Client{Jar: jar, Timeout: time.Minute}}
	select {
	case link := <-links:
		v.base, _, _ = strings.Cut(link, "/enter")
		v.do(http.MethodGet, link, nil)
	case err := <-ended:
		w.t.Fatal(err)
	}
	return v
}

// do fetches a page, through redirections, with its address behind it.
func (v *visitor) do(method, address string, form url.Values) string {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, address, strings.NewReader(form.Encode()))
	must(v.t, err)
	r.Header.Set("Accept-Language", v.lang)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.base[:strings.LastIndex(v.base, "/")])
	}
	res, err := v.http.Do(r)
	must(v.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(v.t, err)
	if res.StatusCode == http.StatusNotFound {
		v.t.Errorf("the wizard has no %s", res.Request.URL.Path)
	}
	return visible(string(raw)) + "\n" + res.Request.URL.Query().Get("s")
}

func (v *visitor) post(path string, fields ...string) string {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.do(http.MethodPost, v.base+"/"+path, form)
}

// step carries a step out that a page has proposed, and returns both pages: what is
// refused is said by the first where it is known there.
func (v *visitor) step(before, until string) string {
	v.t.Helper()
	text, id, _ := strings.Cut(before, "\n")
	if id == "" {
		return text
	}
	after, _, _ := strings.Cut(v.post("step", "s", id, "how", "online", "until", until), "\n")
	return text + " " + after
}

// tags are what is between the words of a page.
var tags = regexp.MustCompile(`(?s)<(script|style).*?</(script|style)>|<[^>]*>`)

// visible is what a reader sees of a page.
func visible(page string) string { return words(html.UnescapeString(tags.ReplaceAllString(page, " "))) }
