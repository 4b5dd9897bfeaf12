package usage_test

import (
	"context"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/usage"
)

func TestDoors(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		gone := newWorld(t, w.d.Engine())
		must(t, gone.d.Close())
		none := func(_ any, err error) error { return err }
		calls := func(w *world, dead bool) map[string]func(ctx context.Context, by actor.Actor) error {
			return map[string]func(ctx context.Context, by actor.Actor) error{
				"Tell": func(ctx context.Context, by actor.Actor) error {
					if dead {
						by = anyone() // its publisher is not this one
					}
					return none(w.Tell(ctx, by, w.telling(counted(1))))
				},
				"Choose": func(ctx context.Context, by actor.Actor) error {
					return none(w.Choose(ctx, by, w.a.Direct, usage.On, usage.On, 0))
				},
				"Choices": func(ctx context.Context, by actor.Actor) error { return none(w.Choices(ctx, by, w.a.Direct)) },
				"Summarize": func(ctx context.Context, by actor.Actor) error {
					return none(w.Summarize(ctx, by, usage.Query{Product: "CAD", Org: w.a.Direct, From: w.today(), Until: w.today()}))
				},
			}
		}
		live, dead := calls(w, false), calls(gone, true)
		door := func(name string, foreign, dead map[string]func(context.Context, actor.Actor) error) actortest.Door {
			return actortest.Door{Name: name, Foreign: foreign[name], Dead: dead[name]}
		}
		doors := []actortest.Door{
			door("Tell", live, dead),
			door("Choose", live, dead),
			door("Choices", live, dead),
			door("Summarize", live, dead),
		}
		actortest.RunDoors(t, doors, w.b.All())
		actortest.RunRights(t, doors[1:], w.a, w.a.Reseller) // Tell asks for a license and not for a right
		c, err := w.Choices(t.Context(), w.a.All(), w.a.Direct)
		must(t, err)
		if c.Rev != 0 {
			t.Errorf("somebody got through: %+v", c)
		}
	})
}
