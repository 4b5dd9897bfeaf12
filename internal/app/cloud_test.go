package app_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/wire"
)

// A service account uses a license from two machines at once and from no third, by
// its secret alone; nothing of it is left on a disk.
func TestCloudFromAProgram(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			a, at := start(t, engine)
			r := &repeater{T: t, a: a, at: at, w: populate(t, a, at, "alpha")}
			made := r.made("/cloud-containers", r.account())
			secret, of := made["secret"].(string), r.sell("SIM-CLOUD").license
			r.made("/cloud-containers/"+made["id"].(string)+"/grant", fmt.Sprintf(`{"license":%q}`, of))
			first := r.cloud(secret, "one")
			l, err := online.TakeLease(t.Context(), first, client.LeaseAsk{License: of}, nil)
			if err != nil || !l.Has("static") {
				t.Fatalf("%v", err)
			}
			same := r.cloud(secret, "one")
			again, err := online.TakeLease(t.Context(), same, client.LeaseAsk{License: of}, nil)
			if err != nil {
				t.Fatal(err)
			}
			second := r.cloud(secret, "two")
			if _, err := online.TakeLease(t.Context(), second, client.LeaseAsk{License: of}, nil); client.Code(err) != "license.no_seat" {
				t.Fatalf("%v", err)
			}
			if _, err := (&online.Transport{}).Do(t.Context(), second, client.Ask{Action: wire.ActActivate, Want: []string{of}}); client.Code(err) == "" {
				t.Fatal("something lies in the cloud for good")
			}
			for _, one := range []*online.Lease{l, again} {
				if err := one.End(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			l, err = online.TakeLease(t.Context(), second, client.LeaseAsk{License: of}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.End(t.Context()); err != nil {
				t.Fatal(err)
			}
			left, err := os.ReadDir(first.Status().Dir)
			if err != nil || len(left) > 1 { // the lock
				t.Errorf("%v %v", left, err)
			}
			if _, err := client.Cloud(secret[1:]); client.Code(err) != "client.cloud_secret" {
				t.Error(err)
			}
		})
	}
}

// cloud is a program with an account's secret on a machine.
func (r *repeater) cloud(secret, machine string) *client.Container {
	r.Helper()
	cfg := r.config()
	store, err := client.Cloud(secret)
	if err != nil {
		r.Fatal(err)
	}
	cfg.Keys = store
	cfg.Machine = func() client.Machine {
		return client.Machine{Components: []client.Component{{Name: "machine-id", Value: machine}}}
	}
	c, err := client.Open(cfg)
	if err != nil {
		r.Fatal(err)
	}
	return c
}
