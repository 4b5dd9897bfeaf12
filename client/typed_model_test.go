package client_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// typists is two machines, two licenses of a seat each, and everything that was ever
// answered, on paper.
type typists struct {
	*world
	rng    *rand.Rand
	boxes  []*client.Container
	codes  []string
	papers []string
	said   []string
}

// TestTypedModel lets typed codes and messages overtake one another at random: what is
// typed may be any answer of before, and messages may wait for long. Whatever is held
// here, the server counts; nothing is ever taken for a copy.
func TestTypedModel(t *testing.T) {
	rounds, steps := 12, 60
	if os.Getenv("LICET_DEEP") == "1" {
		rounds = 100
	}
	held := 0
	for seed := range uint64(rounds) {
		w := &typists{world: typed(t), rng: rand.New(rand.NewPCG(seed, 18))}
		for n, machine := range []string{"alpha", "beta"} {
			w.codes = append(w.codes, w.server.Sell(offer(n+1)))
			w.boxes = append(w.boxes, w.open(func(cfg *client.Config) {
				cfg.Dir, cfg.Machine = filepath.Join(w.dir, machine), clienttest.Machine(machine)
			}))
		}
		for range steps {
			w.step()
			held += w.look(seed)
		}
	}
	if held < rounds*steps/4 {
		t.Errorf("a license was held %d times only", held)
	}
}

func (w *typists) step() {
	w.t.Helper()
	n := w.rng.IntN(2)
	c, code := w.boxes[n], w.codes[w.rng.IntN(2)]
	what, err := "", error(nil)
	switch w.rng.IntN(10) {
	case 0, 1, 2:
		what, err = "asks", w.question(c, code)
	case 3, 4, 5:
		what, err = "types", w.typeIn(c)
	case 6:
		if all := c.Licenses(); len(all) > 0 {
			what = "returns"
			_, err = c.NewReturn(all[0].ID)
		}
	case 7:
		if c.Status().Container != "" {
			what = "asks by message"
			_, err = c.NewRequest(client.Ask{Action: wire.ActActivate, Code: code})
		}
	case 8:
		what, err = "carries", w.carry(c)
	case 9:
		what, err = "gives up the question", c.DiscardTyped()
	}
	w.clock.Add(day / 8)
	w.said = append(w.said, fmt.Sprintf("%d %s: %v", n, what, err))
}

// question has what the machine shows answered, and keeps the paper.
func (w *typists) question(c *client.Container, code string) error {
	r, err := c.NewTyped()
	if err != nil {
		return err
	}
	if paper, _, no := w.server.Typed(r.String(), code); no == nil {
		w.papers = append(w.papers, paper)
	}
	return nil
}

// typeIn types a paper, one of the last ones more often.
func (w *typists) typeIn(c *client.Container) error {
	if len(w.papers) == 0 {
		return nil
	}
	_, err := c.InstallTyped(w.papers[max(w.rng.IntN(len(w.papers)), w.rng.IntN(len(w.papers)))])
	return err
}

// carry delivers the oldest message that waits, and its answer.
func (w *typists) carry(c *client.Container) error {
	waiting, err := c.Complete()
	if err != nil || len(waiting) == 0 {
		return err
	}
	m := waiting[0]
	lines, no := w.server.Exchange(m.Token)
	if no != nil || m.Type == wire.TypeReceipt {
		return c.Discard(m.Counter)
	}
	_, err = c.Install([]byte(lines))
	return err
}

// look holds the machines against the server, and returns how much is held.
func (w *typists) look(seed uint64) (held int) {
	w.t.Helper()
	for n, c := range w.boxes {
		box := c.Status().Container
		for _, l := range c.Licenses() {
			held++
			if live, used := w.server.Live(box, l.ID); live != l.Generation || used != 1 || !l.Runs {
				w.t.Fatalf("seed %d: machine %d holds %s, generation %d, and the server has %d with %d used:\n%q", seed, n, l.ID, l.Generation, live, used, w.said)
			}
		}
	}
	if w.server.Suspects() {
		w.t.Fatalf("seed %d: taken for a copy:\n%q", seed, w.said)
	}
	return held
}
