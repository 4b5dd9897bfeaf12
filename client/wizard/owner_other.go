//go:build !linux

package wizard

import "net"

// ownerOf does not know here whose a connection is.
func ownerOf(_, _ net.Addr) (uid int, known bool) { return 0, false }
