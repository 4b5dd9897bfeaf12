package wire

import (
	"crypto/hmac"
	"crypto/sha256"
)

const (
	componentLen = 16
	shortLen     = 8
)

// Component returns the salted form of one component of a machine, such as
// ("machine-id", "4c1f…"): the first 16 bytes of HMAC-SHA-256 under the
// publisher's public salt over name, a colon and the value. Names hold no colon.
// A salt known to all hides nothing by itself; the server keys what it stores
// once more.
func Component(salt []byte, name, value string) [componentLen]byte {
	m := hmac.New(sha256.New, salt)
	m.Write([]byte(name + ":" + value))
	return [componentLen]byte(m.Sum(nil)[:componentLen])
}

// ComponentClaim returns the form of a component in a Request.
func ComponentClaim(c [componentLen]byte) string { return b64.EncodeToString(c[:]) }

// Short returns the form of a component in a license's binding: its first 8
// bytes in base64url.
func Short(c [componentLen]byte) string { return b64.EncodeToString(c[:shortLen]) }

// Match reports whether at least least of the stored components, in the Short
// form, are among those of the machine now. Each one counts once; a demand of
// none is met by any machine.
func Match(stored []string, now [][componentLen]byte, least int) bool {
	here := make(map[string]bool, len(now))
	for _, c := range now {
		here[Short(c)] = true
	}
	n := 0
	for _, s := range stored {
		if here[s] {
			n++
			delete(here, s)
		}
	}
	return n >= least
}
