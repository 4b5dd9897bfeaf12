package license_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// Two copies of a message that come at the same moment get the same answer, also
// while others take the last seats: not one the seat and the other a refusal.
func TestTwins(t *testing.T) {
	const devices, seats = 24, 6
	each(t, func(t *testing.T, w *world) {
		for range 4 {
			sold := w.sell(item(catalog.Multi), seats)
			messages := make([][]byte, devices)
			for i := range messages {
				b := w.box()
				messages[i] = b.sign(b.request(wire.ActActivate, withCode(sold.Code)))
			}
			answers, errs := make([]string, 2*devices), make([]error, 2*devices)
			var group sync.WaitGroup
			for i := range answers {
				group.Go(func() {
					lines, err := w.Exchange(context.Background(), anyone(), messages[i%devices])
					answers[i], errs[i] = join(lines), err
				})
			}
			group.Wait()
			for i := range devices {
				if answers[i] != answers[i+devices] || !errors.Is(errs[i], license.ErrNoSeat) != (errs[i] == nil) || (errs[i] == nil) != (errs[i+devices] == nil) {
					t.Fatalf("one message: %q, %v and %q, %v", answers[i], errs[i], answers[i+devices], errs[i+devices])
				}
			}
			w.used(sold, seats)
			w.sound(sold.Licenses...)
		}
	})
}
