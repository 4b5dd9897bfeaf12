package day_test

import (
	"testing"

	"github.com/licet/licet/internal/day"
)

func TestZone(t *testing.T) {
	a, err := day.Zone("Europe/Berlin")
	if err != nil || a.String() != "Europe/Berlin" {
		t.Fatal(a, err)
	}
	if b, err := day.Zone("Europe/Berlin"); err != nil || a != b {
		t.Error("read twice", err)
	}
	for _, name := range []string{"Europe/Nowhere", "../etc/passwd", "europe/berlin\x00"} {
		if _, err := day.Zone(name); err == nil {
			t.Errorf("%q is a time zone", name)
		}
	}
}
