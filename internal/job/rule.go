package job

import (
	"hash/fnv"
	"time"
)

// State is where a job stands.
type State string

// The states of a job.
const (
	Open State = "open" // waiting, or held by a worker until Due
	Done State = "done" // finished; Result holds what it left
	Dead State = "dead" // attempts used up; waits for a human
)

// The back-off between attempts: it doubles from the first value to the last.
const (
	firstPause = 2 * time.Second
	lastPause  = time.Hour
)

// Backoff returns the pause after the given number of failed attempts (1 or
// more): 2 s doubling to at most 1 h, spread by up to a quarter so that jobs
// that failed together do not return together. seed makes the spread
// reproducible.
func Backoff(attempts int64, seed []byte) time.Duration {
	pause := firstPause
	for i := int64(1); i < attempts && pause < lastPause; i++ {
		pause *= 2
	}
	pause = min(pause, lastPause)
	h := fnv.New32a()
	_, _ = h.Write(append(seed, byte(attempts)))
	return pause + time.Duration(h.Sum32()%1024)*pause/4096
}

// Schedule says when a kind of job is enqueued by itself.
type Schedule struct {
	Every time.Duration  // the distance between slots; at least one second
	Daily *time.Duration // or once a day at this time after midnight in Zone
	Zone  *time.Location // for Daily; UTC when nil
}

// Slot returns the latest slot at or before now: the time for which the job is
// to be enqueued once.
func (s Schedule) Slot(now time.Time) time.Time {
	if s.Daily == nil {
		return now.Truncate(max(s.Every, time.Second))
	}
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := now.In(zone).Date()
	h, minute := int(*s.Daily/time.Hour), int(*s.Daily%time.Hour/time.Minute)
	slot := time.Date(y, m, d, h, minute, 0, 0, zone)
	if slot.After(now) {
		slot = time.Date(y, m, d-1, h, minute, 0, 0, zone)
	}
	return slot
}
