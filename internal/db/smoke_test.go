package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

func TestMeta(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Write(ctx, func(tx *db.Tx) error {
			if _, err := db.RaiseEpoch(tx); err != nil {
				return err
			}
			return db.SetMeta(tx, "name", "Licet")
		})
		if err != nil {
			t.Fatal(err)
		}
		var epoch int64
		if err := d.Read(ctx, func(r *db.Reader) error { var err error; epoch, err = db.Epoch(r); return err }); err != nil || epoch != 2 {
			t.Fatalf("epoch %d, %v", epoch, err)
		}
		boom := errors.New("boom")
		err = d.Write(ctx, func(tx *db.Tx) error { _ = db.SetMeta(tx, "name", "x"); return boom })
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		err = d.ReadOne(ctx, func(r *db.Reader) error {
			v, err := db.Meta(r, "name")
			if v != "Licet" {
				t.Errorf("name %q", v)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}, dbtest.UpTo(1))
}
