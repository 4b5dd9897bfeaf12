package app_test

import (
	"testing"

	"github.com/licet/licet/internal/db/dbtest"
)

// Every statement of the program is understood by both engines and means the
// same on them; this package is the one that knows them all.
func TestStatements(t *testing.T) {
	dbtest.PrepareAll(t, map[string]string{
		"actor.lease_held":  "at most one row, by its key",
		"actor.waiting":     "only what waits to be sealed, which is the answer; a verification reads the whole journal anyway",
		"org.count_keys":    "the preview of a move says how much it touches; by an index over the organizations that it names",
		"org.count_members": "as org.count_keys",
	})
}
