package wire

// Claims is the payload of one type of token. All of them are plain structs
// with exported fields; Encode sets the typ claim itself.
type Claims interface {
	// Kind returns the token type.
	Kind() Type
	// Encode validates and returns the canonical payload: fixed key order, no
	// spaces, zero values left out. The same claims give the same bytes.
	Encode() ([]byte, error)
	// Validate checks every field's bounds; the error is an ErrClaim.
	Validate() error
}

// Enforcement says what an expired license does to the program.
type Enforcement string

// The enforcement levels.
const (
	Enforce Enforcement = "enforce" // the program may refuse
	Warn    Enforcement = "warn"    // the program goes on and says so
	Log     Enforcement = "log"     // the program goes on and notes it
)

// AllFeatures is the feature that stands for every feature.
const AllFeatures = "*"

// License is the claims of lic: one license, activated in one container. It
// holds no personal data, because a file cannot be called back.
type License struct {
	Type        Type             `json:"typ"`
	Issuer      string           `json:"iss"`           // the publisher
	ID          string           `json:"lid"`           // the license
	Generation  int64            `json:"gen"`           // of the license in this container, from 1
	Article     string           `json:"art,omitempty"` // article number
	Product     string           `json:"prd"`           // product code
	Model       string           `json:"mdl,omitempty"` // license model
	Features    []string         `json:"ftr,omitempty"` // AllFeatures stands for all
	Limits      map[string]int64 `json:"lim,omitempty"`
	Unit        string           `json:"unt,omitempty"` // the limit that is used up: each of Quantity brings so many units; "" = none is
	Quantity    int64            `json:"qty,omitempty"`
	IssuedAt    int64            `json:"iat"`
	NotBefore   int64            `json:"nbf,omitempty"` // Unix seconds; 0 = at once
	Expires     int64            `json:"exp,omitempty"` // Unix seconds, exclusive; 0 = never
	Grace       int64            `json:"grc,omitempty"` // seconds after Expires
	Maintenance int64            `json:"mnt,omitempty"` // releases before this Unix second may run; 0 = all
	Enforce     Enforcement      `json:"enf"`
	Seq         int64            `json:"seq,omitempty"` // sequence of the answer to this container
	Epoch       int64            `json:"epo,omitempty"` // rises when the server is restored from a backup
	Holder      string           `json:"hld,omitempty"` // pseudonymous number, never a name
	Serial      string           `json:"ser"`           // 8 bytes, base64url
	Nonce       string           `json:"non,omitempty"` // of the request it answers
	Commands    int64            `json:"cmd,omitempty"` // commands in the upd that must come with it
	NextContact int64            `json:"nxt,omitempty"` // Unix seconds; 0 = none due
	Secret      string           `json:"sec,omitempty"` // sealed to the container (SealSecret)
	Container   Binding          `json:"cnt,omitzero"`
	Lease       Lease            `json:"lse,omitzero"` // of a floating license; zero = none
	Marks       Marks            `json:"-"`            // of a typed answer; no token has them
}

// Binding ties a license to a container. The zero Binding binds to none.
type Binding struct {
	Kind        string   `json:"t,omitempty"` // "soft", "hardware", "cloud"
	Key         string   `json:"k,omitempty"` // ContainerKeys.Hash
	Fingerprint []string `json:"f,omitempty"` // Short of the machine's components
	Min         int      `json:"n,omitempty"` // how many of them must match
}

// Has reports whether the license holds the feature, by name or by AllFeatures.
func (l *License) Has(feature string) bool {
	for _, f := range l.Features {
		if f == feature || f == AllFeatures {
			return true
		}
	}
	return l.Marks.has(feature)
}

// Limit returns the named limit and whether the license sets one.
func (l *License) Limit(name string) (int64, bool) {
	if v, ok := l.Limits[name]; ok {
		return v, ok
	}
	v, ok := l.Marks.Limits[MarkOf(name)]
	return v, ok && l.Marks.Limits != nil
}

// IssuerCert is the claims of ikc: a root lets an issuing key sign.
type IssuerCert struct {
	Type      Type   `json:"typ"`
	Issuer    string `json:"iss"`
	KID       string `json:"kid"` // of Public
	Public    string `json:"pub"` // Ed25519, base64url
	Use       []Type `json:"use"` // some of lic, upd, val, blk
	NotBefore int64  `json:"nbf"`
	Expires   int64  `json:"exp"` // last second in which the key may issue
	IssuedAt  int64  `json:"iat"`
}

// Revocation is the claims of rvk: an issuing key or a root is not to be
// believed any more, but for the serials it lists. A long list comes in parts,
// each a token of its own with the same KID and IssuedAt.
type Revocation struct {
	Type     Type   `json:"typ"`
	Issuer   string `json:"iss"`
	Object   string `json:"obj"` // RevokeIssuer or RevokeRoot
	KID      string `json:"kid"` // the revoked key
	IssuedAt int64  `json:"iat"` // the newest statement of a root about a key counts
	Why      string `json:"why,omitempty"`
	Known    string `json:"kno,omitempty"` // JoinSerials of the licenses that stay valid
	Part     int    `json:"par,omitempty"` // from 1; 0 with Parts 0: the only one
	Parts    int    `json:"pts,omitempty"`
}

// What a Revocation is about.
const (
	RevokeIssuer = "ikc"
	RevokeRoot   = "root"
)

// Rotation is the claims of rot: a pinned root announces a new root.
type Rotation struct {
	Type     Type   `json:"typ"`
	Issuer   string `json:"iss"`
	KID      string `json:"kid"` // of Public
	Public   string `json:"pub"` // Ed25519, base64url
	IssuedAt int64  `json:"iat"`
}

// DepotKey is the claims of dpk: the key to seal codes in request files to.
type DepotKey struct {
	Type     Type   `json:"typ"`
	Issuer   string `json:"iss"`
	KID      string `json:"kid"` // of Public
	Public   string `json:"pub"` // X25519, base64url
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp,omitempty"` // Unix seconds, exclusive; 0 = none
}

// Validation is the claims of val: what the server says about a license key.
type Validation struct {
	Type        Type             `json:"typ"`
	Issuer      string           `json:"iss"`
	Nonce       string           `json:"non"` // of the question
	IssuedAt    int64            `json:"iat"`
	OK          bool             `json:"ok"`
	Why         string           `json:"why,omitempty"` // a code; "" if OK
	LicenseID   string           `json:"lid,omitempty"`
	Product     string           `json:"prd,omitempty"`
	Article     string           `json:"art,omitempty"`
	Features    []string         `json:"ftr,omitempty"`
	Limits      map[string]int64 `json:"lim,omitempty"`
	Expires     int64            `json:"exp,omitempty"`
	NextContact int64            `json:"nxt,omitempty"`
}

// BlockList is the claims of blk: licenses and containers that a program shall
// refuse, shipped with a release or an update. The list with the highest Seq
// counts; a long one comes in parts.
type BlockList struct {
	Type       Type     `json:"typ"`
	Issuer     string   `json:"iss"`
	Seq        int64    `json:"seq"`
	IssuedAt   int64    `json:"iat"`
	Licenses   []Held   `json:"lic,omitempty"` // blocked up to and with this generation
	Containers []string `json:"cnt,omitempty"` // container key hashes
	Part       int      `json:"par,omitempty"`
	Parts      int      `json:"pts,omitempty"`
}

// Checkpoint is the claims of chk: where a publisher's journal stood. Kept away
// from the server, it gives away who rewrites the journal in the database.
type Checkpoint struct {
	Type     Type   `json:"typ"`
	Issuer   string `json:"iss"`
	Seq      int64  `json:"seq"` // the last sealed row
	Hash     string `json:"hsh"` // of the chain up to it: SHA-256, base64url
	IssuedAt int64  `json:"iat"`
}

// Kind returns TypeLicense.
func (*License) Kind() Type { return TypeLicense }

// Kind returns TypeCert.
func (*IssuerCert) Kind() Type { return TypeCert }

// Kind returns TypeRevocation.
func (*Revocation) Kind() Type { return TypeRevocation }

// Kind returns TypeRotation.
func (*Rotation) Kind() Type { return TypeRotation }

// Kind returns TypeDepotKey.
func (*DepotKey) Kind() Type { return TypeDepotKey }

// Kind returns TypeValidation.
func (*Validation) Kind() Type { return TypeValidation }

// Kind returns TypeBlockList.
func (*BlockList) Kind() Type { return TypeBlockList }

// Kind returns TypeCheckpoint.
func (*Checkpoint) Kind() Type { return TypeCheckpoint }
