package sign

// Tamper makes the keyring hand out what fn makes of each signed token, as a
// broken signer would.
func (k *Keyring) Tamper(fn func(token string) string) { k.tamper = fn }

// Loads returns the ring's version in memory, 0 if the publisher is not loaded.
func (k *Keyring) Version(p publisherID) int64 {
	r, _ := k.cached(p)
	if r == nil {
		return 0
	}
	return r.version
}

// TestWork is the scrypt work of tests: a thousandth of the real one.
const TestWork = 8

// Label and sealing of the identity, for tests of what is stored.
var (
	LabelForTest = label
	MinParts     = maxParts
	PerPart      = partSerials
)
