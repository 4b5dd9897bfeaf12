package app_test

import (
	"strings"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/compat/keygen"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/org"
)

// Programs with Keygen's client libraries are answered on both listeners, once the
// publisher has made the key.
func TestKeygenServed(t *testing.T) {
	a, at := start(t, db.SQLite)
	p, err := a.Orgs.CreatePublisher(t.Context(), actor.Installation(), org.NewPublisher{Slug: "alpha", Name: "Alpha"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(base, kid string, status int, word string) {
		t.Helper()
		url := keygen.Address(base, "alpha", kid, "CAD") + "/v1/me"
		if got, body := fetch(t, "GET", url, "", "Authorization", "License CADP-1"); got != status || !strings.Contains(body, word) {
			t.Errorf("%s: %d %s", url, got, body)
		}
	}
	for _, base := range []string{at.API, at.Depot} {
		ask(base, "", 404, "NOT_FOUND")
	}
	k, err := a.Keys.MakeKeygen(t.Context(), actor.Installation().In(p.ID))
	if err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{at.API, at.Depot} {
		ask(base, k.KID, 401, "LICENSE_INVALID")
		ask(base, "another", 404, "NOT_FOUND")
	}
	if status, _ := fetch(t, "GET", at.Ops+"/v1/accounts/alpha/me", ""); status != 404 {
		t.Errorf("the ops listener answers: %d", status)
	}
}
