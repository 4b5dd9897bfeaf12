package bench

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// b64 is the one base64 of tokens.
var b64 = base64.RawURLEncoding

// machines numbers the machines of this process, so that none has two containers.
var machines atomic.Int64

// nonce returns a new one.
func nonce() string {
	var n [wire.NonceLen]byte
	_, _ = rand.Read(n[:])
	return wire.Nonce(n)
}

// device is a new container on a new machine.
type device struct {
	key   wire.PrivateKey
	keys  wire.ContainerKeys
	parts []wire.FingerprintPart
}

func newDevice(w where) (device, error) {
	key, err := wire.GenerateKey(wire.Ed25519, rand.Reader)
	if err != nil {
		return device{}, err
	}
	d := device{key: key, keys: wire.ContainerKeys{Kind: wire.ContainerSoft, Sign: key.Public().String()}}
	machine := strconv.FormatInt(machines.Add(1), 36) + nonce()
	for _, part := range []string{"board", "disk", "machine-id"} {
		d.parts = append(d.parts, wire.FingerprintPart{Name: part, Hash: wire.ComponentClaim(wire.Component(w.Salt, part, machine))})
	}
	return d, nil
}

// program is what all messages say of it.
var program = wire.App{Version: "1.0", OS: "linux", Arch: "amd64"}

// activation is a signed request of a new container on a new machine.
func activation(w where, code string) ([]byte, error) {
	d, err := newDevice(w)
	if err != nil {
		return nil, err
	}
	token, err := wire.SignClaims(d.key, &wire.Request{
		Issuer: w.Publisher.String(), Action: wire.ActActivate, Nonce: nonce(), Counter: 1, IssuedAt: time.Now().Unix(),
		Container: d.keys, Fingerprint: d.parts, Code: code, App: program,
	})
	return []byte(token), err
}

// The seats of a ticket for activation, and how much more is asked of every
// tightEvery-th one: its seats must be taken exactly.
const (
	seatsPerTicket = 20
	tightEvery     = 50
	tightMore      = 5
)

// activations are n requests of distinct containers, spread over tickets so that
// neighbors in time mostly meet other licenses.
func activations(ctx context.Context, server *worker, w where, n int) ([][]byte, error) {
	tickets := max(1, n/seatsPerTicket)
	var codes []string
	if err := server.call(ctx, "issue", issueOrder{Tickets: tickets, Seats: seatsPerTicket}, &codes); err != nil {
		return nil, err
	}
	var asks []string
	for seat := range seatsPerTicket + tightMore {
		for i, code := range codes {
			if seat < seatsPerTicket || i%tightEvery == 0 {
				asks = append(asks, code)
			}
		}
	}
	out := make([][]byte, len(asks))
	for i, code := range asks {
		token, err := activation(w, code)
		if err != nil {
			return nil, err
		}
		out[i] = post(hostOf(w.Depot), api.Prefix+"/exchange", "text/plain", token)
	}
	return out, nil
}

// validations are n questions about license keys.
func validations(ctx context.Context, server *worker, w where, n int) ([][]byte, error) {
	var keys []string
	if err := server.call(ctx, "issue", issueOrder{Tickets: n, Seats: 1, Keys: true}, &keys); err != nil {
		return nil, err
	}
	out := make([][]byte, len(keys))
	for i, key := range keys {
		body, err := json.Marshal(map[string]string{"key": key, "nonce": nonce(), "product": "CAD"})
		if err != nil {
			return nil, err
		}
		out[i] = post(hostOf(w.Depot), api.Prefix+"/validate", "application/json", body)
	}
	return out, nil
}

// claimsOf reads the claims of a token without judging it.
func claimsOf(token string, v any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 4 {
		return errors.New("bench: not a token")
	}
	raw, err := b64.DecodeString(parts[2])
	if err != nil || len(raw) < 64 {
		return errors.New("bench: not a token")
	}
	return json.Unmarshal(raw[:len(raw)-64], v)
}

// verifyEvery is how many answers come to one whose signature is checked.
const verifyEvery = 200

// acksOf reads the activations that clients were told of, and verifies some of
// the answers as a product would.
func acksOf(w where, answers []kept) ([]ack, error) {
	var out []ack
	for i, a := range answers {
		if a.Status != 200 {
			continue
		}
		lines := strings.Split(strings.TrimSpace(string(a.Body)), "\n")
		if i%verifyEvery == 0 {
			if err := verifyLines(w, lines); err != nil {
				return nil, err
			}
		}
		var l wire.License
		if err := claimsOf(lines[len(lines)-1], &l); err != nil {
			return nil, err
		}
		one, err := ackOf(l)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func ackOf(l wire.License) (ack, error) {
	id, err := db.ParseID[license.License](l.ID)
	if err != nil {
		return ack{}, err
	}
	key, err := b64.DecodeString(l.Container.Key)
	if err != nil || len(key) < 16 {
		return ack{}, errors.New("bench: an answer names no container")
	}
	return ack{License: id, Container: license.ContainerID(key[:16]), Gen: l.Generation}, nil
}

// verifyLines checks an update against the publisher's pins.
func verifyLines(w where, lines []string) error {
	trust, err := wire.NewTrust(w.Pins)
	if err != nil {
		return err
	}
	for _, line := range lines[:len(lines)-1] {
		if err := trust.Extend(line); err != nil {
			return fmt.Errorf("bench: a certificate of an answer: %w", err)
		}
	}
	if _, err := wire.OpenIssued[wire.License](trust, lines[len(lines)-1]); err != nil {
		return fmt.Errorf("bench: an answer does not verify: %w", err)
	}
	return nil
}

// verifyValidity checks an answer of validate against the publisher's pins.
func verifyValidity(w where, body []byte) error {
	var v license.Validity
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	trust, err := wire.NewTrust(w.Pins)
	if err != nil {
		return err
	}
	for _, line := range v.Chain {
		if err := trust.Extend(line); err != nil {
			return fmt.Errorf("bench: a certificate of an answer: %w", err)
		}
	}
	said, err := wire.OpenIssued[wire.Validation](trust, v.Token)
	if err != nil {
		return fmt.Errorf("bench: an answer does not verify: %w", err)
	}
	if !said.OK {
		return errors.New("bench: a good key was refused: " + said.Why)
	}
	return nil
}
