package wire

import (
	"fmt"
	"unicode/utf8"
)

// The bounds of claims. A verifier in another language may rely on them.
const (
	maxText     = 64           // bytes of an id, number, name or code
	maxTime     = 253402300799 // 9999-12-31T23:59:59Z
	maxGrace    = 10 * 366 * 86400
	maxCount    = 1 << 53 // counters and limits stay exact in every language
	maxFeatures = 128
	maxLimits   = 64
	maxParts    = 1000
	maxPrints   = 32
	maxHeld     = 256
	maxWant     = 64
	maxCommands = 256
	maxBlocked  = 512
	maxSealed   = 8 << 10 // characters
)

// bounds collects the first violation.
type bounds struct{ err error }

func (b *bounds) bad(claim string) {
	if b.err == nil {
		b.err = fmt.Errorf("%w: %s", ErrClaim, claim)
	}
}

func (b *bounds) when(wrong bool, claim string) {
	if wrong {
		b.bad(claim)
	}
}

func (b *bounds) typ(got, want Type) { b.when(got != "" && got != want, "typ") }

// text is a short printable text; must says that it may not be empty.
func (b *bounds) text(claim, s string, must bool) {
	b.when(must && s == "" || len(s) > maxText || !utf8.ValidString(s), claim)
	for _, r := range s {
		if !printable(r) {
			b.bad(claim)
			return
		}
	}
}

// id is an identifier: visible ASCII without quote, backslash and bar.
func (b *bounds) id(claim, s string, must bool) {
	b.when(must && s == "" || len(s) > maxText, claim)
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '|' {
			b.bad(claim)
			return
		}
	}
}

// bin is n bytes in base64url.
func (b *bounds) bin(claim, s string, n int, must bool) {
	if s == "" && !must {
		return
	}
	if len(s) != b64.EncodedLen(n) {
		b.bad(claim)
		return
	}
	if _, err := decodeB64(s); err != nil {
		b.bad(claim)
	}
}

func (b *bounds) num(claim string, v, lo, hi int64) { b.when(v < lo || v > hi, claim) }

func (b *bounds) time(claim string, v int64, must bool) {
	lo := int64(0)
	if must {
		lo = 1
	}
	b.num(claim, v, lo, maxTime)
}

func (b *bounds) names(claim string, list []string, most int) {
	b.when(len(list) > most, claim)
	for _, s := range list {
		b.text(claim, s, true)
	}
}

func (b *bounds) limits(claim string, m map[string]int64) {
	b.when(len(m) > maxLimits, claim)
	for name, v := range m {
		b.id(claim, name, true)
		b.num(claim, v, -maxCount, maxCount)
	}
}

func (b *bounds) held(claim string, list []Held, most int) {
	b.when(len(list) > most, claim)
	for _, h := range list {
		b.id(claim, h.LicenseID, true)
		b.num(claim, h.Generation, 1, maxCount)
		b.num(claim, h.Spent, 0, maxCount)
	}
}

// key is a public key with its id.
func (b *bounds) key(kid, pub string) {
	b.bin("kid", kid, 8, true)
	b.bin("pub", pub, 32, true)
	if raw, err := decodeB64(pub); err == nil {
		b.when(KID(raw) != kid, "kid")
	}
}

func (b *bounds) part(part, parts int) {
	b.when(parts < 0 || parts > maxParts || part < 0 || part > parts || parts > 0 && part == 0, "par")
}

func kindKnown(s string) bool {
	return s == ContainerSoft || s == ContainerHardware || s == ContainerCloud
}

// Validate checks the bounds of every claim.
func (l *License) Validate() error {
	var b bounds
	b.typ(l.Type, TypeLicense)
	b.id("iss", l.Issuer, true)
	b.id("lid", l.ID, true)
	b.num("gen", l.Generation, 1, maxCount)
	b.text("art", l.Article, false)
	b.text("prd", l.Product, true)
	b.text("mdl", l.Model, false)
	b.names("ftr", l.Features, maxFeatures)
	b.limits("lim", l.Limits)
	b.id("unt", l.Unit, false)
	b.num("qty", l.Quantity, 0, maxCount)
	b.time("iat", l.IssuedAt, true)
	b.time("nbf", l.NotBefore, false)
	b.time("exp", l.Expires, false)
	b.when(l.Expires != 0 && l.Expires <= l.NotBefore, "exp")
	b.num("grc", l.Grace, 0, maxGrace)
	b.time("mnt", l.Maintenance, false)
	b.when(l.Enforce != Enforce && l.Enforce != Warn && l.Enforce != Log, "enf")
	b.num("seq", l.Seq, 0, maxCount)
	b.num("epo", l.Epoch, 0, maxCount)
	b.id("hld", l.Holder, false)
	b.bin("ser", l.Serial, serialLen, true)
	b.bin("non", l.Nonce, NonceLen, false)
	b.num("cmd", l.Commands, 0, maxCommands)
	b.time("nxt", l.NextContact, false)
	b.sealed("sec", l.Secret)
	l.Container.check(&b)
	l.Lease.check(&b, l)
	return b.err
}

func (c *Binding) check(b *bounds) {
	if c.Key == "" {
		b.when(c.Kind != "" || len(c.Fingerprint) > 0 || c.Min != 0, "cnt")
		return
	}
	b.when(!kindKnown(c.Kind), "cnt.t")
	b.bin("cnt.k", c.Key, 32, true)
	b.when(len(c.Fingerprint) > maxPrints, "cnt.f")
	for _, f := range c.Fingerprint {
		b.bin("cnt.f", f, shortLen, true)
	}
	b.when(c.Min < 0 || c.Min > len(c.Fingerprint), "cnt.n")
}

func (b *bounds) sealed(claim, s string) {
	if s == "" {
		return
	}
	_, err := decodeB64(s)
	b.when(err != nil || len(s) > maxSealed, claim)
}

// Validate checks the bounds of every claim.
func (c *IssuerCert) Validate() error {
	var b bounds
	b.typ(c.Type, TypeCert)
	b.id("iss", c.Issuer, true)
	b.key(c.KID, c.Public)
	b.when(len(c.Use) == 0 || len(c.Use) > 4, "use")
	for i, u := range c.Use {
		b.when(u.signer() != byIssuer || u == TypeCheckpoint, "use")
		for _, before := range c.Use[:i] {
			b.when(u == before, "use")
		}
	}
	b.time("nbf", c.NotBefore, true)
	b.time("exp", c.Expires, true)
	b.when(c.Expires <= c.NotBefore, "exp")
	b.time("iat", c.IssuedAt, true)
	return b.err
}

// Validate checks the bounds of every claim.
func (c *Revocation) Validate() error {
	var b bounds
	b.typ(c.Type, TypeRevocation)
	b.id("iss", c.Issuer, true)
	b.when(c.Object != RevokeIssuer && c.Object != RevokeRoot, "obj")
	b.bin("kid", c.KID, 8, true)
	b.time("iat", c.IssuedAt, true)
	b.text("why", c.Why, false)
	if _, err := splitSerials(c.Known); err != nil {
		b.bad("kno")
	}
	b.when(c.Object == RevokeRoot && (c.Known != "" || c.Parts != 0), "kno")
	b.part(c.Part, c.Parts)
	return b.err
}

// Validate checks the bounds of every claim.
func (c *Rotation) Validate() error {
	var b bounds
	b.typ(c.Type, TypeRotation)
	b.id("iss", c.Issuer, true)
	b.key(c.KID, c.Public)
	b.time("iat", c.IssuedAt, true)
	return b.err
}

// Validate checks the bounds of every claim.
func (c *DepotKey) Validate() error {
	var b bounds
	b.typ(c.Type, TypeDepotKey)
	b.id("iss", c.Issuer, true)
	b.key(c.KID, c.Public)
	b.time("iat", c.IssuedAt, true)
	b.time("exp", c.Expires, false)
	return b.err
}

// Validate checks the bounds of every claim.
func (c *Validation) Validate() error {
	var b bounds
	b.typ(c.Type, TypeValidation)
	b.id("iss", c.Issuer, true)
	b.bin("non", c.Nonce, NonceLen, true)
	b.time("iat", c.IssuedAt, true)
	b.id("why", c.Why, !c.OK)
	b.when(c.OK && c.Why != "", "why")
	b.id("lid", c.LicenseID, c.OK)
	b.text("prd", c.Product, false)
	b.text("art", c.Article, false)
	b.names("ftr", c.Features, maxFeatures)
	b.limits("lim", c.Limits)
	b.time("exp", c.Expires, false)
	b.time("nxt", c.NextContact, false)
	return b.err
}

// Validate checks the bounds of every claim.
func (c *BlockList) Validate() error {
	var b bounds
	b.typ(c.Type, TypeBlockList)
	b.id("iss", c.Issuer, true)
	b.num("seq", c.Seq, 1, maxCount)
	b.time("iat", c.IssuedAt, true)
	b.held("lic", c.Licenses, maxBlocked)
	b.when(len(c.Containers) > maxBlocked, "cnt")
	for _, k := range c.Containers {
		b.bin("cnt", k, 32, true)
	}
	b.part(c.Part, c.Parts)
	return b.err
}

// Validate checks the bounds of every claim.
func (c *Checkpoint) Validate() error {
	var b bounds
	b.typ(c.Type, TypeCheckpoint)
	b.id("iss", c.Issuer, true)
	b.num("seq", c.Seq, 1, maxCount)
	b.bin("hsh", c.Hash, 32, true)
	b.time("iat", c.IssuedAt, true)
	return b.err
}
