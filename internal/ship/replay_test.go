package ship_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/ship"
)

// What is no issuance journal is refused, with the line that shows it.
func TestReplayRefusesForeignFiles(t *testing.T) {
	for name, file := range map[string]string{
		"text":                  "hello\n",
		"a row without a head":  `{"table":"ticket","row":{}}` + "\n",
		"a head of another age": `{"head":{"format":"licet.issuance/99"}}` + "\n",
		"an array":              "[]\n{}\n",
	} {
		n, err := ship.Replay(t.Context(), dbtest.Open(t, db.SQLite), strings.NewReader(file))
		if !errors.Is(err, ship.ErrShipment) || n != 0 {
			t.Errorf("%s: %d rows, %v", name, n, err)
		}
	}
	if n, err := ship.Replay(t.Context(), dbtest.Open(t, db.SQLite), strings.NewReader("\n\n")); err != nil || n != 0 {
		t.Errorf("an empty file: %d rows, %v", n, err)
	}
}
