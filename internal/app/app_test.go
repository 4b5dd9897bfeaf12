package app_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
)

// start serves a fresh installation on loopback and returns it with its
// addresses; the test's end stops it.
func start(t *testing.T, engine db.Engine, more ...string) (*app.App, app.Running) {
	t.Helper()
	args := []string{"--data", t.TempDir(), "--listen", "127.0.0.1:0", "--depot-listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--webhook-private", "true"}
	if engine == db.Postgres {
		args = append(args, "--database", dbtest.Postgres(t))
	}
	config, _, err := app.ParseConfig(append(args, more...), func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), config, app.Seams{Hooks: &db.Hooks{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan app.Running, 1), make(chan error, 1)
	go func() { ended <- a.Serve(ctx, func(r app.Running) { ready <- r }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	select {
	case at := <-ready:
		return a, at
	case err := <-ended:
		t.Fatalf("serve: %v", err)
		panic("unreachable")
	}
}

func fetch(t *testing.T, method, url, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

func TestHealthOfAFreshInstallation(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			_, at := start(t, engine)
			if status, body := fetch(t, "GET", at.Ops+"/readyz", ""); status != 200 || !strings.Contains(body, string(engine)) {
				t.Errorf("readyz: %d %s", status, body)
			}
			if status, body := fetch(t, "GET", at.Ops+"/metrics", ""); status != 200 || !strings.Contains(body, "licet_requests_total") {
				t.Errorf("metrics: %d %s", status, body)
			}
			for lang, want := range map[string]string{"de": "Es gibt noch keinen Hersteller", "en": "There is no publisher yet"} {
				// "stacked" puts what was found below its name on a phone.
				if status, body := fetch(t, "GET", at.Ops+"/?lang="+lang, ""); status != 200 || !strings.Contains(body, want) || !strings.Contains(body, `<table class="stacked">`) {
					t.Errorf("health page in %s: %d %s", lang, status, body)
				}
			}
			status, body := fetch(t, "GET", at.API+"/api/v1/openapi.json", "")
			var document struct{ OpenAPI string }
			if err := json.Unmarshal([]byte(body), &document); status != 200 || err != nil || !strings.HasPrefix(document.OpenAPI, "3.1") {
				t.Errorf("document: %d %v %.100s", status, err, body)
			}
		})
	}
}

var jobFilter = job.Filter{Limit: 1}

var containerQuery = license.ContainerQuery{}

// waitFor asks until something has happened in the background.
func waitFor(t *testing.T, happened func() bool) {
	t.Helper()
	deadline, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !happened() {
		select {
		case <-deadline.Done():
			t.Fatal("it did not happen")
		case <-time.After(20 * time.Millisecond):
		}
	}
}
