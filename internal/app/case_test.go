package app_test

import (
	"os"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/license"
)

// suspectCase activates a code in a container, lets a copy of its folder go on beside
// it, and returns the case that this opens.
func suspectCase(t *testing.T, a *app.App, by actor.Actor, at client.Config, code string) license.CaseID {
	t.Helper()
	c, err := client.Open(at)
	if err == nil {
		_, err = online.Activate(t.Context(), c, code)
	}
	if err != nil {
		t.Fatal(err)
	}
	image := t.TempDir() + "/image"
	if err := os.CopyFS(image, os.DirFS(at.Dir)); err != nil {
		t.Fatal(err)
	}
	if _, err := online.Refresh(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	at.Dir = image
	if c, err = client.Open(at); err != nil {
		t.Fatal(err)
	}
	if _, err := online.Refresh(t.Context(), c); err == nil {
		t.Fatal("a copied container goes on")
	}
	cases, err := a.Lic.ListCases(t.Context(), by, license.CaseQuery{State: license.CaseOpen, Limit: 1})
	if err != nil || len(cases.Items) != 1 {
		t.Fatalf("%+v, %v", cases, err)
	}
	return cases.Items[0].ID
}

// suspect is the case of a container that was copied.
func (r *repeater) suspect() string {
	r.Helper()
	return suspectCase(r.T, r.a, r.w.by, r.config(), r.sell("CAD-PRO-PERP").code).String()
}

// machine is a new one.
func (r *repeater) machine() *client.Container {
	r.Helper()
	c, err := client.Open(r.config())
	if err != nil {
		r.Fatal(err)
	}
	return c
}
