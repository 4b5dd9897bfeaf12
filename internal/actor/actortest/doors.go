package actortest

import (
	"context"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/fault"
)

// Door is the proof of one exported door. Foreign calls it as the given caller
// on something of another publisher; Dead calls it on a database that has died.
type Door struct {
	Name    string // name of the method
	Foreign func(ctx context.Context, by actor.Actor) error
	Dead    func(ctx context.Context, by actor.Actor) error
	// By is the caller of both; the zero Actor leaves the choice to RunDoors.
	By actor.Actor
}

// Stranger returns a caller with every permission at a publisher that does not
// exist.
func Stranger() actor.Actor {
	return Site{Publisher: actor.PublisherID{0: 1, 15: 2}, Root: actor.OrgID{0: 1, 15: 3}}.All()
}

// RunDoors runs both cases of every door: foreign things must read as not found
// (or need another sign-in), and a dead database as unavailable, never as a
// refusal or a success. The caller is Door.By, else the one given here (of a
// second publisher in the same database: the stronger test), else a Stranger.
func RunDoors(t *testing.T, doors []Door, by ...actor.Actor) {
	t.Helper()
	for _, d := range doors {
		caller := Stranger()
		if len(by) > 0 {
			caller = by[0]
		}
		if d.By.Kind != "" {
			caller = d.By
		}
		t.Run(d.Name+"/foreign", func(t *testing.T) {
			err := d.Foreign(t.Context(), caller)
			if err == nil {
				t.Fatal("a foreign publisher's caller got through")
			}
			if k := fault.KindOf(err); k != fault.NotFound && k != fault.Unauthorized {
				t.Fatalf("kind %v, want not_found: %v", k, err)
			}
		})
		t.Run(d.Name+"/dead", func(t *testing.T) {
			err := d.Dead(t.Context(), caller)
			if err == nil {
				t.Fatal("success on a dead database")
			}
			if k := fault.KindOf(err); k != fault.Unavailable {
				t.Fatalf("kind %v, want unavailable: %v", k, err)
			}
		})
	}
}
