package client

import (
	"math/rand/v2"
	"testing"
	"time"

	// The zones of the test, where the machine has none.
	_ "time/tzdata"
)

// life is a machine over years: a program that starts once a day, and a clock that
// does something to it.
type life struct {
	at    timeline
	truth int64
}

func newLife() *life { return &life{timeline{}.heal(t0, t0, t0), t0} }

// start is one start of the program by this clock, which it believes in as much as it
// says; it runs for an hour.
func (l *life) start(wall int64) (now int64) {
	now = l.at.judge(wall, l.at.floor(0))
	l.at = l.at.advance(wall, l.at.floor(0))
	l.at = l.at.advance(wall+3600, l.at.floor(0)+3600)
	return now
}

// day lets a day pass.
func (l *life) day() { l.truth += tDay }

// With a right clock every day is believed, over ten years, in every zone: only the
// sign of summer time is the same instant.
func TestTenHonestYears(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		l := newLife()
		for range 10 * 365 {
			l.day()
			wall := time.Unix(l.truth, 0).In(loc).Unix()
			if now := l.start(wall); now != l.truth {
				t.Fatalf("%s: %+d", zone, now-l.truth)
			}
		}
	}
}

// A clock that keeps local time as if it were universal (two systems on one machine)
// is off by hours, changes with summer time, and is set back and forth with each
// start: never by more than those hours is anything wrong.
func TestTwoSystemsOnOneMachine(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	l := newLife()
	for n := range 3 * 365 {
		l.day()
		wall := l.truth
		if n%2 == 0 {
			_, off := time.Unix(l.truth, 0).In(loc).Zone()
			wall += int64(off)
		}
		if now := l.start(wall); now < l.truth || now > l.truth+3*3600 {
			t.Fatalf("day %d: off by %d s", n, now-l.truth)
		}
	}
}

// However far ahead a clock has stood, and for how many days: when it is right again,
// what is believed is at most two days ahead for each time that it jumped, so a valid
// license runs, and its own days count again soon.
func TestOnceFarAhead(t *testing.T) {
	for _, ahead := range []int64{3 * 3600, 3 * tDay, 40 * tDay, tYear, 80 * tYear} {
		for _, days := range []int{1, 5, 60} {
			l := newLife()
			for range days {
				l.day()
				l.start(l.truth + ahead)
			}
			for n := range 120 {
				l.day()
				now := l.start(l.truth)
				if off := now - l.truth; off < 0 || off > min(ahead, maxJump)+3600 {
					t.Fatalf("%d days ahead for %d days, day %d after: believed %+d h", ahead/tDay, days, n, off/3600)
				}
			}
			l.day()
			if now := l.start(l.truth); now != l.truth {
				t.Errorf("%d days ahead for %d days: never right again", ahead/tDay, days)
			}
		}
	}
}

// Whatever the clock does, what is believed never falls, and never below what the
// server has signed; one contact puts it right, whatever the clock shows then, and it
// stays right while the clock goes on or is set right.
func TestAnyClock(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := newLife()
		off, before := int64(0), int64(0)
		for n := range 200 {
			l.day()
			switch r.IntN(6) {
			case 0:
				off = r.Int64N(20*tYear) - 10*tYear
			case 1:
				off = 0
			}
			l.start(l.truth + off)
			if floor := l.at.floor(0); floor < before || floor < t0 {
				t.Fatalf("seed %d, day %d: it fell", seed, n)
			}
			before = l.at.floor(0)
		}
		wall := l.truth + off
		l.at = l.at.heal(l.truth, wall, wall+2)
		for what, wall := range map[string]int64{"goes on": wall + tDay, "is set right": l.truth + tDay} {
			if now := l.at.judge(wall, l.at.floor(0)); now < l.truth+tDay-maxJump || now > l.truth+tDay+maxJump {
				t.Fatalf("seed %d, the clock %s: %+d h", seed, what, (now-l.truth-tDay)/3600)
			}
		}
	}
}

// A license from one day to another runs on exactly the days between, day by day, on
// a machine whose clock was once ahead and once back; the two days that a jump costs
// are the worst.
func TestLicenseOverItsTerm(t *testing.T) {
	begin, end := int64(t0+30*tDay), int64(t0+400*tDay)
	for name, clock := range map[string]func(day int64) (off int64){
		"right":           func(int64) int64 { return 0 },
		"back for a week": func(d int64) int64 { return map[bool]int64{true: -5 * tYear}[d >= 100 && d < 107] },
		"ahead for a day": func(d int64) int64 { return map[bool]int64{true: 5 * tYear}[d == 100] },
		"empty battery":   func(d int64) int64 { return map[bool]int64{true: -56 * tYear}[d%90 == 89] },
	} {
		l := newLife()
		for d := int64(1); d <= 420; d++ {
			l.day()
			off := clock(d)
			now := l.start(l.truth + off)
			runs, should := now >= begin && now < end, l.truth >= begin && l.truth < end
			slack := off != 0 || d > 100 && d <= 103 || d%90 == 0
			if runs != should && !slack {
				t.Errorf("%s, day %d: runs %v", name, d, runs)
			}
			if off < 0 && runs && !should {
				t.Errorf("%s, day %d: a turned-back clock brings it back", name, d)
			}
		}
	}
}

// A clock that jumps again and again costs two days for each jump ahead and no more:
// the price of ending a license on a machine that is off for months.
func TestJumpingAgainAndAgain(t *testing.T) {
	at := timeline{}.heal(t0, t0, t0)
	for range 3 {
		at = at.advance(t0+10*tYear, at.floor(0))
		at = at.advance(t0, at.floor(0))
	}
	if at.Mark != t0+3*maxJump {
		t.Errorf("%+d h", (at.Mark-t0)/3600)
	}
}
