package sign

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/wire"
)

const (
	// maxLag is how long a Keyring may not have looked at the version, in
	// microseconds.
	maxLag = int64(time.Second / time.Microsecond)
	// loadTimeout bounds a load that has no caller's context.
	loadTimeout = 5 * time.Second
)

// Keyring signs: Prepare makes the exact bytes, the caller records them, Redeem
// signs what was recorded. It holds one ring per publisher in memory, loaded at
// the first use; after that it asks the database for one number per second at
// most, and not at all while somebody calls Service.Refresh. It is safe for
// concurrent use and signs on as many cores as there are callers.
type Keyring struct {
	db     *db.DB
	id     *Identity
	module *Module // nil = none

	latest  atomic.Int64 // the newest version known
	checked atomic.Int64 // when the version was read last, in microseconds
	asking  atomic.Bool

	mu      sync.RWMutex
	rings   map[publisherID]*ring
	loading sync.Mutex

	looks looker

	// tamper is set by tests only: what a broken signer would hand out.
	tamper func(token string) string
}

func newKeyring(d *db.DB, id *Identity) *Keyring {
	return &Keyring{db: d, id: id, rings: map[publisherID]*ring{}}
}

// Prepared is the exact bytes of one token before it is signed. It is what the
// caller records in its transaction; the same Prepared always gives the same
// token.
type Prepared struct {
	KID     string    `json:"kid"`
	Typ     wire.Type `json:"typ"`
	Payload []byte    `json:"payload"`
}

// sign makes the token, or the typed answer, of the bytes.
func (p Prepared) sign(private wire.PrivateKey) (string, error) {
	if p.Typ == wire.TypeTyped {
		return wire.SignTyped(private, p.Payload)
	}
	return wire.SignEncoded(private, p.Typ, p.Payload)
}

// Issuer is the active issuing key of a publisher.
type Issuer struct {
	Name      string // iss
	KID       string
	Cert      string // ikc token
	NotBefore time.Time
	NotAfter  time.Time
}

// Want names what a bundle should hold beyond the lines of every bundle.
type Want struct {
	KIDs    []string // issuing keys whose certificates are needed: of recorded, retired bytes
	Serials []string // serials of licenses that the receiver holds, for revocations in many parts
}

// Name returns the publisher as tokens name it, their iss claim.
func (k *Keyring) Name(p actor.PublisherID) string { return issuerName(p) }

// Issuer returns the publisher's active issuing key and loads its keys. Call it
// (or Prepare) once outside of a Read before using the Keyring inside one.
// Errors: sign.no_key, sign.root_revoked, the database's.
func (k *Keyring) Issuer(p actor.PublisherID) (Issuer, error) {
	r, err := k.soft(p)
	if err != nil {
		return Issuer{}, err
	}
	s, err := r.ready(k.db.Now())
	if err != nil {
		return Issuer{}, err
	}
	return Issuer{Name: r.name, KID: s.KID, Cert: s.Cert, NotBefore: s.NotBefore, NotAfter: s.NotAfter}, nil
}

// Prepare returns the canonical bytes of the claims, to be signed by the active
// issuing key. It refuses what would not verify: claims out of bounds, of
// another publisher, or issued outside the key's window. It signs nothing and
// does not touch the caller's transaction. Errors: sign.no_key,
// sign.root_revoked, sign.bad_claims.
func (k *Keyring) Prepare(p actor.PublisherID, typ wire.Type, claims wire.Claims) (Prepared, error) {
	r, err := k.soft(p)
	if err != nil {
		return Prepared{}, err
	}
	issuer, issued, ok := origin(claims)
	if !ok || claims.Kind() != typ || issuer != r.name {
		return Prepared{}, ErrBadClaims.With("typ", string(typ))
	}
	s, err := r.ready(time.Unix(issued, 0))
	if err != nil {
		return Prepared{}, err
	}
	payload, err := claims.Encode()
	if err != nil {
		return Prepared{}, ErrBadClaims.With("typ", string(typ)).Wrap(err)
	}
	return Prepared{KID: s.KID, Typ: typ, Payload: payload}, nil
}

// origin returns the publisher and the time of claims that an issuing key may
// sign; false for all others.
func origin(claims wire.Claims) (issuer string, issued int64, ok bool) {
	switch c := claims.(type) {
	case *wire.License:
		return c.Issuer, c.IssuedAt, true
	case *wire.Update:
		return c.Issuer, c.IssuedAt, true
	case *wire.Validation:
		return c.Issuer, c.IssuedAt, true
	case *wire.BlockList:
		return c.Issuer, c.IssuedAt, true
	case *wire.Checkpoint:
		return c.Issuer, c.IssuedAt, true
	case *wire.TypedAnswer:
		return c.License.Issuer, c.License.IssuedAt, true
	}
	return "", 0, false
}

// Redeem signs recorded bytes under the key that they were prepared for, and
// verifies the token as a product would before it returns it. The same bytes
// give the same token, also when the key has retired meanwhile. Errors:
// sign.key_revoked (also for a retired key that is lost) and sign.root_revoked:
// prepare anew under the active key; sign.not_found for a key of nobody,
// sign.self_check; sign.module_… where the key is in a module that does not sign
// now: the same call works when it does.
func (k *Keyring) Redeem(ctx context.Context, p actor.PublisherID, prepared Prepared) (string, error) {
	r, token, err := k.token(ctx, p, prepared)
	if err != nil {
		return "", err
	}
	return token, r.verify(prepared.Typ, token, prepared.Payload)
}

// token signs recorded bytes and returns what products know besides.
func (k *Keyring) token(ctx context.Context, p actor.PublisherID, prepared Prepared) (*ring, string, error) {
	r, err := k.fresh(ctx, p)
	if err != nil {
		return nil, "", err
	}
	s := r.signers[prepared.KID]
	if s == nil { // prepared by another node, under a key made a moment ago
		if r, err = k.again(ctx, p); err != nil {
			return nil, "", err
		}
		if s = r.signers[prepared.KID]; s == nil {
			return nil, "", ErrNotFound.With("kid", prepared.KID)
		}
	}
	if s.err != nil {
		return nil, "", s.err
	}
	token, err := k.signWith(ctx, s, prepared)
	if IsModule(err) || errors.Is(err, ErrKeyRevoked) || ctx.Err() != nil && err != nil {
		return nil, "", err
	}
	if err != nil {
		return nil, "", ErrBadClaims.With("typ", string(prepared.Typ)).Wrap(err)
	}
	if k.tamper != nil {
		token = k.tamper(token)
	}
	return r, token, nil
}

// Sign is Prepare and Redeem in one step, for answers that nobody keeps or
// repeats. A validation leaves without the last look, which costs twice as much
// as the signature: whoever asked takes it, at once (ADR 0011). What a module
// has signed is always looked at: it is foreign code.
func (k *Keyring) Sign(ctx context.Context, p actor.PublisherID, claims wire.Claims) (string, error) {
	prepared, err := k.Prepare(p, claims.Kind(), claims)
	if err != nil {
		return "", err
	}
	r, token, err := k.token(ctx, p, prepared)
	if err != nil {
		return "", err
	}
	if prepared.Typ == wire.TypeValidation && r.signers[prepared.KID].Place == Here {
		return token, nil
	}
	return token, r.verify(prepared.Typ, token, prepared.Payload)
}

// Issued verifies a license that this publisher has issued, as a product would
// that pins its roots: signature, claims, the key's window, revocation. Errors:
// those of package wire, sign.no_root, and the database's.
func (k *Keyring) Issued(ctx context.Context, p actor.PublisherID, token string) (*wire.License, error) {
	r, err := k.fresh(ctx, p)
	if err != nil {
		return nil, err
	}
	if r.trust == nil {
		return nil, ErrNoRoot
	}
	return wire.OpenIssued[wire.License](r.trust, token)
}

// Bundle returns the root-signed lines that go before an answer: announced
// roots, revocations, certificates. Without keys it is empty.
func (k *Keyring) Bundle(p actor.PublisherID) []string { return k.BundleFor(p, Want{}) }

// BundleFor is Bundle with what the receiver needs besides.
func (k *Keyring) BundleFor(p actor.PublisherID, want Want) []string {
	r, err := k.soft(p)
	if err != nil {
		return nil
	}
	return r.bundle(want)
}

// Pins returns what a new product of the publisher ships. It is public. salt is
// the publisher's fingerprint salt, server the address of the gateway. Errors:
// sign.no_root without a trusted root.
func (k *Keyring) Pins(ctx context.Context, p actor.PublisherID, salt []byte, server string) (wire.Pins, error) {
	r, err := k.fresh(ctx, p)
	if err != nil {
		return wire.Pins{}, err
	}
	if len(r.pins) == 0 {
		return wire.Pins{}, ErrNoRoot
	}
	pins := wire.Pins{Issuer: r.name, Roots: r.pins, Salt: b64.EncodeToString(salt), Depot: r.dpk, Server: server}
	if r.active != nil && r.active.Cert != "" {
		pins.Keys = []string{r.active.Cert}
	}
	if _, err := wire.NewTrust(pins); err != nil {
		return wire.Pins{}, ErrSelfCheck.Wrap(err)
	}
	return pins, nil
}

// OpenCode opens the code in a request file with whichever depot key it was
// sealed to. A code that does not open is ErrSealedCode.
func (k *Keyring) OpenCode(ctx context.Context, p actor.PublisherID, nonce, sealed string) (string, error) {
	r, err := k.fresh(ctx, p)
	if err != nil {
		return "", err
	}
	for _, d := range r.depots {
		if code, err := wire.OpenCode(d.private, nonce, sealed); err == nil {
			return code, nil
		}
	}
	return "", ErrSealedCode
}

// NewSerial returns 8 random bytes: the serial of a license, which is how a
// revocation names it.
func NewSerial() (s [8]byte) {
	rand.Read(s[:]) //nolint:errcheck // never fails
	return s
}
