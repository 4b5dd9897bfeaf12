package api

import (
	"sync/atomic"
	"time"
)

// share bounds how many bytes of documents are worked on at a time, because some
// need many times their size in memory: a catalog file about 75 times. Nobody
// waits; whoever finds no room is told to come again.
type share struct {
	limit int64 // bytes; one document always fits
	used  atomic.Int64
}

// shareRetry is when whoever found no room may try again.
const shareRetry = 5 * time.Second

// take makes room for a document of n bytes, or returns ErrDocuments. What was
// taken is given back by done.
func (s *share) take(n int64) (done func(), err error) {
	n = min(n, s.limit)
	if s.used.Add(n) > s.limit {
		s.used.Add(-n)
		return nil, ErrDocuments.With("limit", s.limit).After(shareRetry)
	}
	return func() { s.used.Add(-n) }, nil
}
