package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Pins is what a product ships of its publisher, as a JSON file inside the
// program: the only keys that are trusted without proof.
type Pins struct {
	Issuer string       `json:"iss"`
	Roots  []PinnedRoot `json:"roots"`            // rising in rank: active, then standby
	Salt   string       `json:"salt"`             // of fingerprint components, base64url, public
	Depot  string       `json:"depot,omitempty"`  // dpk token
	Server string       `json:"server,omitempty"` // https URL of the gateway
	Keys   []string     `json:"keys,omitempty"`   // ikc tokens that are known from the start, for answers without certificates
}

// PinnedRoot is one root key. The later in the list, the higher its rank: a
// root may revoke itself and those below it, so that the standby root, which is
// kept colder, has the last word when the active one is stolen.
type PinnedRoot struct {
	KID    string `json:"kid"`
	Public string `json:"pub"` // Ed25519, base64url
}

const (
	maxRoots      = 8
	maxPinnedKeys = 8
	maxPins       = 64 << 10
)

// PinRoot returns the pin of a root key.
func PinRoot(pub PublicKey) PinnedRoot { return PinnedRoot{KID: pub.KID(), Public: pub.String()} }

// ParsePins reads and validates pins.
func ParsePins(b []byte) (Pins, error) {
	var p Pins
	if len(b) > maxPins {
		return p, ErrTooLong
	}
	if err := DecodeStrict(b, &p); err != nil {
		return Pins{}, err
	}
	if err := p.Validate(); err != nil {
		return Pins{}, err
	}
	return p, nil
}

// Validate checks every field; the depot's token is verified by NewTrust.
func (p *Pins) Validate() error {
	var b bounds
	b.id("iss", p.Issuer, true)
	b.when(len(p.Roots) == 0 || len(p.Roots) > maxRoots, "roots")
	for i, r := range p.Roots {
		b.key(r.KID, r.Public)
		for _, before := range p.Roots[:i] {
			b.when(before.KID == r.KID, "roots")
		}
	}
	salt, err := decodeB64(p.Salt)
	b.when(err != nil || len(salt) < 16 || len(salt) > 64, "salt")
	b.when(len(p.Server) > 1024, "server")
	b.when(len(p.Keys) > maxPinnedKeys, "keys")
	return b.err
}

// Encode returns the pins as indented JSON with a line end.
func (p Pins) Encode() ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	return buf.Bytes(), nil
}

// SaltBytes returns the decoded salt.
func (p Pins) SaltBytes() []byte {
	b, err := decodeB64(p.Salt)
	if err != nil {
		return nil
	}
	return b
}
