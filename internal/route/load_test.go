package route

import (
	"testing"
	"time"
)

// server is how a machine works that answers rate requests a second, one after the
// other, and always has as many inside as are let in.
func server(t *testing.T, l *load, rate, answers int) (longest time.Duration) {
	t.Helper()
	each := time.Second / time.Duration(rate)
	type waiting struct {
		came  time.Duration
		leave func(time.Duration)
	}
	var queue []waiting
	var now time.Duration
	fill := func() {
		for {
			leave, ok := l.enter(Verify)
			if !ok {
				return
			}
			queue = append(queue, waiting{now, leave})
		}
	}
	fill()
	for range answers {
		now += each
		one := queue[0]
		queue = queue[1:]
		took := now - one.came
		longest = max(longest, took)
		one.leave(took)
		fill()
	}
	for _, one := range queue {
		one.leave(0)
	}
	return longest
}

// TestPace: with more asked than can be done, whoever is let in has an answer within a
// second, whether the machine does a hundred in a second or ten thousand; and after it
// all places are there again.
func TestPace(t *testing.T) {
	for _, rate := range []int{100, 1_000, 3_000, 10_000} {
		l := newLoad(1024)
		server(t, l, rate, 10*1024) // whatever it was before
		if longest := server(t, l, rate, 10*rate); longest > time.Second {
			t.Errorf("%d a second: somebody has waited for %v", rate, longest)
		}
		for range 2 * 1024 {
			leave, ok := l.enter(Verify)
			if !ok {
				t.Fatal("nobody gets in any more")
			}
			leave(time.Millisecond)
		}
		if n := l.brief.places.Load(); n != 1024 {
			t.Errorf("%d a second: %d places are left", rate, n)
		}
		if in, brief := l.inside.Load(), l.brief.inside.Load(); in != 0 || brief != 0 {
			t.Errorf("%d and %d are still inside", in, brief)
		}
	}
}

// TestPaceOfOthers: long requests neither take places from the brief ones nor say how
// many of those there may be.
func TestPaceOfOthers(t *testing.T) {
	l := newLoad(1024)
	for range shareOf[Page] * 1024 / 100 {
		leave, ok := l.enter(Page)
		if !ok {
			t.Fatal("pages are refused too early")
		}
		defer leave(time.Hour)
	}
	if leave, ok := l.enter(Page); ok {
		leave(0)
		t.Error("one page too many")
	}
	if n := l.brief.places.Load(); n != 512 {
		t.Errorf("%d places", n)
	}
	leave, ok := l.enter(Activate)
	if !ok {
		t.Fatal("somebody sits in front of a dialog")
	}
	leave(time.Minute)
	if n := l.brief.places.Load(); n != 504 {
		t.Errorf("%d places after a late one", n)
	}
	few := newLoad(8)
	for range 100 {
		if leave, ok := few.enter(Verify); ok {
			leave(time.Minute)
		}
	}
	if n := few.brief.places.Load(); n != 8 {
		t.Errorf("%d of 8 places", n)
	}
}
