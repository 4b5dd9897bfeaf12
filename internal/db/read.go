package db

// Rows is the result of a Query.
type Rows struct {
	q    *querier
	c    cursor
	err  error
	done bool
}

// Next advances to the next row; false at the end and on an error.
func (r *Rows) Next() bool {
	if r.done {
		return false
	}
	if r.c.next() {
		return true
	}
	_ = r.Close()
	return false
}

// Scan copies the columns of the row into dest. Destinations are pointers to
// the types of this package, to Go's basic types and types made of them, to
// such pointers (nil for NULL), and sql.Scanners.
func (r *Rows) Scan(dest ...any) error {
	if r.done {
		return r.q.fail(ErrMisuse.With("what", "scan without a row"))
	}
	if err := r.c.scan(dest); err != nil {
		r.err = r.q.fail(ErrMisuse.Wrap(err))
		return r.err
	}
	return nil
}

// Err returns what ended the rows early, nil at their normal end.
func (r *Rows) Err() error { return r.err }

// Close ends the rows; it may be called again. It returns Err.
func (r *Rows) Close() error {
	if r.done {
		return r.err
	}
	r.done = true
	if r.q.open == r {
		r.q.open = nil
	}
	if err := r.c.close(); err != nil && r.err == nil {
		r.err = r.q.fail(err)
	}
	return r.err
}

// Row is the result of a QueryRow.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the columns of the row into dest. It returns ErrNotFound, which
// does not doom the transaction, when there is no row, and ErrMisuse when there
// is more than one.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNotFound
	}
	if err := r.rows.Scan(dest...); err != nil {
		_ = r.rows.Close()
		return err
	}
	if r.rows.Next() {
		_ = r.rows.Close()
		return r.rows.q.fail(ErrMisuse.With("what", "more than one row for QueryRow"))
	}
	return r.rows.Err()
}

// Collect scans all rows of a Query into a slice and closes them:
//
//	rows, err := q.Query(qList, publisher)
//	return db.Collect(rows, err, scanLicense)
func Collect[T any](rows *Rows, err error, scan func(*Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// List is Query and Collect in one call.
func List[T any](q Querier, scan func(*Rows) (T, error), s *Stmt, args ...any) ([]T, error) {
	rows, err := q.Query(s, args...)
	return Collect(rows, err, scan)
}
