package db

import "context"

// ReadRole is the PostgreSQL role that reads of one publisher run as. It may
// select from every table, and row-level security hides from it whatever is
// another publisher's. The role that connects writes, and passes.
const ReadRole = "licet_read"

// Scope is a publisher whose rows are to be read; DB.For makes one.
type Scope struct {
	d         *DB
	publisher [16]byte
}

// For returns the reads of one publisher. On PostgreSQL they run as ReadRole: a
// statement that forgets its publisher_id returns nothing of anybody else, and a
// zero publisher sees no publisher's rows at all. SQLite knows no roles; there it
// reads as DB.Read does.
func (d *DB) For(publisher [16]byte) Scope { return Scope{d: d, publisher: publisher} }

// Read is DB.Read for one publisher's rows.
func (s Scope) Read(ctx context.Context, fn func(r *Reader) error) error {
	return s.d.backend.read(ctx, reading{what: snapshot, scope: &s.publisher}, fn)
}

// ReadOne is DB.ReadOne for one publisher's rows.
func (s Scope) ReadOne(ctx context.Context, fn func(r *Reader) error) error {
	return s.d.backend.read(ctx, reading{what: single, scope: &s.publisher}, fn)
}

// Narrow makes the rest of a read see one publisher's rows only, for doors that
// learn from a first row whose it is. A transaction that writes passes.
func Narrow(q Querier, publisher [16]byte) {
	if r, ok := q.(*Reader); ok {
		if s, ok := r.s.(scoped); ok {
			s.narrow(publisher)
		}
	}
}

// scoped is a session whose engine guards rows.
type scoped interface{ narrow(publisher [16]byte) }

// Guard is how row-level security stands.
type Guard struct {
	Engine Engine
	// On says that reads of one publisher run as ReadRole.
	On bool
	// User is the role that connects.
	User string
	// Missing says what keeps the guard from being on: "role" (ReadRole does not
	// exist, or User may not become it) or "grant" (it may not read every table).
	Missing string
	// Open are the tables with a publisher_id that have no policy.
	Open []string
}

// Guard returns how row-level security stands; SQLite has none to be on.
func (d *DB) Guard(ctx context.Context) (Guard, error) {
	p, ok := d.backend.(*pg)
	if !ok {
		return Guard{Engine: d.engine}, nil
	}
	return p.look(ctx)
}
