package sign_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/sign"
)

// The installation's secrets are for its administrator, whatever somebody below
// the root has been given; a refusal leaves the identity file alone.
func TestRightsToTheInstallationsSecrets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		v := h.newVendor(t, h.a)
		path := filepath.Join(t.TempDir(), sign.IdentityFile)
		for name, by := range map[string]actor.Actor{
			"without the right": h.a.None(), "below the root": h.a.At(h.a.Reseller, actor.PublisherManage),
		} {
			if _, err := v.Export(t.Context(), by, passphrase, sign.TestWork); err == nil {
				t.Errorf("%s: exported", name)
			}
			if _, err := v.Peppers(t.Context(), by); err == nil {
				t.Errorf("%s: saw the peppers", name)
			}
			if _, err := v.RotateIdentity(t.Context(), by, path); err == nil {
				t.Errorf("%s: rotated", name)
			}
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s: the identity file was written: %v", name, err)
			}
		}
	})
}
