package app_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/org"
)

// depotOf serves the depot of an installation with these publishers.
func depotOf(t *testing.T, publishers []string, more ...string) (address string, err error) {
	t.Helper()
	args := append([]string{"--data", t.TempDir(), "--listen", "off", "--depot-listen", "127.0.0.1:0", "--ops-listen", "off"}, more...)
	config, _, err := app.ParseConfig(args, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), config, app.Seams{})
	if err != nil {
		t.Fatal(err)
	}
	for _, slug := range publishers {
		if _, err := a.Orgs.CreatePublisher(t.Context(), actor.Installation(), org.NewPublisher{Slug: slug, Name: "The " + slug}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan app.Running, 1), make(chan error, 1)
	go func() { ended <- a.Serve(ctx, func(r app.Running) { ready <- r }) }()
	t.Cleanup(func() { stop(); _ = a.Close() })
	select {
	case at := <-ready:
		t.Cleanup(func() { stop(); <-ended })
		return at.Depot, nil
	case err := <-ended:
		return "", err
	}
}

func page(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// The depot speaks for the publisher that is configured, or the only one, and
// says where to ask and where the wizard is.
func TestDepotSite(t *testing.T) {
	for _, c := range []struct {
		publishers, args []string
		brand            string
	}{
		{[]string{"alpha"}, nil, "The alpha"},
		{[]string{"alpha", "beta"}, nil, "Licet"},
		{[]string{"alpha", "beta"}, []string{"--depot-publisher", "beta"}, "The beta"},
		{nil, nil, "Licet"},
	} {
		at, err := depotOf(t, c.publishers, append([]string{
			"--depot-contact", "help@alpha.example", "--depot-download", "https://alpha.example/wizard",
		}, c.args...)...)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at+"/help", nil)
		if err != nil {
			t.Fatal(err)
		}
		status, body := page(t, r)
		for _, want := range []string{"<span>" + c.brand + "</span>", `href="mailto:help@alpha.example"`, `href="https://alpha.example/wizard"`} {
			if status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%v %v: %d, the page lacks %q:\n%s", c.publishers, c.args, status, want, body)
			}
		}
	}
	if _, err := depotOf(t, []string{"alpha"}, "--depot-publisher", "gamma"); !errors.Is(err, app.ErrNoPublisher) {
		t.Errorf("a publisher that is not there: %v", err)
	}
	for _, bad := range [][]string{{"--depot-contact", "a\nb"}, {"--depot-contact", strings.Repeat("x", 201)}, {"--depot-download", "ftp://x"}} {
		if _, _, err := app.ParseConfig(bad, func(string) string { return "" }); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// Behind a proxy that rewrites Host, the depot takes the forms of its own pages.
func TestDepotBehindProxy(t *testing.T) {
	at, err := depotOf(t, []string{"alpha"}, "--public-url", "http://depot.example")
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]int{"http://depot.example": http.StatusUnprocessableEntity, "http://evil.example": http.StatusForbidden} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/ticket", strings.NewReader(url.Values{"code": {"7H2KM"}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "backend.internal:8421"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		if status, body := page(t, r); status != want {
			t.Errorf("a form of %s: %d\n%s", origin, status, body)
		}
	}
}
