package wire

import (
	"fmt"
	"slices"
)

// typedUses are the uses of a certificate in a typed key, a bit each.
var typedUses = []Type{TypeLicense, TypeUpdate, TypeValidation, TypeBlockList}

const timeBits = 34 // Unix seconds until the year 2514

// PrintTypedKey returns the certificate of an issuing key as a typed code of 13
// groups: for a machine that has an answer, and has never heard of the key that
// signed it. It fails for a certificate that is not written as ours are.
func PrintTypedKey(cert string) (string, error) {
	p, err := split(cert)
	if err != nil {
		return "", err
	}
	c, err := DecodePayload[IssuerCert](p.body[:len(p.body)-sigLen])
	if err != nil {
		return "", err
	}
	pub, err := decodeB64(c.Public)
	if err != nil {
		return "", err
	}
	root, err := decodeB64(p.kid)
	if err != nil {
		return "", err
	}
	var w bitWriter
	w.put(uint64(root[0])<<2|uint64(root[1]>>6), kidHintBits)
	for _, use := range typedUses {
		w.flag(slices.Contains(c.Use, use))
	}
	for _, t := range []int64{c.NotBefore, c.Expires, c.IssuedAt} {
		w.put(uint64(t), timeBits)
	}
	w.bytes(pub)
	w.bytes(p.body[len(p.body)-sigLen:])
	if again, err := typedCert(newBitReader(w.symbols()), c.Issuer); err != nil || again.token(p.kid) != cert {
		return "", fmt.Errorf("%w: certificate", ErrMalformed)
	}
	return printGroups(TypedKeyCode, w.symbols()), nil
}

// packedCert is a certificate without the id of its root.
type packedCert struct {
	hint    uint16 // first bits of the root's id
	payload []byte
	sig     []byte
}

// typedCert reads what PrintTypedKey wrote.
func typedCert(r *bitReader, issuer string) (p packedCert, err error) {
	p.hint = uint16(r.get(kidHintBits))
	c := &IssuerCert{Issuer: issuer}
	for _, use := range typedUses {
		if r.flag() {
			c.Use = append(c.Use, use)
		}
	}
	for _, t := range []*int64{&c.NotBefore, &c.Expires, &c.IssuedAt} {
		*t = int64(r.get(timeBits))
	}
	pub := r.bytes(32)
	c.KID, c.Public = KID(pub), b64.EncodeToString(pub)
	p.sig = r.bytes(sigLen)
	if !r.done() {
		return p, fmt.Errorf("%w: typed key", ErrMalformed)
	}
	p.payload, err = c.Encode()
	return p, err
}

// token puts the certificate together again, as the root of this id signed it.
func (p packedCert) token(root string) string {
	kid, err := decodeB64(root)
	if err != nil {
		return ""
	}
	return packedToken{suite: Ed25519, kid: kid, sig: p.sig}.token(p.payload)
}

// ExtendTyped learns an issuing key from a typed key code, as Extend does from its
// certificate. Errors: a *CodeError that names the group, ErrUnknownKey when the
// root that signed it is not known here, and those of Extend.
func (t *Trust) ExtendTyped(code string) error {
	data, err := readGroups(TypedKeyCode, code)
	if err != nil {
		return err
	}
	p, err := typedCert(newBitReader(data), t.issuer)
	if err != nil {
		return err
	}
	t.mu.RLock()
	var tokens []string
	for kid := range t.roots {
		if raw, err := decodeB64(kid); err == nil && uint16(raw[0])<<2|uint16(raw[1]>>6) == p.hint {
			tokens = append(tokens, p.token(kid))
		}
	}
	t.mu.RUnlock()
	err = ErrUnknownKey
	for _, token := range tokens {
		if err = t.Extend(token); err == nil {
			return nil
		}
	}
	return err
}
