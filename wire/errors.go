package wire

import "errors"

// What verification and parsing may refuse. They are compared with errors.Is;
// a wrapped text names the claim or the line that is meant.
var (
	// ErrMalformed: not a token, file, pin or message of this format.
	ErrMalformed = errors.New("wire: malformed")
	// ErrTooLong: over a size limit of the format.
	ErrTooLong = errors.New("wire: too long")
	// ErrDuplicateKey: a JSON object names a key twice, or in another case.
	ErrDuplicateKey = errors.New("wire: duplicate key")
	// ErrUnknownKey: the key id is not in the trusted set.
	ErrUnknownKey = errors.New("wire: unknown signing key")
	// ErrSuite: the key's algorithm is not the token's, or not allowed for its type.
	ErrSuite = errors.New("wire: wrong signature suite")
	// ErrSignature: the signature does not fit the bytes, the footer or the type.
	ErrSignature = errors.New("wire: bad signature")
	// ErrType: the payload says another type than the one asked for.
	ErrType = errors.New("wire: wrong token type")
	// ErrIssuer: the token is of another publisher.
	ErrIssuer = errors.New("wire: wrong publisher")
	// ErrUse: the key is not certified for this type of token.
	ErrUse = errors.New("wire: key not certified for this use")
	// ErrWindow: the token was issued outside its key's window.
	ErrWindow = errors.New("wire: issued outside the key's window")
	// ErrRevoked: the key, or every root that certified it, is revoked.
	ErrRevoked = errors.New("wire: key revoked")
	// ErrRank: this root may not speak about that key.
	ErrRank = errors.New("wire: root may not say this")
	// ErrClaim: a claim is missing or out of its bounds.
	ErrClaim = errors.New("wire: claim out of bounds")
	// ErrProduct: the license is for another product.
	ErrProduct = errors.New("wire: license of another product")
	// ErrContainer: the license is bound to another container.
	ErrContainer = errors.New("wire: license of another container")
	// ErrExpired: the license's time and grace are over (see Verdict.Err).
	ErrExpired = errors.New("wire: license expired")
	// ErrNotYet: the license's time has not begun (see Verdict.Err).
	ErrNotYet = errors.New("wire: license not valid yet")
	// ErrMaintenance: this release is newer than the license covers (see Verdict.Err).
	ErrMaintenance = errors.New("wire: release not covered by maintenance")
	// ErrSeal: a sealed part does not open with this key and context.
	ErrSeal = errors.New("wire: sealed part does not open")
)

// ErrFingerprint says that the container key fits but too few components of
// the machine do: a copied container. It is an ErrContainer.
var ErrFingerprint error = fingerprintError{}

type fingerprintError struct{}

func (fingerprintError) Error() string {
	return "wire: machine does not match the license's fingerprint"
}
func (fingerprintError) Is(target error) bool { return target == ErrContainer }

var reasons = []struct {
	err  error
	name string
}{
	{ErrFingerprint, "fingerprint"},
	{ErrMalformed, "malformed"},
	{ErrTooLong, "too_long"},
	{ErrDuplicateKey, "duplicate_key"},
	{ErrUnknownKey, "unknown_key"},
	{ErrSuite, "suite"},
	{ErrSignature, "signature"},
	{ErrType, "type"},
	{ErrIssuer, "issuer"},
	{ErrUse, "use"},
	{ErrWindow, "window"},
	{ErrRevoked, "revoked"},
	{ErrRank, "rank"},
	{ErrClaim, "claim"},
	{ErrProduct, "product"},
	{ErrContainer, "container"},
	{ErrExpired, "expired"},
	{ErrNotYet, "not_yet"},
	{ErrMaintenance, "unmaintained"},
	{ErrSeal, "seal"},
}

// Reason returns the stable code of an error of this package, as the vectors
// and user interfaces name it: "signature", "window" … It is "" for nil and
// "other" for a foreign error.
func Reason(err error) string {
	if err == nil {
		return ""
	}
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return r.name
		}
	}
	return "other"
}
