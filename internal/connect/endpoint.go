package connect

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// State is where an endpoint stands.
type State string

// The states of an endpoint.
const (
	Active State = "active"
	Paused State = "paused" // events wait; nothing is lost
	Closed State = "closed" // for good
)

// maxURL is the longest address, in bytes; maxEvents the longest list.
const (
	maxURL    = 2000
	maxEvents = 100
)

// checkURL refuses what cannot be a receiver's address: other schemes than
// https (http too where private addresses are allowed), user names, fragments,
// and literal addresses that the dialer would refuse anyway.
func checkURL(raw string, private bool) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || len(raw) > maxURL || u.Host == "" || u.User != nil || u.Fragment != "":
		return ErrURL.At("/url").With("limit", maxURL)
	case u.Scheme != "https" && !(private && u.Scheme == "http"):
		return ErrURL.At("/url").With("limit", maxURL)
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil && !private && !Public(addr) {
		return ErrPrivate.At("/url").With("address", addr.String())
	}
	return nil
}

// checkEvents refuses an empty or overlong list and patterns that are not an
// event's name, a context with a star ("license.*"), or "*".
func checkEvents(events []string) error {
	if len(events) == 0 || len(events) > maxEvents {
		return ErrEvents.At("/events").With("limit", maxEvents, "event", "")
	}
	for _, e := range events {
		name := strings.TrimSuffix(e, "*")
		ok := e == "*" || name != "" && (name == e || strings.HasSuffix(name, ".")) &&
			!strings.ContainsFunc(name, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r == '.' || r == '_') })
		if !ok {
			return ErrEvents.At("/events").With("limit", maxEvents, "event", e)
		}
	}
	return nil
}

// Wants reports whether a list of events names the event.
func Wants(events []string, event string) bool {
	return slices.ContainsFunc(events, func(e string) bool {
		prefix, star := strings.CutSuffix(e, "*")
		return star && strings.HasPrefix(event, prefix) || e == event
	})
}

// hidden are the networks that no webhook may reach: everything that is not
// a public unicast address, also where it hides inside an IPv6 address.
var hidden = func() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:2::/48",
		"2001:10::/28", "2001:20::/28", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
		"fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// Public reports whether an address is a public unicast address, so that a
// request to it cannot reach this machine, its network, or a cloud's metadata.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return a.IsValid() && !slices.ContainsFunc(hidden, func(p netip.Prefix) bool { return p.Contains(a) })
}
