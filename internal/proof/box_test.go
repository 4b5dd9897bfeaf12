package proof_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/licet/licet/wire"
)

// box is a device with a container: it signs its own messages and installs what
// it is told.
type box struct {
	w     *world
	key   wire.PrivateKey
	keys  wire.ContainerKeys
	parts []wire.FingerprintPart
	ctr   int64
	asked int                // typed requests
	skew  time.Duration      // by which its clock is wrong
	last  string             // nonce of the newest answer that was installed
	held  map[string]*copyOf // by license id
}

// copyOf is a license in a container.
type copyOf struct {
	gen     int64
	qty     int64
	expires int64
	blocked bool // by command; the copy is there and does not run
}

var machines atomic.Int64

// box makes a device of its own.
func (w *world) box() (*box, error) {
	key, err := wire.GenerateKey(wire.Ed25519, rand.Reader)
	if err != nil {
		return nil, err
	}
	b := &box{w: w, key: key, held: map[string]*copyOf{}}
	if b.keys, err = b.typed(0).Keys(); err != nil { // the one encryption key that typed codes can name
		return nil, err
	}
	no := machines.Add(1)
	for _, name := range []string{"machine-id", "board", "disk"} {
		part := wire.Component(w.salt, name, fmt.Sprint(name, no))
		b.parts = append(b.parts, wire.FingerprintPart{Name: name, Hash: wire.ComponentClaim(part)})
	}
	return b, nil
}

// typed is a typed request of the box.
func (b *box) typed(number int) (r wire.TypedRequest) {
	copy(r.Sign[:], b.key.Public().Bytes)
	r.Number = number
	return r
}

// now is what the box's clock shows.
func (b *box) now() time.Time { return b.w.clock.now().Add(b.skew) }

// id is the container's id as the server knows it: the first half of its hash.
func (b *box) id() string {
	raw, _ := base64.RawURLEncoding.DecodeString(b.keys.Hash())
	x := raw[:16]
	return fmt.Sprintf("%x-%x-%x-%x-%x", x[:4], x[4:6], x[6:8], x[8:10], x[10:])
}

func newNonce() string {
	var n [wire.NonceLen]byte
	_, _ = rand.Read(n[:])
	return wire.Nonce(n)
}

// holding is what the box holds, the oldest license first.
func (b *box) holding() (out []wire.Held) {
	for _, id := range slices.Sorted(maps.Keys(b.held)) {
		out = append(out, wire.Held{LicenseID: id, Generation: b.held[id].gen})
	}
	return out
}

// message is a signed message of a box and the nonce that its answer must have.
type message struct {
	token, nonce string
	act          wire.Action // "" = receipt or return
	held         []wire.Held // what it says is held
	gen          int64       // that a return gives up
	typed        []byte      // a typed request, instead of a token
	number       int         // of it
}

// ask makes a request.
func (b *box) ask(act wire.Action, change ...func(*wire.Request)) (message, error) {
	b.ctr++
	r := &wire.Request{
		Issuer: b.w.issuer, Action: act, Nonce: newNonce(), Counter: b.ctr, IssuedAt: b.now().Unix(), Container: b.keys,
		Fingerprint: b.parts, Held: b.holding(), App: wire.App{Version: "1.0", OS: "linux", Arch: "amd64"},
	}
	for _, c := range change {
		c(r)
	}
	token, err := wire.SignClaims(b.key, r)
	return message{token: token, nonce: r.Nonce, act: act, held: r.Held}, err
}

// activate asks for licenses of a ticket; all of them without ids.
func (b *box) activate(code string, ids ...string) (message, error) {
	return b.ask(wire.ActActivate, func(r *wire.Request) { r.Code, r.Want = code, ids })
}

// receipt confirms the newest answer, and what the box holds.
func (b *box) receipt() (message, error) {
	b.ctr++
	r := &wire.Receipt{
		Issuer: b.w.issuer, Container: b.keys.Hash(), Nonce: b.last, Counter: b.ctr, IssuedAt: b.now().Unix(), Held: b.holding(),
	}
	token, err := wire.SignClaims(b.key, r)
	return message{token: token, nonce: r.Nonce, held: r.Held}, err
}

// giveBack removes a license and says so.
func (b *box) giveBack(id string) (message, error) {
	b.ctr++
	r := &wire.Return{
		Issuer: b.w.issuer, Container: b.keys.Hash(), Nonce: newNonce(), Counter: b.ctr, IssuedAt: b.now().Unix(),
		LicenseID: id, Generation: b.held[id].gen,
	}
	delete(b.held, id)
	token, err := wire.SignClaims(b.key, r)
	return message{token: token, nonce: r.Nonce, gen: r.Generation}, err
}

// typeIn makes the question of a machine on which everything is typed.
func (b *box) typeIn(code, id string) (message, error) {
	b.asked++
	raw, err := json.Marshal(map[string]string{"code": code, "request": b.typed(b.asked).String(), "license": id})
	return message{typed: raw, number: b.asked}, err
}

// exchange hands a message in until it is answered.
func (n *node) exchange(m message) (answer, error) {
	if m.typed != nil {
		return n.send(call{method: http.MethodPost, path: "/typed", body: m.typed, kind: "application/json", open: true})
	}
	return n.send(call{method: http.MethodPost, path: "/exchange", body: []byte(m.token), kind: "text/plain", open: true})
}

// update is a verified answer.
type update struct {
	nonce    string
	commands []wire.Command
	licenses []*wire.License
}

var errAnswer = errors.New("the answer is not what a product accepts")

// read verifies an answer as a product does, by the pins alone.
func (b *box) read(m message, body []byte) (update, error) {
	u := update{nonce: m.nonce}
	trust, err := wire.NewTrust(b.w.pins)
	if err != nil {
		return u, err
	}
	if m.typed != nil {
		return b.readTyped(m, trust, body)
	}
	for line := range strings.Lines(string(body)) {
		line = strings.TrimSuffix(line, "\n")
		hint, err := wire.Peek(line)
		if err != nil {
			return u, err
		}
		switch hint.Type {
		case wire.TypeUpdate:
			up, err := wire.OpenIssued[wire.Update](trust, line)
			if err != nil {
				return u, err
			}
			if up.Nonce != m.nonce || up.Container != b.keys.Hash() {
				return u, fmt.Errorf("%w: an update for somebody else", errAnswer)
			}
			u.commands = up.Commands
		case wire.TypeLicense:
			l, err := wire.OpenIssued[wire.License](trust, line)
			if err != nil {
				return u, err
			}
			if l.Nonce != m.nonce || l.Container.Key != b.keys.Hash() || int(l.Commands) != len(u.commands) {
				return u, fmt.Errorf("%w: a license for somebody else", errAnswer)
			}
			u.licenses = append(u.licenses, l)
		case wire.TypeBlockList: // the server's own job makes them, and some answers bring one
			l, err := wire.OpenIssued[wire.BlockList](trust, line)
			if err != nil {
				return u, err
			}
			if slices.Contains(l.Containers, b.keys.Hash()) {
				return u, fmt.Errorf("%w: a block list that names the container it goes to", errAnswer)
			}
		default:
			if err := trust.Extend(line); err != nil {
				return u, err
			}
		}
	}
	return u, nil
}

// readTyped verifies what is typed.
func (b *box) readTyped(m message, trust *wire.Trust, body []byte) (u update, err error) {
	var a struct{ Answer, Key string }
	if err := json.Unmarshal(body, &a); err != nil {
		return u, err
	}
	if err := trust.ExtendTyped(a.Key); err != nil {
		return u, err
	}
	l, err := wire.OpenTyped(trust, a.Answer, b.keys.Hash(), m.number)
	if err != nil {
		return u, err
	}
	u.licenses = append(u.licenses, l)
	return u, nil
}

// install does what an answer says.
func (b *box) install(u update) {
	if u.nonce != "" { // a typed answer is confirmed by nobody
		b.last = u.nonce
	}
	for _, c := range u.commands {
		held := b.held[c.LicenseID]
		if held == nil || held.gen > c.Generation {
			continue // as every client: what is said of a generation holds for those before it
		}
		switch c.Do {
		case wire.CmdRecall, wire.CmdReplace:
			delete(b.held, c.LicenseID)
		case wire.CmdBlock:
			held.blocked = true
		}
	}
	for _, l := range u.licenses {
		b.held[l.ID] = &copyOf{gen: l.Generation, qty: l.Quantity, expires: l.Expires}
	}
}

// do sends a message, verifies the answer and installs it. A refusal is an
// answer without an update.
func (b *box) do(n *node, m message) (answer, update, error) {
	a, err := n.exchange(m)
	if err != nil || !a.ok() {
		return a, update{}, err
	}
	u, err := b.read(m, a.body)
	if err == nil {
		b.install(u)
	}
	return a, u, err
}
