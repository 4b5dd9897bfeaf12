package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/route"
	"github.com/licet/licet/internal/sign"
)

// Ten catalogs at once, each larger than half of what is worked on at a time:
// one is taken, nine are told when to come again, and the next one after it is
// taken. The first holds its room because the writer is held meanwhile.
func TestCatalogsAtATime(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	gate := actor.NewGate(d)
	keys, err := sign.Open(t.Context(), d, gate, filepath.Join(t.TempDir(), sign.IdentityFile))
	if err != nil {
		t.Fatal(err)
	}
	p, err := org.New(d, gate, keys.Vault()).CreatePublisher(t.Context(), actor.Installation(), org.NewPublisher{Slug: "muster", Name: "Muster"})
	if err != nil {
		t.Fatal(err)
	}
	by := actor.Installation().In(p.ID)
	by.Org = p.Root
	const limit = 64 << 10
	a := api.New(api.Options{Doors: api.Doors{Catalog: catalog.NewService(d, gate)}, Version: "1", MaxDocument: limit})
	h := route.New(a.Routes(), route.Options{
		Now: d.Now, Log: slog.New(slog.DiscardHandler),
		Authenticate: func(context.Context, *http.Request, netip.Addr) (actor.Actor, error) { return by, nil },
	})
	doc := "catalog: 1\ncurrency: EUR\nproducts:\n  - {code: CAD, name: {de: CAD, en: CAD}, key_prefix: CADP}\n" + strings.Repeat("# a comment\n", limit*3/5/12)

	held, release, written := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		written <- d.Write(t.Context(), func(*db.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	type answer struct {
		code, retry string
		status      int
	}
	answers := make(chan answer)
	const many = 10
	for range many {
		go func() {
			r, problem, _ := send(t, h, http.MethodPost, "/catalog/apply", doc, "Content-Type", "application/yaml")
			answers <- answer{problem.Code, r.Header.Get("Retry-After"), r.StatusCode}
		}()
	}
	for range many - 1 {
		if got := <-answers; got != (answer{"api.documents", "5", http.StatusServiceUnavailable}) {
			t.Errorf("%+v", got)
		}
	}
	close(release)
	if got := <-answers; got.status != http.StatusOK {
		t.Errorf("%+v", got)
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if r, _, text := send(t, h, http.MethodPost, "/catalog/apply", doc, "Content-Type", "application/yaml"); r.StatusCode != http.StatusOK {
		t.Errorf("%d %s", r.StatusCode, text)
	}
}
