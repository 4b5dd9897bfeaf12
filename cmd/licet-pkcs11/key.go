package main

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"github.com/miekg/pkcs11"

	"github.com/licet/licet/client/pkcs11/line"
)

const (
	application = "licet" // CKA_APPLICATION of our data objects, and the beginning of our keys' labels
	maxObjects  = 4096    // looked at in one device
	idSize      = 16      // bytes of a key's CKA_ID
)

// The curves, as CKA_EC_PARAMS names them: by their number, and Ed25519 in
// modules older than PKCS#11 3.0 by its name.
var (
	curveP256         = mustDER(asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7})
	curveEdwards      = mustDER(asn1.ObjectIdentifier{1, 3, 101, 112})
	curveEdwardsNamed = []byte("\x13\x0cedwards25519")
)

func mustDER(v any) []byte {
	b, err := asn1.Marshal(v)
	if err != nil {
		panic(err) // constants
	}
	return b
}

// label is a key's label in the device: its use stands in it, because some
// devices do not keep CKA_SIGN and CKA_DERIVE apart.
func label(use, name string) string { return application + "/" + use + "/" + name }

// keys lists the key pairs that Licet has made.
func (d *device) keys(_ line.Call, a *line.Answer) error {
	found, err := d.search([]*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY)}, maxObjects)
	if err != nil {
		return err
	}
	for _, h := range found {
		k, err := d.key(h)
		if err != nil {
			if d.gone() {
				return err
			}
			continue // of another kind
		}
		if k.Use != "" {
			a.Keys = append(a.Keys, k)
		}
	}
	slices.SortFunc(a.Keys, func(x, y line.Key) int { return strings.Compare(x.Label+x.ID, y.Label+y.ID) })
	return d.reallyEmpty(len(a.Keys))
}

// key describes a private key. One that is not ours has no Use.
func (d *device) key(h pkcs11.ObjectHandle) (k line.Key, err error) {
	at, err := d.module.GetAttributeValue(d.session, h, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_ID, nil), pkcs11.NewAttribute(pkcs11.CKA_LABEL, nil),
	})
	if err != nil {
		return k, err
	}
	k.ID = hex.EncodeToString(at[0].Value)
	for _, use := range []string{line.UseSign, line.UseDerive} {
		if name, ok := bytes.CutPrefix(at[1].Value, []byte(label(use, ""))); ok {
			k.Use, k.Label = use, tidy(string(name))
		}
	}
	if k.Use == "" {
		return k, nil
	}
	k.Suite, k.Public, err = d.public(k.ID)
	return k, err
}

// public returns the public half of a key.
func (d *device) public(id string) (suite string, public []byte, err error) {
	raw, err := hex.DecodeString(id)
	if err != nil {
		return "", nil, err
	}
	found, err := d.search([]*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PUBLIC_KEY), pkcs11.NewAttribute(pkcs11.CKA_ID, raw),
	}, 1)
	if err == nil && len(found) == 0 {
		err = refusal{line.NoKey, "the public half is missing"}
	}
	if err != nil {
		return "", nil, err
	}
	at, err := d.module.GetAttributeValue(d.session, found[0], []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, nil), pkcs11.NewAttribute(pkcs11.CKA_EC_POINT, nil),
	})
	if err != nil {
		return "", nil, err
	}
	return point(at[0].Value, at[1].Value)
}

// point reads a public key: the point in an octet string, or, as some modules
// have it, bare.
func point(curve, p []byte) (suite string, public []byte, err error) {
	var inner []byte
	if rest, err := asn1.Unmarshal(p, &inner); err == nil && len(rest) == 0 {
		p = inner
	}
	switch {
	case bytes.Equal(curve, curveP256) && len(p) == 65:
		return line.P256, p, nil
	case (bytes.Equal(curve, curveEdwards) || bytes.Equal(curve, curveEdwardsNamed)) && len(p) == 32:
		return line.Ed25519, p, nil
	}
	return "", nil, refusal{line.Unable, "a key of another kind"}
}

// make makes a key pair whose private half stays where it is.
func (d *device) make(c line.Call, a *line.Answer) error {
	var id [idSize]byte
	_, _ = rand.Read(id[:]) // never fails
	curves := [][]byte{curveP256}
	mech := uint(pkcs11.CKM_EC_KEY_PAIR_GEN)
	if c.Suite == line.Ed25519 {
		curves, mech = [][]byte{curveEdwards, curveEdwardsNamed}, mechEdwardsPair
	}
	var err error
	for _, curve := range curves {
		if err = d.pair(c, mech, curve, id[:]); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	k, err := d.keyOf(hex.EncodeToString(id[:]), c.Use)
	a.Keys = []line.Key{k}
	return err
}

func (d *device) pair(c line.Call, mech uint, curve, id []byte) error {
	sign, name := c.Use == line.UseSign, label(c.Use, c.Label)
	public := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true), pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, false),
		pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, curve), pkcs11.NewAttribute(pkcs11.CKA_VERIFY, sign),
		pkcs11.NewAttribute(pkcs11.CKA_DERIVE, !sign), pkcs11.NewAttribute(pkcs11.CKA_ID, id), pkcs11.NewAttribute(pkcs11.CKA_LABEL, name),
	}
	private := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true), pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true),
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true), pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false),
		pkcs11.NewAttribute(pkcs11.CKA_SIGN, sign), pkcs11.NewAttribute(pkcs11.CKA_DERIVE, !sign),
		pkcs11.NewAttribute(pkcs11.CKA_ID, id), pkcs11.NewAttribute(pkcs11.CKA_LABEL, name),
	}
	_, _, err := d.module.GenerateKeyPair(d.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(mech, nil)}, public, private)
	return err
}

// keyOf returns the key of an id, of a use unless that is "".
func (d *device) keyOf(id, use string) (line.Key, error) {
	h, err := d.handle(id)
	if err != nil {
		return line.Key{}, err
	}
	k, err := d.key(h)
	if err == nil && (k.Use == "" || use != "" && k.Use != use) {
		err = refusal{line.NoKey, "no key of Licet for this use"}
	}
	return k, err
}

// handle finds the private half of a key.
func (d *device) handle(id string) (pkcs11.ObjectHandle, error) {
	raw, err := hex.DecodeString(id)
	if err != nil {
		return 0, err
	}
	found, err := d.search([]*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY), pkcs11.NewAttribute(pkcs11.CKA_ID, raw),
	}, 2)
	switch {
	case err != nil:
		return 0, err
	case len(found) == 0:
		return 0, refusal{line.NoKey, "no such key"}
	case len(found) > 1:
		return 0, refusal{line.NoKey, "several keys of one id"}
	}
	return found[0], nil
}

// drop destroys a key pair, the private half first.
func (d *device) drop(c line.Call, _ *line.Answer) error {
	k, err := d.keyOf(c.Key, "")
	if err != nil {
		return err
	}
	raw, err := hex.DecodeString(k.ID)
	if err != nil {
		return err
	}
	delete(d.found, k.ID)
	for _, class := range []uint{pkcs11.CKO_PRIVATE_KEY, pkcs11.CKO_PUBLIC_KEY} {
		found, err := d.search([]*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_CLASS, class), pkcs11.NewAttribute(pkcs11.CKA_ID, raw),
		}, 2)
		for _, h := range found {
			err = errors.Join(err, d.module.DestroyObject(d.session, h))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// known is a key that was looked up in this session.
type known struct {
	line.Key
	private pkcs11.ObjectHandle
}

// ready returns a key for a use, looked up once per session: to find it again for
// every signature would cost more than the signature.
func (d *device) ready(id, use string) (known, error) {
	if k, ok := d.found[id]; ok && k.Use == use {
		return k, nil
	}
	k, err := d.keyOf(id, use)
	if err != nil {
		return known{}, err
	}
	h, err := d.handle(id)
	if err != nil {
		return known{}, err
	}
	d.found[id] = known{k, h}
	return d.found[id], nil
}

// sign signs with a key.
func (d *device) sign(c line.Call, a *line.Answer) error {
	k, err := d.ready(c.Key, line.UseSign)
	if err != nil {
		return err
	}
	mech := uint(mechEdDSA)
	if k.Suite == line.P256 {
		mech = pkcs11.CKM_ECDSA
		if len(c.Data) != 32 {
			return refusal{line.Unable, "P-256 signs a SHA-256 digest"}
		}
	}
	if err := d.module.SignInit(d.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(mech, nil)}, k.private); err != nil {
		return err
	}
	a.Data, err = d.module.Sign(d.session, c.Data)
	if err == nil && len(a.Data) != 64 {
		err = refusal{line.Failed, "the module's signature has another length"}
	}
	return err
}

// derive does ECDH and takes the result out; the object that holds it in the
// module is gone afterwards.
func (d *device) derive(c line.Call, a *line.Answer) error {
	k, err := d.ready(c.Key, line.UseDerive)
	if err != nil {
		return err
	}
	params := pkcs11.NewECDH1DeriveParams(pkcs11.CKD_NULL, nil, c.Data)
	secret, err := d.module.DeriveKey(d.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_ECDH1_DERIVE, params)}, k.private, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY), pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_GENERIC_SECRET),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, false), pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, false),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, true), pkcs11.NewAttribute(pkcs11.CKA_VALUE_LEN, 32),
	})
	if err != nil {
		return err
	}
	at, err := d.module.GetAttributeValue(d.session, secret, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)})
	err = errors.Join(err, d.module.DestroyObject(d.session, secret))
	if err != nil {
		return err
	}
	if a.Data = at[0].Value; len(a.Data) != 32 {
		return refusal{line.Failed, "the module's secret has another length"}
	}
	return nil
}
