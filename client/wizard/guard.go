package wizard

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

const (
	sessionCookie = "licet_session"
	langCookie    = "licet_lang"
	tokenField    = "t"
	maxLinks      = 8 // that may be open at a time
)

// policy is the content security policy of every page: our own files, no inline
// code, no frames, forms only to ourselves.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Link returns an address that opens the wizard once, at a server that serves it
// below address, such as "http://127.0.0.1:4711". The link is a secret until it
// was opened.
func (w *Wizard) Link(address string) string {
	token := rand.Text()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.links = append(w.links, token); len(w.links) > maxLinks {
		w.links = w.links[1:]
	}
	return strings.TrimRight(address, "/") + w.base + "/enter?" + tokenField + "=" + token
}

// redeem uses a link up.
func (w *Wizard) redeem(token string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, l := range w.links {
		if same(l, token) {
			w.links = append(w.links[:i:i], w.links[i+1:]...)
			return true
		}
	}
	return false
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// local reports whether a request came in over the loopback interface and says
// so: a name that somebody has pointed at it (DNS rebinding) is refused, and so
// is another port.
func local(r *http.Request) bool {
	at, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	own, err := netip.ParseAddrPort(at.String())
	if err != nil || !own.Addr().Unmap().IsLoopback() {
		return false
	}
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil || port != portOf(at) {
		return false
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

func portOf(at net.Addr) string {
	_, port, _ := net.SplitHostPort(at.String())
	return port
}

// known reports whether the request is of the session.
func (w *Wizard) known(r *http.Request) bool {
	c, err := r.Cookie(sessionCookie)
	return err == nil && same(c.Value, w.session)
}

// own reports whether a request that changes something comes from a page of this
// wizard: browsers say where from, and what does not say it is not heard.
func own(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && u.Scheme == "http" && u.Host == r.Host && u.Path == ""
}

// guess reports whether a browser only looks ahead: it must not use a link up.
func guess(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Sec-Purpose")+r.Header.Get("Purpose"), "prefetch")
}

// protect sets the headers of every answer.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// Not no-referrer: with it browsers send "Origin: null" with our own forms.
	h.Set("Referrer-Policy", "same-origin")
}

// cookie is one for this wizard's own path: other programs on the loopback, for
// which browsers know no difference, never get it.
func (w *Wizard) cookie(name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: w.base + "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}
}

// enter turns a link into a session. What follows is a page and no redirect: a
// redirect of a link from elsewhere would not carry the cookie.
func (w *Wizard) enter(v *view) page {
	switch {
	case guess(v.r):
		return page{status: http.StatusServiceUnavailable, bare: v.e("p", "guard.ahead")}
	case w.redeem(v.r.URL.Query().Get(tokenField)):
		http.SetCookie(v.w, w.cookie(sessionCookie, w.session))
	case !w.known(v.r):
		return v.stranger("guard.link")
	}
	return page{
		title: "page.start", refresh: v.at(""),
		bare: el("p", nil, el("a", attrs{"href", v.at("")}, esc(v.t("guard.go_on")))),
	}
}

// stranger refuses whoever has no session.
func (v *view) stranger(key string) page {
	return page{status: http.StatusForbidden, title: "guard.title", bare: all(v.e("h1", "guard.title"), v.e("p", key))}
}
