package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
)

func TestErrors(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error { return add(tx, 1) })
		for name, c := range map[string]struct {
			fn   func(*db.Tx) error
			want *fault.Error
		}{
			"unique":   {func(tx *db.Tx) error { return add(tx, 1) }, db.ErrConflict},
			"check":    {func(tx *db.Tx) error { _, err := tx.Exec(qUse, 11, 1); return err }, db.ErrCheck},
			"not null": {func(tx *db.Tx) error { _, err := tx.Exec(qAdd, db.NewID[item](tx), nil, 0, true); return err }, db.ErrCheck},
			"foreign": {func(tx *db.Tx) error {
				_, err := tx.Exec(qNote, db.NewID[item](tx), db.NewID[item](tx))
				return err
			}, db.ErrForeign},
			"broken": {func(tx *db.Tx) error { _, err := tx.Exec(qBroken); return err }, db.ErrMisuse},
			"own":    {func(*db.Tx) error { return fault.New(fault.Exhausted, "test.own") }, fault.New(fault.Exhausted, "test.own")},
		} {
			err := inTx(d, c.fn)
			if !errors.Is(err, c.want) || fault.KindOf(err) != c.want.Kind {
				t.Errorf("%s: %v", name, err)
			}
			for key, v := range fault.As(err).Args {
				if s, ok := v.(string); ok && strings.Contains(strings.ToLower(s), "constraint") {
					t.Errorf("%s: the argument %s shows the driver's text: %s", name, key, s)
				}
			}
		}
		if got := numbers(t, d); len(got) != 1 {
			t.Errorf("rows %v", got)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	ctx := context.Background()
	now := dbtest.NewClock(t).Now
	if _, err := db.Open(ctx, db.Options{Dir: dbtest.Dir(t)}); err == nil {
		t.Error("opened without a clock")
	}
	for url, want := range map[string]*fault.Error{
		"mysql://x":                              db.ErrBadURL,
		"postgres://u:secret@%zz/":               db.ErrBadURL,
		"postgres://u:secret@127.0.0.1:1/nobody": db.ErrUnavailable,
	} {
		_, err := db.Open(ctx, db.Options{URL: url, Now: now})
		if !errors.Is(err, want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := db.Open(ctx, db.Options{Dir: "/dev/null/x", Now: now}); !errors.Is(err, db.ErrUnavailable) {
		t.Errorf("bad folder: %v", err)
	}
}
