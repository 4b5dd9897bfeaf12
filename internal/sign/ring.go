package sign

import (
	"crypto/ecdh"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/wire"
)

// maxTrustedRoots is how many roots a verifier can pin; of more, the oldest
// former ones are left out.
const maxTrustedRoots = 8

// maxParts is how many parts of one revocation every bundle carries; the parts
// of a longer one are added for the serials that are asked for.
const maxParts = 4

// ring is what one publisher's keys are at one version. It never changes; a
// change of keys makes a new ring, which takes over the opened private keys.
type ring struct {
	version int64
	name    string              // iss
	state   func(*signer) error // of the module that a key is in
	active  *signer
	signers map[string]*signer // issuing keys by kid
	depots  []*depot           // newest first
	keygens []*keygen          // oldest first; none is revoked
	trust   *wire.Trust        // what a product believes that has learned every line; nil without roots
	pins    []wire.PinnedRoot  // rising in rank
	fallen  map[string]bool    // revoked roots
	dpk     string             // certificate of the active depot key
	lines   []string           // rot and rvk lines of every bundle
	news    []string           // certificates that replace ones in the field
	parts   map[string][]part  // longer revocations by kid
}

// signer is one issuing key. Without a private half, here or in the module, it is
// revoked, or does not open: err says so.
type signer struct {
	Key
	private  wire.PrivateKey
	inModule string // the module's id of the key, where its private half is there
	err      error
}

// depot is one depot key.
type depot struct {
	Key
	private *ecdh.PrivateKey
}

// part is one part of a long revocation and the serials between which it lies.
type part struct {
	token       string
	first, last string // raw bytes
}

// opener opens the sealed private half of a key.
type opener func(k keyRow) ([]byte, error)

// stock is what the database knows of one publisher's keys.
type stock struct {
	publisher publisherID
	version   int64
	keys      []keyRow
	roots     []Root
	lines     []Line
}

// build makes the ring of a stock. before is the ring it replaces, or nil.
func (s stock) build(before *ring, open opener) *ring {
	r := &ring{
		version: s.version, name: issuerName(s.publisher),
		signers: map[string]*signer{}, parts: map[string][]part{}, pins: pinsOf(s.roots), fallen: map[string]bool{},
	}
	for _, root := range s.roots {
		r.fallen[root.KID] = root.Revoked
	}
	r.trust = trustOf(r.name, s.roots, s.lines, s.keys)
	for _, k := range s.keys {
		switch k.Purpose {
		case Issue:
			r.addSigner(k, before, open)
		case Depot:
			r.addDepot(k, before, open)
		case Keygen:
			r.addKeygen(k, before, open)
		}
	}
	slices.Reverse(r.depots)
	r.addLines(s.lines)
	return r
}

func (r *ring) addSigner(k keyRow, before *ring, open opener) {
	one := &signer{Key: k.Key}
	r.signers[k.KID] = one
	if k.State == Active {
		r.active = one
	}
	if k.Announce && k.State != Revoked {
		r.news = append(r.news, k.Cert)
	}
	if k.State == Revoked {
		one.err = ErrKeyRevoked.With("kid", k.KID)
		return
	}
	if before != nil {
		if known := before.signers[k.KID]; known != nil && known.err == nil {
			one.private, one.inModule = known.private, known.inModule
			return
		}
	}
	seed, err := open(k)
	switch {
	case err != nil:
	case k.Place == InModule:
		one.inModule = string(seed)
	default:
		one.private, err = wire.Ed25519Key(seed)
		if err == nil && one.private.KID() != k.KID {
			err = ErrSeal
		}
	}
	if err != nil && k.State == Retired { // lost: what was recorded under it is answered anew
		err = ErrKeyRevoked.With("kid", k.KID).Wrap(err)
	}
	one.err = err
}

func (r *ring) addDepot(k keyRow, before *ring, open opener) {
	if k.State == Active {
		r.dpk = k.Cert
	}
	if k.State == Revoked || k.State == Requested {
		return
	}
	if before != nil {
		for _, known := range before.depots {
			if known.KID == k.KID {
				r.depots = append(r.depots, &depot{k.Key, known.private})
				return
			}
		}
	}
	seed, err := open(k)
	if err != nil {
		return // OpenCode finds no key and says so
	}
	private, err := ecdh.X25519().NewPrivateKey(seed)
	if err == nil && wire.KID(private.PublicKey().Bytes()) == k.KID {
		r.depots = append(r.depots, &depot{k.Key, private})
	}
}

func (r *ring) addLines(all []Line) {
	var rot, rvk []string
	bySubject := map[string][]part{}
	for _, l := range all {
		if l.Type == wire.TypeRotation {
			rot = append(rot, l.Token)
			continue
		}
		bySubject[l.Subject] = append(bySubject[l.Subject], partOf(l.Token))
	}
	for _, l := range all {
		parts := bySubject[l.Subject]
		if l.Type != wire.TypeRevocation || l.Part > maxParts {
			continue
		}
		if len(parts) > maxParts {
			r.parts[l.Subject] = parts
			if l.Part > 1 {
				continue
			}
		}
		rvk = append(rvk, l.Token)
	}
	r.lines = append(rot, rvk...)
}

// partOf reads between which serials a stored revocation lies. The token was
// verified when it was installed.
func partOf(token string) part {
	p := part{token: token}
	payload, err := payloadOf(token)
	if err != nil {
		return p
	}
	c, err := wire.DecodePayload[wire.Revocation](payload)
	if err != nil {
		return p
	}
	known, err := b64.DecodeString(c.Known)
	if err != nil || len(known) < serialSize {
		return p
	}
	p.first, p.last = string(known[:serialSize]), string(known[len(known)-serialSize:])
	return p
}

// bundle returns the lines that go before an answer: announced roots,
// revocations, then the certificates of the active key, of replaced ones, and
// of the wanted ones.
func (r *ring) bundle(want Want) []string {
	out := slices.Clone(r.lines)
	for _, parts := range r.parts {
		for i, p := range parts {
			if i > 0 && p.holds(want.Serials) {
				out = append(out, p.token)
			}
		}
	}
	certs := slices.Clone(r.news)
	for _, kid := range want.KIDs {
		if s := r.signers[kid]; s != nil && s.State != Revoked {
			certs = append(certs, s.Cert)
		}
	}
	if r.active != nil {
		certs = append(certs, r.active.Cert)
	}
	for i, c := range certs {
		if c != "" && !slices.Contains(certs[:i], c) {
			out = append(out, c)
		}
	}
	return out
}

func (p part) holds(serials []string) bool {
	for _, s := range serials {
		raw, err := b64.DecodeString(s)
		if err == nil && string(raw) >= p.first && string(raw) <= p.last {
			return true
		}
	}
	return false
}

// ready returns the key that issues at an instant: active, opened, in its
// window, and certified by a root that products still believe.
func (r *ring) ready(at time.Time) (*signer, error) {
	switch {
	case r.active == nil || r.trust == nil:
		return nil, ErrNoKey
	case r.active.err != nil:
		return nil, r.active.err
	case !r.active.mayIssue(at):
		return nil, ErrNoKey.With("kid", r.active.KID)
	case r.fallen[r.active.RootKID]:
		return nil, ErrRootRevoked.With("kid", r.active.RootKID)
	}
	return r.active, r.state(r.active)
}

// verify holds a token against what a product knows that has read the bundle:
// the last look before a token leaves.
func (r *ring) verify(typ wire.Type, token string, payload []byte) error {
	if r.trust == nil {
		return ErrNoRoot
	}
	var err error
	switch typ {
	case wire.TypeLicense:
		_, err = wire.OpenIssued[wire.License](r.trust, token)
	case wire.TypeUpdate:
		_, err = wire.OpenIssued[wire.Update](r.trust, token)
	case wire.TypeValidation:
		_, err = wire.OpenIssued[wire.Validation](r.trust, token)
	case wire.TypeBlockList:
		_, err = wire.OpenIssued[wire.BlockList](r.trust, token)
	case wire.TypeCheckpoint:
		_, err = wire.OpenIssued[wire.Checkpoint](r.trust, token)
	case wire.TypeTyped:
		err = wire.VerifyTyped(r.trust, token, payload)
	default:
		err = wire.ErrType
	}
	if errors.Is(err, wire.ErrRevoked) {
		return ErrRootRevoked.Wrap(err)
	}
	if err != nil {
		return ErrSelfCheck.Wrap(err)
	}
	if typ == wire.TypeTyped {
		return nil // its look has compared the payload
	}
	signed, err := payloadOf(token)
	if err != nil || string(signed) != string(payload) {
		return ErrSelfCheck.Wrap(err)
	}
	return nil
}

// payloadOf returns the payload of a token that is known to be well formed.
func payloadOf(token string) ([]byte, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 4 {
		return nil, wire.ErrMalformed
	}
	body, err := b64.DecodeString(parts[2])
	if err != nil || len(body) <= signatureSize {
		return nil, wire.ErrMalformed
	}
	return body[:len(body)-signatureSize], nil
}

const (
	signatureSize = 64
	serialSize    = 8
)

// issuerName is the publisher as tokens name it: its id, which no renaming
// changes.
func issuerName(p publisherID) string { return p.String() }

// trustOf returns what a product would believe that pins every root the server
// was told of, older ones ranking lower, and has read every line.
func trustOf(issuer string, roots []Root, lines []Line, keys []keyRow) *wire.Trust {
	pins := wire.Pins{Issuer: issuer, Salt: b64.EncodeToString(make([]byte, 16))}
	for _, rank := range []Rank{RankFormer, RankActive, RankStandby} {
		for _, r := range roots {
			if r.Rank == rank {
				pins.Roots = append(pins.Roots, pinOf(r))
			}
		}
	}
	if len(pins.Roots) > maxTrustedRoots {
		pins.Roots = pins.Roots[len(pins.Roots)-maxTrustedRoots:]
	}
	t, err := wire.NewTrust(pins)
	if err != nil {
		return nil
	}
	for _, typ := range []wire.Type{wire.TypeRotation, wire.TypeRevocation} {
		for _, l := range lines {
			if l.Type == typ {
				_ = t.Extend(l.Token) // what products do not believe, this one does not either
			}
		}
	}
	for _, k := range keys {
		if k.Purpose == Issue && k.Cert != "" {
			_ = t.Extend(k.Cert)
		}
	}
	return t
}

func pinOf(r Root) wire.PinnedRoot {
	return wire.PinRoot(wire.PublicKey{Suite: wire.Ed25519, Bytes: r.Public})
}

// pinsOf returns the roots that new products ship, rising in rank.
func pinsOf(roots []Root) []wire.PinnedRoot {
	var out []wire.PinnedRoot
	for _, rank := range []Rank{RankActive, RankStandby} {
		for _, r := range roots {
			if r.Rank == rank && !r.Revoked {
				out = append(out, pinOf(r))
			}
		}
	}
	return out
}
