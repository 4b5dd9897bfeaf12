package license

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/licet/licet/internal/actor"
)

// The reasons for which somebody acts on what belongs to another organization.
const (
	ReasonLost     = "lost"     // the device is lost, stolen or gone for good
	ReasonDefect   = "defect"   // the device or the license does not work
	ReasonMoved    = "moved"    // the license is needed on another device
	ReasonMistake  = "mistake"  // something was sold, activated or taken back by mistake
	ReasonRequest  = "request"  // the holder has asked for it
	ReasonGoodwill = "goodwill" // more is granted than was bought
	ReasonMisuse   = "misuse"   // it was used against the terms
	ReasonHandover = "handover" // the holder's business went to another organization
	ReasonOther    = "other"    // what the note says
)

// Reasons returns the codes, in the order in which people choose from them.
func Reasons() []string {
	return []string{
		ReasonLost, ReasonDefect, ReasonMoved, ReasonMistake, ReasonRequest, ReasonGoodwill, ReasonMisuse, ReasonHandover, ReasonOther,
	}
}

// MaxNote is how many characters the note of a reason has at most, and minNote how
// many where it is all that is said.
const (
	MaxNote = 500
	minNote = 3
)

// giveReason checks why somebody acts for another organization, and trims the note.
// It returns ErrNoReason without a code, ErrUnknownReason for a code that nobody
// knows, ErrNote for a note that is too long, that is not plain text, or that is
// missing where the code says nothing.
func giveReason(r actor.Reason) (actor.Reason, error) {
	if r.Code == "" {
		return r, ErrNoReason.At("/reason").With("choices", strings.Join(Reasons(), ", "))
	}
	if !slices.Contains(Reasons(), r.Code) {
		return r, ErrUnknownReason.At("/reason/code").With("choices", strings.Join(Reasons(), ", "))
	}
	r.Note = strings.TrimSpace(r.Note)
	n := utf8.RuneCountInString(r.Note)
	odd := func(c rune) bool { return unicode.IsControl(c) && c != '\n' }
	if n > MaxNote || r.Code == ReasonOther && n < minNote || !utf8.ValidString(r.Note) || strings.ContainsFunc(r.Note, odd) {
		return r, ErrNote.At("/reason/note").With("limit", MaxNote, "value", n, "least", minNote)
	}
	return r, nil
}

// commitment is what the journal keeps of a note: enough to prove it to whoever has
// the salt, and nothing without it.
func commitment(salt []byte, note string) string {
	h := sha256.New()
	h.Write([]byte("licet.note.1"))
	h.Write(salt)
	h.Write([]byte(note))
	return hex.EncodeToString(h.Sum(nil))
}

// SupportAct is the mark in the ids of acts on somebody's behalf.
type SupportAct struct{}

// supportData is what the journal keeps of such an act.
type supportData struct {
	Verb   string   `json:"verb"`
	Entity string   `json:"entity"`
	Of     EntityID `json:"of"`
	Reason string   `json:"reason"`
	Note   string   `json:"note,omitempty"` // commitment
}

// SupportInfo is what somebody has done to what belongs to another organization,
// and why.
type SupportInfo struct {
	ID     SupportID   `json:"id"`
	Holder actor.OrgID `json:"holder"` // to whom it belonged
	Verb   string      `json:"verb"`   // such as "license.block"
	Entity string      `json:"entity"` // ticket, license or activation
	Of     EntityID    `json:"of"`     // its id
	By     string      `json:"by"`     // pseudonym, as in the journal
	Reason string      `json:"reason"` // code
	Note   string      `json:"note,omitempty"`
	At     time.Time   `json:"at"`
}
