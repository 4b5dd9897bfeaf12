package app

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/web"
)

//go:embed views/*.html
var viewFiles embed.FS

func views() fs.FS {
	sub, err := fs.Sub(viewFiles, "views")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	return sub
}

// ops is the table of the inner listener: health, readiness, metrics and the
// page that shows how the installation does. It holds no personal data and no
// codes, but belongs inside all the same.
func (a *App) ops(shell *web.Shell) []route.Route {
	metrics := a.metrics.handler()
	return append(web.Routes(),
		route.Route{Method: http.MethodGet, Pattern: "/healthz", Public: true, Class: route.Verify, Handler: alive},
		route.Route{Method: http.MethodGet, Pattern: "/readyz", Public: true, Class: route.Verify, Handler: a.ready},
		route.Route{Method: http.MethodGet, Pattern: "/metrics", Public: true, Class: route.Page, Handler: func(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
			metrics.ServeHTTP(w, r)
			return nil
		}},
		route.Route{Method: http.MethodGet, Pattern: "/{$}", Public: true, HTML: true, Class: route.Page, Handler: func(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
			return a.healthPage(shell, w, r)
		}},
	)
}

func alive(w http.ResponseWriter, _ *http.Request, _ actor.Actor) error {
	_, err := w.Write([]byte("ok\n"))
	return err
}

// ready answers 200 when requests can be served, 503 otherwise.
func (a *App) ready(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	state := map[string]string{"version": Version, "database": "ok", "engine": string(a.DB.Engine())}
	status := http.StatusOK
	if err := a.DB.Ping(ctx); err != nil {
		state["database"], status = "unavailable", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(state)
}

// health is the body of the health page.
type health struct {
	Version  string
	Engine   string
	Since    time.Time
	Findings []Finding
	Jobs     []job.Count
}

func (a *App) healthPage(shell *web.Shell, w http.ResponseWriter, r *http.Request) error {
	jobs, err := a.Jobs.Health(r.Context())
	if err != nil {
		return err
	}
	lang := web.Lang(r)
	body := health{Version: Version, Engine: string(a.DB.Engine()), Since: a.began, Jobs: jobs, Findings: a.Examine(r.Context(), lang)}
	return shell.Render(w, r, http.StatusOK, "health", web.Page{Title: text.T(lang, "app.health"), Body: body})
}
