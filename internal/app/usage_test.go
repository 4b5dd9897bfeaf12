package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// A program on a machine counts and asks, a customer's administrator switches it
// on for all machines, and the publisher sees months, features and versions.
func TestUsageFromAProgram(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) { usageFromAProgram(t, engine) })
	}
}

func usageFromAProgram(t *testing.T, engine db.Engine) {
	a, at := start(t, engine)
	r := &repeater{T: t, a: a, at: at, w: populate(t, a, at, "alpha")}
	s := r.sell("CAD-PRO-PERP")
	c := r.machine()
	if _, err := online.Activate(t.Context(), c, s.code); err != nil {
		t.Fatal(err)
	}
	told, err := online.Report(t.Context(), c)
	if err != nil || told.Updates || told.Usage {
		t.Fatalf("by itself: %+v %v", told, err)
	}
	if err := c.Choose(client.On, client.On); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		c.Used("draw2d")
	}
	r.made("/releases", `{"product":"CAD","version":"1.5","day":"2026-01-01","link":"https://example.com/1.5","notes":{"de":"Neu","en":"New"}}`)
	told, err = online.Report(t.Context(), c)
	if err != nil || !told.Updates || !told.Usage || told.Release == nil || told.Release.Version != "1.5" || told.Release.In("en") != "New" {
		t.Fatalf("switched on: %+v %v", told, err)
	}
	if covered, _ := c.Update(); covered == nil || covered.Link != "https://example.com/1.5" {
		t.Fatalf("%+v", covered)
	}
	today := a.DB.Now().Format("2006-01-02")
	sum := r.read("/usage?product=CAD&per=day&by=version&from=2026-01-01&until=" + today)
	if rows := fmt.Sprint(sum["rows"]); rows == "[]" {
		t.Fatal("nothing was reported")
	}
	first := sum["rows"].([]any)[0].(map[string]any)
	if first["key"] != "1.0" || first["uses"] != 3.0 || first["machines"] != 1.0 {
		t.Fatalf("%v", sum)
	}
	status, body := fetch(t, http.MethodPost, at.API+"/api/v1/usage/report", `{"iss":"x","lid":"y","license":"z","source":"a","platform":"p"}`)
	if status != http.StatusNotFound {
		t.Fatalf("%d %s", status, body)
	}
	status, body = fetch(t, http.MethodPost, at.API+"/api/v1/usage/report", `{"iss":`)
	if status != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", status, body)
	}
}
