//go:build !linux

package client

import (
	"net"
	"slices"
	"strings"
)

// firstMAC returns the address of the first network card, by its system's
// order, whose address the maker has given and no program.
func firstMAC() string {
	cards, err := net.Interfaces()
	if err != nil {
		return ""
	}
	slices.SortFunc(cards, func(a, b net.Interface) int { return strings.Compare(a.Name, b.Name) })
	for _, c := range cards {
		if c.Flags&net.FlagLoopback == 0 && len(c.HardwareAddr) == 6 && c.HardwareAddr[0]&2 == 0 {
			return c.HardwareAddr.String()
		}
	}
	return ""
}
