package client

import (
	"github.com/licet/licet/wire"
)

// CheckValidation verifies the server's signed answer about a license key: by
// the pins, what was learned since, and the certificate lines that came with it.
// It must answer the question of this nonce. Nothing is kept.
//
// Errors: those of package wire, ErrNotAsked.
func (c *Container) CheckValidation(token string, chain []string, nonce string) (*wire.Validation, error) {
	c.mu.RLock()
	lines := c.view.trust.Lines()
	c.mu.RUnlock()
	t, err := c.trust(lines)
	if err != nil {
		return nil, err
	}
	file, err := wire.NewFile(chain...)
	if err != nil {
		return nil, err
	}
	_ = t.ExtendFile(file) // a line that is not believed teaches nothing
	v, err := wire.OpenIssued[wire.Validation](t, token)
	if err != nil {
		return nil, err
	}
	if v.Nonce != nonce {
		return nil, ErrNotAsked
	}
	return v, nil
}
