package day

import (
	"sync"
	"time"
)

// zones are the time zones that were asked for: reading one costs more than
// everything that is done with it.
var zones sync.Map // name → *time.Location

// Zone returns the time zone of an IANA name such as Europe/Berlin. The error is
// that of time.LoadLocation.
func Zone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	zones.Store(name, loc)
	return loc, nil
}
