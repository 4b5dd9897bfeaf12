package license_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/ship"
)

// A restored backup and the shipped journal on top of it know which machines hold
// places, also one that has gone and come again meanwhile.
func TestReplayOfNames(t *testing.T) {
	for _, e := range dbtest.Engines() {
		t.Run(string(e), func(t *testing.T) {
			w := newWorld(t, e)
			k := w.keyed(item(catalog.Multi, byName), 3)
			must(t, k.activate("a"))
			must(t, k.activate("b"))
			first, at := w.ship(0)
			folder := filepath.Join(t.TempDir(), "backup")
			_, err := db.Backup(t.Context(), w.d, folder)
			must(t, err)
			must(t, k.leave("a"))
			must(t, k.leave("b"))
			must(t, k.activate("a"))
			must(t, k.activate("c"))
			second, _ := w.ship(at)

			w.reopen(t, e, folder)
			_, err = ship.Replay(t.Context(), w.d, bytes.NewReader(append(first, second...)))
			must(t, err)
			k.has("a", "c")
			must(t, k.beat("a"))
			must(t, k.leave("a"))
			must(t, k.activate("b"))
			k.has("b", "c")
		})
	}
}
