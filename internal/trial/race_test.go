package trial

import (
	"errors"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/actor/actortest"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
)

// The mark of an address is inserted once; the second of two that do so at once
// waits for the first, inserts nothing, and finds its ticket.
func TestMarkedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		site := actortest.NewSite(t, d, "muster")
		visitor, mine := visitorID{15: 9}, license.TicketID{15: 7}
		take := func(p actor.PublisherID, inside func()) (n int64) {
			t.Helper()
			err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
				n, err = tx.Exec(qTake, p, visitor, db.NewID[taken](tx), db.At(tx.Now()), db.At(tx.Now()))
				if err != nil || n == 0 {
					return err
				}
				_, err = tx.Exec(qTicket, mine, p, visitor)
				inside()
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		second := make(chan error, 1)
		first := take(site.Publisher, func() {
			go func() { // begins while the first is not committed
				second <- d.Write(t.Context(), func(tx *db.Tx) error {
					n, err := tx.Exec(qTake, site.Publisher, visitor, db.NewID[taken](tx), db.At(tx.Now()), db.At(tx.Now()))
					if err != nil {
						return err
					}
					ticket, known, err := ticketOf(tx, site.Publisher, visitor)
					if n != 0 || !known || ticket != mine {
						return errors.Join(err, errors.New("the second took it, or does not see the first's ticket"))
					}
					return err
				})
			}()
		})
		if err := <-second; err != nil || first != 1 {
			t.Errorf("%d rows, %v", first, err)
		}
	})
}
