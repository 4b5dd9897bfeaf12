package db

import "sync/atomic"

// Stats are counters since the database was opened, for metrics and benchmarks.
type Stats struct {
	Commits     int64 // transactions committed by the engine
	Functions   int64 // functions of Write that were committed
	Retries     int64 // further runs after a lost race (PostgreSQL)
	Checkpoints int64 // times the log was copied into the database (SQLite)
	LogPages    int64 // length of the log at the last checkpoint (SQLite)
}

type stats struct {
	commits, functions, retries, checkpoints, logPages atomic.Int64
}

// Stats returns the counters.
func (d *DB) Stats() Stats {
	return Stats{
		Commits: d.stats.commits.Load(), Functions: d.stats.functions.Load(), Retries: d.stats.retries.Load(),
		Checkpoints: d.stats.checkpoints.Load(), LogPages: d.stats.logPages.Load(),
	}
}
