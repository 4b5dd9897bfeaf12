package app

import (
	"os"
	"testing"

	"github.com/licet/licet/internal/actor"
)

// A position that a power cut left empty does not stop the shipping.
func TestPosition(t *testing.T) {
	folder, p := t.TempDir(), actor.PublisherID{1}
	for _, c := range []struct {
		raw  string
		want int64
	}{{"", 0}, {"41\x00", 0}, {"-", 0}, {"41", 41}} {
		if err := os.WriteFile(positionFile(folder, p), []byte(c.raw), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readPosition(folder, p); err != nil || got != c.want {
			t.Errorf("%q: %d, %v", c.raw, got, err)
		}
	}
	if err := writePosition(folder, p, 42); err != nil {
		t.Fatal(err)
	}
	if got, err := readPosition(folder, p); err != nil || got != 42 {
		t.Errorf("%d, %v", got, err)
	}
}
