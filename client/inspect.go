package client

import "github.com/licet/licet/wire"

// Inspect verifies the licenses in a file for this program on this machine,
// without taking anything over: what a support person does with a file that a
// customer has sent. Errors: those of a file that cannot be read, and ErrNothing.
func (c *Container) Inspect(file []byte) ([]License, error) {
	f, err := wire.ParseLines(file)
	if err != nil {
		return nil, err
	}
	c.mu.RLock()
	lines, hash, now := c.view.trust.Lines(), c.view.hash, c.now()
	c.mu.RUnlock()
	t, err := c.trust(lines)
	if err != nil {
		return nil, err
	}
	_ = t.ExtendFile(f) // a line that is not believed teaches nothing
	var out []License
	for _, token := range f.Of(wire.TypeLicense) {
		h := holding{stored: stored{Token: token}}
		if h.lic, h.err = c.verify(t, hash, token); h.lic != nil {
			h.ID, h.Generation, h.Free = h.lic.ID, h.lic.Generation, h.lic.Container.Key == ""
		}
		out = append(out, c.show(&h, now))
	}
	if len(out) == 0 {
		return nil, ErrNothing
	}
	return out, nil
}
