package wire

import "slices"

// NonceLen is the length of a nonce in bytes; claims carry it in base64url.
const NonceLen = 16

// Validate checks the bounds of every claim.
func (c *Request) Validate() error {
	var b bounds
	b.typ(c.Type, TypeRequest)
	b.id("iss", c.Issuer, true)
	b.when(!slices.Contains([]Action{ActActivate, ActRefresh, ActRestore, ActBorrow}, c.Action), "act")
	b.bin("non", c.Nonce, NonceLen, true)
	b.num("ctr", c.Counter, 1, maxCount)
	b.time("iat", c.IssuedAt, false)
	c.Container.check(&b)
	b.prints(c.Fingerprint)
	b.id("code", c.Code, false)
	b.sealed("sec", c.Sealed)
	b.when(c.Code != "" && c.Sealed != "", "sec")
	b.held("held", c.Held, maxHeld)
	b.when(len(c.Want) > maxWant, "want")
	for _, id := range c.Want {
		b.id("want", id, true)
	}
	b.num("qty", c.Quantity, 0, maxCount)
	b.id("old", c.Lost, false)
	b.id("base", c.Base, false)
	b.time("unt", c.Until, false)
	b.when(c.Until != 0 && c.Action != ActBorrow, "unt")
	b.text("prd", c.Product, false)
	b.app(c.App)
	return b.err
}

// prints is the components of a machine, each under a name of its own.
func (b *bounds) prints(list []FingerprintPart) {
	b.when(len(list) > maxPrints, "fp")
	for i, p := range list {
		b.id("fp.n", p.Name, true)
		b.bin("fp.h", p.Hash, componentLen, true)
		for _, before := range list[:i] {
			b.when(before.Name == p.Name, "fp.n")
		}
	}
}

func (b *bounds) app(a App) {
	b.text("app.v", a.Version, false)
	b.text("app.os", a.OS, false)
	b.text("app.arch", a.Arch, false)
}

func (c *ContainerKeys) check(b *bounds) {
	b.when(!kindKnown(c.Kind), "cnt.t")
	_, err := ParsePublicKey(c.Sign)
	b.when(err != nil, "cnt.s")
	b.when(c.Encrypt != "" && !encryptionKeyFits(c.Encrypt), "cnt.e")
}

// Validate checks the bounds of every claim.
func (c *Receipt) Validate() error {
	var b bounds
	b.typ(c.Type, TypeReceipt)
	b.message(c.Issuer, c.Container, c.Nonce, c.Counter, c.IssuedAt)
	b.held("held", c.Held, maxHeld)
	return b.err
}

// Validate checks the bounds of every claim.
func (c *Return) Validate() error {
	var b bounds
	b.typ(c.Type, TypeReturn)
	b.message(c.Issuer, c.Container, c.Nonce, c.Counter, c.IssuedAt)
	b.id("lid", c.LicenseID, true)
	b.num("gen", c.Generation, 1, maxCount)
	b.num("spt", c.Spent, 0, maxCount)
	return b.err
}

// message is what a container says in every message after the first.
func (b *bounds) message(iss, container, nonce string, counter, iat int64) {
	b.id("iss", iss, true)
	b.bin("cnt", container, 32, true)
	b.bin("non", nonce, NonceLen, true)
	b.num("ctr", counter, 1, maxCount)
	b.time("iat", iat, false)
}

// Validate checks the bounds of every claim.
func (c *Update) Validate() error {
	var b bounds
	b.typ(c.Type, TypeUpdate)
	b.id("iss", c.Issuer, true)
	b.bin("cnt", c.Container, 32, true)
	b.bin("non", c.Nonce, NonceLen, true)
	b.num("seq", c.Seq, 1, maxCount)
	b.time("iat", c.IssuedAt, true)
	b.when(len(c.Commands) > maxCommands, "cmd")
	for _, cmd := range c.Commands {
		cmd.check(&b)
	}
	return b.err
}

func (c Command) check(b *bounds) {
	switch c.Do {
	case CmdRecall, CmdReplace, CmdBlock:
		b.id("cmd.lid", c.LicenseID, true)
		b.num("cmd.gen", c.Generation, 1, maxCount)
	case CmdAck, CmdTime:
		b.id("cmd.lid", c.LicenseID, false)
		b.num("cmd.gen", c.Generation, 0, maxCount)
	default:
		b.id("cmd.c", c.Do, true)
	}
	b.id("cmd.why", c.Why, false)
}
