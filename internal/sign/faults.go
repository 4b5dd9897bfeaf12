package sign

import "github.com/licet/licet/internal/fault"

// Refusals about files on the administrator's disk. Argument "path" names the
// file; none of them ever carries its content.
var (
	// ErrIdentityMissing: the database holds sealed keys, but the identity file is gone.
	ErrIdentityMissing = fault.New(fault.Invalid, "sign.identity_missing")
	// ErrIdentityMode: group or others may touch the identity file (argument "mode").
	ErrIdentityMode = fault.New(fault.Invalid, "sign.identity_mode")
	// ErrIdentityBad: the identity file holds no usable key.
	ErrIdentityBad = fault.New(fault.Invalid, "sign.identity_bad")
	// ErrFileExists: a file is there already and is not written over.
	ErrFileExists = fault.New(fault.Conflict, "sign.file_exists")
	// ErrPassphraseShort: a new passphrase is under 12 characters (argument "min").
	ErrPassphraseShort = fault.New(fault.Invalid, "sign.passphrase_short", "min", minPassphrase)
	// ErrWrongPassphrase: the passphrase does not open the file.
	ErrWrongPassphrase = fault.New(fault.Denied, "sign.wrong_passphrase")
	// ErrRootFile: not a root key file of this format, or its parts do not fit together.
	ErrRootFile = fault.New(fault.Invalid, "sign.root_file")
	// ErrRequestFile: not a certification request of this format.
	ErrRequestFile = fault.New(fault.Invalid, "sign.request_file")
	// ErrSerialFile: not a list of serials of this format (argument "line").
	ErrSerialFile = fault.New(fault.Invalid, "sign.serial_file")
	// ErrEscrowFile: not an export of this format, or of another installation.
	ErrEscrowFile = fault.New(fault.Invalid, "sign.escrow_file")
)

// Refusals about keys.
var (
	// ErrNotFound: no such key, root or pepper here (argument "kid").
	ErrNotFound = fault.New(fault.NotFound, "sign.not_found")
	// ErrNoKey: no issuing key is active, or its certificate does not cover this moment.
	ErrNoKey = fault.New(fault.Unavailable, "sign.no_key")
	// ErrNoKeygen: the publisher does not answer programs with Keygen's client
	// libraries, or not under this key.
	ErrNoKeygen = fault.New(fault.NotFound, "sign.no_keygen_key")
	// ErrNoRoot: the publisher has no root key yet, or none that is trusted.
	ErrNoRoot = fault.New(fault.Conflict, "sign.no_root")
	// ErrKeyRevoked: the key that was to sign is revoked (argument "kid").
	ErrKeyRevoked = fault.New(fault.Conflict, "sign.key_revoked")
	// ErrKeyState: the key's state forbids the step (arguments "kid", "state").
	ErrKeyState = fault.New(fault.Conflict, "sign.key_state")
	// ErrRootRevoked: the root is revoked and certifies nothing (argument "kid").
	ErrRootRevoked = fault.New(fault.Conflict, "sign.root_revoked")
	// ErrBadWindow: the time a key may be used is empty or too long (argument "max", days).
	ErrBadWindow = fault.New(fault.Invalid, "sign.bad_window", "max", maxDays)
	// ErrBadPurpose: a key is for issuing or for the depot (argument "purpose").
	ErrBadPurpose = fault.New(fault.Invalid, "sign.bad_purpose")
	// ErrBadRank: a root is pinned as active or as standby (argument "rank").
	ErrBadRank = fault.New(fault.Invalid, "sign.bad_rank")
	// ErrPartsMissing: a revocation came without all its parts (arguments "kid", "parts").
	ErrPartsMissing = fault.New(fault.Invalid, "sign.parts_missing")
	// ErrBadLine: a line is not a token that a trusted root of this publisher signed (argument "line").
	ErrBadLine = fault.New(fault.Invalid, "sign.bad_line")
	// ErrForeignLine: a certificate for a key that this installation did not ask for (argument "kid").
	ErrForeignLine = fault.New(fault.Conflict, "sign.foreign_line")
	// ErrBadClaims: the claims to sign break the format; nothing was signed.
	ErrBadClaims = fault.New(fault.Internal, "sign.bad_claims")
	// ErrSelfCheck: a token did not verify as the client would; it was not sent.
	ErrSelfCheck = fault.New(fault.Internal, "sign.self_check")
	// ErrSealedCode: the code in a request file does not open with any of the
	// publisher's depot keys.
	ErrSealedCode = fault.New(fault.Invalid, "sign.sealed_code")
	// ErrTooManySerials: more licenses under a key than a revocation can list (arguments "count", "max").
	ErrTooManySerials = fault.New(fault.Exhausted, "sign.too_many_serials", "max", MaxSerials)
	// ErrNoLog: this Service was not told where the issuance log or the look-up
	// tables are, so it will not say what is safe to revoke or delete.
	ErrNoLog = fault.New(fault.Internal, "sign.no_log")
	// ErrLastPepper: the pepper has no successor that is in use for a minute (argument "id").
	ErrLastPepper = fault.New(fault.Conflict, "sign.last_pepper")
	// ErrPepperUsed: codes are still stored under the pepper (arguments "id", "left").
	ErrPepperUsed = fault.New(fault.Conflict, "sign.pepper_used")
)

// Refusals about sealed bytes. They are internal: somebody has altered the
// database or runs it with another identity.
var (
	// ErrSeal: a secret does not open with this identity.
	ErrSeal = fault.New(fault.Internal, "sign.seal")
	// ErrSealed: a sealed value was altered or belongs to another row.
	ErrSealed = fault.New(fault.Internal, "sign.sealed")
	// ErrNoDataKey: the publisher has no data key and this is no write transaction.
	ErrNoDataKey = fault.New(fault.Internal, "sign.no_data_key")
)
