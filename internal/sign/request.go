package sign

import (
	"crypto/ecdh"
	"encoding/json"
	"time"

	"github.com/licet/licet/wire"
)

const (
	requestFormat  = "licet-key-request/1"
	maxRequestFile = 16 << 10
)

// Request asks a root to certify keys: a file that the server makes and that
// travels to wherever the root is. It holds nothing secret. Whoever certifies
// compares the key ids with those that the server shows.
type Request struct {
	Format string         `json:"licet"`
	Issuer string         `json:"iss"`  // the publisher, as tokens name it
	Name   string         `json:"name"` // the publisher, as people name it
	Keys   []RequestedKey `json:"keys"`
}

// RequestedKey is one key of a Request. Times are Unix seconds; a depot key has
// none.
type RequestedKey struct {
	Purpose   Purpose `json:"purpose"`
	KID       string  `json:"kid"`
	Public    string  `json:"pub"`
	NotBefore int64   `json:"nbf,omitempty"`
	NotAfter  int64   `json:"exp,omitempty"`
}

// Encode returns the file of the request.
func (r Request) Encode() ([]byte, error) {
	out, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, ErrRequestFile.Wrap(err)
	}
	return append(out, '\n'), nil
}

// ParseRequest reads a request file and holds it against the rules that a root
// certifies by: known purposes, keys of the right kind with their own ids, and
// a window of at most 366 days.
func ParseRequest(file []byte) (Request, error) {
	var r Request
	if len(file) > maxRequestFile {
		return r, ErrRequestFile
	}
	if err := strictJSON(file, &r); err != nil {
		return r, ErrRequestFile.Wrap(err)
	}
	if r.Format != requestFormat || r.Issuer == "" || len(r.Keys) == 0 {
		return r, ErrRequestFile
	}
	for _, k := range r.Keys {
		if err := k.check(); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (k RequestedKey) check() error {
	pub, err := b64.DecodeString(k.Public)
	if err != nil {
		return ErrRequestFile.Wrap(err)
	}
	if wire.KID(pub) != k.KID {
		return ErrRequestFile
	}
	switch k.Purpose {
	case Issue:
		if (wire.PublicKey{Suite: wire.Ed25519, Bytes: pub}).Check() != nil {
			return ErrRequestFile
		}
		if span := k.NotAfter - k.NotBefore; span <= 0 || time.Duration(span)*time.Second > maxDays*24*time.Hour+backdate {
			return ErrBadWindow
		}
		return nil
	case Depot:
		if _, err := ecdh.X25519().NewPublicKey(pub); err != nil {
			return ErrRequestFile.Wrap(err)
		}
		return nil
	}
	return ErrRequestFile
}

// Certify signs a certificate for every key of the request, in its order. now
// becomes the certificates' iat.
func (r RootKey) Certify(req Request, now time.Time) ([]string, error) {
	lines := make([]string, 0, len(req.Keys))
	for _, k := range req.Keys {
		if err := k.check(); err != nil {
			return nil, err
		}
		line, err := r.sign(k.claims(req.Issuer, now))
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (k RequestedKey) claims(issuer string, now time.Time) wire.Claims {
	if k.Purpose == Depot {
		return &wire.DepotKey{Issuer: issuer, KID: k.KID, Public: k.Public, IssuedAt: now.Unix()}
	}
	return &wire.IssuerCert{
		Issuer: issuer, KID: k.KID, Public: k.Public, Use: issuingUse,
		NotBefore: k.NotBefore, Expires: k.NotAfter, IssuedAt: now.Unix(),
	}
}

// sign makes a root-signed token and verifies it as a product would.
func (r RootKey) sign(c wire.Claims) (string, error) {
	payload, err := c.Encode()
	if err != nil {
		return "", ErrBadClaims.Wrap(err)
	}
	token, err := wire.Sign(r.key, c.Kind(), payload)
	if err != nil {
		return "", ErrBadClaims.Wrap(err)
	}
	if _, _, err := wire.Verify(token, c.Kind(), wire.Keys(r.key.Public())); err != nil {
		return "", ErrSelfCheck.Wrap(err)
	}
	return token, nil
}

// Announce signs the line by which products learn a new root.
func (r RootKey) Announce(issuer string, root RootInfo, now time.Time) (string, error) {
	return r.sign(&wire.Rotation{Issuer: issuer, KID: root.KID, Public: root.Public.String(), IssuedAt: now.Unix()})
}

// RevokeRoot signs the line by which products stop believing another root.
func (r RootKey) RevokeRoot(issuer, kid, why string, now time.Time) (string, error) {
	return r.sign(&wire.Revocation{Issuer: issuer, Object: wire.RevokeRoot, KID: kid, IssuedAt: now.Unix(), Why: why})
}
