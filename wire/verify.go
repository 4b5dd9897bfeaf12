package wire

import (
	"errors"
	"fmt"
	"slices"
)

func isUnknownKey(err error) bool { return errors.Is(err, ErrUnknownKey) }

func (c *IssuerCert) from() string { return c.Issuer }
func (c *Rotation) from() string   { return c.Issuer }
func (c *Revocation) from() string { return c.Issuer }

// issue is what the judgment of an issuing key needs to know of a token.
type issue struct {
	issuer string
	at     int64
	serial string // of a license
}

func (l *License) issue() issue    { return issue{l.Issuer, l.IssuedAt, l.Serial} }
func (c *Update) issue() issue     { return issue{c.Issuer, c.IssuedAt, ""} }
func (c *Validation) issue() issue { return issue{c.Issuer, c.IssuedAt, ""} }
func (c *BlockList) issue() issue  { return issue{c.Issuer, c.IssuedAt, ""} }
func (c *Checkpoint) issue() issue { return issue{c.Issuer, c.IssuedAt, ""} }

// OpenIssued verifies a token of an issuing key (lic, upd, val, blk, chk): signature,
// strict claims, publisher, use, issuing window, revocation. It does not look at
// a license's dates and container; VerifyLicense does.
//
//	upd, err := wire.OpenIssued[wire.Update](trust, token)
func OpenIssued[T any, P interface {
	*T
	Claims
	issue() issue
}](t *Trust, token string,
) (*T, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	c, kid, err := openChecked[T, P](token, t.issuers, t.check)
	if err != nil {
		return nil, err
	}
	if err := t.judge(kid, P(c).Kind(), P(c).issue()); err != nil {
		return nil, err
	}
	return c, nil
}

// judge decides whether the issuing key was allowed to say this. Several
// certificates of one key stand side by side; one that fits is enough. Every
// root that revoked the key must know the license.
func (t *Trust) judge(kid string, typ Type, i issue) error {
	if i.issuer != t.issuer {
		return ErrIssuer
	}
	verdict := ErrUnknownKey
	for _, c := range t.certs[kid] {
		switch {
		case !allows(c.Use, typ):
			verdict = ErrUse
		case i.at < c.NotBefore || i.at > c.Expires:
			verdict = ErrWindow
		case !t.live(c.root):
			verdict = ErrRevoked
		default:
			return t.survives(kid, i.serial)
		}
	}
	return verdict
}

// allows reports whether a key certified for use may sign a type. Who issues
// licenses also says where the journal of their issue stood: use never names chk,
// because older verifiers would refuse the certificate.
func allows(use []Type, typ Type) bool {
	if typ == TypeCheckpoint {
		typ = TypeLicense
	}
	return slices.Contains(use, typ)
}

func (t *Trust) survives(kid, serial string) error {
	if len(t.revoked[kid]) == 0 {
		return nil
	}
	raw, err := decodeB64(serial)
	if err != nil {
		return ErrRevoked
	}
	for _, s := range t.revoked[kid] {
		if !s.serials[string(raw)] {
			return ErrRevoked
		}
	}
	return nil
}

// State is where a license stands in time.
type State string

// The states, in the order in which they are decided.
const (
	StateNotYet       State = "not_yet"      // before NotBefore
	StateExpired      State = "expired"      // Expires and the grace are over
	StateUnmaintained State = "unmaintained" // the program was released at or after Maintenance
	StateGrace        State = "grace"        // Expires is over, the grace is not
	StateValid        State = "valid"
)

// Verdict is what a license says about now. It never stops anything by itself.
type Verdict struct {
	State   State
	Enforce Enforcement // what the license asks for when the state is not good
	Until   int64       // Unix second at which the state changes or has changed; 0 = never
}

// Runs reports whether the program should go on: the state is good, or the
// license only asks to warn or to log.
func (v Verdict) Runs() bool { return v.Err() == nil || v.Enforce == Warn || v.Enforce == Log }

// Err returns nil for a valid license and one in grace, or ErrNotYet,
// ErrExpired or ErrMaintenance.
func (v Verdict) Err() error {
	switch v.State {
	case StateValid, StateGrace:
		return nil
	case StateNotYet:
		return ErrNotYet
	case StateUnmaintained:
		return ErrMaintenance
	}
	return ErrExpired
}

// Check is what a license is held against.
type Check struct {
	Now        int64                // trusted Unix time; must be above 0
	Container  string               // ContainerKeys.Hash of this container; "" = there is none
	Components [][componentLen]byte // this machine's fingerprint (Component)
	Product    string               // the program's product code; "" = any
	Released   int64                // release date of the program in Unix seconds; 0 = not checked
}

// VerifyLicense judges a license token in the order of the format: signature,
// claims, publisher, use, issuing window, revocation, product; then its dates,
// reported in the Verdict; then its container. An error means that it is no
// license for this program here. A license bound to no container fits any.
func VerifyLicense(token string, t *Trust, c Check) (*License, Verdict, error) {
	if c.Now <= 0 {
		return nil, Verdict{}, fmt.Errorf("%w: no trusted time", ErrClaim)
	}
	l, err := OpenIssued[License](t, token)
	if err != nil {
		return nil, Verdict{}, err
	}
	if c.Product != "" && c.Product != l.Product {
		return nil, Verdict{}, ErrProduct
	}
	v := l.At(c.Now, c.Released)
	if err := l.Container.fits(c); err != nil {
		return nil, v, err
	}
	return l, v, nil
}

func (c *Binding) fits(here Check) error {
	switch {
	case c.Key == "":
		return nil
	case c.Key != here.Container:
		return ErrContainer
	case !Match(c.Fingerprint, here.Components, c.Min):
		return ErrFingerprint
	}
	return nil
}

// At returns the license's standing at a time, for a program released at
// released (0 = not checked). Both are Unix seconds.
func (l *License) At(now, released int64) Verdict {
	v := Verdict{State: StateValid, Enforce: l.Enforce, Until: l.Expires}
	switch end := l.Expires + l.Grace; {
	case l.NotBefore > now:
		v.State, v.Until = StateNotYet, l.NotBefore
	case l.Expires != 0 && now >= end:
		v.State, v.Until = StateExpired, end
	case l.Maintenance != 0 && released >= l.Maintenance:
		v.State, v.Until = StateUnmaintained, l.Maintenance
	case l.Expires != 0 && now >= l.Expires:
		v.State, v.Until = StateGrace, end
	}
	return v
}
