package main

import (
	"encoding/hex"
	"fmt"

	"github.com/licet/licet/internal/compat/keygen"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// keyKeygenCmd is about the key of programs with Keygen's client libraries; see
// docs/how-to/keygen.md.
type keyKeygenCmd struct {
	New    keyKeygenNewCmd    `cmd:"" help:"Make the key, or its successor; the publisher answers such programs from now on."`
	Show   keyKeygenShowCmd   `cmd:"" help:"Show the addresses and public keys that such programs ship."`
	Revoke keyKeygenRevokeCmd `cmd:"" help:"End a key at once, and with it the programs that ship it."`
}

// shippedKey is what a program ships.
type shippedKey struct {
	KID     string     `json:"kid"`
	State   sign.State `json:"state"`
	Address string     `json:"address"`
	Public  string     `json:"public_key"` // hexadecimal
}

func (w keyWork) shipped(k sign.Key, product string) shippedKey {
	return shippedKey{k.KID, k.State, keygen.Address(w.server, w.slug, k.KID, product), hex.EncodeToString(k.Public)}
}

// keyKeygenNewCmd makes.
type keyKeygenNewCmd struct {
	tenant
	jsonFlag
	Product string `default:"PRODUCT" help:"Code of the product whose programs ship the address."`
}

// Run implements the command.
func (c keyKeygenNewCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		made, err := w.keys.MakeKeygen(e.ctx, w.by)
		if err != nil {
			return err
		}
		k := w.shipped(made, c.Product)
		return c.tell(e, k, "cli.key.keygen.made", "address", k.Address, "public", k.Public)
	})
}

// keyKeygenShowCmd shows.
type keyKeygenShowCmd struct {
	tenant
	jsonFlag
	Product string `default:"PRODUCT" help:"Code of the product whose programs ship the address."`
}

// Run implements the command.
func (c keyKeygenShowCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		all, err := w.keys.Overview(e.ctx, w.by)
		if err != nil {
			return err
		}
		out := []shippedKey{}
		for _, k := range all.Keys {
			if k.Purpose == sign.Keygen && k.State != sign.Revoked {
				out = append(out, w.shipped(k, c.Product))
			}
		}
		if c.JSON {
			return printJSON(e.out, out)
		}
		if len(out) == 0 {
			return c.tell(e, nil, "cli.key.keygen.none")
		}
		for _, k := range out {
			if _, err := fmt.Fprintln(e.out, text.T(e.lang, "cli.key.keygen.key", "kid", k.KID,
				"state", text.T(e.lang, "cli.key.state."+string(k.State)), "address", k.Address, "public", k.Public)); err != nil {
				return err
			}
		}
		return nil
	})
}

// keyKeygenRevokeCmd revokes.
type keyKeygenRevokeCmd struct {
	tenant
	jsonFlag
	KID string `arg:"" name:"kid" help:"Id of the key."`
}

// Run implements the command.
func (c keyKeygenRevokeCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		if err := w.keys.RevokeKeygen(e.ctx, w.by, c.KID); err != nil {
			return err
		}
		return c.tell(e, map[string]string{"revoked": c.KID}, "cli.key.keygen.revoked", "kid", c.KID)
	})
}
