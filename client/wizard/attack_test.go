package wizard_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/wizard"
	"github.com/licet/licet/internal/browsertest"
	"github.com/licet/licet/internal/clienttest"
)

// TestBrowserAttacks: a browser that has the session open visits a page of another
// site and one of another program on the same machine. Neither gets the cookie, nor
// can its forms do anything; and another name for this machine opens nothing.
func TestBrowserAttacks(t *testing.T) {
	b := browsertest.New(t, "evil.example")
	w, clock, places := floating(t, 1)
	code := w.sell()
	s := &stage{world: w, p: browsertest.Tab(t, b, browsertest.Look{Lang: "en", Width: 1280, Script: true}), base: w.run(wizard.Options{Brand: brand(t)})}
	browsertest.Open(s.p, w.link)
	browsertest.Await(t, s.p, "nav")
	s.code("activate", code)
	s.press("button[value=online]")
	s.code("activate", places)
	s.press("form:has([value=lease]) button")
	s.press("form[action$=step] button")
	<-clock.renewer.asked
	s.at("")
	seat := s.p.MustElement("[name=seat]").MustProperty("value").Str()

	var mu sync.Mutex
	var heard []string
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, r.Header.Get("Cookie")+r.Header.Get("Authorization"))
		_, _ = fmt.Fprint(w, `<!doctype html><title>evil</title><main>Win something!</main>`)
	}))
	defer evil.Close()
	at, err := url.Parse(evil.URL)
	must(t, err)
	for _, host := range []string{"evil.example:" + at.Port(), at.Host} {
		for _, path := range []string{"close", "begin", "step"} {
			browsertest.Open(s.p, "http://"+host+"/")
			for _, kind := range []string{"aside", "lease", "leave", "choose"} {
				browsertest.Open(s.p, "http://"+host+"/")
				browsertest.Send(s.p, s.base+"/"+path, "kind", kind, "s", "01234567890123456789012345", "seat", seat, "updates", "on", "usage", "on")
				browsertest.Says(t, s.p, "main", "This does not work from here|Von hier aus geht das nicht")
			}
		}
		browsertest.Open(s.p, "http://"+host+"/")
		framed := s.p.MustEval(`async (address) => {
			const frame = document.createElement("iframe");
			const loaded = new Promise((done) => { frame.onload = done; });
			frame.src = address;
			document.body.append(frame);
			await loaded;
			try { return frame.contentDocument ? frame.contentDocument.body.innerText : ""; } catch { return ""; }
		}`, s.base+"/").Str()
		read := s.p.MustEval(`async (address) => {
			try { return await (await fetch(address, {credentials: "include"})).text(); } catch { return ""; }
		}`, s.base+"/").Str()
		if strings.Contains(framed+read, "CAD-PRO") {
			t.Errorf("%s reads the page", host)
		}
	}
	mu.Lock()
	for _, h := range heard {
		if h != "" {
			t.Errorf("another server heard %q", h)
		}
	}
	if len(heard) < 8 {
		t.Errorf("it was asked %d times", len(heard))
	}
	mu.Unlock()

	// The wizard's own port under another name, as after a rebinding.
	own, err := url.Parse(s.base)
	must(t, err)
	browsertest.Open(s.p, "http://evil.example:"+own.Port()+own.Path+"/")
	if text := s.p.MustElement("main").MustText(); strings.Contains(text, "CAD-PRO") || !strings.Contains(text, "This does not work from here") {
		t.Error(text)
	}
	s.at("")
	browsertest.Says(t, s.p, ".card", "CAD-PRO")
	if w.server.Leases() != 1 || w.open().Notices().Updates != client.Unset {
		t.Error("somebody gave a place back, or chose")
	}
	if w.server.Used(clienttest.ID(2)) != 1 || len(w.open().Waiting()) != 0 {
		t.Error("somebody changed something")
	}
}
