package wire_test

import (
	"crypto/rand"
	"fmt"

	"github.com/licet/licet/wire"
)

// A program ships its publisher's pins and judges a license file with them.
func Example() {
	root, _ := wire.GenerateKey(wire.Ed25519, rand.Reader)
	issuing, _ := wire.GenerateKey(wire.Ed25519, rand.Reader)

	// The publisher: a root certifies an issuing key, which signs a license.
	cert, _ := wire.SignClaims(root, &wire.IssuerCert{
		Issuer: "acme", KID: issuing.KID(), Public: issuing.Public().String(),
		Use: []wire.Type{wire.TypeLicense}, NotBefore: 1_700_000_000, Expires: 1_800_000_000, IssuedAt: 1_700_000_000,
	})
	license, _ := wire.SignClaims(issuing, &wire.License{
		Issuer: "acme", ID: "l-1", Generation: 1, Product: "cad", Features: []string{"draw"},
		IssuedAt: 1_750_000_000, Expires: 1_760_000_000, Grace: 86400, Enforce: wire.Warn, Serial: wire.Serial([8]byte{1}),
	})
	file, _ := wire.NewFile(cert, license)

	// The program.
	trust, _ := wire.NewTrust(wire.Pins{
		Issuer: "acme", Roots: []wire.PinnedRoot{wire.PinRoot(root.Public())}, Salt: "AAAAAAAAAAAAAAAAAAAAAA",
	})
	lines, _ := wire.ParseLines(file.Bytes())
	_ = trust.ExtendFile(lines)
	for _, now := range []int64{1_755_000_000, 1_760_000_001, 1_770_000_000} {
		l, verdict, err := wire.VerifyLicense(lines.Of(wire.TypeLicense)[0], trust, wire.Check{Now: now, Product: "cad"})
		fmt.Println(verdict.State, verdict.Runs(), l.Has("draw"), err)
	}
	// Output:
	// valid true true <nil>
	// grace true true <nil>
	// expired true true <nil>
}
