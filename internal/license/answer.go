package license

import (
	"strings"
	"time"

	"github.com/licet/licet/wire"
)

// maxGrace is the longest grace that a license can carry, in seconds.
const maxGrace = 10 * 366 * 86400

// issue is what an answer says apart from one license or another.
type issue struct {
	issuer string
	seq    int64
	epoch  int64
	now    time.Time
	serial func() [8]byte
}

// compose turns the changes of a contact into the claims of its answer, in the
// order in which they are sent: the update first, if there is a command or no
// license, then one license each.
func (c *contact) compose(is issue) []wire.Claims {
	var commands []wire.Command
	licenses := 0
	for _, ch := range c.changes {
		if ch.deliver == nil {
			commands = append(commands, ch.command)
		} else {
			licenses++
		}
	}
	out := make([]wire.Claims, 0, licenses+1)
	if len(commands) > 0 || licenses == 0 {
		out = append(out, &wire.Update{
			Issuer: is.issuer, Container: c.box.hash, Nonce: c.msg.nonce, Seq: is.seq,
			IssuedAt: is.now.Unix(), Commands: commands,
		})
	}
	for _, ch := range c.changes {
		if ch.deliver != nil {
			out = append(out, c.claims(is, ch.deliver, int64(len(commands))))
		}
	}
	return out
}

// claims is what the license file of an activation says.
func (c *contact) claims(is issue, a *Activation, commands int64) *wire.License {
	l := c.licenses[a.License]
	t, m := l.terms, l.terms.model()
	span := t.Span(l.First, a.Started, l.Until)
	w := t.claims()
	w.Issuer, w.ID, w.Generation, w.Quantity = is.issuer, l.ID.String(), a.Gen, a.Quantity
	w.IssuedAt, w.NotBefore, w.Expires, w.Maintenance = is.now.Unix(), unix(span.From), unix(span.Until), unix(span.Maintenance)
	w.Seq, w.Epoch, w.Serial, w.Nonce, w.Commands = is.seq, is.epoch, wire.Serial(is.serial()), c.msg.nonce, commands
	w.Container = wire.Binding{Kind: c.box.Keys.Kind, Key: c.box.hash}
	if !a.Lent.IsZero() {
		l.lentClaims(w, a)
	} else if m.RefreshDays > 0 {
		w.NextContact = is.now.Add(time.Duration(m.RefreshDays) * day24).Unix()
	}
	if c.box.Keys.Kind == wire.ContainerSoft {
		w.Container.Fingerprint = c.msg.shorts
		w.Container.Min = min(int(m.Fingerprint.Min), len(c.msg.shorts))
	}
	return w
}

// claims is what every license under these terms says.
func (t *Terms) claims() *wire.License {
	m := t.model()
	return &wire.License{
		Article: t.Item.ArticleNumber, Product: t.Item.Product, Model: string(m.Kind), Features: t.Item.Features,
		Limits: t.Item.Limits, Grace: min(m.GraceDays*86400, maxGrace), Enforce: wire.Enforcement(m.Enforce),
		Holder: t.Holder, Unit: t.unitName(),
	}
}

// check makes sure that licenses under these terms can be signed at all, while
// the sale can still be refused.
func (t *Terms) check() error {
	w := t.claims()
	w.Issuer, w.ID, w.Generation, w.IssuedAt, w.Serial = "p", "l", 1, 1, wire.Serial([8]byte{})
	if err := w.Validate(); err != nil {
		_, claim, _ := strings.Cut(err.Error(), "bounds: ")
		return ErrUnsignable.With("value", t.Item.Number, "claim", claim).Wrap(err)
	}
	return nil
}

// holderClaim is an organization's number as a license can carry it: visible
// ASCII without quotes, backslashes and bars.
func holderClaim(number string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '"' || r == '\\' || r == '|' {
			return '_'
		}
		return r
	}, number)
}

// unix is t in Unix seconds, 0 for no time.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// placeData is what the journal keeps of an activation.
type placeData struct {
	License   LicenseID   `json:"license"`
	Container ContainerID `json:"container"`
	Gen       int64       `json:"gen"`
	Quantity  int64       `json:"qty"`
	Exchange  ExchangeID  `json:"exchange,omitzero"`
	Tried     bool        `json:"tried,omitempty"` // it left marks of a trial
}

func placeOf(a *Activation, x ExchangeID) placeData {
	return placeData{License: a.License, Container: a.Container, Gen: a.Gen, Quantity: a.Quantity, Exchange: x}
}

type awayData struct {
	placeData
	Counted bool `json:"counted"`
}

type suspectData struct {
	Reason   string     `json:"reason"`
	Exchange ExchangeID `json:"exchange,omitzero"`
}
