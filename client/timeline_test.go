package client

import "testing"

const (
	tDay  = 86400
	tYear = 365 * tDay
	t0    = 1_795_262_400 // the last contact of these tests
)

// TestClockTable turns the machine's clock after a contact at t0 and looks at
// what is believed, what is remembered of it, and what is believed when the
// clock is right again.
func TestClockTable(t *testing.T) {
	healed := timeline{}.heal(t0, t0, t0)
	for _, tc := range []struct {
		name       string
		wall       int64 // at the next start, a day later in truth
		now, after int64 // believed then, and a day later with the clock right again
		mark       int64
	}{
		{"right", t0 + tDay, t0 + tDay, t0 + 2*tDay, t0 + tDay},
		{"ten years back", t0 - 10*tYear, t0, t0 + 2*tDay, t0},
		{"one day back", t0 - tDay, t0, t0 + 2*tDay, t0},
		{"an hour ahead, summer time", t0 + tDay + 3600, t0 + tDay + 3600, t0 + 2*tDay, t0 + tDay + 3600},
		{"an hour back, winter time", t0 + tDay - 3600, t0 + tDay - 3600, t0 + 2*tDay, t0 + tDay - 3600},
		{"ten years ahead", t0 + 10*tYear, t0 + 10*tYear, t0 + 2*tDay, t0 + maxJump},
		{"battery empty, 1970", 3600, t0, t0 + 2*tDay, t0},
	} {
		floor := healed.floor(0)
		if now := healed.judge(tc.wall, floor); now != tc.now {
			t.Errorf("%s: believes %+d, want %+d", tc.name, now-t0, tc.now-t0)
		}
		kept := healed.advance(tc.wall, floor)
		if kept.Mark != tc.mark {
			t.Errorf("%s: remembers %+d, want %+d", tc.name, kept.Mark-t0, tc.mark-t0)
		}
		if now := kept.judge(t0+2*tDay, kept.floor(0)); now != tc.after {
			t.Errorf("%s: afterwards believes %+d, want %+d", tc.name, now-t0, tc.after-t0)
		}
	}
}

// TestOneJumpCountsOnce: a clock that stands in the future pushes the mark once,
// however often the program starts meanwhile.
func TestOneJumpCountsOnce(t *testing.T) {
	at := timeline{}.heal(t0, t0, t0)
	for i := range 100 {
		at = at.advance(t0+10*tYear+int64(i)*60, at.floor(0))
	}
	if at.Mark > t0+maxJump+100*60 {
		t.Errorf("100 starts moved the mark by %d hours", (at.Mark-t0)/3600)
	}
}

// TestHeal: a signed time puts a wrong clock right, also a mark that ran ahead,
// and a clock that is set right afterwards is believed at once.
func TestHeal(t *testing.T) {
	for name, off := range map[string]int64{"ahead": 10 * tYear, "behind": -10 * tYear} {
		ahead := timeline{Signed: t0 - tDay, Mark: t0 + maxJump, Wall: t0 + off}
		at := ahead.heal(t0, t0+off, t0+off+5)
		if at.Mark != t0 || at.Offset == 0 {
			t.Errorf("%s: %+v", name, at)
		}
		if now := at.judge(t0+off+tDay, at.floor(0)); now < t0+tDay-10 || now > t0+tDay+10 {
			t.Errorf("%s, a day later: off by %d", name, now-t0-tDay)
		}
		if now := at.judge(t0+tDay, at.floor(0)); now != t0+tDay {
			t.Errorf("%s, set right: off by %d", name, now-t0-tDay)
		}
	}
	// An answer that was a week under way says nothing against the clock.
	at := timeline{}.heal(t0+tDay, t0, t0+7*tDay)
	if at.Offset != 0 || at.judge(t0+8*tDay, at.floor(0)) != t0+8*tDay {
		t.Errorf("a slow file: %+v", at)
	}
}

func TestBuildDateIsTheEarliestNow(t *testing.T) {
	if now := (timeline{}).judge(0, (timeline{}).floor(t0)); now != t0 {
		t.Errorf("now is %d", now)
	}
}
