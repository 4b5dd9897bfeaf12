package sign_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
)

// The installation's secrets are for its administrator, whatever somebody below
// the root has been given; a refusal leaves the identity file alone.
func TestRightsToTheInstallationsSecrets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		v := h.newVendor(t, h.a)
		path := filepath.Join(t.TempDir(), sign.IdentityFile)
		for name, c := range map[string]struct {
			by   actor.Actor
			want fault.Kind
		}{
			"without the right": {h.a.None(), fault.Denied},
			"below the root":    {h.a.At(h.a.Reseller, actor.PublisherManage), fault.NotFound},
		} {
			_, export := v.Export(t.Context(), c.by, passphrase, sign.TestWork)
			_, list := v.Peppers(t.Context(), c.by)
			_, rotate := v.RotateIdentity(t.Context(), c.by, path)
			for _, err := range []error{export, list, rotate} {
				if err == nil || fault.KindOf(err) != c.want {
					t.Errorf("%s: %v, want %v", name, err, c.want)
				}
			}
			if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s: the identity file was written: %v", name, err)
			}
		}
	})
}
