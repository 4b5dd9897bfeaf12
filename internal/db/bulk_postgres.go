package db

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// minCopy is from how many rows on COPY is cheaper than a statement.
const minCopy = 50

// execRows inserts rows: many by COPY, few by one statement for each of a few
// sizes, so that the number of prepared texts stays small.
func (s *pgSession) execRows(ctx context.Context, st *Stmt, rows [][]any) (int64, error) {
	width := len(rows[0])
	if st.bulk.table != "" && width != len(st.bulk.columns) {
		return 0, misuse(st, "rows of another width than its columns")
	}
	s.args = s.args[:0]
	for _, row := range rows {
		if len(row) != width {
			return 0, misuse(st, "rows of different width")
		}
		if err := s.bindMore(row); err != nil {
			return 0, err
		}
	}
	all := s.args
	defer func() { s.args = all[:0] }()
	if st.bulk.table != "" && len(rows) >= minCopy {
		n, err := s.copyRows(ctx, st, all)
		return n, named(st, err)
	}
	var total int64
	for left := len(rows); left > 0; {
		n := bulkSize(left)
		s.args = all[(len(rows)-left)*width:][:n*width]
		changed, err := s.run(ctx, st.rows(Postgres, n, width))
		if err != nil {
			return 0, named(st, err)
		}
		total, left = total+changed, left-n
	}
	return total, nil
}

// copyRows sends the values of whole rows by COPY, the way in which the engine
// takes them at the least cost.
func (s *pgSession) copyRows(ctx context.Context, st *Stmt, values []any) (int64, error) {
	if s.begin != "" {
		if _, err := s.c.Exec(ctx, s.begin); err != nil {
			return 0, err
		}
		s.begin = ""
	}
	width, next := len(st.bulk.columns), 0
	return s.c.CopyFrom(ctx, pgx.Identifier{st.bulk.table}, st.bulk.columns, pgx.CopyFromFunc(func() ([]any, error) {
		if next == len(values) {
			return nil, nil
		}
		next += width
		return values[next-width : next], nil
	}))
}

// execEach sends a statement once for each row, without waiting in between.
func (s *pgSession) execEach(ctx context.Context, st *Stmt, rows [][]any) (int64, error) {
	var b pgx.Batch
	begin := s.begin != ""
	if begin {
		b.Queue(s.begin)
		s.begin = ""
	}
	for _, row := range rows {
		args := make([]any, len(row))
		for i, a := range row {
			var err error
			if args[i], err = pgArg(a); err != nil {
				return 0, err
			}
		}
		b.Queue(st.texts[1], args...)
	}
	res := s.c.SendBatch(ctx, &b)
	var total int64
	for i := range b.Len() {
		tag, err := res.Exec()
		if err != nil {
			return 0, named(st, errors.Join(err, res.Close()))
		}
		if i > 0 || !begin {
			total += tag.RowsAffected()
		}
	}
	return total, named(st, res.Close())
}
