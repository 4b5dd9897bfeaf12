package day_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/licet/licet/internal/day"
)

// days draws any date of the calendar.
func days() *rapid.Generator[day.Day] {
	return rapid.Custom(func(t *rapid.T) day.Day {
		return day.Day(rapid.Int32Range(1, int32(day.Last)).Draw(t, "day"))
	})
}

func TestParseAndString(t *testing.T) {
	if day.Of(1, 1, 1) != 1 || day.Of(9999, 12, 31) != day.Last {
		t.Fatalf("the calendar's ends are %d and %d", day.Of(1, 1, 1), day.Of(9999, 12, 31))
	}
	if got := day.Of(2026, 11, 21).String(); got != "2026-11-21" {
		t.Fatal(got)
	}
	if got := day.Of(2026, 4, 31).String(); got != "2026-05-01" {
		t.Fatalf("a part over its range gives %s", got)
	}
	if day.None.String() != "" || !day.None.IsZero() || day.Of(1970, 1, 1).IsZero() {
		t.Fatal("None is not the absence of a date")
	}
	if got := day.Of(2026, 11, 21).Weekday(); got != time.Saturday {
		t.Fatal(got)
	}
	for _, bad := range []string{
		"", "2026", "2026-2-3", "2026-02-30", "21.11.2026", "2026-11-21T00:00:00Z", "0000-01-01",
		"+2026-01-01", " 2026-01-01", "10000-01-01", "2026-11-21 and very much more text than that",
	} {
		if d, err := day.Parse(bad); !errors.Is(err, day.ErrBadDate) || d != day.None {
			t.Errorf("Parse(%q) = %v, %v", bad, d, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := days().Draw(t, "d")
		back, err := day.Parse(d.String())
		if err != nil || back != d {
			t.Fatalf("%d -> %s -> %d, %v", d, d, back, err)
		}
		if n := rapid.IntRange(-1000, 1000).Draw(t, "n"); d.AddDays(n).Sub(d) != n {
			t.Fatal("Sub does not undo AddDays")
		}
		y, m, dom := d.Date()
		if day.Of(y, m, dom) != d {
			t.Fatal("Of does not undo Date")
		}
	})
}

func TestJSON(t *testing.T) {
	type doc struct {
		From  day.Day `json:"from"`
		Until day.Day `json:"until,omitzero"`
	}
	b, err := json.Marshal(map[string]any{"a": day.Of(2026, 11, 21), "b": day.None, "c": doc{}})
	if want := `{"a":"2026-11-21","b":null,"c":{"from":null}}`; err != nil || string(b) != want {
		t.Fatalf("%s, %v", b, err)
	}
	var d doc
	if err := json.Unmarshal([]byte(`{"from":"2024-02-29","until":null}`), &d); err != nil || d.From != day.Of(2024, 2, 29) || d.Until != day.None {
		t.Fatalf("%v, %v", d, err)
	}
	if err := json.Unmarshal([]byte(`{"from":""}`), &d); err != nil || d.From != day.None {
		t.Fatalf("%v, %v", d, err)
	}
	for _, bad := range []string{`{"from":"29.02.2024"}`, `{"from":20240229}`, `{"from":{}}`} {
		if err := json.Unmarshal([]byte(bad), &d); !errors.Is(err, day.ErrBadDate) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	var keys map[day.Day]int // as a text
	if err := json.Unmarshal([]byte(`{"2026-01-31":1}`), &keys); err != nil || keys[day.Of(2026, 1, 31)] != 1 {
		t.Fatalf("%v, %v", keys, err)
	}
	if b, err := json.Marshal(keys); err != nil || string(b) != `{"2026-01-31":1}` {
		t.Fatalf("%s, %v", b, err)
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2026-01-31", 2, "2026-03-31"}, // from the anchor: February did not shorten it
		{"2026-05-31", -3, "2026-02-28"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", 48, "2028-02-29"},
		{"2026-12-15", 1, "2027-01-15"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-11-21", 0, "2026-11-21"},
	} {
		from, _ := day.Parse(c.from)
		if got := from.AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s %+d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := day.Day(rapid.Int32Range(400*366, int32(day.Last)-400*366).Draw(t, "d"))
		n := rapid.IntRange(-4000, 4000).Draw(t, "n")
		got := d.AddMonths(n)
		y, m, dom := d.Date()
		months := y*12 + int(m) - 1 + n // counted by hand, without time.Date's overflow
		gy, gm, gdom := got.Date()
		if gy*12+int(gm)-1 != months {
			t.Fatalf("%v %+d months is in %d-%02d", d, n, gy, gm)
		}
		if want := min(dom, naiveDaysIn(gy, int(gm))); gdom != want {
			t.Fatalf("%v %+d months is %v, want the %d.", d, n, got, want)
		}
		if d.AddMonths(n+1) <= got {
			t.Fatal("a later month is not later")
		}
		if dom <= 28 && got.AddMonths(-n) != d {
			t.Fatal("there and back is another day")
		}
	})
}

func naiveDaysIn(y, m int) int {
	if m == 2 {
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (m+m/8)%2
}

func TestStart(t *testing.T) {
	for _, c := range []struct{ zone, day, want string }{
		{"UTC", "2026-11-21", "2026-11-21T00:00:00Z"},
		{"Europe/Berlin", "2026-11-21", "2026-11-20T23:00:00Z"},
		{"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"},     // the day of the change
		{"Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"},     // 23 hours later
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, // midnight does not exist
		{"America/Havana", "2025-11-02", "2025-11-02T04:00:00Z"},    // midnight exists twice
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},      // the day before did not exist
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},
		{"Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z"},
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := day.Parse(c.day)
		if got := d.Start(loc).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s begins in %s at %s, want %s", c.day, c.zone, got, c.want)
		}
	}
	zones := []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Pacific/Kiritimati", "America/St_Johns", "Asia/Tehran"}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		d := day.Of(1970, 1, 1).AddDays(rapid.IntRange(0, 40000).Draw(t, "d"))
		start := d.Start(loc)
		if next := d.AddDays(1).Start(loc); !next.After(start) {
			t.Fatalf("%v does not end after it begins", d)
		}
		if day.FromTime(start.Add(12*time.Hour), loc) != d {
			t.Fatalf("noon of %v is on %v", d, day.FromTime(start.Add(12*time.Hour), loc))
		}
		if day.FromTime(start.Add(-time.Minute), loc) >= d {
			t.Fatalf("%v had begun a minute before its start", d)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("2026-11-21")
	f.Add("2026-02-30")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := day.Parse(s)
		if err == nil && d.String() != s {
			t.Fatalf("%q became %q", s, d)
		}
		if err != nil && d != day.None {
			t.Fatal("a refused date is not None")
		}
	})
}
