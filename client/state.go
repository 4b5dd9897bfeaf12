package client

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/licet/licet/wire"
)

// formatNow is the version of the container file. A program leaves a file of a
// later version alone.
const formatNow = 1

const (
	maxState   = 16 << 20 // bytes of a container file
	maxOutbox  = 64       // messages that wait
	maxRemoved = 512      // tombstones kept; replays are refused without them too
	maxDone    = 64       // answers remembered as installed
)

var b64 = base64.RawURLEncoding.Strict()

// state is the container file.
type state struct {
	Format     int         `json:"format"`
	Generation int64       `json:"generation"` // of the file; rises with every write
	Issuer     string      `json:"issuer"`
	Sign       string      `json:"sign,omitempty"` // Ed25519 seed, base64url; "" = no container yet
	Box        string      `json:"box,omitempty"`  // X25519 key, base64url
	BoxPublic  string      `json:"boxpub,omitempty"`
	Ref        string      `json:"ref,omitempty"` // of keys in a KeyStore; then Sign and Box are not here
	SignPublic string      `json:"signpub,omitempty"`
	Counter    int64       `json:"counter,omitempty"`
	Epoch      int64       `json:"epoch,omitempty"` // of the newest answer
	Seq        int64       `json:"seq,omitempty"`   // of the newest answer
	Time       timeline    `json:"time"`
	Trust      []string    `json:"trust,omitempty"` // root-signed lines that were learned
	Licenses   []stored    `json:"licenses,omitempty"`
	Removed    []tombstone `json:"removed,omitempty"`
	Outbox     []outgoing  `json:"outbox,omitempty"` // by counter
	Done       []done      `json:"done,omitempty"`   // oldest first
	Blocks     []string    `json:"blocks,omitempty"` // the parts of the newest block list
	Typed      question    `json:"typed,omitzero"`   // the typed request that waits
	Number     int         `json:"num,omitempty"`    // of the newest typed request; rises
	Home       []string    `json:"home,omitempty"`   // what the machine was known by when the container was made, or last asked
}

// stored is a license as the server signed it.
type stored struct {
	ID         string `json:"id"`
	Generation int64  `json:"gen"`
	Token      string `json:"token"`
	Free       bool   `json:"free,omitempty"`    // bound to no container: the server keeps no count of it
	Blocked    bool   `json:"blocked,omitempty"` // by a command
	Why        string `json:"why,omitempty"`     // of the block
	Hint       string `json:"hint,omitempty"`    // last group of the code that it came with
	Spent      int64  `json:"spent,omitempty"`   // units of this generation that were consumed here

	// A license that was typed: Token is its groups as they are printed.
	Typed  bool     `json:"typed,omitempty"`
	Number int      `json:"num,omitempty"`   // of the request that it answers
	Parts  []string `json:"parts,omitempty"` // what the machine was known by when it asked
}

// tombstone says that a license was given back or taken away, durably.
type tombstone struct {
	ID         string `json:"id"`
	Generation int64  `json:"gen"`
	Return     bool   `json:"ret,omitempty"` // given back: the server is to be told
	Counter    int64  `json:"ctr,omitempty"` // of the return; 0 = not signed yet
	Spent      int64  `json:"spent,omitempty"`
}

// outgoing is a message that waits for its answer.
type outgoing struct {
	Token   string      `json:"token"`
	Type    wire.Type   `json:"typ"`
	Action  wire.Action `json:"act,omitempty"`
	Nonce   string      `json:"non"`
	Counter int64       `json:"ctr"`
	Asked   int64       `json:"asked"`           // the machine's clock
	License string      `json:"lid,omitempty"`   // of a return
	Ask     string      `json:"ask,omitempty"`   // hash of what was asked, to know the same question again
	Clear   bool        `json:"clear,omitempty"` // carries its code readably: not for a file
	Filed   bool        `json:"filed,omitempty"` // was written to a file
	Hint    string      `json:"hint,omitempty"`  // last group of the code
}

// question is a typed request that waits for its answer. It stands beside the outbox:
// it is not signed, moves no counter, and may be answered before or after any message.
type question struct {
	Open    bool     `json:"open,omitempty"`
	Number  int      `json:"num,omitempty"`    // as it was shown
	Asked   int64    `json:"asked,omitempty"`  // the machine's clock
	Counter int64    `json:"ctr,omitempty"`    // of the newest message then
	Epoch   int64    `json:"epoch,omitempty"`  // of the newest answer then
	Seq     int64    `json:"seq,omitempty"`    // of the newest answer then
	Unsaid  []string `json:"unsaid,omitempty"` // licenses whose return the server had not confirmed then
}

// done is an answer that was installed.
type done struct {
	Nonce string `json:"non"`
	Sum   string `json:"sum"`
}

// sumMark separates the state from its checksum: the last member of the object.
const sumMark = `,"sum":"`

// encode returns the file: one JSON object whose last member is the hash of all
// bytes before it. It finds damage, and proves nothing.
func (s *state) encode() ([]byte, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	b = b[:len(b)-1]
	sum := sha256.Sum256(b)
	b = append(b, sumMark...)
	b = append(b, b64.EncodeToString(sum[:])...)
	return append(b, "\"}\n"...), nil
}

// decodeFile reads a container file. The error is ErrDamaged or ErrNewer.
func decodeFile(b []byte) (*state, error) {
	i := bytes.LastIndex(b, []byte(sumMark))
	if i < 0 || len(b) > maxState {
		return nil, ErrDamaged
	}
	sum := sha256.Sum256(b[:i])
	want := sumMark + b64.EncodeToString(sum[:]) + "\"}\n"
	if string(b[i:]) != want {
		return nil, fmt.Errorf("%w: checksum", ErrDamaged)
	}
	return decodeState(append(slices.Clone(b[:i]), '}'))
}

// decodeState reads the object without its checksum.
func decodeState(b []byte) (*state, error) {
	var s state
	if err := wire.DecodeStrict(b, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if s.Format > formatNow {
		return nil, ErrNewer
	}
	if !s.sound() {
		return nil, ErrDamaged
	}
	return &s, nil
}

// sound checks what the rest of the package relies on.
func (s *state) sound() bool {
	ok := s.Format == formatNow && s.Generation >= 0 && s.Issuer != "" && s.Counter >= 0 && s.Seq >= 0 && s.Epoch >= 0
	ok = ok && seedOK(s.Sign) && seedOK(s.Box) && (s.Sign == "") == (s.Box == "") && (s.Ref != "" || (s.Box == "") == (s.BoxPublic == ""))
	ok = ok && (s.Ref == "") == (s.SignPublic == "") && (s.Ref == "" || s.Sign == "")
	for _, l := range s.Licenses {
		ok = ok && l.ID != "" && l.Generation > 0 && l.Token != "" && l.Spent >= 0 && l.Number >= 0
	}
	for _, t := range s.Removed {
		ok = ok && t.ID != "" && t.Generation > 0 && t.Counter >= 0 && t.Spent >= 0
	}
	ok = ok && s.Number >= 0 && s.Typed.Number >= 0 && (!s.Typed.Open || s.made())
	last := int64(0)
	for _, m := range s.Outbox {
		known := m.Type == wire.TypeRequest || m.Type == wire.TypeReturn || m.Type == wire.TypeReceipt
		ok = ok && known && m.Token != "" && m.Nonce != "" && m.Counter > last && m.Counter <= s.Counter && s.made()
		last = m.Counter
	}
	return ok
}

func seedOK(s string) bool {
	b, err := b64.DecodeString(s)
	return err == nil && (len(b) == 0 || len(b) == 32)
}

// held is what the server counts as being here.
func (s *state) held() (out []wire.Held) {
	for _, l := range s.Licenses {
		if !l.Free {
			out = append(out, wire.Held{LicenseID: l.ID, Generation: l.Generation, Spent: l.Spent})
		}
	}
	return out
}

// license returns the place of a license, or -1.
func (s *state) license(id string) int {
	return slices.IndexFunc(s.Licenses, func(l stored) bool { return l.ID == id })
}

// grave returns the tombstone of a license, or nil.
func (s *state) grave(id string) *tombstone {
	for i := range s.Removed {
		if s.Removed[i].ID == id {
			return &s.Removed[i]
		}
	}
	return nil
}

// unsigned counts the returns whose message is still to be made.
func (s *state) unsigned() (n int) {
	for _, t := range s.Removed {
		if t.Return && t.Counter == 0 {
			n++
		}
	}
	return n
}

// bury removes a license up to a generation and leaves a tombstone. It reports
// whether the license was there.
func (s *state) bury(id string, generation int64, given bool) (was bool) {
	spent := int64(0)
	if i := s.license(id); i >= 0 && s.Licenses[i].Generation <= generation {
		spent = s.Licenses[i].Spent
		s.Licenses, was = slices.Delete(s.Licenses, i, i+1), true
	}
	if t := s.grave(id); t != nil {
		if generation >= t.Generation {
			*t = tombstone{ID: id, Generation: generation, Return: given, Spent: spent}
		}
		return was
	}
	s.Removed = append(s.Removed, tombstone{ID: id, Generation: generation, Return: given, Spent: spent})
	for i := 0; len(s.Removed) > maxRemoved && i < len(s.Removed); {
		if s.Removed[i].Return && s.Removed[i].Counter == 0 {
			i++ // the server was not told yet
			continue
		}
		s.Removed = slices.Delete(s.Removed, i, i+1)
	}
	return was
}

// waiting returns the place of the message with the nonce, receipts left out,
// or -1.
func (s *state) waiting(nonce string) int {
	return slices.IndexFunc(s.Outbox, func(m outgoing) bool { return m.Nonce == nonce && m.Type != wire.TypeReceipt })
}

// skip leaves room for what a newer file may have said that is lost: messages that
// were sent, and typed requests that were shown.
func (s *state) skip() {
	s.Counter += counterGap
	s.Number += numberGap
}

// remember notes that an answer was installed.
func (s *state) remember(nonce, sum string) {
	s.Done = append(s.Done, done{nonce, sum})
	if n := len(s.Done) - maxDone; n > 0 {
		s.Done = slices.Delete(s.Done, 0, n)
	}
}

// dropReceipts forgets receipts that wait: the next request says the same.
func (s *state) dropReceipts() {
	s.Outbox = slices.DeleteFunc(s.Outbox, func(m outgoing) bool { return m.Type == wire.TypeReceipt })
}
