package wire

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"strings"
)

const (
	// MaxToken is the length of the longest token, in characters.
	MaxToken = 16 << 10
	// MaxPayload is the longest payload that fits a token, in bytes.
	MaxPayload = (MaxToken-len(headerEd25519)-1-footerB64)/4*3 - sigLen

	sigLen    = 64
	footerLen = len(footerHead) + kidChars + len(footerTail)
	footerB64 = (footerLen*8 + 5) / 6

	footerHead = `{"kid":"`
	footerTail = `"}`
)

// Sign makes the token of exactly these payload bytes. It refuses a payload
// that Verify would not give back: not strict JSON, another typ, too long, or a
// suite that may not sign the type. With an Ed25519 key, or a P-256 key in
// memory, the same bytes give the same token.
func Sign(priv PrivateKey, typ Type, payload []byte) (string, error) {
	if err := checkPayload(payload, typ); err != nil {
		return "", err
	}
	return SignEncoded(priv, typ, payload)
}

// SignEncoded is Sign for a payload that Encode has just made, or whose token
// is verified before it leaves: it does not read it again.
func SignEncoded(priv PrivateKey, typ Type, payload []byte) (string, error) {
	if priv.signer == nil || !priv.public.Suite.may(typ) {
		return "", fmt.Errorf("%w: for %q", ErrSuite, typ)
	}
	if len(payload) > MaxPayload {
		return "", fmt.Errorf("%w: payload of %d bytes", ErrTooLong, len(payload))
	}
	return seal(priv, typ, payload)
}

// seal signs without looking at the payload.
func seal(priv PrivateKey, typ Type, payload []byte) (string, error) {
	footer := []byte(footerHead + priv.KID() + footerTail)
	header := priv.public.Suite.header()
	sig, err := priv.sign(message(priv.public, header, payload, footer, typ))
	if err != nil {
		return "", err
	}
	body := append(append(make([]byte, 0, len(payload)+sigLen), payload...), sig...)
	out := make([]byte, 0, len(header)+b64.EncodedLen(len(body))+1+footerB64)
	out = append(out, header...)
	out = b64.AppendEncode(out, body)
	out = append(out, '.')
	return string(b64.AppendEncode(out, footer)), nil
}

// sign returns the 64-byte signature in the suite's canonical form.
func (k PrivateKey) sign(msg []byte) ([]byte, error) {
	if k.public.Suite == P256 {
		return signP256(k.signer, msg)
	}
	sig, err := k.signer.Sign(nil, msg, crypto.Hash(0))
	if err != nil {
		return nil, fmt.Errorf("wire: signing failed: %w", err)
	}
	if len(sig) != ed25519.SignatureSize {
		return nil, ErrSignature
	}
	return sig, nil
}

// Verify is the one way to believe a token. It returns the payload of a token
// of the type signed by a key of the set, and that key's id. Checked in this
// order: length, four parts, strict base64url, the key is in the set and of the
// token's suite, signature, typ, strict JSON. Whether the key may say what the
// payload says is for the caller (Trust).
func Verify(token string, typ Type, keys KeySet) (payload []byte, kid string, err error) {
	payload, kid, err = verifySigned(token, typ, keys, PublicKey.verify)
	if err == nil {
		err = ScanStrict(payload)
	}
	if err != nil {
		return nil, kid, err
	}
	return payload, kid, nil
}

// signatureCheck reports whether a signature over a message is the key's.
type signatureCheck func(key PublicKey, message, sig []byte) bool

// verifySigned is the only caller of a signature check. What it returns has
// not been held against strict JSON yet: Verify and Open do that.
func verifySigned(token string, typ Type, keys KeySet, check signatureCheck) (payload []byte, kid string, err error) {
	p, err := split(token)
	if err != nil {
		return nil, "", err
	}
	key, ok := keys[p.kid]
	if !ok {
		return nil, p.kid, ErrUnknownKey
	}
	if key.Suite != p.suite || !key.Suite.may(typ) {
		return nil, p.kid, ErrSuite
	}
	payload, sig := p.body[:len(p.body)-sigLen], p.body[len(p.body)-sigLen:]
	if !check(key, message(key, p.suite.header(), payload, p.footer, typ), sig) {
		return nil, p.kid, ErrSignature
	}
	if payloadType(payload) != typ {
		return nil, p.kid, fmt.Errorf("%w: not %q", ErrType, typ)
	}
	return payload, p.kid, nil
}

func (k PublicKey) verify(msg, sig []byte) bool {
	switch k.Suite {
	case Ed25519:
		return len(k.Bytes) == ed25519.PublicKeySize && ed25519.Verify(k.Bytes, msg, sig)
	case P256:
		return verifyP256(k.Bytes, msg, sig)
	}
	return false
}

// parts is a token taken apart; nothing in it is trusted.
type parts struct {
	suite  Suite
	body   []byte // payload ‖ signature
	footer []byte
	kid    string
}

func split(token string) (p parts, err error) {
	if len(token) > MaxToken {
		return p, ErrTooLong
	}
	rest, ok := strings.CutPrefix(token, headerEd25519)
	if p.suite = Ed25519; !ok {
		if rest, ok = strings.CutPrefix(token, headerP256); !ok {
			return p, fmt.Errorf("%w: unknown header", ErrMalformed)
		}
		p.suite = P256
	}
	body, footer, ok := strings.Cut(rest, ".")
	if !ok || len(footer) != footerB64 { // a further dot is no base64url
		return p, fmt.Errorf("%w: four parts expected", ErrMalformed)
	}
	if p.body, err = decodeB64(body); err != nil {
		return p, err
	}
	if p.footer, err = decodeB64(footer); err != nil {
		return p, err
	}
	if len(p.body) <= sigLen {
		return p, fmt.Errorf("%w: no payload", ErrMalformed)
	}
	p.kid, err = footerKID(p.footer)
	return p, err
}

// decodeB64 accepts exactly the one encoding of some bytes: the library's
// strict mode refuses stray bits, but would skip line ends.
func decodeB64(s string) ([]byte, error) {
	b, err := b64.DecodeString(s)
	if err != nil || b64.EncodedLen(len(b)) != len(s) {
		return nil, fmt.Errorf("%w: base64url", ErrMalformed)
	}
	return b, nil
}

func footerKID(footer []byte) (string, error) {
	kid, ok := bytes.CutPrefix(footer, []byte(footerHead))
	if ok {
		kid, ok = bytes.CutSuffix(kid, []byte(footerTail))
	}
	if !ok || len(kid) != kidChars {
		return "", fmt.Errorf("%w: footer", ErrMalformed)
	}
	if _, err := decodeB64(string(kid)); err != nil {
		return "", fmt.Errorf("%w: footer", ErrMalformed)
	}
	return string(kid), nil
}

// message is the pre-authentication encoding of what is signed. The P-256
// suite also signs its public key, because an ECDSA signature alone may fit a
// second key made for it.
func message(key PublicKey, header string, payload, footer []byte, typ Type) []byte {
	implicit := typ.implicit()
	n := 6*8 + len(key.Bytes) + len(header) + len(payload) + len(footer) + len(implicit)
	m := make([]byte, 0, n)
	if key.Suite == P256 {
		m = binary.LittleEndian.AppendUint64(m, 5)
		m = appendPiece(m, string(key.Bytes))
	} else {
		m = binary.LittleEndian.AppendUint64(m, 4)
	}
	m = appendPiece(m, header)
	m = binary.LittleEndian.AppendUint64(m, uint64(len(payload)))
	m = append(m, payload...)
	m = binary.LittleEndian.AppendUint64(m, uint64(len(footer)))
	m = append(m, footer...)
	return appendPiece(m, implicit)
}

func appendPiece(m []byte, s string) []byte {
	m = binary.LittleEndian.AppendUint64(m, uint64(len(s)))
	return append(m, s...)
}

// Hint is what a token says about itself before anything is verified. Use it
// only to choose the keys and the type to verify with.
type Hint struct {
	Type  Type
	KID   string
	Suite Suite
}

// Peek reads a token's Hint. It checks the shape, not the signature.
func Peek(token string) (Hint, error) {
	p, err := split(token)
	if err != nil {
		return Hint{}, err
	}
	return Hint{Type: payloadType(p.body), KID: p.kid, Suite: p.suite}, nil
}

const typHead = `{"typ":"`

// payloadType reads the first claim, which must be typ.
func payloadType(payload []byte) Type {
	rest, ok := bytes.CutPrefix(payload, []byte(typHead))
	if !ok || len(rest) < 4 || rest[3] != '"' {
		return ""
	}
	return Type(rest[:3])
}

// checkPayload holds the payload against the format: strict JSON, typ first.
func checkPayload(payload []byte, typ Type) error {
	if payloadType(payload) != typ {
		return fmt.Errorf("%w: not %q", ErrType, typ)
	}
	return ScanStrict(payload)
}
