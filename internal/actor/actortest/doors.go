package actortest

import (
	"context"
	"slices"
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
	// Anyone says that callers beside the things may call it, too: it shows them
	// their own, or what every organization of the publisher may see.
	Anyone bool
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

// RunRights calls every door as people of the publisher s, to which the things
// belong, who may not: somebody at the root without any permission must be denied,
// somebody with every permission in an organization beside the things must not
// reach them, and nobody must sign in. The cases are by scope and by right, so
// that each misses its own half of the check.
func RunRights(t *testing.T, doors []Door, s Site, beside actor.OrgID) {
	t.Helper()
	for _, d := range doors {
		for _, c := range []struct {
			name string
			by   actor.Actor
			want []fault.Kind
		}{
			{"without the right", s.None(), []fault.Kind{fault.Denied}},
			{"from beside", s.Below(beside), []fault.Kind{fault.NotFound, fault.Denied}},
			{"as nobody", actor.Actor{Publisher: s.Publisher, Org: s.Root}, []fault.Kind{fault.Unauthorized}},
		} {
			if d.Anyone && c.by.Org == beside {
				continue
			}
			t.Run(d.Name+"/"+c.name, func(t *testing.T) {
				err := d.Foreign(t.Context(), c.by)
				if err == nil {
					t.Fatal("got through")
				}
				if k := fault.KindOf(err); !slices.Contains(c.want, k) {
					t.Fatalf("kind %v, want %v: %v", k, c.want, err)
				}
			})
		}
	}
}
