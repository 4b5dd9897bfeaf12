package license_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// hardware makes a container as a device has it: P-256 keys, no fingerprint.
func (w *world) hardware() *box {
	w.t.Helper()
	b := w.boxOn(nil)
	var err error
	b.key, err = wire.GenerateKey(wire.P256, rand.Reader)
	must(w.t, err)
	b.keys = wire.ContainerKeys{Kind: wire.ContainerHardware, Sign: b.key.Public().String()}
	return b
}

// A trial is once per device also where the device is the container and names no
// machine; another stick is another device.
func TestTrialOnHardware(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		trial := item(catalog.Trial, func(s *catalog.Snapshot) {
			s.Model.Duration = catalog.Duration{Days: 14, From: catalog.FromFirstActivation}
			s.ContainerKinds = []string{catalog.Soft, catalog.Hardware}
		})
		sell := func() string { return w.issue(license.IssueInput{Item: trial, Quantity: 1})[0].Code }
		a := w.hardware()
		must(t, second(a.activate(sell())))
		want(t, second(a.activate(sell())), license.ErrTrialUsed)
		w.days(20)
		want(t, second(a.activate(sell())), license.ErrTrialUsed)
		must(t, second(w.hardware().activate(sell())))
		must(t, second(w.box().activate(sell())))
	})
}

// The article says which kinds of containers its licenses may live in, alone or
// in any combination; the others are refused, and take nothing.
func TestContainerKinds(t *testing.T) {
	all := []string{catalog.Soft, catalog.Hardware, catalog.Cloud}
	each(t, func(t *testing.T, w *world) {
		for n := 1; n < 1<<len(all); n++ {
			var allowed []string
			for i, kind := range all {
				if n&(1<<i) != 0 {
					allowed = append(allowed, kind)
				}
			}
			i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.ContainerKinds = allowed }), 2)
			taken := int64(0)
			for kind, b := range map[string]*box{catalog.Soft: w.box(), catalog.Hardware: w.hardware()} {
				got, err := b.activate(i.Code)
				if !slices.Contains(allowed, kind) {
					if !errors.Is(err, license.ErrContainerKind) {
						t.Errorf("%v in %s: %v", allowed, kind, err)
					}
					continue
				}
				must(t, err)
				taken++
				l := got.licenses[0]
				if bound := len(l.Container.Fingerprint) > 0; l.Container.Kind != kind || bound != (kind == catalog.Soft) || l.Container.Key != b.keys.Hash() {
					t.Errorf("%v in %s: %+v", allowed, kind, l.Container)
				}
			}
			w.used(i, taken)
		}
	})
}

// A license that may live in both moves from a machine into a device and back: a
// return here, an activation there, and never more than were sold.
func TestMoveBetweenKinds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.ContainerKinds = []string{catalog.Soft, catalog.Hardware} }), 1)
		soft, stick := w.box(), w.hardware()
		for _, way := range [][2]*box{{soft, stick}, {stick, soft}, {soft, stick}} {
			from, to := way[0], way[1]
			if len(from.held) == 0 {
				_, err := from.activate(i.Code)
				must(t, err)
			}
			_, err := to.activate(i.Code)
			want(t, err, license.ErrNoSeat)
			_, err = from.send(from.giveBack(i.Licenses[0].String()))
			must(t, err)
			w.used(i, 0)
			_, err = to.activate(i.Code)
			must(t, err)
			w.used(i, 1)
		}
	})
}

// A container stays of the kind that it was made as: a soft one that calls itself
// hardware later does not lose its machine.
func TestKindDoesNotChange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.sell(item(catalog.Multi, func(s *catalog.Snapshot) { s.ContainerKinds = []string{catalog.Soft, catalog.Hardware} }), 2)
		a := w.box()
		_, err := a.activate(i.Code)
		must(t, err)
		a.keys.Kind = wire.ContainerHardware
		got, err := a.send(a.request(wire.ActActivate, withCode(i.Code)))
		must(t, err)
		for _, l := range got.licenses {
			if l.Container.Kind != wire.ContainerSoft || len(l.Container.Fingerprint) == 0 {
				t.Errorf("%+v", l.Container)
			}
		}
		a.parts = nil
		if got, err := a.send(a.request(wire.ActActivate, withCode(i.Code))); err == nil {
			for _, l := range got.licenses {
				if len(l.Container.Fingerprint) == 0 {
					t.Errorf("bound to no machine: %+v", l.Container)
				}
			}
		}
	})
}
