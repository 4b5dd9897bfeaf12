package client_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
)

// said is a report as the server reads it.
type said struct {
	Version string        `json:"version"`
	Source  string        `json:"source"`
	Updates client.Choice `json:"updates"`
	Usage   client.Choice `json:"usage"`
	Days    []struct {
		Day      string           `json:"day"`
		Version  string           `json:"version"`
		Features map[string]int64 `json:"features"`
	} `json:"days"`
}

func (w *world) report(c *client.Container) *said {
	w.t.Helper()
	b, err := c.NewReport()
	w.must(err)
	if b == nil {
		return nil
	}
	var s said
	w.must(json.Unmarshal(b, &s))
	return &s
}

func (w *world) reported(c *client.Container, answer string) client.Told {
	w.t.Helper()
	told, err := c.Reported([]byte(answer))
	w.must(err)
	return told
}

func (w *world) active() *client.Container {
	w.t.Helper()
	c := w.open()
	w.activate(c, w.server.Sell(offer(1)))
	return c
}

const aDay = 24 * time.Hour

// Nothing is counted and nothing is told of it until somebody wants it.
func TestUsageIsOffByItself(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	if w.report(c) != nil {
		t.Error("a report without a license")
	}
	c = w.active()
	c.Used("draw")
	s := w.report(c)
	if s == nil || s.Updates != client.Unset || s.Usage != client.Unset || len(s.Days) != 0 || s.Version != "14.2" || s.Source == "" {
		t.Fatalf("the question: %+v", s)
	}
	if w.report(c) != nil {
		t.Error("two reports on one day")
	}
	w.reported(c, `{"updates":false,"usage":false,"kept":0}`)
	w.clock.Add(aDay)
	c.Used("draw")
	w.must(c.KeepUsage())
	if s := w.report(c); s == nil || len(s.Days) != 0 {
		t.Errorf("counted although it is off: %+v", s)
	}
	w.must(c.Choose(client.Off, client.Off))
	w.clock.Add(aDay)
	if w.report(c) != nil {
		t.Error("a report although everything is off here")
	}
	wantErr(t, c.Choose("perhaps", client.On), client.ErrChoice)
	wantErr(t, c.Choose(client.On, "ON"), client.ErrChoice)
}

// Numbers of a day grow until the day is over and was reported; another process
// and another version count beside.
func TestUsageCounts(t *testing.T) {
	w := newWorld(t)
	c := w.active()
	w.must(c.Choose(client.Unset, client.On))
	first := w.clock.Now().Format("2006-01-02")
	for range 3 {
		c.Used("draw")
	}
	c.Used("")
	for _, bad := range []string{"a b", "Ümlaut", `a"b`, "a|b", strings.Repeat("x", 65)} {
		c.Used(bad)
	}
	s := w.report(c)
	if len(s.Days) != 1 || s.Days[0].Day != first || !maps.Equal(s.Days[0].Features, map[string]int64{"draw": 3, "": 1}) {
		t.Fatalf("%+v", s)
	}
	w.reported(c, `{"usage":true,"kept":2}`)
	newer := w.open(func(cfg *client.Config) { cfg.Version = "14.3" })
	newer.Used("draw")
	w.must(newer.KeepUsage())
	w.clock.Add(aDay)
	c.Used("render")
	s = w.report(c)
	if len(s.Days) != 3 || s.Days[0].Features["draw"] != 3 || s.Days[1].Version != "14.3" || s.Days[1].Features["draw"] != 1 || s.Days[2].Features["render"] != 1 {
		t.Fatalf("%+v", s)
	}
	w.reported(c, `{"usage":true,"kept":4}`)
	if n := c.Notices(); n.Counted != 1 {
		t.Errorf("%d days are kept", n.Counted)
	}
	w.clock.Add(aDay)
	w.reported(c, `{"usage":false}`) // somebody above has switched it off
	c.Used("draw")
	if s := w.report(c); len(s.Days) != 0 {
		t.Errorf("%+v", s)
	}
}

// The organization switches on; this machine may stay out.
func TestUsageByTheOrganization(t *testing.T) {
	w := newWorld(t)
	c := w.active()
	w.report(c)
	w.reported(c, `{"updates":true,"usage":true,"kept":0}`)
	c.Used("draw")
	w.clock.Add(aDay)
	if s := w.report(c); len(s.Days) != 1 {
		t.Errorf("%+v", s)
	}
	w.must(c.Choose(client.Unset, client.Off))
	c.Used("draw")
	if s := w.report(c); len(s.Days) != 0 || s.Usage != client.Off {
		t.Errorf("%+v", s)
	}
}

// A month without a server loses the oldest days only, and a machine that counts
// many names keeps the first ones.
func TestUsageIsBounded(t *testing.T) {
	w := newWorld(t)
	c := w.active()
	w.must(c.Choose(client.Unset, client.On))
	for range 50 {
		for i := range 250 {
			c.Used("f" + strings.Repeat("x", i%60) + string(rune('a'+i/60)))
		}
		w.must(c.KeepUsage())
		w.clock.Add(aDay)
	}
	s := w.report(c)
	if len(s.Days) != 34 || len(s.Days[0].Features) != 200 || !slices.IsSortedFunc(s.Days, func(a, b struct {
		Day      string           `json:"day"`
		Version  string           `json:"version"`
		Features map[string]int64 `json:"features"`
	},
	) int {
		return strings.Compare(a.Day, b.Day)
	}) {
		t.Errorf("%d days, %d features", len(s.Days), len(s.Days[0].Features))
	}
}

func TestUpdateNotices(t *testing.T) {
	w := newWorld(t)
	c := w.active()
	w.report(c)
	w.reported(c, `{"updates":true,"usage":false,"release":{"version":"15.0","day":"2026-11-20","link":"https://example.com","notes":{"de":"Neu","en":"New"}},"beyond":{"version":"16.0","day":"2026-11-21","notes":{"de":"Neuer"}}}`)
	covered, beyond := c.Update()
	if covered == nil || covered.Version != "15.0" || covered.In("de") != "Neu" || covered.In("en") != "New" || beyond == nil || beyond.In("en") != "Neuer" {
		t.Fatalf("%+v %+v", covered, beyond)
	}
	newer := w.open(func(cfg *client.Config) { cfg.Version = "15.0" })
	if covered, _ := newer.Update(); covered != nil {
		t.Error("the version that runs is no update")
	}
	w.must(c.Choose(client.Off, client.Unset))
	if covered, beyond := c.Update(); covered != nil || beyond != nil {
		t.Error("told although it is off")
	}
	_, err := c.Reported([]byte("<html>"))
	wantErr(t, err, client.ErrNothing)
}

// A damaged file switches everything off, and stops nothing.
func TestUsageFileIsDamaged(t *testing.T) {
	w := newWorld(t)
	c := w.active()
	w.must(c.Choose(client.On, client.On))
	for _, damage := range []string{"", "{", `{"usage":"perhaps"}`, strings.Repeat("x", 2<<20)} {
		w.must(os.WriteFile(filepath.Join(w.dir, "usage.json"), []byte(damage), 0o600))
		if n := w.open().Notices(); n.Updates != client.Unset || n.Usage != client.Unset {
			t.Errorf("%.10s: %+v", damage, n)
		}
	}
	w.must(c.Choose(client.On, client.Unset))
	if n := w.open().Notices(); n.Updates != client.On {
		t.Errorf("%+v", n)
	}
}
