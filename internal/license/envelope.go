package license

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/wire"
)

var b64 = base64.RawURLEncoding.Strict()

// exchangeIDOf is the natural key of a message: its type, container and nonce.
// A receipt carries the nonce of the message whose answer it confirms, and the
// same answer may be confirmed again, so its counter belongs to its key.
func exchangeIDOf(typ wire.Type, container, nonce string, ctr int64) (id ExchangeID) {
	key := string(typ) + "|" + container + "|" + nonce
	if typ == wire.TypeReceipt {
		key += "|" + strconv.FormatInt(ctr, 10)
	}
	h := sha256.Sum256([]byte(key))
	copy(id[:], h[:])
	return id
}

// containerIDOf is the first half of a container key hash in its claim form.
func containerIDOf(hash string) (id ContainerID, ok bool) {
	raw, err := b64.DecodeString(hash)
	if err != nil || len(raw) != sha256.Size {
		return id, false
	}
	copy(id[:], raw)
	return id, true
}

func bundleIDOf(lines string) (id bundleID) {
	if lines == "" {
		return id
	}
	h := sha256.Sum256([]byte(lines))
	copy(id[:], h[:])
	return id
}

// payloadOf returns the payload of a token that was verified, or is about to be.
func payloadOf(token string) ([]byte, bool) {
	_, rest, _ := strings.Cut(token, ".public.")
	if rest == "" {
		_, rest, _ = strings.Cut(token, ".p256.")
	}
	body, _, ok := strings.Cut(rest, ".")
	raw, err := b64.DecodeString(body)
	if !ok || err != nil || len(raw) <= 64 {
		return nil, false
	}
	return raw[:len(raw)-64], true
}

// storedRefusal is the recorded form of a refusal.
type storedRefusal struct {
	Kind  fault.Kind     `json:"kind"`
	Code  string         `json:"code"`
	Field string         `json:"field,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

func encodeRefusal(err error) string {
	f := fault.As(err)
	b, err := json.Marshal(storedRefusal{f.Kind, f.Code, f.Field, f.Args})
	if err != nil {
		b, _ = json.Marshal(storedRefusal{Kind: f.Kind, Code: f.Code, Field: f.Field})
	}
	return string(b)
}

// decodeRefusal gives a recorded refusal back, with numbers and days as they
// were.
func decodeRefusal(s string) error {
	var r storedRefusal
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	if err := d.Decode(&r); err != nil {
		return ErrAnswerGone.Wrap(err)
	}
	for k, v := range r.Args {
		switch v := v.(type) {
		case json.Number:
			r.Args[k], _ = v.Int64()
		case string:
			if on, err := day.Parse(v); err == nil {
				r.Args[k] = on
			}
		}
	}
	return &fault.Error{Kind: r.Kind, Code: r.Code, Field: r.Field, Args: r.Args}
}
