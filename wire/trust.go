package wire

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"sync"
)

// Trust is what a verifier believes of one publisher: pinned roots, the issuing
// keys and roots that they certified, and what they revoked. Statements may
// come in any order and twice; the result is the same. A revocation never
// lapses, even when its signer falls later: more statements of that kind only
// shrink what is accepted, but for the newest list of a root about a key.
//
// Safe for use by several goroutines.
type Trust struct {
	mu      sync.RWMutex
	issuer  string
	depot   string
	rank    map[string]int             // pinned root → 1…; a rotated root has none
	roots   KeySet                     // every root ever announced
	sponsor map[string]map[string]bool // rotated root → pinned roots that announced it
	fallen  map[string]bool            // revoked roots
	certs   map[string][]cert          // issuing key → its certificates
	issuers KeySet                     // the keys of certs
	revoked map[string]map[string]*survivors
	lines   []string
	seen    map[[32]byte]bool
	check   signatureCheck // of tokens of issuing keys
}

type cert struct {
	root string
	IssuerCert
}

// survivors is the newest statement of one root about one revoked issuing key.
type survivors struct {
	at      int64
	serials map[string]bool // 8 raw bytes
}

// NewTrust starts from pins. A depot token in them must be signed by one of
// their roots.
func NewTrust(p Pins) (*Trust, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	t := &Trust{
		issuer: p.Issuer, depot: p.Depot,
		rank: map[string]int{}, roots: KeySet{}, sponsor: map[string]map[string]bool{},
		fallen: map[string]bool{}, certs: map[string][]cert{}, issuers: KeySet{},
		revoked: map[string]map[string]*survivors{}, seen: map[[32]byte]bool{},
		check: PublicKey.verify,
	}
	for i, r := range p.Roots {
		pub, err := ParsePublicKey(r.Public)
		if err != nil {
			return nil, err
		}
		t.roots[r.KID], t.rank[r.KID] = pub, i+1
	}
	for _, cert := range p.Keys {
		_ = t.Extend(cert) // of a root that is pinned no more: it teaches nothing
	}
	if p.Depot != "" {
		if _, err := t.DepotKey(1); err != nil {
			return nil, fmt.Errorf("depot: %w", err)
		}
	}
	return t, nil
}

// CheckWith replaces the curve arithmetic of OpenIssued for Ed25519 keys, and
// nothing else of it: for a server that looks at many tokens of its own at once.
// check is called by several goroutines, with a 32-byte key and a 64-byte
// signature, and must accept what ed25519.Verify accepts and nothing else.
func (t *Trust) CheckWith(check func(key ed25519.PublicKey, message, sig []byte) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.check = func(key PublicKey, message, sig []byte) bool {
		if key.Suite == Ed25519 && len(key.Bytes) == ed25519.PublicKeySize {
			return check(key.Bytes, message, sig)
		}
		return key.verify(message, sig)
	}
}

// Issuer returns the publisher that is trusted.
func (t *Trust) Issuer() string { return t.issuer }

// Lines returns the accepted root-signed tokens in the order of their arrival,
// for keeping; a new Trust that is extended by them knows the same.
func (t *Trust) Lines() []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Clone(t.lines)
}

// Extend learns from one root-signed token: ikc, rot or rvk. A repeat is no
// error. A token that cannot be believed changes nothing.
func (t *Trust) Extend(token string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := PayloadHash([]byte(token))
	if t.seen[id] {
		return nil
	}
	h, err := Peek(token)
	if err != nil {
		return err
	}
	switch h.Type {
	case TypeCert:
		err = extend(t, token, t.addCert)
	case TypeRotation:
		err = extend(t, token, t.addRoot)
	case TypeRevocation:
		err = extend(t, token, t.addRevocation)
	default:
		err = fmt.Errorf("%w: %q teaches nothing", ErrType, h.Type)
	}
	if err != nil {
		return err
	}
	t.seen[id] = true
	t.lines = append(t.lines, token)
	return nil
}

// ExtendFile learns from a file: rotations first, then revocations, then
// certificates, so that the order of lines does not matter. Lines of unknown
// roots are passed over, because a product may be older or younger than the
// publisher's roots. Every other bad line is passed over too, and the first is
// returned when all lines are read.
func (t *Trust) ExtendFile(f File) error {
	var first error
	for _, typ := range []Type{TypeRotation, TypeRevocation, TypeCert} {
		for _, token := range f.Of(typ) {
			if err := t.Extend(token); err != nil && first == nil && !isUnknownKey(err) {
				first = fmt.Errorf("%s: %w", typ, err)
			}
		}
	}
	return first
}

func extend[T any, P interface {
	*T
	Claims
	from() string
}](t *Trust, token string, add func(root string, c *T) error,
) error {
	c, root, err := Open[T, P](token, t.roots)
	if err != nil {
		return err
	}
	if P(c).from() != t.issuer {
		return ErrIssuer
	}
	return add(root, c)
}

func (t *Trust) addCert(root string, c *IssuerCert) error {
	if _, isRoot := t.roots[c.KID]; isRoot {
		return fmt.Errorf("%w: a root is no issuing key", ErrRank)
	}
	pub, err := ParsePublicKey(c.Public)
	if err != nil {
		return err
	}
	t.certs[c.KID] = append(t.certs[c.KID], cert{root, *c})
	t.issuers[c.KID] = pub
	return nil
}

// addRoot takes a new root from a pinned one; roots announced this way
// announce nobody.
func (t *Trust) addRoot(root string, c *Rotation) error {
	if t.rank[root] == 0 {
		return fmt.Errorf("%w: only a pinned root announces a root", ErrRank)
	}
	if t.rank[c.KID] > 0 {
		return nil // pinned already: the announcement is older than the pins
	}
	if _, issues := t.issuers[c.KID]; issues {
		return fmt.Errorf("%w: an issuing key is no root", ErrRank)
	}
	pub, err := ParsePublicKey(c.Public)
	if err != nil {
		return err
	}
	t.roots[c.KID] = pub
	if t.sponsor[c.KID] == nil {
		t.sponsor[c.KID] = map[string]bool{}
	}
	t.sponsor[c.KID][root] = true
	return nil
}

func (t *Trust) addRevocation(root string, c *Revocation) error {
	if c.Object == RevokeRoot {
		if root != c.KID && t.rank[root] <= t.rank[c.KID] {
			return fmt.Errorf("%w: a root revokes itself or one below it", ErrRank)
		}
		t.fallen[c.KID] = true
		return nil
	}
	joined, err := splitSerials(c.Known)
	if err != nil {
		return err
	}
	if t.revoked[c.KID] == nil {
		t.revoked[c.KID] = map[string]*survivors{}
	}
	s := t.revoked[c.KID][root]
	if s == nil || c.IssuedAt > s.at {
		s = &survivors{at: c.IssuedAt, serials: map[string]bool{}}
		t.revoked[c.KID][root] = s
	}
	if c.IssuedAt < s.at {
		return nil
	}
	for i := 0; i < len(joined); i += serialLen {
		s.serials[string(joined[i:i+serialLen])] = true
	}
	return nil
}

// live reports whether a root may certify: it is not revoked, and a rotated
// one has a sponsor that is not.
func (t *Trust) live(root string) bool {
	if t.fallen[root] {
		return false
	}
	if t.rank[root] > 0 {
		return true
	}
	for sponsor := range t.sponsor[root] {
		if !t.fallen[sponsor] {
			return true
		}
	}
	return false
}

// DepotKey returns the key to seal codes in request files to, or ErrMalformed
// if the pins name none. now is the trusted time in Unix seconds.
func (t *Trust) DepotKey(now int64) (*DepotKey, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	c, root, err := Open[DepotKey](t.depot, t.roots)
	switch {
	case err != nil:
		return nil, err
	case c.Issuer != t.issuer:
		return nil, ErrIssuer
	case !t.live(root):
		return nil, ErrRevoked
	case c.Expires != 0 && now >= c.Expires:
		return nil, ErrExpired
	}
	return c, nil
}
