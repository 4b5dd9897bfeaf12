package wire

// Type is what a token says it is. It is the first claim of the payload and
// part of the signed bytes.
type Type string

// The types of tokens. A type is never given another meaning; a change that an
// older verifier would misread gets a type of its own.
const (
	TypeLicense    Type = "lic" // a license, signed by an issuing key
	TypeCert       Type = "ikc" // the certificate of an issuing key, signed by a root
	TypeRevocation Type = "rvk" // the revocation of an issuing key or root, signed by a root
	TypeRotation   Type = "rot" // a new root, signed by a pinned root
	TypeDepotKey   Type = "dpk" // the depot's encryption key, signed by a root
	TypeUpdate     Type = "upd" // commands for a container, signed by an issuing key
	TypeRequest    Type = "req" // a container asks, signed by it
	TypeReceipt    Type = "rcp" // a container has installed, signed by it
	TypeReturn     Type = "ret" // a container has removed, signed by it
	TypeValidation Type = "val" // the answer about a license key, signed by an issuing key
	TypeBlockList  Type = "blk" // blocked licenses and containers, signed by an issuing key
	TypeCheckpoint Type = "chk" // where the publisher's journal stood, signed by an issuing key

	// TypeTyped is what a typed answer is signed as. No token is of this type.
	TypeTyped Type = "tla"

	TypeLeaseRequest Type = "lsr" // a container asks for a lease, signed by it
)

// signer is the role a key must have to sign a type.
type signer uint8

const (
	nobody signer = iota
	byRoot
	byIssuer
	byContainer
)

func (t Type) signer() signer {
	switch t {
	case TypeCert, TypeRevocation, TypeRotation, TypeDepotKey:
		return byRoot
	case TypeLicense, TypeUpdate, TypeValidation, TypeBlockList, TypeCheckpoint:
		return byIssuer
	case TypeRequest, TypeReceipt, TypeReturn, TypeLeaseRequest:
		return byContainer
	}
	return nobody
}

// Known reports whether t is a type of this format.
func (t Type) Known() bool { return t.signer() != nobody }

// implicit is the implicit assertion of the type.
func (t Type) implicit() string { return string(t) + "/1" }
