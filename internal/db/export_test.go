package db

// Waiting returns how many members have asked and are not yet taken.
func (m *Many[In, Out]) Waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.queue)
}

// Queued returns how many functions wait for the one writer of SQLite.
func (d *DB) Queued() int { return len(d.backend.(*lite).writer.jobs) }
