package db

import (
	"context"
	"database/sql"
	"strings"
)

// Prepare has the engine parse and plan s without running it; tests do this with
// every registered statement. It returns the engine's complaint.
func (d *DB) Prepare(ctx context.Context, s *Stmt) error {
	text := s.Text(d.engine)
	if s.bulk != nil {
		text = s.rows(d.engine, 1, s.bulkWidth())
	}
	return d.withStd(func(db *sql.DB) error {
		st, err := db.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		return st.Close()
	})
}

// bulkWidth is the number of columns that a {rows} statement names.
func (s *Stmt) bulkWidth() int {
	from, to := strings.LastIndex(s.bulk.head, "("), strings.LastIndex(s.bulk.head, ")")
	if from < 0 || to < from {
		return 1
	}
	return 1 + strings.Count(s.bulk.head[from:to], ",")
}
