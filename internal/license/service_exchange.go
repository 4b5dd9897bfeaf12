package license

import (
	"context"
	"errors"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// reply is what a message is answered with: bytes that are recorded and not yet
// signed.
type reply struct {
	exchange ExchangeID
	answer   []byte
	bundle   bundleID
	lines    string // of the bundle; "" = to be looked up
}

// Exchange takes one message of a container, a req, rcp or ret token, and
// returns the lines of its answer: certificates, then the update if there is a
// command or no license, then one line per license. A receipt has no lines. The
// same message gets the same lines again, byte for byte, and no second effect.
//
// by may be anonymous: the container's signature and the code are the proof.
// Errors: license.bad_message, license.bad_signature, license.code_typo,
// license.unknown_code (also for codes of another publisher and after it the
// caller's address is charged), license.too_many_tries, license.unknown_container,
// license.suspect, license.container_blocked, license.old_counter,
// license.clock_off, license.other_machine, license.wrong_generation, the
// refusals of a ticket and a license (blocked, expired, no_seat, used_up …),
// sign.no_key, and the database's.
func (s *Service) Exchange(ctx context.Context, by actor.Actor, token []byte) ([]string, error) {
	m, err := s.read(ctx, by, strings.TrimSpace(string(token)))
	if err != nil {
		return nil, err
	}
	var r *reply
	err = again(func() error {
		r, err = s.inbox.Do(ctx, m)
		return err
	})
	if err != nil || r == nil {
		return nil, err
	}
	return s.say(ctx, m, r)
}

// say signs a recorded answer.
func (s *Service) say(ctx context.Context, m *message, r *reply) ([]string, error) {
	if err := s.db.Point(ctx, "license.before_sign"); err != nil {
		return nil, err
	}
	lines, err := s.redeem(ctx, m.publisher, r)
	if errors.Is(err, sign.ErrKeyRevoked) || errors.Is(err, sign.ErrRootRevoked) {
		if r, err = s.renew(ctx, m, r); err != nil {
			return nil, err
		}
		lines, err = s.redeem(ctx, m.publisher, r)
	}
	if err != nil {
		return nil, err
	}
	return lines, s.db.Point(ctx, "license.before_send")
}

func (s *Service) redeem(ctx context.Context, p actor.PublisherID, r *reply) ([]string, error) {
	if r.answer == nil {
		return nil, nil
	}
	prepared, err := decodeAnswer(r.answer)
	if err != nil {
		return nil, err
	}
	bundle, err := s.bundleOf(ctx, p, r)
	if err != nil {
		return nil, err
	}
	lines := make([]string, 0, len(prepared)+4)
	if bundle != "" {
		lines = append(lines, strings.Split(bundle, "\n")...)
	}
	for _, one := range prepared {
		token, err := s.ring.Redeem(ctx, p, one)
		if err != nil {
			return nil, err
		}
		lines = append(lines, token)
	}
	return lines, nil
}

// bundleOf returns the certificate lines of an answer.
func (s *Service) bundleOf(ctx context.Context, p actor.PublisherID, r *reply) (string, error) {
	if r.lines != "" || r.bundle.IsZero() {
		return r.lines, nil
	}
	if lines, ok := s.bundles.get(bundleKey{p, r.bundle}); ok {
		return lines, nil
	}
	var lines string
	err := s.db.For(p).ReadOne(ctx, func(q *db.Reader) error {
		return q.QueryRow(qBundle, p, r.bundle).Scan(&lines)
	})
	if err == nil {
		s.keepBundle(p, r.bundle, lines)
	}
	return lines, err
}

// hearAll is the many-form of Exchange: one transaction for messages that came
// at the same time, publisher by publisher.
func (s *Service) hearAll(tx *db.Tx, all []*message) ([]db.Result[*reply], error) {
	out := make([]db.Result[*reply], len(all))
	groups := map[actor.PublisherID][]int{}
	var order []actor.PublisherID
	for i, m := range all {
		if groups[m.publisher] == nil {
			order = append(order, m.publisher)
		}
		groups[m.publisher] = append(groups[m.publisher], i)
	}
	for _, p := range order {
		if err := s.hearGroup(tx, p, all, groups[p], out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) hearGroup(tx *db.Tx, p actor.PublisherID, all []*message, at []int, out []db.Result[*reply]) error {
	var free []*message // not held back by a limit
	var freeAt []int
	gate := guesses{s: s, q: tx}
	for _, i := range at {
		if err := gate.open(all[i]); err != nil {
			if fault.KindOf(err) != fault.Limited {
				return err
			}
			out[i].Err = err
			continue
		}
		free, freeAt = append(free, all[i]), append(freeAt, i)
	}
	if len(free) == 0 {
		return nil
	}
	k := s.newDesk(tx, p)
	if err := k.load(free); err != nil {
		return err
	}
	for j, m := range free {
		r, err := k.hear(m)
		if err != nil && !refused(err) {
			return err
		}
		out[freeAt[j]] = db.Result[*reply]{Out: r, Err: err}
	}
	return k.flush()
}

// hear works one message off and records it. The error is the refusal.
func (k *desk) hear(m *message) (*reply, error) {
	if x := k.exchanges[m.exchange]; x != nil {
		return k.repeat(x, m)
	}
	c, err := k.contact(m)
	if err != nil {
		return nil, err
	}
	if err := k.canAnswer(c); err != nil {
		return nil, err
	}
	before := int64(0)
	if c.box != nil {
		before = c.box.Counter
	}
	err = c.hear()
	switch {
	case errors.Is(err, errLateReceipt):
		return nil, nil
	case err != nil:
		return nil, k.refuse(c, err, before)
	}
	return k.accept(c)
}

// canAnswer makes sure that there is a key to answer with before anything
// changes. It asks only for publishers that are known to exist.
func (k *desk) canAnswer(c *contact) error {
	if c.msg.typ == wire.TypeReceipt || c.box == nil && c.ticket == nil {
		return nil
	}
	_, err := k.s.ring.Issuer(k.publisher)
	return err
}

// repeat answers a message that is recorded already.
func (k *desk) repeat(x *exchangeRow, m *message) (*reply, error) {
	if !x.is(m) {
		c := &contact{now: k.tx.Now(), msg: m, box: k.containers[m.container], here: k.here[m.container], licenses: k.licenses}
		was := *c.box
		c.was = &was
		if err := c.box.State.Open(); err != nil {
			return nil, refuseFor(err, c.box.Reason)
		}
		err := c.doubt("nonce", Evidence{})
		k.odds = append(k.odds, c.odds...)
		k.keep(c)
		return nil, err
	}
	if x.refusal != "" {
		return nil, decodeRefusal(x.refusal)
	}
	if x.answer == nil && m.typ != wire.TypeReceipt {
		return nil, ErrAnswerGone
	}
	return &reply{exchange: x.id, answer: x.answer, bundle: x.bundle}, nil
}

// refuse records a refusal, so that a late copy of the message finds it. A
// container that is not known yet leaves no trace, unless its code is good.
func (k *desk) refuse(c *contact, err error, counter int64) error {
	k.pair(c, err)
	if !c.unknown && c.box != nil && (!c.box.fresh || c.ticket != nil) {
		k.odds = append(k.odds, c.odds...)
	}
	if c.unknown {
		if c.msg.paired {
			err = ErrUnknownPairing
		}
		if e := k.s.chargeMessage(k.tx, k.publisher, c.msg); e != nil {
			return e
		}
	}
	if c.box == nil || c.box.fresh && c.suspect == "" || c.box.fresh && c.ticket == nil {
		return k.stillUnknown(c, err)
	}
	switch kind := fault.KindOf(err); {
	case !c.box.dirty:
		k.clues = append(k.clues, c.clues...)
		return err
	case kind == fault.Limited || kind == fault.Internal || kind == fault.Unavailable:
		c.box.Counter = counter // the same message may come again
	default:
		k.record(c, &exchangeRow{refusal: encodeRefusal(err)})
	}
	k.keep(c)
	return err
}

// stillUnknown returns the refusal of a container that was not known, or errAgain
// when it is by now: while this message waited for the license, another copy of
// it may have got the last seat, and both get the same answer.
func (k *desk) stillUnknown(c *contact, refusal error) error {
	if c.box == nil || c.unknown && !c.msg.paired || k.tx.Engine() == db.SQLite { // SQLite has one writer
		return refusal
	}
	switch _, err := containerOf(k.tx, k.publisher, c.box.ID, false); {
	case err == nil:
		return errAgain
	case errors.Is(err, ErrNotFound):
		return refusal
	default:
		return err
	}
}

// accept prepares the answer and records it.
func (k *desk) accept(c *contact) (*reply, error) {
	x := &exchangeRow{}
	r := &reply{}
	if c.msg.typ != wire.TypeReceipt {
		c.box.Seq++
		var err error
		if r, err = k.prepare(c); err != nil {
			return nil, err
		}
		x.answer, x.bundle = r.answer, r.bundle
	}
	if c.charged {
		if err := db.Charge(k.tx, k.s.limits.Ticket, c.ticket.ID.String()); err != nil {
			return nil, err
		}
	}
	if c.given != nil {
		if err := k.chargeReturn(c.given); err != nil {
			return nil, err
		}
	}
	k.odds = append(k.odds, c.odds...)
	k.pair(c, nil)
	k.record(c, x)
	r.exchange = x.id
	if len(c.changes) > 0 && len(c.made) == 0 && c.msg.req != nil {
		c.event("container", c.box.ID, "container.served", servedData{Exchange: x.id, Changes: len(c.changes)})
	}
	k.keep(c)
	return r, nil
}

type servedData struct {
	Exchange ExchangeID `json:"exchange"`
	Changes  int        `json:"changes"`
}

// prepare makes the exact bytes of the answer.
func (k *desk) prepare(c *contact) (*reply, error) {
	epoch, err := k.s.epochOf(k.tx)
	if err != nil {
		return nil, err
	}
	is := issue{
		issuer: k.s.ring.Name(k.publisher), seq: c.box.Seq, epoch: epoch, now: c.now, serial: sign.NewSerial,
	}
	if c.msg.typed != nil {
		return k.s.prepareAll(k, []wire.Claims{c.composeTyped(is)}, "")
	}
	list, err := k.rider(c)
	if err != nil {
		return nil, err
	}
	return k.s.prepareAll(k, c.compose(is), list)
}

// prepareAll makes the bytes of some claims and finds the bundle before them, with the
// lines of a block list, if any.
func (s *Service) prepareAll(k *desk, claims []wire.Claims, list string) (*reply, error) {
	var answer []byte
	for _, one := range claims {
		p, err := s.ring.Prepare(k.publisher, one.Kind(), one)
		if err != nil {
			return nil, err
		}
		answer = appendAnswer(answer, p)
	}
	lines := strings.Join(s.ring.Bundle(k.publisher), "\n")
	if list != "" {
		lines += "\n" + list
	}
	id := bundleIDOf(lines)
	if _, known := s.bundles.get(bundleKey{k.publisher, id}); !known {
		k.bundles[id] = lines
	}
	return &reply{answer: answer, bundle: id, lines: lines}, nil
}

func (k *desk) record(c *contact, x *exchangeRow) {
	x.id, x.container, x.ctr, x.hash, x.rev = c.msg.exchange, c.box.ID, c.msg.ctr, c.msg.hash[:], 1
	k.exchanges[x.id] = x
	k.fresh = append(k.fresh, x)
}

// keep takes over what a contact has changed.
func (k *desk) keep(c *contact) {
	if c.box != nil {
		k.containers[c.box.ID] = c.box
		k.here[c.box.ID] = c.here
	}
	k.acts = append(k.acts, c.changed...)
	for _, a := range c.changed {
		if !a.State.Live() {
			k.last[pair{a.License, a.Container}] = a
		}
	}
	k.marked = append(k.marked, c.marked...)
	k.clues = append(k.clues, c.clues...)
	for _, e := range c.events {
		k.events = append(k.events, actor.Entry{Entity: e.entity, ID: e.id, Event: e.name, Data: e.data, By: c.box.pseudonym()})
	}
	for _, a := range c.made {
		l := k.licenses[a.License]
		note := Activated{
			Publisher: k.publisher, Ticket: l.Ticket, License: l.ID, Activation: a.ID, Container: a.Container, Quantity: a.Quantity,
		}
		if l.ticket != nil {
			note.Holder = l.ticket.Holder
		}
		k.activity = append(k.activity, note)
	}
}

// refused tells a refusal of this package, or of the keyring, from everything
// after which the transaction is worth nothing.
func refused(err error) bool {
	code := fault.CodeOf(err)
	return fault.KindOf(err) != fault.Internal && (strings.HasPrefix(code, "license.") || strings.HasPrefix(code, "sign."))
}

func isAgain(err error) bool { return errors.Is(err, errAgain) }
