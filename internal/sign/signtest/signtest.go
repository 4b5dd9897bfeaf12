// Package signtest makes keys for the tests of other packages.
package signtest

import (
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// New returns the keys of a database, sealed to an identity of their own.
func New(t testing.TB, d *db.DB, gate *actor.Gate) (*sign.Service, *sign.Identity) {
	t.Helper()
	x, err := age.GenerateX25519Identity()
	must(t, err)
	id, err := sign.ParseIdentity(x.String())
	must(t, err)
	keys, err := sign.New(t.Context(), d, gate, id)
	must(t, err)
	return keys, id
}

// Root returns a root key that stands apart.
func Root(t testing.TB, d *db.DB) sign.RootKey {
	t.Helper()
	root, err := sign.NewRoot(d.Now())
	must(t, err)
	return root
}

// Certify makes the publisher of by trust a root, and gives it new keys for issuing
// and for the depot under it.
func Certify(t testing.TB, d *db.DB, keys *sign.Service, root sign.RootKey, by actor.Actor) {
	t.Helper()
	must(t, keys.PinRoot(t.Context(), by, root.Info(), sign.RankActive))
	Rotate(t, d, keys, root, by)
}

// Rotate gives the publisher of by new keys under a root that it trusts.
func Rotate(t testing.TB, d *db.DB, keys *sign.Service, root sign.RootKey, by actor.Actor) {
	t.Helper()
	req, err := keys.Request(t.Context(), by, sign.RequestInput{Purposes: []sign.Purpose{sign.Issue, sign.Depot}})
	must(t, err)
	lines, err := root.Certify(req, d.Now())
	must(t, err)
	_, err = keys.Install(t.Context(), by, []byte(strings.Join(lines, "\n")))
	must(t, err)
}
