package license

import (
	"time"

	"github.com/licet/licet/internal/day"
)

const (
	// clockWarn is how far a client's clock may be off before it is told the time.
	clockWarn = 48 * time.Hour
	// clockLimit is how far it may be off before it is refused: with a clock
	// that is years off, no date in a license means anything.
	clockLimit = 366 * day24
)

// judgeClock holds a client's clock against the server's. warn asks for a time
// command in the answer. It returns ErrClock beyond a year.
func judgeClock(client, server time.Time) (warn bool, err error) {
	off := client.Sub(server).Abs()
	if off > clockLimit {
		return false, ErrClock.With("value", day.FromTime(client, time.UTC), "now", day.FromTime(server, time.UTC), "limit", int64(clockLimit/day24))
	}
	return off > clockWarn, nil
}
