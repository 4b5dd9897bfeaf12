package wire

import (
	"strings"
	"testing"
)

// broke is one violation: a change to claims that are good otherwise.
type broke[T any] struct {
	claim  string
	change func(*T)
}

func tryAll[T any, P interface {
	*T
	Claims
}](t *testing.T, good func() P, list []broke[T],
) {
	t.Helper()
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for i, b := range list {
		c := good()
		b.change((*T)(c))
		_, err := c.Encode()
		if Reason(err) != "claim" || !strings.HasSuffix(err.Error(), ": "+b.claim) {
			t.Errorf("%d %s: %v", i, b.claim, err)
		}
	}
}

var (
	long   = strings.Repeat("x", maxText+1)
	badKID = "AAAAAAAAAAA"
)

func TestLicenseBounds(t *testing.T) {
	w := newWorld("a")
	tryAll(t, w.fullLicense, []broke[License]{
		{"typ", func(c *License) { c.Type = "upd" }},
		{"iss", func(c *License) { c.Issuer = "" }},
		{"iss", func(c *License) { c.Issuer = "a b" }},
		{"iss", func(c *License) { c.Issuer = long }},
		{"lid", func(c *License) { c.ID = "" }},
		{"lid", func(c *License) { c.ID = "a|1" }},
		{"lid", func(c *License) { c.ID = "ä" }},
		{"gen", func(c *License) { c.Generation = 0 }},
		{"art", func(c *License) { c.Article = "a\nb" }},
		{"art", func(c *License) { c.Article = "\xff" }},
		{"prd", func(c *License) { c.Product = "" }},
		{"mdl", func(c *License) { c.Model = long }},
		{"ftr", func(c *License) { c.Features = []string{""} }},
		{"ftr", func(c *License) { c.Features = make([]string, maxFeatures+1) }},
		{"lim", func(c *License) { c.Limits = map[string]int64{"": 1} }},
		{"lim", func(c *License) { c.Limits = map[string]int64{"a": maxCount + 1} }},
		{"lim", func(c *License) {
			c.Limits = map[string]int64{}
			for i := range maxLimits + 1 {
				c.Limits[strings.Repeat("x", i+1)[:min(i+1, maxText)]+string(rune('a'+i%26))] = 1
			}
		}},
		{"qty", func(c *License) { c.Quantity = -1 }},
		{"iat", func(c *License) { c.IssuedAt = 0 }},
		{"iat", func(c *License) { c.IssuedAt = maxTime + 1 }},
		{"nbf", func(c *License) { c.NotBefore = -1 }},
		{"exp", func(c *License) { c.Expires = -1 }},
		{"exp", func(c *License) { c.Expires = c.NotBefore }},
		{"grc", func(c *License) { c.Grace = maxGrace + 1 }},
		{"mnt", func(c *License) { c.Maintenance = -1 }},
		{"enf", func(c *License) { c.Enforce = "" }},
		{"enf", func(c *License) { c.Enforce = "stop" }},
		{"seq", func(c *License) { c.Seq = -1 }},
		{"epo", func(c *License) { c.Epoch = -1 }},
		{"hld", func(c *License) { c.Holder = "Erika Mustermann" }},
		{"ser", func(c *License) { c.Serial = "" }},
		{"ser", func(c *License) { c.Serial = "AQIDBAUGBwF" }},
		{"non", func(c *License) { c.Nonce = "AAAA" }},
		{"cmd", func(c *License) { c.Commands = -1 }},
		{"nxt", func(c *License) { c.NextContact = -1 }},
		{"sec", func(c *License) { c.Secret = "!" }},
		{"sec", func(c *License) { c.Secret = strings.Repeat("AAAA", maxSealed/4+1) }},
		{"cnt", func(c *License) { c.Container.Key = "" }},
		{"cnt.t", func(c *License) { c.Container.Kind = "usb" }},
		{"cnt.k", func(c *License) { c.Container.Key = "AAAA" }},
		{"cnt.f", func(c *License) { c.Container.Fingerprint[0] = "AA" }},
		{"cnt.f", func(c *License) {
			c.Container.Fingerprint = make([]string, maxPrints+1)
			for i := range c.Container.Fingerprint {
				c.Container.Fingerprint[i] = badKID
			}
		}},
		{"cnt.n", func(c *License) { c.Container.Min = 5 }},
		{"cnt.n", func(c *License) { c.Container.Min = -1 }},
	})
}

func TestRootClaimBounds(t *testing.T) {
	w := newWorld("a")
	tryAll(t, w.cert, []broke[IssuerCert]{
		{"iss", func(c *IssuerCert) { c.Issuer = "" }},
		{"kid", func(c *IssuerCert) { c.KID = badKID }},
		{"kid", func(c *IssuerCert) { c.KID = "" }},
		{"pub", func(c *IssuerCert) { c.Public = w.token.Public().String() }},
		{"use", func(c *IssuerCert) { c.Use = nil }},
		{"use", func(c *IssuerCert) { c.Use = []Type{TypeCert} }},
		{"use", func(c *IssuerCert) { c.Use = []Type{TypeLicense, TypeCheckpoint} }},
		{"use", func(c *IssuerCert) { c.Use = []Type{TypeLicense, TypeLicense} }},
		{"nbf", func(c *IssuerCert) { c.NotBefore = 0 }},
		{"exp", func(c *IssuerCert) { c.Expires = c.NotBefore }},
		{"iat", func(c *IssuerCert) { c.IssuedAt = 0 }},
	})
	tryAll(t, func() *Revocation {
		return &Revocation{Issuer: "a", Object: RevokeIssuer, KID: badKID, IssuedAt: 1, Known: JoinSerials([][8]byte{{1}})}
	}, []broke[Revocation]{
		{"iss", func(c *Revocation) { c.Issuer = "" }},
		{"obj", func(c *Revocation) { c.Object = "lic" }},
		{"kid", func(c *Revocation) { c.KID = "" }},
		{"iat", func(c *Revocation) { c.IssuedAt = 0 }},
		{"why", func(c *Revocation) { c.Why = long }},
		{"kno", func(c *Revocation) { c.Known = "AAAA" }},
		{"kno", func(c *Revocation) { c.Object = RevokeRoot }},
		{"par", func(c *Revocation) { c.Part = 1 }},
		{"par", func(c *Revocation) { c.Part, c.Parts = 0, 2 }},
		{"par", func(c *Revocation) { c.Part, c.Parts = 1, maxParts+1 }},
	})
	tryAll(t, func() *Rotation {
		return &Rotation{Issuer: "a", KID: w.active.KID(), Public: w.active.Public().String(), IssuedAt: 1}
	}, []broke[Rotation]{
		{"iss", func(c *Rotation) { c.Issuer = "" }},
		{"kid", func(c *Rotation) { c.KID = badKID }},
		{"iat", func(c *Rotation) { c.IssuedAt = 0 }},
	})
	tryAll(t, w.depotKey, []broke[DepotKey]{
		{"iss", func(c *DepotKey) { c.Issuer = "" }},
		{"pub", func(c *DepotKey) { c.Public = "AAAA" }},
		{"iat", func(c *DepotKey) { c.IssuedAt = 0 }},
		{"exp", func(c *DepotKey) { c.Expires = -1 }},
	})
}

func TestMessageBounds(t *testing.T) {
	w := newWorld("a")
	tryAll(t, w.request, []broke[Request]{
		{"iss", func(c *Request) { c.Issuer = "" }},
		{"act", func(c *Request) { c.Action = "" }},
		{"non", func(c *Request) { c.Nonce = badKID }},
		{"ctr", func(c *Request) { c.Counter = 0 }},
		{"ctr", func(c *Request) { c.Counter = maxCount + 1 }},
		{"iat", func(c *Request) { c.IssuedAt = -1 }},
		{"cnt.t", func(c *Request) { c.Container.Kind = "" }},
		{"cnt.s", func(c *Request) { c.Container.Sign = "AAAA" }},
		{"cnt.e", func(c *Request) { c.Container.Encrypt = "AAAA" }},
		{"fp", func(c *Request) { c.Fingerprint = make([]FingerprintPart, maxPrints+1) }},
		{"fp.n", func(c *Request) { c.Fingerprint[0].Name = "" }},
		{"fp.n", func(c *Request) { c.Fingerprint[0].Name = c.Fingerprint[1].Name }},
		{"fp.h", func(c *Request) { c.Fingerprint[0].Hash = badKID }},
		{"code", func(c *Request) { c.Code = long }},
		{"sec", func(c *Request) { c.Sealed = "AAAA" }},
		{"held", func(c *Request) { c.Held = make([]Held, maxHeld+1) }},
		{"held", func(c *Request) { c.Held[0].Generation = 0 }},
		{"held", func(c *Request) { c.Held[0].LicenseID = "" }},
		{"want", func(c *Request) { c.Want = []string{""} }},
		{"want", func(c *Request) { c.Want = make([]string, maxWant+1) }},
		{"qty", func(c *Request) { c.Quantity = -1 }},
		{"old", func(c *Request) { c.Lost = "a b" }},
		{"prd", func(c *Request) { c.Product = long }},
		{"app.v", func(c *Request) { c.App.Version = long }},
		{"app.os", func(c *Request) { c.App.OS = "\x07" }},
		{"app.arch", func(c *Request) { c.App.Arch = long }},
	})
	tryAll(t, func() *Receipt { return w.all()[7].claims.(*Receipt) }, []broke[Receipt]{
		{"iss", func(c *Receipt) { c.Issuer = "" }},
		{"cnt", func(c *Receipt) { c.Container = "" }},
		{"non", func(c *Receipt) { c.Nonce = "" }},
		{"ctr", func(c *Receipt) { c.Counter = 0 }},
		{"iat", func(c *Receipt) { c.IssuedAt = -1 }},
		{"held", func(c *Receipt) { c.Held = make([]Held, maxHeld+1) }},
	})
	tryAll(t, func() *Return { return w.all()[8].claims.(*Return) }, []broke[Return]{
		{"cnt", func(c *Return) { c.Container = "AAAA" }},
		{"lid", func(c *Return) { c.LicenseID = "" }},
		{"gen", func(c *Return) { c.Generation = 0 }},
	})
	tryAll(t, func() *Update { return w.all()[5].claims.(*Update) }, []broke[Update]{
		{"iss", func(c *Update) { c.Issuer = "" }},
		{"cnt", func(c *Update) { c.Container = "" }},
		{"non", func(c *Update) { c.Nonce = "" }},
		{"seq", func(c *Update) { c.Seq = 0 }},
		{"iat", func(c *Update) { c.IssuedAt = 0 }},
		{"cmd", func(c *Update) { c.Commands = make([]Command, maxCommands+1) }},
		{"cmd.c", func(c *Update) { c.Commands[0].Do = "" }},
		{"cmd.lid", func(c *Update) { c.Commands[0].LicenseID = "" }},
		{"cmd.gen", func(c *Update) { c.Commands[0].Generation = 0 }},
		{"cmd.gen", func(c *Update) { c.Commands[1].Generation = -1 }},
		{"cmd.why", func(c *Update) { c.Commands[0].Why = "because of that" }},
	})
}

// A later server may send a command that this version does not know: it is
// well formed, and the client decides.
func TestUnknownCommandIsWellFormed(t *testing.T) {
	u := newWorld("a").all()[5].claims.(*Update)
	u.Commands = []Command{{Do: "rename", LicenseID: "l-1"}}
	if err := u.Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestAnswerBounds(t *testing.T) {
	w := newWorld("a")
	tryAll(t, func() *Validation { return w.all()[9].claims.(*Validation) }, []broke[Validation]{
		{"iss", func(c *Validation) { c.Issuer = "" }},
		{"non", func(c *Validation) { c.Nonce = "" }},
		{"iat", func(c *Validation) { c.IssuedAt = 0 }},
		{"why", func(c *Validation) { c.OK = false }},
		{"why", func(c *Validation) { c.Why = "expired" }},
		{"lid", func(c *Validation) { c.LicenseID = "" }},
		{"prd", func(c *Validation) { c.Product = long }},
		{"art", func(c *Validation) { c.Article = long }},
		{"ftr", func(c *Validation) { c.Features = []string{""} }},
		{"lim", func(c *Validation) { c.Limits = map[string]int64{"a b": 1} }},
		{"exp", func(c *Validation) { c.Expires = -1 }},
		{"nxt", func(c *Validation) { c.NextContact = -1 }},
	})
	tryAll(t, func() *BlockList { return w.all()[10].claims.(*BlockList) }, []broke[BlockList]{
		{"iss", func(c *BlockList) { c.Issuer = "" }},
		{"seq", func(c *BlockList) { c.Seq = 0 }},
		{"iat", func(c *BlockList) { c.IssuedAt = 0 }},
		{"lic", func(c *BlockList) { c.Licenses = make([]Held, maxBlocked+1) }},
		{"cnt", func(c *BlockList) { c.Containers = []string{"AAAA"} }},
		{"cnt", func(c *BlockList) { c.Containers = make([]string, maxBlocked+1) }},
		{"par", func(c *BlockList) { c.Part = -1 }},
	})
	tryAll(t, func() *Checkpoint { return w.all()[11].claims.(*Checkpoint) }, []broke[Checkpoint]{
		{"iss", func(c *Checkpoint) { c.Issuer = "" }},
		{"seq", func(c *Checkpoint) { c.Seq = 0 }},
		{"hsh", func(c *Checkpoint) { c.Hash = "AAAA" }},
		{"hsh", func(c *Checkpoint) { c.Hash = "" }},
		{"iat", func(c *Checkpoint) { c.IssuedAt = 0 }},
	})
}

func TestLeaseBounds(t *testing.T) {
	w := newWorld("a")
	tryAll(t, w.leasedLicense, []broke[License]{
		{"lse.id", func(c *License) { c.Lease.ID = "" }},
		{"lse.fen", func(c *License) { c.Lease.Fence = 0 }},
		{"lse.bea", func(c *License) { c.Lease.Renew = 0 }},
		{"lse.bea", func(c *License) { c.Lease.Renew = MaxLease + 1 }},
		{"lse", func(c *License) { c.Expires = 0 }},
		{"lse", func(c *License) { c.Container = Binding{} }},
	})
	tryAll(t, w.leaseRequest, []broke[LeaseRequest]{
		{"iss", func(c *LeaseRequest) { c.Issuer = "" }},
		{"non", func(c *LeaseRequest) { c.Nonce = badKID }},
		{"iat", func(c *LeaseRequest) { c.IssuedAt = -1 }},
		{"cnt.t", func(c *LeaseRequest) { c.Container.Kind = "" }},
		{"cnt.s", func(c *LeaseRequest) { c.Container.Sign = "AAAA" }},
		{"fp", func(c *LeaseRequest) { c.Fingerprint = make([]FingerprintPart, maxPrints+1) }},
		{"fp.h", func(c *LeaseRequest) { c.Fingerprint[0].Hash = badKID }},
		{"code", func(c *LeaseRequest) { c.Code = long }},
		{"lid", func(c *LeaseRequest) { c.LicenseID = "a b" }},
		{"lid", func(c *LeaseRequest) { c.Code, c.LicenseID = "", "" }},
		{"hol.t", func(c *LeaseRequest) { c.Holder.Kind = "" }},
		{"hol.t", func(c *LeaseRequest) { c.Holder.Kind = "team" }},
		{"hol.h", func(c *LeaseRequest) { c.Holder.Hash = "" }},
		{"hol.h", func(c *LeaseRequest) { c.Holder.Hash = badKID }},
		{"lbl", func(c *LeaseRequest) { c.Label = "a room" }},
		{"qty", func(c *LeaseRequest) { c.Quantity = -1 }},
		{"prd", func(c *LeaseRequest) { c.Product = long }},
		{"app.v", func(c *LeaseRequest) { c.App.Version = long }},
	})
}

func TestTooLongClaims(t *testing.T) {
	l := newWorld("a").fullLicense()
	for range maxFeatures {
		l.Features = append(l.Features, strings.Repeat("f", maxText))
	}
	l.Features = l.Features[:maxFeatures]
	l.Secret = strings.Repeat("AAAA", maxSealed/4)
	_, err := l.Encode()
	wantReason(t, err, "too_long")
	_, err = SignClaims(newWorld("a").issuing, l)
	wantReason(t, err, "too_long")
}
