package route

import (
	"sync/atomic"
	"time"
)

// load bounds the requests that are worked on at a time. A class is refused
// when all requests together fill its share, so that the less urgent ones give
// way first and some places always remain for running software.
//
// Of those that a person or a program waits for, which are short, no more are let
// in than are answered in good time, so that however slow the machine, the disk or
// the keys are, whoever is let in need not wait long, and the rest knows at once.
type load struct {
	inside atomic.Int64
	shares [classes]int64
	brief  pace
}

// shareOf says at which part of all places, in percent, a class is refused.
var shareOf = [classes]int64{Verify: 100, Activate: 90, Order: 75, Page: 60, Bulk: 40}

func newLoad(places int) *load {
	l := &load{brief: pace{most: int64(places)}}
	l.brief.places.Store(max(int64(places)/2, min(leastPlaces, int64(places))))
	for c, percent := range shareOf {
		l.shares[c] = max(1, int64(places)*percent/100)
	}
	return l
}

// enter takes a place; leave gives it back, and is told how long the request took.
func (l *load) enter(c Class) (leave func(took time.Duration), ok bool) {
	if l.inside.Add(1) > l.shares[c] {
		l.inside.Add(-1)
		return nil, false
	}
	if c > Activate {
		return l.leave, true
	}
	if !l.brief.enter(shareOf[c]) {
		l.inside.Add(-1)
		return nil, false
	}
	return l.leaveBrief, true
}

func (l *load) leave(time.Duration) { l.inside.Add(-1) }

func (l *load) leaveBrief(took time.Duration) {
	l.brief.leave(took)
	l.inside.Add(-1)
}

// How long a brief request may take before fewer are let in, and how many there may
// always be.
const (
	late        = 400 * time.Millisecond
	leastPlaces = 32
)

// pace is a number of places that follows how long requests take: one more for each
// that was quick, a 64th less for each that was late. Only those that end count, so
// somebody who sends slowly moves it little.
type pace struct {
	inside, places atomic.Int64
	most           int64
}

func (p *pace) enter(percent int64) bool {
	if p.inside.Add(1) <= max(1, p.places.Load()*percent/100) {
		return true
	}
	p.inside.Add(-1)
	return false
}

func (p *pace) leave(took time.Duration) {
	p.inside.Add(-1)
	n := p.places.Load()
	next := n
	switch {
	case took > late:
		next = max(min(leastPlaces, p.most), n-max(1, n/64))
	case took < late/2:
		next = min(p.most, n+1)
	}
	if next != n {
		p.places.CompareAndSwap(n, next) // whoever else has just moved it was as right
	}
}
