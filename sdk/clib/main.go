// Command clib is the Go client as a shared library for every language that can
// call C: a module of its own, because it needs cgo. Build it with
//
//	go build -buildmode=c-shared -o liblicet.so .
//
// and use it by liblicet.h, which says what each function does. What crosses the
// border are texts in UTF-8 and numbers; a container is a number that only this
// library can turn into one. No function panics into the program that calls it: a
// fault inside is a problem with the code "internal".
package main

/*
#include <stdint.h>
#include <stdlib.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/wire"
)

func main() {} // a shared library has one and never runs it

// box is an open container with the language of its sentences.
type box struct {
	*client.Container
	transport *online.Transport
	lang      string
}

var (
	mu    sync.RWMutex
	boxes = map[uint64]*box{}
	last  atomic.Uint64 // of the numbers of containers and leases
)

func opened(handle uint64) (*box, error) {
	mu.RLock()
	defer mu.RUnlock()
	if b := boxes[handle]; b != nil {
		return b, nil
	}
	return nil, errHandle
}

// problem is what a call that failed answers.
type problem struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// fault is an error of this library itself.
type fault string

func (f fault) Error() string { return string(f) }

const (
	errHandle   = fault("handle")
	errInternal = fault("internal")
)

func problemOf(lang string, err error) problem {
	var own fault
	if errors.As(err, &own) {
		return problem{string(own), "liblicet: " + string(own)}
	}
	return problem{client.Code(err), client.Explain(client.Language(lang), err)}
}

// say hands a value out as JSON, if somebody wants it.
func say(to **C.char, v any) {
	if to == nil {
		return
	}
	*to = nil
	if b, err := json.Marshal(v); err == nil {
		*to = C.CString(string(b))
	}
}

// call runs one function of a container and hands out what it says: 0 for done,
// 1 for a problem.
func call(handle C.uint64_t, answer **C.char, fn func(*box) (any, error)) C.int {
	b, err := opened(uint64(handle))
	if err != nil {
		say(answer, problemOf("", err))
		return 1
	}
	return guarded(b.lang, answer, func() (any, error) { return fn(b) })
}

// guarded keeps faults inside.
func guarded(lang string, answer **C.char, fn func() (any, error)) (code C.int) {
	defer func() {
		if r := recover(); r != nil {
			say(answer, problemOf(lang, errInternal))
			code = 1
		}
	}()
	v, err := fn()
	if err != nil {
		say(answer, problemOf(lang, err))
		return 1
	}
	say(answer, v)
	return 0
}

func text(s *C.char) string {
	if s == nil {
		return ""
	}
	return C.GoString(s)
}

//export liblicet_open
func liblicet_open(pins, product, version *C.char, released C.int64_t, folder, server, language *C.char, problemText **C.char) (handle C.uint64_t) {
	defer func() {
		if r := recover(); r != nil {
			say(problemText, problemOf("", errInternal))
			handle = 0
		}
	}()
	cfg := client.Config{Pins: []byte(text(pins)), Product: text(product), Version: text(version), Dir: text(folder), Server: text(server)}
	if released != 0 {
		cfg.Released = time.Unix(int64(released), 0)
	}
	c, err := client.Open(cfg)
	if err != nil {
		say(problemText, problemOf(text(language), err))
		return 0
	}
	id := next()
	mu.Lock()
	defer mu.Unlock()
	boxes[id] = &box{c, &online.Transport{Language: text(language)}, text(language)}
	return C.uint64_t(id)
}

// next is a number that stands for nothing yet.
func next() uint64 { return last.Add(1) }

//export liblicet_close
func liblicet_close(handle C.uint64_t) {
	mu.Lock()
	defer mu.Unlock()
	delete(boxes, uint64(handle))
}

//export liblicet_free
func liblicet_free(s *C.char) { C.free(unsafe.Pointer(s)) }

//export liblicet_activate
func liblicet_activate(handle C.uint64_t, code *C.char, answer **C.char) C.int {
	typed := text(code)
	return call(handle, answer, func(b *box) (any, error) {
		return b.transport.Do(context.Background(), b.Container, client.Ask{Action: wire.ActActivate, Code: typed})
	})
}

//export liblicet_refresh
func liblicet_refresh(handle C.uint64_t, answer **C.char) C.int {
	return call(handle, answer, func(b *box) (any, error) {
		return b.transport.Do(context.Background(), b.Container, client.Ask{Action: wire.ActRefresh})
	})
}

//export liblicet_restore
func liblicet_restore(handle C.uint64_t, code, lost *C.char, answer **C.char) C.int {
	ask := client.Ask{Action: wire.ActRestore, Code: text(code), Lost: text(lost)}
	return call(handle, answer, func(b *box) (any, error) {
		return b.transport.Do(context.Background(), b.Container, ask)
	})
}

//export liblicet_return
func liblicet_return(handle C.uint64_t, license *C.char, answer **C.char) C.int {
	id := text(license)
	return call(handle, answer, func(b *box) (any, error) {
		return b.transport.Return(context.Background(), b.Container, id)
	})
}

//export liblicet_request_file
func liblicet_request_file(handle C.uint64_t, code *C.char, answer **C.char) C.int {
	ask := client.Ask{Action: wire.ActActivate, Code: text(code), File: true}
	if ask.Code == "" {
		ask.Action = wire.ActRefresh
	}
	return call(handle, answer, func(b *box) (any, error) {
		if _, err := b.NewRequest(ask); err != nil {
			return nil, err
		}
		file, err := b.RequestFile()
		return map[string]string{"file": string(file)}, err
	})
}

//export liblicet_install
func liblicet_install(handle C.uint64_t, file unsafe.Pointer, size C.size_t, answer **C.char) C.int {
	return call(handle, answer, func(b *box) (any, error) {
		if size > wire.MaxFile {
			return nil, wire.ErrTooLong
		}
		return b.Install(C.GoBytes(file, C.int(size)))
	})
}

//export liblicet_draw
func liblicet_draw(handle C.uint64_t, code *C.char, quantity C.int64_t, answer **C.char) C.int {
	ask := client.Ask{Action: wire.ActActivate, Code: text(code), Quantity: int64(quantity)}
	return call(handle, answer, func(b *box) (any, error) {
		return b.transport.Do(context.Background(), b.Container, ask)
	})
}

//export liblicet_borrow
func liblicet_borrow(handle C.uint64_t, code, license *C.char, until C.int64_t, answer **C.char) C.int {
	ask := client.Ask{Action: wire.ActBorrow, Code: text(code)}
	if id := text(license); id != "" {
		ask.Want = []string{id}
	}
	if until != 0 {
		ask.Until = time.Unix(int64(until), 0)
	}
	return call(handle, answer, func(b *box) (any, error) {
		return b.transport.Do(context.Background(), b.Container, ask)
	})
}

//export liblicet_typed_request
func liblicet_typed_request(handle C.uint64_t, answer **C.char) C.int {
	return call(handle, answer, func(b *box) (any, error) {
		r, err := b.NewTyped()
		return map[string][]string{"groups": r.Groups}, err
	})
}

//export liblicet_typed_install
func liblicet_typed_install(handle C.uint64_t, typed, key *C.char, answer **C.char) C.int {
	code, issuing := text(typed), text(key)
	return call(handle, answer, func(b *box) (any, error) {
		if issuing != "" {
			if err := b.LearnTyped(issuing); err != nil {
				return nil, err
			}
		}
		return b.InstallTyped(code)
	})
}

//export liblicet_consume
func liblicet_consume(handle C.uint64_t, unit *C.char, units C.int64_t, answer **C.char) C.int {
	name := text(unit)
	return call(handle, answer, func(b *box) (any, error) {
		left, err := b.ConsumeOf(name, int64(units))
		return map[string]int64{"left": left}, err
	})
}

//export liblicet_has
func liblicet_has(handle C.uint64_t, feature *C.char) C.int {
	name, has := text(feature), false
	call(handle, nil, func(b *box) (any, error) {
		has = b.Has(name)
		return nil, nil
	})
	return yes(has)
}

func yes(b bool) C.int {
	if b {
		return 1
	}
	return 0
}

//export liblicet_limit
func liblicet_limit(handle C.uint64_t, limit *C.char, value *C.int64_t) C.int {
	name, set := text(limit), false
	call(handle, nil, func(b *box) (any, error) {
		v, ok := b.Limit(name)
		if set = ok && value != nil; set {
			*value = C.int64_t(v)
		}
		return nil, nil
	})
	return yes(set)
}

// row is a license as liblicet_licenses tells it.
type row struct {
	ID         string           `json:"id"`
	Generation int64            `json:"generation"`
	Product    string           `json:"product"`
	Article    string           `json:"article"`
	State      client.State     `json:"state"`
	Runs       bool             `json:"runs"`
	Until      int64            `json:"until"` // Unix seconds; 0 = never
	Features   []string         `json:"features"`
	Limits     map[string]int64 `json:"limits"`
	Code       string           `json:"code"` // why it does not hold; "" = it does
	Text       string           `json:"text"` // the same for people
	Lent       bool             `json:"lent,omitempty"`
	Unit       string           `json:"unit,omitempty"` // the limit that is used up
	Drawn      int64            `json:"drawn,omitempty"`
	Spent      int64            `json:"spent,omitempty"`
}

//export liblicet_licenses
func liblicet_licenses(handle C.uint64_t, answer **C.char) C.int {
	return call(handle, answer, func(b *box) (any, error) {
		if err := b.Reload(); err != nil {
			return nil, err
		}
		rows := []row{}
		for _, l := range b.Licenses() {
			r := row{
				ID: l.ID, Generation: l.Generation, Product: l.Product, Article: l.Article, State: l.State, Runs: l.Runs,
				Features: l.Features, Limits: l.Limits, Code: client.Code(l.Err), Text: client.Describe(client.Language(b.lang), l),
				Lent: l.Lent, Unit: l.Unit, Drawn: l.Drawn, Spent: l.Spent,
			}
			if !l.Until.IsZero() {
				r.Until = l.Until.Unix()
			}
			rows = append(rows, r)
		}
		return rows, nil
	})
}
