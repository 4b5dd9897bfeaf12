package wire

import (
	"crypto/sha256"
)

// Action is what a request asks for.
type Action string

// The actions.
const (
	ActActivate Action = "act" // collect licenses of a code, or wanted ones
	ActRefresh  Action = "ref" // contact: deliver what waits, renew what runs out
	ActRestore  Action = "res" // re-issue after loss; Lost names the license
	ActBorrow   Action = "bor" // take places of floating licenses offline until Until, or keep them longer
)

// Request is the claims of req: what a container asks, signed by it.
type Request struct {
	Type        Type              `json:"typ"`
	Issuer      string            `json:"iss"`
	Action      Action            `json:"act"`
	Nonce       string            `json:"non"` // 16 bytes, base64url
	Counter     int64             `json:"ctr"` // above that of every message before
	IssuedAt    int64             `json:"iat"` // the client's clock, believed by nobody
	Container   ContainerKeys     `json:"cnt"`
	Fingerprint []FingerprintPart `json:"fp,omitempty"`
	Virtual     bool              `json:"vm,omitempty"`
	Code        string            `json:"code,omitempty"` // ticket, key or pairing code as printed; HTTPS only
	Sealed      string            `json:"sec,omitempty"`  // the same sealed to the depot (SealCode); files
	Held        []Held            `json:"held,omitempty"`
	Want        []string          `json:"want,omitempty"` // license ids; empty = all of the code
	Quantity    int64             `json:"qty,omitempty"`
	Lost        string            `json:"old,omitempty"`  // license id of the lost activation
	Base        string            `json:"base,omitempty"` // license id that an upgrade, extension or add-on is to change
	Until       int64             `json:"unt,omitempty"`  // of a borrow: its end, Unix seconds, exclusive; 0 = as late as is allowed
	Product     string            `json:"prd,omitempty"`  // the program's product code
	App         App               `json:"app,omitzero"`
}

// ContainerKeys is a container's kind and public keys.
type ContainerKeys struct {
	Kind    string `json:"t"`           // "soft", "hardware", "cloud"
	Sign    string `json:"s"`           // Ed25519 (32 bytes) or P-256 (65 bytes), base64url
	Encrypt string `json:"e,omitempty"` // X25519 (32) or P-256 (65), base64url
}

// The kinds of containers.
const (
	ContainerSoft     = "soft"
	ContainerHardware = "hardware"
	ContainerCloud    = "cloud"
)

// FingerprintPart is one salted component of a machine, under its name.
type FingerprintPart struct {
	Name string `json:"n"`
	Hash string `json:"h"` // 16 bytes, base64url (Component)
}

// Held names a license in a container with its generation.
type Held struct {
	LicenseID  string `json:"lid"`
	Generation int64  `json:"gen"`
	Spent      int64  `json:"spt,omitempty"` // units that this generation has spent, where it is usage-counted
}

// App is the program that asks.
type App struct {
	Version string `json:"v,omitempty"`
	OS      string `json:"os,omitempty"`
	Arch    string `json:"arch,omitempty"`
}

// Receipt is the claims of rcp: the container has durably installed up to the
// counter and holds exactly this.
type Receipt struct {
	Type      Type   `json:"typ"`
	Issuer    string `json:"iss"`
	Container string `json:"cnt"` // ContainerKeys.Hash
	Nonce     string `json:"non"` // 16 bytes, base64url
	Counter   int64  `json:"ctr"`
	IssuedAt  int64  `json:"iat"`
	Held      []Held `json:"held,omitempty"`
}

// Return is the claims of ret: the container has durably removed a license.
// The removal must be on disk before this is signed.
type Return struct {
	Type       Type   `json:"typ"`
	Issuer     string `json:"iss"`
	Container  string `json:"cnt"` // ContainerKeys.Hash
	Nonce      string `json:"non"`
	Counter    int64  `json:"ctr"`
	IssuedAt   int64  `json:"iat"`
	LicenseID  string `json:"lid"`
	Generation int64  `json:"gen"`
	Spent      int64  `json:"spt,omitempty"` // units that it has spent, where it is usage-counted
}

// Update is the claims of upd: commands for one container.
type Update struct {
	Type      Type      `json:"typ"`
	Issuer    string    `json:"iss"`
	Container string    `json:"cnt"` // ContainerKeys.Hash
	Nonce     string    `json:"non"` // of the request it answers
	Seq       int64     `json:"seq"`
	IssuedAt  int64     `json:"iat"`
	Commands  []Command `json:"cmd,omitempty"`
}

// Command is one thing that the container must do.
type Command struct {
	Do         string `json:"c"` // CmdRecall …
	LicenseID  string `json:"lid,omitempty"`
	Generation int64  `json:"gen,omitempty"`
	Why        string `json:"why,omitempty"` // a code
}

// The commands.
const (
	CmdRecall  = "recall"  // remove the license
	CmdReplace = "replace" // remove it; its successor is among the lic lines
	CmdAck     = "ack"     // nothing to do, the message has arrived
	CmdBlock   = "block"   // refuse the license until a later update lifts it
	CmdTime    = "time"    // take IssuedAt as trusted time
)

// Hash returns the container key hash: base64url of SHA-256 over the suite byte
// of the signing key, the signing key and the encryption key. It is "" if a key
// is malformed.
func (c ContainerKeys) Hash() string {
	pub, err := ParsePublicKey(c.Sign)
	if err != nil {
		return ""
	}
	enc, err := decodeB64(c.Encrypt)
	if err != nil {
		return ""
	}
	h := sha256.New()
	h.Write([]byte{byte(pub.Suite)})
	h.Write(pub.Bytes)
	h.Write(enc)
	return b64.EncodeToString(h.Sum(nil))
}

// Kind returns TypeRequest.
func (*Request) Kind() Type { return TypeRequest }

// Kind returns TypeReceipt.
func (*Receipt) Kind() Type { return TypeReceipt }

// Kind returns TypeReturn.
func (*Return) Kind() Type { return TypeReturn }

// Kind returns TypeUpdate.
func (*Update) Kind() Type { return TypeUpdate }
