// Package line is what licet-pkcs11 and those who start it say to one another.
//
// The helper loads a PKCS#11 module, which is foreign C code, in a process of
// its own: when the module hangs or crashes, only the helper does. It is started
// with the module's path and nothing else, writes a greeting (an Answer without
// an id, with Version), and then answers one Call after the other: a line of
// JSON on its standard input, a line of JSON on its standard output. At the end
// of its input it logs out and ends. What it cannot read ends it too: there is
// nobody to be lenient with.
//
// A line is one strict JSON object of at most MaxLine bytes, without names that
// are not known here. A PIN travels in a Call or is read from a file that the
// Call names; it is never an argument, never in the environment, and never in an
// Answer. A private key never leaves the module. What ECDH gives does, because
// HPKE goes on with it.
package line

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/licet/licet/wire"
)

// Version is what both sides must speak: the greeting says it.
const Version = "licet-pkcs11/1"

// The bounds of what is said.
const (
	MaxLine   = 128 << 10 // bytes of a line, without its end
	MaxObject = 64 << 10  // bytes of a data object
	MaxData   = 32 << 10  // bytes to sign
	MaxName   = 100       // bytes of the name of an object or the label of a key
	MaxPIN    = 128       // bytes
)

// Verb is what a Call asks for.
type Verb string

// The verbs. All but Slots and Login need a login.
const (
	Slots  Verb = "slots"  // the slots with a device in them
	Login  Verb = "login"  // into Slot with PIN or PINFile
	Keys   Verb = "keys"   // the private keys of Licet in the slot
	Make   Verb = "make"   // a key pair of Suite for Use under Label; it cannot be taken out
	Drop   Verb = "drop"   // destroys the key pair Key
	Sign   Verb = "sign"   // Data with Key: a message (Ed25519) or a SHA-256 digest (P-256)
	Derive Verb = "derive" // ECDH of Key with the public key Data
	Names  Verb = "names"  // names of the data objects
	Read   Verb = "read"   // the data object Name
	Write  Verb = "write"  // Data as a new data object Name
	Delete Verb = "delete" // the data object Name; none is no error
	Look   Verb = "look"   // whether the device is still there
)

// The suites of keys.
const (
	Ed25519 = "ed25519" // public 32 bytes, signature 64 bytes
	P256    = "p256"    // public 65 bytes (4‖X‖Y), signature r‖s, 64 bytes
)

// The uses of keys.
const (
	UseSign   = "sign"
	UseDerive = "derive" // P-256 only
)

// Call is one request to the helper. Which fields count depends on Do.
type Call struct {
	ID      int64  `json:"id"` // rises from 1
	Do      Verb   `json:"do"`
	Slot    string `json:"slot,omitempty"` // label or serial of the device; "" = the only one
	PIN     string `json:"pin,omitempty"`
	PINFile string `json:"pin_file,omitempty"` // its first line is the PIN
	Last    bool   `json:"last,omitempty"`     // try even if the device locks itself after one more wrong PIN
	Suite   string `json:"suite,omitempty"`
	Use     string `json:"use,omitempty"`
	Key     string `json:"key,omitempty"` // id of a key, lower-case hex
	Label   string `json:"label,omitempty"`
	Name    string `json:"name,omitempty"`
	Data    []byte `json:"data,omitempty"`
}

// Answer is the helper's answer to the Call of the same ID.
type Answer struct {
	ID      int64    `json:"id"`
	Version string   `json:"version,omitempty"` // of the greeting
	Code    Code     `json:"code,omitempty"`    // "" = done
	Why     string   `json:"why,omitempty"`     // what the module said, for people
	Slots   []Slot   `json:"slots,omitempty"`
	Keys    []Key    `json:"keys,omitempty"`
	Names   []string `json:"names,omitempty"`
	Data    []byte   `json:"data,omitempty"`
}

// Slot is a slot with a device in it.
type Slot struct {
	Number   uint64 `json:"number"` // of the slot; changes at will
	Label    string `json:"label"`  // of the device
	Serial   string `json:"serial"`
	Maker    string `json:"maker,omitempty"`
	Model    string `json:"model,omitempty"`
	Ed25519  bool   `json:"ed25519,omitempty"` // it can sign with Ed25519
	P256     bool   `json:"p256,omitempty"`    // it can sign with P-256
	ECDH     bool   `json:"ecdh,omitempty"`    // it can do ECDH with P-256
	LastTry  bool   `json:"last_try,omitempty"`
	Locked   bool   `json:"locked,omitempty"`
	ReadOnly bool   `json:"read_only,omitempty"`
}

// Key is a key pair in the module.
type Key struct {
	ID     string `json:"id"` // lower-case hex
	Label  string `json:"label"`
	Suite  string `json:"suite"`
	Use    string `json:"use"`
	Public []byte `json:"public"`
}

// Code says why a Call was not carried out. Codes are stable.
type Code string

// The codes.
const (
	BadCall   Code = "bad_call"   // not in the form of this package; the helper ends
	NoModule  Code = "no_module"  // the module cannot be loaded
	NoSlot    Code = "no_slot"    // no such device: not plugged in, or never initialized
	ManySlots Code = "many_slots" // several devices, and Slot names none
	NoLogin   Code = "no_login"   // the Call needs a Login before
	NoPIN     Code = "no_pin"     // a PIN is needed, or the file with it cannot be read
	WrongPIN  Code = "wrong_pin"
	LastPIN   Code = "last_pin" // one more wrong PIN locks the device; not tried (see Call.Last)
	LockedPIN Code = "locked_pin"
	Removed   Code = "removed"   // the device was there and is not
	NoKey     Code = "no_key"    // no such key in the device
	NoObject  Code = "no_object" // no such data object
	Exists    Code = "exists"    // a data object of this name is there already
	Full      Code = "full"      // the device has no room left
	Unable    Code = "unable"    // the device cannot do this
	Failed    Code = "failed"    // anything else: see Why
)

// ErrLine says that a line does not have the form of this package.
var ErrLine = errors.New("line: not a line of the protocol")

// Reader reads lines of bounded length.
type Reader struct{ r *bufio.Reader }

// NewReader makes a Reader.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReaderSize(r, MaxLine+1)} }

// Next reads a line into v, a *Call or *Answer. At the end of the input the
// error is io.EOF; a line that is cut off, too long or of another form is
// ErrLine.
func (r *Reader) Next(v any) error {
	b, err := r.r.ReadSlice('\n')
	switch {
	case errors.Is(err, io.EOF) && len(b) == 0:
		return io.EOF
	case errors.Is(err, io.EOF), errors.Is(err, bufio.ErrBufferFull):
		return ErrLine
	case err != nil:
		return err
	}
	return decode(b[:len(b)-1], v)
}

// decode reads one strict JSON object without unknown names.
func decode(b []byte, v any) error {
	if err := wire.ScanStrict(b); err != nil {
		return fmt.Errorf("%w: %w", ErrLine, err)
	}
	var names map[string]json.RawMessage
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if json.Unmarshal(b, &names) != nil || d.Decode(v) != nil {
		return ErrLine // the decoder's words may quote the line
	}
	for name := range names {
		if strings.ContainsFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }) {
			return ErrLine // the decoder takes names in any case
		}
	}
	return nil
}

// Send writes v, a Call or an Answer, as one line. ErrLine says that it would be
// too long; nothing is written then.
func Send(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLine, err)
	}
	if len(b) > MaxLine {
		return ErrLine
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// Check reports whether the call has what its verb needs, within the bounds.
func (c Call) Check() error {
	ok := c.ID > 0 && len(c.Slot) <= MaxName && len(c.PIN) <= MaxPIN && plain(c.Slot)
	switch c.Do {
	case Slots, Login, Keys, Names, Look:
	case Make:
		ok = ok && (c.Suite == Ed25519 && c.Use == UseSign || c.Suite == P256 && (c.Use == UseSign || c.Use == UseDerive)) &&
			plain(c.Label) && len(c.Label) <= MaxName
	case Drop:
		ok = ok && hexID(c.Key)
	case Sign:
		ok = ok && hexID(c.Key) && len(c.Data) <= MaxData
	case Derive:
		ok = ok && hexID(c.Key) && len(c.Data) == 65
	case Read, Delete:
		ok = ok && c.Name != "" && len(c.Name) <= MaxName && plain(c.Name)
	case Write:
		ok = ok && c.Name != "" && len(c.Name) <= MaxName && plain(c.Name) && len(c.Data) > 0 && len(c.Data) <= MaxObject
	default:
		ok = false
	}
	if !ok {
		return ErrLine
	}
	return nil
}

// plain reports whether s is printable ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func hexID(s string) bool {
	if len(s) < 2 || len(s) > 64 || len(s)%2 != 0 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
