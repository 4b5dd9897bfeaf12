package wizard

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// ownerOf returns the user whose socket has these addresses: its own, and the one
// that it is connected to. The kernel lists them to everybody.
func ownerOf(local, remote net.Addr) (uid int, known bool) {
	own, other := listed(local), listed(remote)
	if own == "" || other == "" {
		return 0, false
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line)
			// An IPv4 address in the table of IPv6 has zeros and a mark in front.
			if len(f) < 8 || !strings.HasSuffix(f[1], own) || !strings.HasSuffix(f[2], other) {
				continue
			}
			if uid, err := strconv.Atoi(f[7]); err == nil {
				return uid, true
			}
		}
	}
	return 0, false
}

// listed is an address as the kernel writes it: words of the machine's byte order
// in hexadecimal.
func listed(a net.Addr) string {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return ""
	}
	raw := at.Addr().Unmap().AsSlice()
	var b strings.Builder
	for i := 0; i+4 <= len(raw); i += 4 {
		fmt.Fprintf(&b, "%08X", binary.NativeEndian.Uint32(raw[i:]))
	}
	return fmt.Sprintf("%s:%04X", b.String(), at.Port())
}
