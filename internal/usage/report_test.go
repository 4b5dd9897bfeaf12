package usage

import (
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
)

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		all  []Choice
		want bool
	}{
		{nil, false},
		{[]Choice{Unset, Unset}, false},
		{[]Choice{On}, true},
		{[]Choice{Unset, On}, true},
		{[]Choice{On, Off}, false},
		{[]Choice{Off, On}, false},
	} {
		if got := decide(c.all...); got != c.want {
			t.Errorf("%v: %v", c.all, got)
		}
	}
}

func TestUpdates(t *testing.T) {
	zone, err := day.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	on := func(version string, d day.Day) catalog.Release {
		return catalog.Release{Version: version, Day: d, State: catalog.Active}
	}
	all := []catalog.Release{on("1.1", day.Of(2026, 3, 1)), on("2.0", day.Of(2026, 6, 1)), on("1.2", day.Of(2026, 6, 2))}
	name := func(u *Update) string {
		if u == nil {
			return "-"
		}
		return u.Version
	}
	for _, c := range []struct {
		version string
		until   time.Time // maintenance
		want    string
	}{
		{"1.0", time.Time{}, "2.0 -"},
		{"1.0", day.Of(2026, 6, 1).Start(zone), "1.1 2.0"},
		{"1.0", day.Of(2026, 6, 1).Start(zone).Add(time.Second), "2.0 -"},
		{"1.0", day.Of(2026, 1, 1).Start(zone), "- 2.0"},
		{"1.1", day.Of(2026, 6, 1).Start(zone), "- 2.0"},
		{"2.0", time.Time{}, "- -"},
		{"3", day.Of(2026, 1, 1).Start(zone), "- -"},
	} {
		covered, beyond := updates(all, c.version, c.until, zone)
		if got := name(covered) + " " + name(beyond); got != c.want {
			t.Errorf("%s, maintenance until %v: %s, want %s", c.version, c.until, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	today := day.Of(2026, 11, 22)
	in := Telling{Version: "3.0", Platform: "Linux/AMD64", Days: []Count{
		{Day: today, Features: map[string]int64{"": 2}},
		{Day: today.AddDays(1), Version: "2.9", Features: map[string]int64{"draw": 5_000_000}},
		{Day: today.AddDays(2), Features: map[string]int64{"draw": 1}},
		{Day: today.AddDays(-34), Features: map[string]int64{"draw": 1}},
		{Day: today.AddDays(-35), Features: map[string]int64{"draw": 1}},
	}}
	got := map[day.Day]number{}
	for _, n := range in.numbers(today) {
		got[n.day] = n
	}
	if len(got) != 3 || got[today] != (number{today, "", "3.0", "linux/amd64", 2}) ||
		got[today.AddDays(1)] != (number{today.AddDays(1), "draw", "2.9", "linux/amd64", maxUses}) || got[today.AddDays(-34)].uses != 1 {
		t.Errorf("%+v", got)
	}
}

func TestReportRefusals(t *testing.T) {
	good := func() Telling {
		return Telling{Version: "1.0", Platform: "linux/amd64", Days: []Count{{Day: day.Of(2026, 1, 1), Features: map[string]int64{"draw": 1}}}}
	}
	if err := good().check(); err != nil {
		t.Fatal(err)
	}
	many := map[string]int64{}
	for i := range maxFeatures + 1 {
		many[strings.Repeat("a", 1+i%60)+string(rune('A'+i%26))+string(rune('a'+i/26))] = 1
	}
	for name, c := range map[string]struct {
		spoil func(t *Telling)
		want  *fault.Error
	}{
		"updates":      {func(t *Telling) { t.Updates = "yes" }, ErrChoice},
		"usage":        {func(t *Telling) { t.Usage = "ON" }, ErrChoice},
		"version":      {func(t *Telling) { t.Version = "1 0" }, ErrReport},
		"platform":     {func(t *Telling) { t.Platform = strings.Repeat("x", maxLabel+1) }, ErrReport},
		"days":         {func(t *Telling) { t.Days = make([]Count, maxDays+1) }, ErrReport},
		"no day":       {func(t *Telling) { t.Days[0].Day = day.None }, ErrReport},
		"day's":        {func(t *Telling) { t.Days[0].Version = "\n" }, ErrReport},
		"feature":      {func(t *Telling) { t.Days[0].Features = map[string]int64{"a|b": 1} }, ErrReport},
		"zero":         {func(t *Telling) { t.Days[0].Features["draw"] = 0 }, ErrReport},
		"many":         {func(t *Telling) { t.Days[0].Features = many }, ErrTooMuch},
		"personal":     {func(t *Telling) { t.Days[0].Features = map[string]int64{"Jörg": 1} }, ErrReport},
		"not a number": {func(t *Telling) { t.Days[0].Features["draw"] = -5 }, ErrReport},
	} {
		in := good()
		c.spoil(&in)
		if err := in.check(); fault.CodeOf(err) != c.want.Code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
