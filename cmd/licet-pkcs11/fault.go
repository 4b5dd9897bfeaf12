package main

import (
	"errors"

	"github.com/miekg/pkcs11"

	"github.com/licet/licet/client/pkcs11/line"
)

// refusal is a no that does not come from the module.
type refusal struct {
	code line.Code
	why  string
}

// Error returns the reason.
func (r refusal) Error() string { return string(r.code) + ": " + r.why }

// codes is the one table from what a module returns to what is told. What is not
// in it is line.Failed.
var codes = map[pkcs11.Error]line.Code{
	pkcs11.CKR_PIN_INCORRECT: line.WrongPIN, pkcs11.CKR_PIN_INVALID: line.WrongPIN, pkcs11.CKR_PIN_LEN_RANGE: line.WrongPIN,
	pkcs11.CKR_PIN_LOCKED: line.LockedPIN, pkcs11.CKR_PIN_EXPIRED: line.LockedPIN,
	pkcs11.CKR_USER_NOT_LOGGED_IN: line.NoLogin, pkcs11.CKR_USER_PIN_NOT_INITIALIZED: line.NoSlot,
	pkcs11.CKR_DEVICE_REMOVED: line.Removed, pkcs11.CKR_TOKEN_NOT_PRESENT: line.Removed,
	pkcs11.CKR_TOKEN_NOT_RECOGNIZED: line.Removed, pkcs11.CKR_SESSION_HANDLE_INVALID: line.Removed,
	pkcs11.CKR_SESSION_CLOSED: line.Removed, pkcs11.CKR_SLOT_ID_INVALID: line.Removed,
	pkcs11.CKR_DEVICE_MEMORY:     line.Full,
	pkcs11.CKR_MECHANISM_INVALID: line.Unable, pkcs11.CKR_FUNCTION_NOT_SUPPORTED: line.Unable,
	pkcs11.CKR_CURVE_NOT_SUPPORTED: line.Unable, pkcs11.CKR_DOMAIN_PARAMS_INVALID: line.Unable,
	pkcs11.CKR_TOKEN_WRITE_PROTECTED: line.Unable, pkcs11.CKR_KEY_TYPE_INCONSISTENT: line.Unable,
}

func codeOf(err error) line.Code {
	var r refusal
	if errors.As(err, &r) {
		return r.code
	}
	var e pkcs11.Error
	if errors.As(err, &e) {
		if c, ok := codes[e]; ok {
			return c
		}
	}
	return line.Failed
}

// why is what the module said: the name of its return value, which holds no
// secret.
func why(err error) string {
	var r refusal
	if errors.As(err, &r) {
		return r.why
	}
	return err.Error()
}
