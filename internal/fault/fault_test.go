package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/licet/licet/internal/fault"
)

func TestFault(t *testing.T) {
	noSeat := fault.New(fault.Exhausted, "license.no_seat", "limit", 3)
	err := fmt.Errorf("activate: %w", noSeat.At("/ticket").Wrap(io.EOF))
	if !errors.Is(err, noSeat) || !errors.Is(err, io.EOF) {
		t.Fatalf("%v does not match its sentinel or its cause", err)
	}
	if fault.KindOf(err) != fault.Exhausted || fault.CodeOf(err) != "license.no_seat" {
		t.Fatalf("kind %v, code %q", fault.KindOf(err), fault.CodeOf(err))
	}
	if with := noSeat.With("limit", 5, "used", 5); with.Args["limit"] != 5 || noSeat.Args["limit"] != 3 || len(noSeat.Args) != 1 {
		t.Fatalf("With: %v, sentinel %v", with.Args, noSeat.Args)
	}
	if noSeat.Field != "" || noSeat.Err != nil {
		t.Fatal("At and Wrap changed the sentinel")
	}
	if got := fault.CodeOf(io.EOF); got != "internal" {
		t.Fatalf("foreign error has code %q", got)
	}
	if errors.Is(fault.As(io.EOF), fault.New(fault.Internal, "")) {
		t.Fatal("faults without a code must not match each other")
	}
	if got := fault.All(errors.Join(noSeat, errors.Join(io.EOF, noSeat))); len(got) != 3 {
		t.Fatalf("All found %d faults, want 3", len(got))
	}
	if fault.As(nil) != nil || fault.All(nil) != nil {
		t.Fatal("nil is not a fault")
	}
	if got := err.Error(); got != "activate: license.no_seat at /ticket: EOF" {
		t.Fatal(got)
	}
	if fault.Kind(200).String() != "internal" || fault.Stale.String() != "stale" {
		t.Fatal("kind names")
	}
}
