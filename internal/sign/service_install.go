package sign

import (
	"context"
	"slices"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

// Installed says what a file of root-signed lines has changed, as key ids.
type Installed struct {
	Certified []string `json:"certified,omitempty"` // keys with a new certificate
	Retired   []string `json:"retired,omitempty"`   // keys that a new one has replaced
	Revoked   []string `json:"revoked,omitempty"`   // keys and roots that are not believed any more
	Announced []string `json:"announced,omitempty"` // roots that products will learn
}

// Install takes over root-signed lines: certificates (ikc, dpk), revocations
// (rvk) and announcements of roots (rot), in any order, all or none. Every line
// must be believed by a product that pins the roots the server knows. A
// certificate of a requested key makes it the active one. Errors:
// sign.no_root, sign.bad_line, sign.foreign_line, sign.root_revoked,
// sign.key_state.
func (s *Service) Install(ctx context.Context, by actor.Actor, file []byte) (Installed, error) {
	parsed, err := parseLines(file)
	if err != nil {
		return Installed{}, err
	}
	var out Installed
	err = s.change(ctx, by, actor.KeyringManage, func(tx *db.Tx) error {
		out = Installed{}
		return s.install(tx, by, parsed, &out)
	})
	return out, err
}

// install is one run of Install. Roots come first and certificates last, so
// that the order of the lines does not matter.
func (s *Service) install(tx *db.Tx, by actor.Actor, all []wire.Line, out *Installed) error {
	in := &installer{tx: tx, by: by, out: out}
	if err := in.begin(); err != nil {
		return err
	}
	done := 0
	for _, step := range []struct {
		typ wire.Type
		fn  func(token string) error
	}{
		{wire.TypeRotation, in.rotation},
		{wire.TypeRevocation, in.revocation},
		{wire.TypeCert, in.certificate},
		{wire.TypeDepotKey, in.depotKey},
	} {
		for _, l := range all {
			if l.Type != step.typ {
				continue
			}
			if err := step.fn(l.Token); err != nil {
				return err
			}
			done++
		}
	}
	if done != len(all) {
		return ErrBadLine // a license or a message is among them
	}
	return in.storeRevocations()
}

// installer applies the lines of one file in one transaction.
type installer struct {
	tx    *db.Tx
	by    actor.Actor
	out   *Installed
	stock stock
	trust *wire.Trust
	roots wire.KeySet // trusted
	rvk   map[string][]revocation
}

type revocation struct {
	token string
	wire.Revocation
}

func (in *installer) begin() error {
	in.stock.publisher = in.by.Publisher
	if err := in.stock.read(in.tx); err != nil {
		return err
	}
	in.trust = trustOf(issuerName(in.by.Publisher), in.stock.roots, in.stock.lines, in.stock.keys)
	if in.trust == nil {
		return ErrNoRoot
	}
	in.roots, in.rvk = wire.KeySet{}, map[string][]revocation{}
	for _, r := range in.stock.roots {
		if !r.Revoked {
			in.roots[r.KID] = wire.PublicKey{Suite: wire.Ed25519, Bytes: r.Public}
		}
	}
	return nil
}

// learn holds a line against what a product believes.
func (in *installer) learn(token string) error {
	if err := in.trust.Extend(token); err != nil {
		return ErrBadLine.Wrap(err)
	}
	return nil
}

func (in *installer) rotation(token string) error {
	c, _, err := wire.Open[wire.Rotation](token, in.roots)
	if err != nil {
		return ErrBadLine.Wrap(err)
	}
	if err := in.learn(token); err != nil {
		return err
	}
	pub, err := wire.ParsePublicKey(c.Public)
	if err != nil {
		return ErrBadLine.Wrap(err)
	}
	root := Root{ID: db.NewID[Root](in.tx), KID: c.KID, Public: pub.Bytes, Rank: RankAnnounced}
	added, err := insertRoot(in.tx, in.by.Publisher, root)
	if err != nil {
		return err
	}
	if added {
		in.roots[c.KID] = pub
		in.stock.roots = append(in.stock.roots, root)
	}
	if err := replaceLines(in.tx, in.by.Publisher, wire.TypeRotation, c.KID, []string{token}); err != nil {
		return err
	}
	in.out.Announced = append(in.out.Announced, c.KID)
	return in.recordRoot(c.KID, "root.announced")
}

func (in *installer) revocation(token string) error {
	c, _, err := wire.Open[wire.Revocation](token, in.roots)
	if err != nil {
		return ErrBadLine.Wrap(err)
	}
	if err := in.learn(token); err != nil {
		return err
	}
	in.rvk[c.KID] = append(in.rvk[c.KID], revocation{token, *c})
	if len(in.rvk[c.KID]) > 1 {
		return nil
	}
	in.out.Revoked = append(in.out.Revoked, c.KID)
	if c.Object == wire.RevokeRoot {
		delete(in.roots, c.KID)
		return in.revokeRoot(c.KID)
	}
	return in.revokeKey(c.KID)
}

func (in *installer) revokeRoot(kid string) error {
	if _, err := in.tx.Exec(qRootRevoke, db.At(in.tx.Now()), in.by.Publisher, kid); err != nil {
		return err
	}
	return in.recordRoot(kid, "root.revoked")
}

// revokeKey forgets the private half of a key. A key that is not here may be
// one that a stolen root certified.
func (in *installer) revokeKey(kid string) error {
	for _, k := range in.stock.keys {
		if k.KID != kid || k.State == Revoked {
			continue
		}
		if _, err := in.tx.Exec(qKeyRevoke, db.At(in.tx.Now()), in.by.Publisher, kid); err != nil {
			return err
		}
		return record(in.tx, in.by, "key", k.ID, "key.revoked", keyFacts{KID: kid, Purpose: k.Purpose})
	}
	return record(in.tx, in.by, "publisher", in.by.Publisher, "key.revoked", keyFacts{KID: kid})
}

// storeRevocations keeps each statement whole: all its parts must be in the
// file, because a part that is missing would refuse good licenses.
func (in *installer) storeRevocations() error {
	for kid, parts := range in.rvk {
		slices.SortFunc(parts, func(a, b revocation) int { return a.Part - b.Part })
		tokens := make([]string, len(parts))
		for i, p := range parts {
			if want := max(1, p.Parts); len(parts) != want || want > 1 && p.Part != i+1 || p.IssuedAt != parts[0].IssuedAt {
				return ErrPartsMissing.With("kid", kid, "parts", want)
			}
			tokens[i] = p.token
		}
		if in.knowsNewer(kid, parts[0].IssuedAt) {
			continue // it comes late, and would refuse what was issued since
		}
		if err := replaceLines(in.tx, in.by.Publisher, wire.TypeRevocation, kid, tokens); err != nil {
			return err
		}
	}
	return nil
}

// knowsNewer reports whether a later revocation of the key is stored.
func (in *installer) knowsNewer(kid string, at int64) bool {
	for _, l := range in.stock.lines {
		if l.Type != wire.TypeRevocation || l.Subject != kid {
			continue
		}
		payload, err := payloadOf(l.Token)
		if err != nil {
			return false
		}
		c, err := wire.DecodePayload[wire.Revocation](payload)
		return err == nil && c.IssuedAt > at
	}
	return false
}

func (in *installer) certificate(token string) error {
	c, root, err := wire.Open[wire.IssuerCert](token, in.roots)
	if err != nil {
		return ErrBadLine.Wrap(err)
	}
	if err := in.learn(token); err != nil {
		return err
	}
	k, err := in.known(Issue, c.KID, c.Public)
	if err != nil {
		return err
	}
	k.Cert, k.RootKID = token, root
	k.NotBefore, k.NotAfter = time.Unix(c.NotBefore, 0).UTC(), time.Unix(c.Expires, 0).UTC()
	if k.State == Requested && in.tx.Now().After(k.NotAfter) {
		return ErrBadWindow
	}
	return in.certify(k)
}

func (in *installer) depotKey(token string) error {
	c, root, err := wire.Open[wire.DepotKey](token, in.roots)
	if err != nil {
		return ErrBadLine.Wrap(err)
	}
	if c.Issuer != issuerName(in.by.Publisher) {
		return ErrBadLine
	}
	k, err := in.known(Depot, c.KID, c.Public)
	if err != nil {
		return err
	}
	k.Cert, k.RootKID = token, root
	return in.certify(k)
}

// known returns the key that a certificate is for.
func (in *installer) known(purpose Purpose, kid, public string) (Key, error) {
	for _, k := range in.stock.keys {
		if k.KID != kid || k.Purpose != purpose || b64.EncodeToString(k.Public) != public {
			continue
		}
		if k.State == Revoked || slices.Contains(in.out.Revoked, kid) {
			return Key{}, ErrKeyState.With("kid", kid, "state", string(Revoked))
		}
		return k.Key, nil
	}
	return Key{}, ErrForeignLine.With("kid", kid)
}

// certify makes a requested key the active one, or gives a key in use another
// certificate, which products then learn with the next answer.
func (in *installer) certify(k Key) error {
	in.out.Certified = append(in.out.Certified, k.KID)
	facts := keyFacts{KID: k.KID, Purpose: k.Purpose, Root: k.RootKID}
	if k.State != Requested {
		_, err := in.tx.Exec(qKeyRecertify, k.Cert, k.RootKID, k.Purpose == Issue, db.At(in.tx.Now()), in.by.Publisher, k.KID)
		if err != nil {
			return err
		}
		return record(in.tx, in.by, "key", k.ID, "key.recertified", facts)
	}
	retired, err := activate(in.tx, in.by.Publisher, k)
	if err != nil {
		return err
	}
	if retired != "" {
		in.out.Retired = append(in.out.Retired, retired)
	}
	return record(in.tx, in.by, "key", k.ID, "key.activated", facts)
}

func (in *installer) recordRoot(kid, event string) error {
	for _, r := range in.stock.roots {
		if r.KID == kid {
			return record(in.tx, in.by, "root", r.ID, event, rootFacts{KID: kid, Rank: r.Rank})
		}
	}
	return record(in.tx, in.by, "publisher", in.by.Publisher, event, rootFacts{KID: kid})
}
