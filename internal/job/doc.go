// Package job is the outbox and the schedule: work that a business transaction
// decides on, and that runs after it has committed, at least once.
//
// Model: a Job has a kind, a JSON payload, a due time and a state: open → done,
// or open → dead when its attempts are used up; a dead job is opened again by
// hand (Retry). Enqueue writes it in the caller's transaction, so that no job
// exists without its cause and no cause without its job.
//
// Life cycle of a run: a worker claims due jobs by moving `due` to the end of a
// lease and raising `fence`; every write of the run compares the fence, so that
// a worker that lost its lease can no longer report progress or success. A
// failed run is due again after a back-off with jitter.
//
// Invariants: one open job per unique key; a handler may see a job twice and
// must be idempotent; two nodes run one job at a time, or the older one is
// fenced out. Schedules keep the last slot that was enqueued, so that any
// number of nodes enqueue a slot once.
//
// Neighbors: db below; sign, license, order, connect and app register handlers.
package job
