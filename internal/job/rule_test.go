package job

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBackoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		attempts := rapid.Int64Range(1, 200).Draw(t, "attempts")
		seed := rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, "seed")
		pause := Backoff(attempts, seed)
		base := lastPause
		if attempts < 12 {
			base = min(firstPause<<(attempts-1), lastPause)
		}
		if pause < base || pause > base+base/4 {
			t.Fatalf("attempt %d waits %v, want %v to a quarter more", attempts, pause, base)
		}
		if pause != Backoff(attempts, seed) {
			t.Fatal("the spread is not reproducible")
		}
	})
}

func TestSlot(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	three := 3 * time.Hour
	daily := Schedule{Daily: &three, Zone: berlin}
	for _, c := range []struct{ now, want string }{
		{"2026-11-21T02:00:00Z", "2026-11-21T02:00:00Z"}, // 03:00 in Berlin
		{"2026-11-21T01:59:59Z", "2026-11-20T02:00:00Z"},
		{"2026-03-29T00:30:00Z", "2026-03-28T02:00:00Z"}, // the night in which 02:00 is left out
		{"2026-03-29T12:00:00Z", "2026-03-29T01:00:00Z"},
		{"2026-10-25T12:00:00Z", "2026-10-25T02:00:00Z"}, // the night in which 02:00 comes twice
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		if got := daily.Slot(now).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("at %s the slot is %s, want %s", c.now, got, c.want)
		}
	}
	now := time.Unix(1_000_003, 5)
	if got := (Schedule{Every: 10 * time.Second}).Slot(now); got.Unix() != 1_000_000 {
		t.Errorf("slot of ten seconds is %v", got)
	}
	if got := (Schedule{}).Slot(now); got.Unix() != now.Unix() {
		t.Errorf("the shortest distance is a second, got %v", got)
	}
}
