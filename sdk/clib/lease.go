package main

/*
#include <stdint.h>
*/
import "C"

import (
	"context"
	"sync"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
)

// seat is a lease with the language of its sentences.
type seat struct {
	*online.Lease
	lang string
}

var (
	seatsMu sync.RWMutex
	seats   = map[uint64]*seat{}
)

func seated(handle uint64) *seat {
	seatsMu.RLock()
	defer seatsMu.RUnlock()
	return seats[handle]
}

// patient is a context that ends after so many seconds; 0 = never.
func patient(seconds int64) (context.Context, context.CancelFunc) {
	if seconds <= 0 {
		return context.Background(), func() {}
	}
	return context.WithTimeout(context.Background(), time.Duration(seconds)*time.Second)
}

//export liblicet_lease
func liblicet_lease(handle C.uint64_t, code, license, person, label *C.char, quantity, wait C.int64_t, problemText **C.char) (lease C.uint64_t) {
	ask := client.LeaseAsk{
		Code: text(code), License: text(license), Person: text(person), Label: text(label), Quantity: int64(quantity), Wait: wait > 0,
	}
	call(handle, problemText, func(b *box) (any, error) {
		ctx, cancel := patient(int64(wait))
		defer cancel()
		l, err := b.transport.TakeLease(ctx, b.Container, ask, nil)
		if err != nil {
			return nil, err
		}
		id := next()
		seatsMu.Lock()
		defer seatsMu.Unlock()
		seats[id] = &seat{l, b.lang}
		lease = C.uint64_t(id)
		return granted(l), nil
	})
	return lease
}

// grant is a lease as its program is told of it.
type grant struct {
	ID       string `json:"id"`
	License  string `json:"license"` // names it in the next call, without a code
	Quantity int64  `json:"quantity"`
	Left     int64  `json:"left"` // seconds
}

func granted(l *online.Lease) grant {
	now := l.Now()
	return grant{now.ID, now.License, now.Quantity, int64(now.Left() / time.Second)}
}

// about runs one function of a lease and hands out what it says.
func about(handle C.uint64_t, answer **C.char, fn func(*seat) (any, error)) C.int {
	s := seated(uint64(handle))
	lang := ""
	if s != nil {
		lang = s.lang
	}
	return guarded(lang, answer, func() (any, error) {
		if s == nil {
			return nil, errHandle
		}
		return fn(s)
	})
}

//export liblicet_lease_runs
func liblicet_lease_runs(lease C.uint64_t) C.int {
	s := seated(uint64(lease))
	return yes(s != nil && s.Runs())
}

//export liblicet_lease_has
func liblicet_lease_has(lease C.uint64_t, feature *C.char) C.int {
	s := seated(uint64(lease))
	return yes(s != nil && s.Has(text(feature)))
}

//export liblicet_lease_limit
func liblicet_lease_limit(lease C.uint64_t, limit *C.char, value *C.int64_t) C.int {
	s := seated(uint64(lease))
	if s == nil || value == nil {
		return 0
	}
	v, ok := s.Limit(text(limit))
	if ok {
		*value = C.int64_t(v)
	}
	return yes(ok)
}

//export liblicet_lease_renew
func liblicet_lease_renew(lease C.uint64_t, answer **C.char) C.int {
	return about(lease, answer, func(s *seat) (any, error) {
		if err := s.Renew(context.Background()); err != nil {
			return nil, err
		}
		return granted(s.Lease), nil
	})
}

//export liblicet_lease_end
func liblicet_lease_end(lease C.uint64_t, answer **C.char) C.int {
	return about(lease, answer, func(s *seat) (any, error) {
		seatsMu.Lock()
		delete(seats, uint64(lease))
		seatsMu.Unlock()
		return struct{}{}, s.End(context.Background())
	})
}
