package org_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/sign"
)

// house is the package over a real database, with a real vault.
type house struct {
	*org.Service
	d    *db.DB
	gate *actor.Gate
	keys *sign.Vault
	a, b actortest.Site
}

// node returns the doors of a second process over the same database.
func (h house) node() *org.Service { return org.New(h.d, actor.NewGate(h.d), h.keys) }

func newHouse(t testing.TB, d *db.DB) house {
	t.Helper()
	gate := actor.NewGate(d)
	keys, err := sign.Open(t.Context(), d, gate, filepath.Join(t.TempDir(), "identity.age-key"))
	if err != nil {
		t.Fatal(err)
	}
	w := actortest.World(t, d)
	return house{org.New(d, gate, keys.Vault()), d, gate, keys.Vault(), w.A, w.B}
}

func each(t *testing.T, fn func(t *testing.T, h house)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, newHouse(t, d)) })
}

// must takes the two results of a call and returns the value to a test, which
// fails on the error: must(h.Get(ctx, by, id))(t).
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// ok fails the test on an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused fails the test unless err is the wanted refusal.
func refused(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// events returns how often each event was recorded for an entity so far.
func (h house) events(t testing.TB, p actor.PublisherID, id [16]byte) map[string]int {
	t.Helper()
	must(actor.SealOnce(t.Context(), h.d))(t)
	out := map[string]int{}
	ok(t, h.d.Read(t.Context(), func(r *db.Reader) error {
		rows, err := actor.ReadJournal(r, p, 0, 10000)
		for _, row := range rows {
			if row.EntityID == id {
				out[row.Event]++
			}
		}
		return err
	}))
	return out
}

// rows counts all rows of the tables that this package writes.
func (h house) rows(t testing.TB) (n int64) {
	t.Helper()
	ok(t, h.d.Read(t.Context(), func(r *db.Reader) error { return r.QueryRow(qRows).Scan(&n) }))
	return n
}

var qRows = db.SQL("test.rows", `
SELECT (SELECT count(*) FROM publisher) + (SELECT count(*) FROM organization) + (SELECT count(*) FROM role)
     + (SELECT count(*) FROM person) + (SELECT count(*) FROM person_key) + (SELECT count(*) FROM person_publisher)
     + (SELECT count(*) FROM membership) + (SELECT count(*) FROM api_key) + (SELECT count(*) FROM token_lookup)
     + (SELECT count(*) FROM journal)`)

// nothing fails the test when fn leaves a row behind.
func (h house) nothing(t testing.TB, what string, fn func()) {
	t.Helper()
	before := h.rows(t)
	fn()
	if after := h.rows(t); after != before {
		t.Errorf("%s left %d rows behind", what, after-before)
	}
}

func kindOf(err error) fault.Kind {
	if err == nil {
		return 255
	}
	return fault.KindOf(err)
}

func perms(ps ...actor.Permission) actor.Set { return actor.NewSet(ps...) }

// second returns another fresh database of the same engine.
func (h house) second(t testing.TB) *db.DB { return dbtest.Open(t, h.d.Engine()) }
