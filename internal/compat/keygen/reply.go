package keygen

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
)

// serve turns a handler into that of a route.
func (a *API) serve(h handler) route.Handler {
	return func(w http.ResponseWriter, r *http.Request, by actor.Actor) error {
		to, err := a.account(r)
		if err != nil {
			return err
		}
		c := &call{Request: r, account: to, by: by}
		c.by.Publisher = to.publisher // a key of another one is unknown here
		if c.raw, err = route.ReadBody(r, maxBody); err != nil {
			return err
		}
		status, doc, err := h(c)
		if err != nil {
			return err
		}
		return a.reply(w, r, to, status, doc)
	}
}

// refuse renders what a route refuses, signed wherever it can be.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error, id string) {
	status, doc := describe(err, text.Match(r.Header.Get("Accept-Language")), id)
	if status != http.StatusTooManyRequests && status < http.StatusInternalServerError {
		if to, err := a.account(r); err == nil && a.reply(w, r, to, status, doc) == nil {
			return
		}
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		raw = nil
	}
	head(w.Header(), raw)
	w.WriteHeader(status)
	_, _ = w.Write(raw) // the peer is gone if this fails
}

// head writes what every answer has.
func head(h http.Header, raw []byte) {
	h.Set("Content-Type", "application/vnd.api+json")
	h.Set("Cache-Control", "no-store")
	h.Set("Keygen-Version", version)
	if raw != nil {
		h.Set("Content-Length", strconv.Itoa(len(raw)))
	}
}

// version is that of the API which this package speaks.
const version = "1.7"

// reply writes a signed answer. It has written nothing when it returns an error.
func (a *API) reply(w http.ResponseWriter, r *http.Request, to account, status int, doc any) error {
	var raw []byte
	if doc != nil {
		var err error
		if raw, err = json.Marshal(doc); err != nil {
			return err
		}
	}
	date := a.Now().UTC().Format(http.TimeFormat)
	digest := digestOf(raw)
	sig, err := to.key.Sign([]byte(signed(r.Method, r.RequestURI, r.Host, date, digest)))
	if err != nil {
		return err
	}
	h := w.Header()
	head(h, raw)
	for _, prefix := range []string{"", "Keygen-"} { // proxies set their own Date, and some libraries read the second pair
		h.Set(prefix+"Date", date)
		h.Set(prefix+"Digest", digest)
	}
	h.Set("Keygen-Signature", fmt.Sprintf(`keyid=%q, algorithm="ed25519", signature=%q, headers="(request-target) host date digest"`,
		to.key.KID, base64.StdEncoding.EncodeToString(sig)))
	w.WriteHeader(status)
	_, _ = w.Write(raw) // the peer is gone if this fails
	return nil
}

func digestOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "sha-256=" + base64.StdEncoding.EncodeToString(sum[:])
}

// signed is the text under an answer's signature. host is as the program dialed it,
// with a port that is not the usual one.
func signed(method, target, host, date, digest string) string {
	return "(request-target): " + strings.ToLower(method) + " " + target + "\nhost: " + host + "\ndate: " + date + "\ndigest: " + digest
}

// decode reads the body of a call; one without any is empty.
func (c *call) decode(into any) error {
	if len(c.raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.raw, into); err != nil {
		return ErrBody.Wrap(err)
	}
	return nil
}

// look asks about the license of the call's key.
func (a *API) look(c *call, in license.KeyInput) (keyed, error) {
	var err error
	if in.Holding, err = c.holding(); err != nil {
		return keyed{}, err
	}
	l, err := a.Licenses.LookKey(c.Context(), c.by, in)
	return keyed{KeyedLicense: l, key: in.Key, to: c.account}, err
}
