package wire

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"math/big"
)

// MaxTypedNumber is the highest number of a typed request; after it numbers begin
// again at 0.
const MaxTypedNumber = 1<<numberBits - 1

const (
	requestGroups = 4
	numberBits    = 14
)

// TypedRequest is what a machine asks that has neither a network nor a port: its
// container's signing key and the number of the question, in 60 symbols. It is not
// signed; the ticket is typed beside it, and the answer fits this container only.
type TypedRequest struct {
	Sign   [ed25519.PublicKeySize]byte
	Number int // 0 to MaxTypedNumber
}

// String prints the request: four groups of fifteen, one to a line, each as
// three fives with dashes. A number out of its range counts from 0 again.
func (r TypedRequest) String() string {
	var w bitWriter
	w.put(uint64(r.Number&MaxTypedNumber), numberBits)
	w.bytes(r.Sign[:])
	w.put(0, 10)
	data := w.symbols()
	copy(data[requestData:], requestSum(data[:requestData]))
	return printGroups(TypedRequestCode, data)
}

// requestData is how many symbols of a request say something; two check them.
const requestData = requestGroups*typedData - 2

// requestSum is a check over the whole request: nothing else tells when two
// mistakes in one group cancel each other out.
func requestSum(data []byte) []byte {
	h := sha256.Sum256(append([]byte("licet typed request"), data...))
	return []byte{h[0] >> 3, h[1] >> 3}
}

// ParseTypedRequest reads a typed request. The error is a *CodeError that names the
// group, or ErrMalformed when the groups are right and hold no key.
func ParseTypedRequest(s string) (TypedRequest, error) {
	var r TypedRequest
	data, err := readGroups(TypedRequestCode, s)
	if err != nil {
		return r, err
	}
	if len(data) != requestGroups*typedData {
		return r, &CodeError{
			Kind: CodeLength, Got: len(data) / typedData * typedGroup, Want: requestGroups * typedGroup, Group: len(data)/typedData + 1,
		}
	}
	if !bytes.Equal(data[requestData:], requestSum(data[:requestData])) {
		return r, &CodeError{Kind: CodeCheck, Got: requestGroups * typedGroup, Want: requestGroups * typedGroup}
	}
	b := newBitReader(data)
	r.Number = int(b.get(numberBits))
	copy(r.Sign[:], b.bytes(len(r.Sign)))
	if _, err := montgomery(r.Sign[:]); err != nil {
		return TypedRequest{}, err
	}
	return r, nil
}

// Keys returns the container's keys. Its encryption key is the one that belongs to
// its signing key (EncryptionKey): no other can ask by typed codes.
func (r TypedRequest) Keys() (ContainerKeys, error) {
	enc, err := montgomery(r.Sign[:])
	if err != nil {
		return ContainerKeys{}, err
	}
	return ContainerKeys{Kind: ContainerSoft, Sign: b64.EncodeToString(r.Sign[:]), Encrypt: b64.EncodeToString(enc)}, nil
}

// EncryptionKey returns the X25519 key that belongs to an Ed25519 key: both come
// from one seed, and anyone can compute the public half of the one from that of the
// other, so that a typed request names both. The error is that of a key that does
// not give its seed out, or ErrSuite.
func EncryptionKey(sign PrivateKey) (*ecdh.PrivateKey, error) {
	if sign.public.Suite != Ed25519 {
		return nil, ErrSuite
	}
	seed, err := sign.Private()
	if err != nil {
		return nil, err
	}
	h := sha512.Sum512(seed) // RFC 8032, 5.1.5: its first half is the scalar
	return ecdh.X25519().NewPrivateKey(h[:32])
}

var (
	fieldPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	one        = big.NewInt(1)
	edwardsD   = new(big.Int).Mod(new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), fieldPrime)), fieldPrime)
)

// montgomery returns the public X25519 key of a public Ed25519 key: u = (1+y)/(1−y).
// The key must be a point of the curve −x²+y² = 1+d·x²·y², in its one spelling.
func montgomery(ed []byte) ([]byte, error) {
	le := make([]byte, len(ed))
	for i, b := range ed {
		le[len(ed)-1-i] = b
	}
	le[0] &= 0x7f // the sign of x
	y := new(big.Int).SetBytes(le)
	y2 := new(big.Int).Mul(y, y)
	above := new(big.Int).Sub(y2, one)
	below := new(big.Int).Add(new(big.Int).Mul(edwardsD, y2), one)
	x2 := new(big.Int).Mul(above, below) // a square if and only if above/below is one
	x2.Mod(x2, fieldPrime)
	if y.Cmp(fieldPrime) >= 0 || x2.Sign() == 0 || big.Jacobi(x2, fieldPrime) != 1 {
		return nil, fmt.Errorf("%w: no signing key", ErrMalformed)
	}
	down := new(big.Int).Mod(new(big.Int).Sub(one, y), fieldPrime)
	u := new(big.Int).Mul(new(big.Int).Add(one, y), down.ModInverse(down, fieldPrime))
	out := u.Mod(u, fieldPrime).FillBytes(make([]byte, 32))
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, nil
}
