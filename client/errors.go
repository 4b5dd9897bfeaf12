package client

import (
	"errors"
	"fmt"
	"time"

	"github.com/licet/licet/wire"
)

// What a container refuses by itself. Explain has a sentence for each, and Code
// its stable name.
var (
	ErrPins        = errors.New("client: the pins are not usable")
	ErrFolder      = errors.New("client: no folder for the container")
	ErrWrite       = errors.New("client: the container cannot be written")
	ErrRead        = errors.New("client: the container cannot be read")
	ErrBusy        = errors.New("client: another program holds the container")
	ErrDamaged     = errors.New("client: the container file is damaged, and its copy too")
	ErrNewer       = errors.New("client: the container was written by a later version")
	ErrPublisher   = errors.New("client: the container is another publisher's")
	ErrEmpty       = errors.New("client: nothing was activated here yet")
	ErrNoCode      = errors.New("client: a ticket or license key is needed")
	ErrNoDepot     = errors.New("client: the pins name no depot key to seal a code to")
	ErrNoServer    = errors.New("client: the pins name no server")
	ErrTooMany     = errors.New("client: too many messages wait for an answer")
	ErrNotHeld     = errors.New("client: no such license here")
	ErrUnbound     = errors.New("client: a license that is bound to no container cannot be returned")
	ErrNotHere     = errors.New("client: the license is not this machine's to return")
	ErrUpdate      = errors.New("client: the update contradicts itself")
	ErrCut         = errors.New("client: the update's commands are missing")
	ErrNothing     = errors.New("client: the file holds nothing for a container")
	ErrNotAsked    = errors.New("client: the update answers no request of this container")
	ErrOld         = errors.New("client: the update is older than what is installed")
	ErrBlocked     = errors.New("client: the publisher has blocked the license")
	ErrListed      = fmt.Errorf("%w: by its block list", ErrBlocked)
	ErrNoUnits     = errors.New("client: not so many units are left here")
	ErrWhichUnits  = errors.New("client: the licenses here count in several units")
	ErrCloudSecret = errors.New("client: this is no secret of a cloud container")
	ErrCloud       = errors.New("client: nothing lies in a cloud container")
	ErrChoice      = errors.New("client: a choice is on, off or nothing")
	ErrOffline     = errors.New("client: the server was not reached")
	ErrRemoved     = errors.New("client: the device with the container is not plugged in")
	ErrPIN         = errors.New("client: the device does not accept the PIN")
	ErrDevice      = errors.New("client: the device with the container cannot be used")
	ErrNoKeys      = errors.New("client: the container's keys are not in this device")
	ErrKeyStore    = errors.New("client: the container was made with other keys than the program asks for")
	ErrNotTyped    = errors.New("client: this container cannot ask by typed codes")
	ErrCopied      = errors.New("client: the container is another machine's")
	ErrTypedKey    = errors.New("client: the key that signed the typed answer is not known here")
	ErrTypedOther  = errors.New("client: the typed answer is not to the request that waits here")
)

var ownCodes = []struct {
	err  error
	code string
}{
	{ErrPins, "client.pins"},
	{ErrFolder, "client.folder"},
	{ErrWrite, "client.write"},
	{ErrRead, "client.read"},
	{ErrBusy, "client.busy"},
	{ErrDamaged, "client.damaged"},
	{ErrNewer, "client.newer"},
	{ErrPublisher, "client.publisher"},
	{ErrEmpty, "client.empty"},
	{ErrNoCode, "client.no_code"},
	{ErrNoDepot, "client.no_depot"},
	{ErrNoServer, "client.no_server"},
	{ErrTooMany, "client.too_many"},
	{ErrNotHeld, "client.not_held"},
	{ErrUnbound, "client.unbound"},
	{ErrNotHere, "client.not_here"},
	{ErrUpdate, "client.update"},
	{ErrNoUnits, "client.no_units"},
	{ErrWhichUnits, "client.which_units"},
	{ErrCut, "client.cut"},
	{ErrNothing, "client.nothing"},
	{ErrNotAsked, "client.not_asked"},
	{ErrOld, "client.old"},
	{ErrListed, "client.listed"}, // before what it is a case of
	{ErrBlocked, "client.blocked"},
	{ErrCloudSecret, "client.cloud_secret"},
	{ErrCloud, "client.cloud"},
	{ErrChoice, "client.choice"},
	{ErrOffline, "client.offline"},
	{ErrRemoved, "client.removed"},
	{ErrPIN, "client.pin"},
	{ErrNoKeys, "client.no_keys"},
	{ErrKeyStore, "client.key_store"},
	{ErrDevice, "client.device"},
	{ErrNotTyped, "client.not_typed"},
	{ErrCopied, "client.copied"},
	{ErrTypedKey, "client.typed_key"},
	{ErrTypedOther, "client.typed_other"},
}

// Code returns the stable name of an error for programs: "license.no_seat" of a
// Refusal, "code.check" of a typing error, "client.old" of this package,
// "wire.signature" of package wire; "" for nil and "other" for anything else.
func Code(err error) string {
	if err == nil {
		return ""
	}
	var r *Refusal
	var typo *wire.CodeError
	switch {
	case errors.As(err, &r):
		return r.Code
	case errors.As(err, &typo):
		return "code." + string(typo.Kind)
	}
	for _, own := range ownCodes {
		if errors.Is(err, own.err) {
			return own.code
		}
	}
	if reason := wire.Reason(err); reason != "other" {
		return "wire." + reason
	}
	return "other"
}

// Refusal is the server's no, or not now.
type Refusal struct {
	Code       string            // stable: "license.no_seat"
	Status     int               // HTTP status
	Text       string            // the sentence in the language that was asked for
	Texts      map[string]string // the sentence by language: "de", "en"
	RetryAfter time.Duration     // 0 = not said
}

// Error returns the code and the sentence.
func (r *Refusal) Error() string {
	return fmt.Sprintf("client: the server refuses (%s): %s", r.Code, r.Text)
}

// Final reports whether the same message would be refused again. One that is
// not final keeps its message waiting.
func (r *Refusal) Final() bool {
	return r.Status >= 400 && r.Status < 500 && r.Status != 408 && r.Status != 425 && r.Status != 429
}
