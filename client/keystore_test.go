package client_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"os"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// chip is hardware that is soldered to a machine: it holds keys and no files.
type chip struct {
	kind  string
	made  map[string]client.Keys
	away  bool
	empty bool // it gives nothing that could sign
}

func newChip(kind string) *chip { return &chip{kind: kind, made: map[string]client.Keys{}} }

func (c *chip) Make(issuer string) (client.Keys, error) {
	if c.away {
		return client.Keys{}, client.ErrRemoved
	}
	_, sign, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return client.Keys{}, err
	}
	box, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return client.Keys{}, err
	}
	k := client.Keys{Ref: fmt.Sprint(issuer, len(c.made)), Kind: c.kind, Virtual: c.kind == wire.ContainerSoft, Sign: crypto.Signer(sign), Box: box}
	if c.empty {
		k.Sign = nil
	}
	c.made[k.Ref] = k
	return k, nil
}

func (c *chip) Open(ref string) (client.Keys, error) {
	k, ok := c.made[ref]
	switch {
	case c.away:
		return k, client.ErrRemoved
	case !ok:
		return k, client.ErrNoKeys
	}
	return k, nil
}

// A container whose keys are in a chip works like any other, says no fingerprint
// where the chip is what it is known by, and does not run where the folder was
// copied to a machine with another chip.
func TestKeyStore(t *testing.T) {
	for _, kind := range []string{wire.ContainerHardware, wire.ContainerSoft} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t)
			mine := newChip(kind)
			with := func(k client.KeyStore) func(*client.Config) { return func(cfg *client.Config) { cfg.Keys = k } }
			c := w.open(with(mine))
			m, err := c.NewRequest(client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(1))})
			w.must(err)
			r, _, err := wire.OpenRequest(m.Token)
			w.must(err)
			if r.Container.Kind != kind || (len(r.Fingerprint) > 0) != (kind == wire.ContainerSoft) || r.Virtual != (kind == wire.ContainerSoft) {
				t.Errorf("%+v", r)
			}
			w.send(c)
			w.refresh(w.open(with(mine)))
			c = w.open(with(mine))
			if !c.Has("draw") || only(t, c).State != client.Valid {
				t.Fatal(c.Licenses())
			}

			copied := w.open(with(newChip(kind)))
			if copied.Has("draw") || only(t, copied).State != client.OtherMachine {
				t.Error("a copied folder runs beside another chip")
			}
			_, err = copied.NewRequest(client.Ask{})
			wantErr(t, err, client.ErrNoKeys)
			_, err = copied.NewReturn(clienttest.ID(1))
			wantErr(t, err, client.ErrNotHere)

			swapped := newChip(kind) // another chip with keys of the same name
			_, err = swapped.Make("acme")
			w.must(err)
			if w.open(with(swapped)).Has("draw") {
				t.Error("another chip's keys pass for these")
			}

			_, err = client.Open(w.config()) // without the chip
			wantErr(t, err, client.ErrKeyStore)
			mine.away = true
			_, err = client.Open(func() client.Config { cfg := w.config(); cfg.Keys = mine; return cfg }())
			wantErr(t, err, client.ErrRemoved)
			mine.away = false
			if w.server.Suspects() || !w.open(with(mine)).Has("draw") {
				t.Error("the original does not go on")
			}
		})
	}
}

// The container of a file does not become one of a chip, and a chip that gives no
// keys is told from one that does.
func TestKeyStoreRefuses(t *testing.T) {
	w := newWorld(t)
	w.activate(w.open(), w.server.Sell(offer(1)))
	cfg := w.config()
	cfg.Keys = newChip(wire.ContainerHardware)
	_, err := client.Open(cfg)
	wantErr(t, err, client.ErrKeyStore)

	cfg.Dir = t.TempDir()
	none := newChip(wire.ContainerHardware)
	none.empty, cfg.Keys = true, none
	c, err := client.Open(cfg)
	w.must(err)
	_, err = c.NewRequest(client.Ask{Action: wire.ActActivate, Code: w.server.Sell(offer(2))})
	wantErr(t, err, client.ErrDevice)
	if files, err := os.ReadDir(cfg.Dir); err != nil || len(files) != 1 {
		t.Error("something was written:", files, err)
	}

	// Without a folder named, it stands beside the machine's own container.
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	cfg.Dir, cfg.Keys = "", newChip(wire.ContainerHardware)
	c, err = client.Open(cfg)
	w.must(err)
	cfg.Keys = nil
	soft, err := client.Open(cfg)
	w.must(err)
	if c.Status().Dir == soft.Status().Dir {
		t.Error("both are in ", soft.Status().Dir)
	}
}
