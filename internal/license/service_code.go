package license

import (
	"net/netip"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

// CodeOf is a part: it opens the code of a ticket, as printed. Errors:
// license.not_found, license.code_not_kept.
func (s *Service) CodeOf(q db.Querier, p actor.PublisherID, id TicketID) (string, error) {
	var sealed []byte
	if err := q.QueryRow(qTicketSealed, p, id).Scan(&sealed); err != nil {
		return "", orNotFound(err)
	}
	return s.openCode(q, p, id, sealed)
}

// Networks returns the two prefixes of an address that limits count, so that other
// packages count the same: IPv4 and /24, or /64 and /48. Both are empty for no
// address.
func Networks(a netip.Addr) (near, far string) { return network(a) }
