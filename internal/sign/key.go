package sign

import (
	"time"

	"github.com/licet/licet/wire"
)

// Purpose says what a key is for.
type Purpose string

// The purposes.
const (
	Issue Purpose = "issue" // signs licenses, updates, validations and block lists (Ed25519)
	Depot Purpose = "depot" // opens the codes in request files (X25519)
	// Keygen signs answers and files for programs with Keygen's client libraries
	// (Ed25519). It has no certificate: those programs ship the key itself.
	Keygen Purpose = "keygen"
)

// State is where a key stands in its life.
type State string

// The states. A key is requested until a root's certificate for it is
// installed; then it is active, and the one before it of the same purpose
// retires. A retired issuing key still signs bytes that were recorded under it,
// a retired depot key still opens old request files. A revoked key does
// nothing, and its private half is gone.
const (
	Requested State = "requested"
	Active    State = "active"
	Retired   State = "retired"
	Revoked   State = "revoked"
)

// Rank says how a product knows a root.
type Rank string

// The ranks. Products pin the active and the standby root when they are built;
// an announced one reaches them as a line that a pinned root signed.
const (
	RankActive    Rank = "active"
	RankStandby   Rank = "standby"
	RankAnnounced Rank = "announced"
	RankFormer    Rank = "former" // pinned by older products only
)

const (
	// maxDays is the longest time an issuing key may be certified for.
	maxDays = 366
	// defaultDays is what a request asks for when nobody says otherwise.
	defaultDays = 365
	// backdate lets a certificate begin a little in the past, so that a license
	// issued by a node whose clock is slow is not outside its window.
	backdate = time.Hour
)

// issuingUse is what an issuing key is certified for.
var issuingUse = []wire.Type{wire.TypeLicense, wire.TypeUpdate, wire.TypeValidation, wire.TypeBlockList}

// Key is an issuing or depot key without its private half.
type Key struct {
	ID        KeyID     `json:"-"`
	KID       string    `json:"kid"`
	Purpose   Purpose   `json:"purpose"`
	State     State     `json:"state"`
	Place     Place     `json:"place,omitempty"` // of the private half
	Public    []byte    `json:"-"`
	Cert      string    `json:"cert,omitempty"`     // ikc or dpk, "" while requested
	RootKID   string    `json:"root,omitempty"`     // the root that signed Cert
	Announce  bool      `json:"announce,omitempty"` // products hold an older certificate of this key
	NotBefore time.Time `json:"not_before"`         // of an issuing key: first instant it may issue
	NotAfter  time.Time `json:"not_after,omitzero"` // last instant it may issue; zero for depot keys
	Created   time.Time `json:"created"`
	Changed   time.Time `json:"changed"`
}

// Root is the public half of a root key as the server knows it.
type Root struct {
	ID      RootID    `json:"-"`
	KID     string    `json:"kid"`
	Public  []byte    `json:"-"`
	Rank    Rank      `json:"rank"`
	Revoked bool      `json:"revoked"`
	Created time.Time `json:"created"`
	Changed time.Time `json:"changed"`
}

// Line is a root-signed line that products in the field must learn.
type Line struct {
	ID      LineID    `json:"-"`
	Type    wire.Type `json:"type"`    // rvk or rot
	Subject string    `json:"subject"` // kid of the revoked key or the new root
	Part    int       `json:"part"`    // from 1
	Token   string    `json:"token"`
	Created time.Time `json:"created"`
}

// mayIssue reports whether an issuing key may issue at an instant.
func (k Key) mayIssue(at time.Time) bool {
	return k.State == Active && !at.Before(k.NotBefore) && !at.After(k.NotAfter)
}

// window returns the certified time of a new issuing key, in whole seconds.
func window(now time.Time, days int) (from, to time.Time, err error) {
	if days == 0 {
		days = defaultDays
	}
	if days < 1 || days > maxDays {
		return from, to, ErrBadWindow.With("days", days)
	}
	from = now.UTC().Truncate(time.Second).Add(-backdate)
	return from, from.Add(backdate + time.Duration(days)*24*time.Hour), nil
}
