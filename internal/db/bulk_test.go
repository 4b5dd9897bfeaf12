package db_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/licet/licet/internal/db"
)

var qAddPlain = db.SQL("test.add_plain", `INSERT INTO item (id, no, used, live) VALUES {rows}`)

// items are n rows with numbers from a first one on.
func items(tx *db.Tx, from, n int) [][]any {
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = []any{db.NewID[item](tx), from + i, 0, i%2 == 0}
	}
	return rows
}

// Rows are inserted however many they are, whether their statement is the first
// of its transaction or not.
func TestExecMany(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		total := 0
		for _, n := range []int{0, 1, 49, 50, 51, 628, 1500} {
			write(t, d, func(tx *db.Tx) error {
				for range 2 {
					got, err := tx.ExecMany(qAddPlain, items(tx, total, n))
					if err != nil || got != int64(n) {
						return fmt.Errorf("%d rows of %d: %w", got, n, err)
					}
					total += n
				}
				return nil
			})
		}
		if got := len(numbers(t, d)); got != total {
			t.Fatalf("%d rows, want %d", got, total)
		}
		for _, n := range []int{2, 200} {
			for name, c := range map[string]struct {
				spoil func([][]any)
				want  error
			}{
				"a number twice": {func(rows [][]any) { rows[n-1][1] = 0 }, db.ErrConflict},
				"a check":        {func(rows [][]any) { rows[n-1][2] = 11 }, db.ErrCheck},
				"a short row":    {func(rows [][]any) { rows[n-1] = rows[n-1][:3] }, db.ErrMisuse},
				"bad text":       {func(rows [][]any) { rows[n-1][1] = "a\x00b" }, db.ErrBadText},
			} {
				err := inTx(d, func(tx *db.Tx) error {
					rows := items(tx, total, n)
					c.spoil(rows)
					_, err := tx.ExecMany(qAddPlain, rows)
					return err
				})
				if !errors.Is(err, c.want) {
					t.Errorf("%s among %d rows: %v", name, n, err)
				}
			}
		}
		if got := len(numbers(t, d)); got != total {
			t.Errorf("refused rows left %d behind", got-total)
		}
	})
}

// Each list of arguments has its own effect; one that fails leaves nothing.
func TestExecEach(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error { _, err := tx.ExecMany(qAddPlain, items(tx, 0, 100)); return err })
		use := func(args ...[]any) (n int64, err error) {
			err = inTx(d, func(tx *db.Tx) error { n, err = tx.ExecEach(qUse, args); return err })
			return n, err
		}
		var args [][]any
		for i := range 100 {
			args = append(args, []any{i % 7, i})
		}
		if n, err := use(append(args, []any{1, -1})...); n != 100 || err != nil {
			t.Fatalf("%d rows changed: %v", n, err)
		}
		if n, err := use(); n != 0 || err != nil {
			t.Fatalf("nothing to do: %d, %v", n, err)
		}
		if _, err := use([]any{1, 5}, []any{10, 6}, []any{1, 7}); !errors.Is(err, db.ErrCheck) {
			t.Fatalf("beyond the limit: %v", err)
		}
		if _, err := use([]any{1, 5}, []any{1}); !errors.Is(err, db.ErrMisuse) {
			t.Fatalf("an argument too few: %v", err)
		}
		for i := range int64(100) {
			var got int64
			err := d.ReadOne(t.Context(), func(r *db.Reader) error { return r.QueryRow(qUsed, i).Scan(&got) })
			if err != nil || got != i%7 {
				t.Fatalf("row %d: %d, %v", i, got, err)
			}
		}
	})
}
