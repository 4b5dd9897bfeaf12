package db

import (
	"bytes"
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// ID is the key of an entity: a UUID of version 7, so that ids of one process
// sort by the time they were made. T only keeps ids of different entities
// apart. The zero ID is "none" and is stored as NULL.
type ID[T any] [16]byte

// NewID returns a fresh id with tx's time.
func NewID[T any](tx *Tx) ID[T] { return MakeID[T](tx.Now()) }

// MakeID returns a fresh id with the time now. Ids made by one process rise
// strictly, unless the clock is set back by more than a minute.
func MakeID[T any](now time.Time) ID[T] { return ids.next(now.UnixMilli()) }

// FirstID returns a bound for statements: no id of an earlier millisecond is
// above it, and none of that one or a later is below.
func FirstID[T any](at time.Time) (id ID[T]) {
	ms := uint64(at.UnixMilli())
	binary.BigEndian.PutUint64(id[:8], ms<<16|0x7000) // version 7
	id[8] = 0x80
	return id
}

// ParseID reads the usual text form of a UUID, in either case. It returns
// ErrBadID for anything else.
func ParseID[T any](s string) (ID[T], error) {
	if len(s) != 36 { // uuid.Parse also takes braces, urn: and bare digits
		return ID[T]{}, ErrBadID
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return ID[T]{}, ErrBadID
	}
	return ID[T](u), nil
}

// String returns the lower-case text form; "" for the zero ID.
func (id ID[T]) String() string {
	if id.IsZero() {
		return ""
	}
	return uuid.UUID(id).String()
}

// IsZero reports whether id is none.
func (id ID[T]) IsZero() bool { return id == ID[T]{} }

// Compare orders ids by their bytes, as both engines do.
func (id ID[T]) Compare(o ID[T]) int { return bytes.Compare(id[:], o[:]) }

// MarshalText writes the text form, "" for the zero ID.
func (id ID[T]) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the text form; "" is the zero ID. It returns ErrBadID.
func (id *ID[T]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ID[T]{}
		return nil
	}
	v, err := ParseID[T](string(b))
	if err == nil {
		*id = v
	}
	return err
}

// Value stores 16 bytes, or NULL for the zero ID.
func (id ID[T]) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id[:], nil
}

// Scan reads 16 bytes, the text form, or NULL.
func (id *ID[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ID[T]{}
	case []byte:
		if len(v) != 16 {
			return fmt.Errorf("db: an id of %d bytes", len(v))
		}
		copy(id[:], v)
	case string:
		return id.UnmarshalText([]byte(v))
	default:
		return fmt.Errorf("db: an id from %T", src)
	}
	return nil
}

// ScanUUID reads PostgreSQL's binary form.
func (id *ID[T]) ScanUUID(v pgtype.UUID) error {
	*id = ID[T](v.Bytes)
	if !v.Valid {
		*id = ID[T]{}
	}
	return nil
}

// param is the value as a driver wants it.
func (id ID[T]) param(e Engine) (any, error) {
	if e == SQLite {
		return id.Value()
	}
	return pgtype.UUID{Bytes: id, Valid: !id.IsZero()}, nil
}

// IDs is a set of ids for the macro {ids:column}. Nil is the empty set.
type IDs[T any] []ID[T]

// param is a JSON array of hexadecimal texts on SQLite, uuid[] on PostgreSQL.
func (s IDs[T]) param(e Engine) (any, error) {
	if e == SQLite {
		b := make([]byte, 0, 2+35*len(s))
		b = append(b, '[')
		for i := range s {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, '"')
			b = hex.AppendEncode(b, s[i][:])
			b = append(b, '"')
		}
		return string(append(b, ']')), nil
	}
	out := make([]pgtype.UUID, len(s))
	for i, id := range s {
		out[i] = pgtype.UUID{Bytes: id, Valid: true}
	}
	return out, nil
}

// Contains reports whether id is in s. It is linear: sets are small.
func (s IDs[T]) Contains(id ID[T]) bool {
	return slices.Contains(s, id)
}

// idSource makes UUIDs of version 7: 48 bits of milliseconds, a counter of 26
// bits that starts at random in its lower half, 48 random bits.
type idSource struct {
	mu      sync.Mutex
	ms      int64
	counter uint32
}

const (
	idCounterBits = 26
	idSetBack     = 60_000 // ms a clock may step back without breaking the order
)

var ids idSource

func (s *idSource) next(ms int64) (id [16]byte) {
	var r [12]byte
	_, _ = rand.Read(r[:]) // never fails: the runtime stops the program instead
	s.mu.Lock()
	if ms > s.ms || ms < s.ms-idSetBack {
		s.ms = ms
		s.counter = binary.BigEndian.Uint32(r[6:10]) >> (33 - idCounterBits)
	} else if s.counter++; s.counter >= 1<<idCounterBits {
		s.ms++
		s.counter = binary.BigEndian.Uint32(r[6:10]) >> (33 - idCounterBits)
	}
	ms, c := s.ms, s.counter
	s.mu.Unlock()
	binary.BigEndian.PutUint64(id[:8], uint64(ms)<<16)
	binary.BigEndian.PutUint16(id[6:8], 0x7000|uint16(c>>14))
	binary.BigEndian.PutUint16(id[8:10], 0x8000|uint16(c&0x3fff))
	copy(id[10:], r[:6])
	return id
}
