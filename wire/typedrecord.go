package wire

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
)

// DecodeTyped reads what TypedAnswer.Encode returned: a recorded answer.
func DecodeTyped(payload []byte) (*TypedAnswer, error) {
	context, signed, err := typedParts(payload)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(string(context), "|")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%w: typed answer", ErrMalformed)
	}
	number, err := strconv.Atoi(parts[2])
	if err != nil {
		return nil, fmt.Errorf("%w: typed answer", ErrMalformed)
	}
	a := &TypedAnswer{License: readTypedLicense(&bitReader{b: signed, n: 8 * len(signed)}), Number: number}
	a.License.Issuer, a.License.Container.Key = parts[0], parts[1]
	if again, err := a.Encode(); err != nil || !bytes.Equal(again, payload) {
		return nil, fmt.Errorf("%w: typed answer", ErrMalformed)
	}
	return a, nil
}

// VerifyTyped is the last look at a typed answer before it leaves: it verifies it
// as its container would, and holds it against what was recorded.
func VerifyTyped(t *Trust, text string, payload []byte) error {
	a, err := DecodeTyped(payload)
	if err != nil {
		return err
	}
	got, err := OpenTyped(t, text, a.License.Container.Key, a.Number)
	if err != nil {
		return err
	}
	got.Type, got.Serial = "", ""
	if again, err := (&TypedAnswer{License: *got, Number: a.Number}).Encode(); err != nil || !bytes.Equal(again, payload) {
		return fmt.Errorf("%w: another license", ErrMalformed)
	}
	return nil
}

// TypedSerial returns the serial of a recorded answer: the first 8 bytes of a hash
// of what is signed.
func TypedSerial(payload []byte) (serial [serialLen]byte, err error) {
	context, signed, err := typedParts(payload)
	if err != nil {
		return serial, err
	}
	h := sha256.Sum256(typedMessage(context, signed))
	return [serialLen]byte(h[:serialLen]), nil
}
