package route

import "sync/atomic"

// load bounds the requests that are worked on at a time. A class is refused
// when all requests together fill its share, so that the less urgent ones give
// way first and some places always remain for running software.
type load struct {
	inside atomic.Int64
	shares [classes]int64
}

// shareOf says at which part of all places, in percent, a class is refused.
var shareOf = [classes]int64{Verify: 100, Activate: 90, Order: 75, Page: 60, Bulk: 40}

func newLoad(places int) *load {
	l := &load{}
	for c, percent := range shareOf {
		l.shares[c] = max(1, int64(places)*percent/100)
	}
	return l
}

// enter takes a place; leave gives it back.
func (l *load) enter(c Class) (leave func(), ok bool) {
	if l.inside.Add(1) > l.shares[c] {
		l.inside.Add(-1)
		return nil, false
	}
	return l.leave, true
}

func (l *load) leave() { l.inside.Add(-1) }
