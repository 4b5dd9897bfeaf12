package db

import (
	"bytes"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/licet/licet/internal/day"
)

// param is what the types of this package know to do with themselves as an
// argument: the engines differ in arrays, ids and JSON.
type param interface {
	param(e Engine) (any, error)
}

// Time is an instant, stored as microseconds since 1970 UTC (BIGINT) on both
// engines. The zero Time is stored as NULL.
type Time struct{ time.Time }

// At returns t as it will be read back: UTC, truncated to microseconds.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{time.UnixMicro(t.UnixMicro()).UTC()}
}

// Micros returns microseconds since 1970, 0 for the zero Time.
func (t Time) Micros() int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Value stores microseconds, or NULL for the zero Time.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UnixMicro(), nil
}

// Scan reads microseconds or NULL.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Time{}
	case int64:
		*t = Time{time.UnixMicro(v).UTC()}
	default:
		return fmt.Errorf("db: a time from %T", src)
	}
	return nil
}

// ScanInt64 reads PostgreSQL's binary form.
func (t *Time) ScanInt64(v pgtype.Int8) error {
	if !v.Valid {
		*t = Time{}
		return nil
	}
	return t.Scan(v.Int64)
}

func (t Time) param(Engine) (any, error) { return t.Value() }

// Day is a civil date, stored as TEXT "2006-01-02"; day.None is stored as NULL.
type Day struct{ day.Day }

// Value stores the ISO form, or NULL for day.None.
func (d Day) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads the ISO form or NULL.
func (d *Day) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Day{}
		return nil
	case string:
		got, err := day.Parse(v)
		*d = Day{got}
		return err
	default:
		return fmt.Errorf("db: a day from %T", src)
	}
}

func (d Day) param(Engine) (any, error) { return d.Value() }

// JSON is a value stored as jsonb (PostgreSQL) or TEXT (SQLite). Key order and
// spacing do not survive: never hash or compare what comes back.
type JSON[T any] struct{ V T }

// Value stores the JSON text. It returns ErrBadText for a zero character, which
// PostgreSQL cannot hold.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	if err != nil {
		return nil, ErrMisuse.Wrap(err)
	}
	if bytes.Contains(b, []byte(`\u0000`)) && escapedZero(b) {
		return nil, ErrBadText
	}
	return string(b), nil
}

// escapedZero tells \u0000 from an escaped backslash before "u0000".
func escapedZero(b []byte) bool {
	for i := 0; i+1 < len(b); i++ {
		if b[i] == '\\' {
			if bytes.HasPrefix(b[i:], []byte(`\u0000`)) {
				return true
			}
			i++
		}
	}
	return false
}

// Scan reads JSON text; NULL is the zero T.
func (j *JSON[T]) Scan(src any) error {
	var zero T
	j.V = zero
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), &j.V)
	case []byte:
		return json.Unmarshal(v, &j.V)
	default:
		return fmt.Errorf("db: JSON from %T", src)
	}
}

// MarshalJSON writes V.
func (j JSON[T]) MarshalJSON() ([]byte, error) { return json.Marshal(j.V) }

// UnmarshalJSON reads V.
func (j *JSON[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &j.V) }

func (j JSON[T]) param(Engine) (any, error) { return j.Value() }

// Ints, Texts and Blobs are list arguments of paired statements: arrays on
// PostgreSQL (bigint[], text[], bytea[]), JSON arrays on SQLite, where blobs are
// hexadecimal texts.
type (
	Ints  []int64
	Texts []string
	Blobs [][]byte
)

func (l Ints) param(e Engine) (any, error) {
	if e == SQLite {
		return jsonList(l)
	}
	return []int64(l), nil
}

func (l Texts) param(e Engine) (any, error) {
	for _, s := range l {
		if !goodText(s) {
			return nil, ErrBadText
		}
	}
	if e == SQLite {
		return jsonList(l)
	}
	return []string(l), nil
}

func (l Blobs) param(e Engine) (any, error) {
	if e == Postgres {
		return [][]byte(l), nil
	}
	out := make([]string, len(l))
	for i, b := range l {
		out[i] = hex.EncodeToString(b)
	}
	return jsonList(out)
}

func jsonList[E any, L ~[]E](l L) (any, error) {
	if len(l) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal([]E(l))
	return string(b), err
}

// goodText reports whether both engines can hold s.
func goodText(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == 0 {
			return false
		}
		if s[i] >= utf8.RuneSelf {
			return utf8.ValidString(s[i:]) && !bytes.ContainsRune([]byte(s[i:]), 0)
		}
	}
	return true
}
