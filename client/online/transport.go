package online

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// Transport sends messages to one server. The zero Transport is ready for use.
type Transport struct {
	Server   string       // "" = the container's
	HTTP     *http.Client // nil = one with deadlines that follows no redirects and uses the system's proxy
	Tries    int          // how often an unreachable server is tried; 0 = 4
	Language string       // of the sentences in refusals, such as "de"; "" = en
}

const (
	defaultTries = 4
	firstPause   = 500 * time.Millisecond // doubled with every try
	longestPause = 10 * time.Second       // a server that asks for more is left alone
	deadline     = 30 * time.Second       // of one try
	maxProblem   = 64 << 10
)

// standard is the client of every Transport that brings none.
var standard = &http.Client{
	Timeout: deadline,
	Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 20 * time.Second,
		IdleConnTimeout:       30 * time.Second,
		MaxIdleConns:          4,
	},
	// A redirect would carry the code to somebody else.
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// exchange sends a token and returns the lines of the answer.
func (t *Transport) exchange(ctx context.Context, c *client.Container, token string) ([]byte, error) {
	return t.post(ctx, c, "/api/v1/exchange", "text/plain; charset=utf-8", "text/plain", []byte(token))
}

// post is send for what is posted.
func (t *Transport) post(ctx context.Context, c *client.Container, path, contentType, accept string, body []byte) ([]byte, error) {
	return t.send(ctx, c, http.MethodPost, path, contentType, accept, body)
}

// send sends the same bytes until there is an answer, the tries are used up, or
// ctx ends.
func (t *Transport) send(ctx context.Context, c *client.Container, method, path, contentType, accept string, body []byte) ([]byte, error) {
	at, err := t.address(c, path)
	if err != nil {
		return nil, err
	}
	tries, pause := t.Tries, firstPause
	if tries <= 0 {
		tries = defaultTries
	}
	for try := 1; ; try++ {
		b, wait, err := t.try(ctx, c, method, at, contentType, accept, body)
		if err == nil || wait < 0 || wait > longestPause || try >= tries {
			return b, err
		}
		if e := c.Clock().Wait(ctx, max(wait, pause)); e != nil {
			return nil, errors.Join(err, e)
		}
		pause = min(2*pause, longestPause)
	}
}

// try sends once. wait is negative when another try would not help, else how
// long the server wants to be left alone.
func (t *Transport) try(ctx context.Context, c *client.Container, method, at, contentType, accept string, body []byte) ([]byte, time.Duration, error) {
	const never, soon = -1, 0
	r, err := http.NewRequestWithContext(ctx, method, at, strings.NewReader(string(body)))
	if err != nil {
		return nil, never, fmt.Errorf("%w: %w", client.ErrOffline, err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Accept", accept+", application/problem+json")
	r.Header.Set("Accept-Language", client.Language(t.Language))
	r.Header.Set("User-Agent", strings.TrimSpace("licet-client/1 "+visible(c.Version())))
	h := t.HTTP
	if h == nil {
		h = standard
	}
	resp, err := h.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return nil, never, fmt.Errorf("%w: %w", client.ErrOffline, err)
		}
		return nil, soon, fmt.Errorf("%w: %w", client.ErrOffline, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusNoContent {
		b, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxFile+1))
		if err != nil {
			return nil, soon, fmt.Errorf("%w: %w", client.ErrOffline, err)
		}
		return b, soon, nil
	}
	refusal := problem(resp)
	if refusal == nil {
		again := time.Duration(never)
		if resp.StatusCode >= http.StatusInternalServerError {
			again = soon
		}
		return nil, again, fmt.Errorf("%w: %s did not answer like a license server (%s)", client.ErrOffline, r.URL.Host, resp.Status)
	}
	if refusal.Status == http.StatusServiceUnavailable || refusal.Status == http.StatusBadGateway || refusal.Status == http.StatusGatewayTimeout {
		return nil, refusal.RetryAfter, refusal
	}
	return nil, never, refusal
}

// problem reads a refusal; nil for an answer that is not the server's own, such
// as a proxy's.
func problem(resp *http.Response) *client.Refusal {
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "application/problem+json" {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	if err != nil {
		return nil
	}
	var p struct {
		Code   string            `json:"code"`
		Detail string            `json:"detail"`
		Texts  map[string]string `json:"texts"`
	}
	if json.Unmarshal(b, &p) != nil || p.Code == "" {
		return nil
	}
	r := &client.Refusal{Code: p.Code, Status: resp.StatusCode, Text: p.Detail, Texts: p.Texts}
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		r.RetryAfter = time.Duration(min(n, 7*86400)) * time.Second
	}
	return r
}

// address joins the server's address and a path. Codes travel in clear below
// TLS, so a server without it must be this machine.
func (t *Transport) address(c *client.Container, path string) (string, error) {
	server := t.Server
	if server == "" {
		server = c.Server()
	}
	if server == "" {
		return "", client.ErrNoServer
	}
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", fmt.Errorf("%w: %q is not the https address of a server", client.ErrNoServer, server)
	}
	return strings.TrimRight(u.Scheme+"://"+u.Host+u.EscapedPath(), "/") + path, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// visible leaves what may stand in a header.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
}
