package license

import (
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/wire"
)

// message is one verified message of a container.
type message struct {
	publisher actor.PublisherID
	typ       wire.Type
	exchange  ExchangeID
	confirms  []ExchangeID // what a receipt may confirm: the messages under its nonce
	container ContainerID
	hash      [32]byte // of the unsigned payload
	ctr       int64
	at        time.Time // the client's clock
	nonce     string
	held      []held
	addr      netip.Addr

	req      *wire.Request
	keyHash  string
	marks    Fingerprint
	parts    []part     // the same with their names
	shorts   []string   // components as they stand in a license
	lookups  []lookupID // of the code, under every live pepper
	keyed    bool       // the code is a license key
	paired   bool       // the code is a pairing code
	want     []LicenseID
	lost     [16]byte  // activation or license; zero = of whatever the code opens
	base     LicenseID // which license an upgrade, extension or add-on is to change; zero = the one that fits
	returned held
	typed    *typedAsk // of a typed request; nil = the message is signed
}

// carried reports whether somebody brought the code here without the machine being
// connected: what travels as a file or a picture is sealed, or it was typed.
func (m *message) carried() bool { return m.typed != nil || m.req.Sealed != "" }

// held is a license with its generation.
type held struct {
	license LicenseID
	gen     int64
	spent   int64 // units of it, where it is usage-counted
}

// Step is the class of a change; one contact works its changes off in this
// order, and a client can skip none of the publisher's.
type Step int

// The steps.
const (
	StepRecall   Step = iota // the publisher takes back or blocks
	StepReturn               // the user gave back
	StepAssign               // what is already the container's, new or changed
	StepReplace              // a license with its successor
	StepActivate             // what the user asks for now
)

// change is one thing that an answer tells the container: a command, or a
// license to hold.
type change struct {
	step    Step
	command wire.Command
	deliver *Activation
}

// event is a journal line in the making.
type event struct {
	entity string
	id     [16]byte
	name   string
	data   any
}

// contact is one message with everything that it touches, in memory. The rules
// read and change these images; the store writes what became dirty.
type contact struct {
	now       time.Time
	msg       *message
	box       *Container                // nil = not known yet
	here      []*Activation             // live in the container
	last      map[LicenseID]*Activation // newest ended one, of held and wanted licenses
	licenses  map[LicenseID]*License    // of here, and of the code
	ticket    *Ticket                   // that the code opens; nil = unknown or foreign
	opened    []*License                // that the code opens, in order
	devices   []device                  // where opened licenses live; for a restore
	counted   map[LicenseID][]time.Time // counted restores; for a restore
	lent      map[LicenseID]int64       // places that are lent, anywhere; for a borrow
	tried     map[trialID]LicenseID     // trial marks of the device and customer that exist, with their license
	strays    []*Activation             // away from the container, where a block list has named it
	churn     resting                   // how long the ticket has to wait for one more change of seats
	rest      map[LicenseID]resting     // of licenses that were returned too often
	answered  int64                     // counter of the message under a receipt's nonce; 0 = unknown
	newID     func() ActivationID
	newEffect func() EffectID

	changes []change
	events  []event
	missing []*Activation // live here, but the container does not hold them
	charged bool          // a freed seat was taken again
	unknown bool          // the code is unknown; a failure to charge
	suspect string        // code of the reason
	was     *Container    // the container before this message; nil = it was not known
	wrong   bool          // it holds something wrong that a human has looked at
	clues   []clue        // for a human to decide
	odds    []strange     // what honest use does not do
	given   *Activation   // that the user has given back by this message
	marked  []trialMark   // to be kept: this device and customer have tried it
	made    []*Activation // new ones
	changed []*Activation // that became dirty here, also in other containers
}

// device is an activation elsewhere, with the fingerprint of its container.
type device struct {
	act   *Activation
	marks Fingerprint
}

// steps is the order of one contact.
var steps = []func(*contact) error{
	(*contact).recalls,
	(*contact).assigned,
	(*contact).wanted,
}

// hear works one message off. A nil error means that changes are to be
// answered. ErrSuspect goes with c.suspect when this very message was the
// reason; the container is marked then.
func (c *contact) hear() error {
	if c.msg.typed != nil {
		return c.hearTyped()
	}
	if err := c.listen(); err != nil {
		return err
	}
	switch c.msg.typ {
	case wire.TypeReceipt:
		return c.confirm()
	case wire.TypeReturn:
		return c.giveBack()
	}
	warn, err := judgeClock(c.msg.at, c.now)
	switch {
	case err != nil && c.box.fresh: // it stays unknown; what it wanted to have is known
		for _, l := range c.opened {
			c.odd(AnomalyClock, "license", l.ID, l.holder())
		}
	case warn || err != nil:
		c.odd(AnomalyClock, "container", c.box.ID, actor.OrgID{})
	}
	if err != nil {
		return err
	}
	if err := c.repair(); err != nil {
		return err
	}
	for _, step := range steps { // from here on, nothing is refused after something was placed
		if err := step(c); err != nil {
			return err
		}
	}
	if warn {
		c.command(StepRecall, wire.Command{Do: wire.CmdTime})
	}
	slices.SortStableFunc(c.changes, func(a, b change) int { return int(a.step - b.step) })
	return nil
}

// listen decides whether the message is heard at all, and moves the counter.
func (c *contact) listen() error {
	m := c.msg
	if c.box == nil {
		if m.typ != wire.TypeRequest || m.req.Action == wire.ActRefresh {
			return ErrUnknownContainer
		}
		c.box = &Container{
			ID: m.container, Keys: m.req.Container, State: ContainerActive, Marks: m.marks, First: c.now,
			firstCtr: m.ctr, hash: m.keyHash, fresh: true,
		}
	} else if err := c.recognize(); err != nil {
		return err
	}
	b := c.box
	b.Counter, b.Seen, b.dirty = m.ctr, c.now, true
	if m.typ == wire.TypeRequest {
		b.App, b.Virtual = m.req.App, m.req.Virtual
		if len(m.marks) > 0 {
			b.Marks = m.marks
		}
	}
	return nil
}

// recognize holds the message against what is known of its container.
func (c *contact) recognize() error {
	b, m := c.box, c.msg
	b.hash = m.keyHash
	was := *b
	c.was = &was
	if m.req != nil && (m.req.Container.Sign != b.Keys.Sign || m.req.Container.Encrypt != b.Keys.Encrypt) {
		return ErrUnknownContainer // only the first half of the key hashes is the same
	}
	if err := b.State.Open(); err != nil {
		return refuseFor(err, b.Reason)
	}
	if err := c.sameMachine(); err != nil {
		return err
	}
	switch {
	case m.ctr > b.Counter:
		return nil
	case m.ctr < b.firstCtr:
		return ErrOldCounter.With("value", m.ctr) // of a refused message before the first one that counted
	case m.typ == wire.TypeReceipt && c.answered != 0:
		return errLateReceipt
	}
	return c.doubt("counter", Evidence{})
}

// refuseFor adds why a container is not heard.
func refuseFor(err error, reason string) error {
	switch {
	case errors.Is(err, ErrSuspect):
		return ErrSuspect.With("reason", reason)
	case errors.Is(err, ErrContainerBlocked) && reason == reasonReplaced:
		return ErrContainerReplaced
	}
	return err
}

// sameMachine refuses a container that asks from another machine than its own. A
// case is opened, and the container is not suspect: it is the copy that speaks, and
// the original goes on. A machine that has really changed restores into a new
// container, or a human accepts it.
func (c *contact) sameMachine() error {
	m, b := c.msg, c.box
	if m.typ != wire.TypeRequest || b.Keys.Kind != wire.ContainerSoft || len(c.here) == 0 {
		return nil
	}
	if len(m.marks) == 0 && len(b.Marks) > 0 {
		return ErrFingerprint
	}
	if least := c.leastMarks(); len(b.Marks) > 0 && !b.Marks.Same(m.marks, least) {
		c.find(reasonOtherMachine, Evidence{}, m.marks)
		return ErrOtherMachine.With("common", b.Marks.Common(m.marks), "limit", least)
	}
	return nil
}

// leastMarks is how many components must match, by the mildest license here.
func (c *contact) leastMarks() int64 {
	least := int64(maxMarks)
	for _, a := range c.here {
		least = min(least, c.licenses[a.License].terms.model().Fingerprint.Min)
	}
	return least
}

// doubt marks the container: a human decides whether it was copied, by what was
// expected and what came instead.
func (c *contact) doubt(reason string, e Evidence) error {
	c.find(reason, e, nil)
	c.suspect = reason
	c.box.State, c.box.Reason, c.box.dirty = c.box.State.Suspect(), reason, true
	c.event("container", c.box.ID, "container.suspect", suspectData{Reason: reason, Exchange: c.msg.exchange})
	return ErrSuspect.With("reason", reason)
}

// repair compares what the container says it holds with what it should hold: a
// receipt that got lost is made up for, and a copy shows.
func (c *contact) repair() error {
	seen := make(map[LicenseID]bool, len(c.msg.held)) // whether it is the current generation
	for _, h := range c.msg.held {
		if _, twice := seen[h.license]; twice {
			return ErrMessage.At("/held")
		}
		current, err := c.holds(h)
		if err != nil {
			return err
		}
		seen[h.license] = current
	}
	kept := c.here[:0]
	for _, a := range c.here {
		switch {
		case seen[a.License]:
		case a.State.Leaving() && a.Told == 0:
			// Signed before an answer that brought it, and which is there by now? It is told
			// first; that it is gone is believed of what comes after that.
		case a.State == ActivationRecallPending:
			c.finish(a, ActivationRecalled, "activation.recalled")
			continue
		case a.State == ActivationReturnRequested:
			c.finish(a, ActivationReturned, "activation.returned")
			continue
		default:
			c.missing = append(c.missing, a)
		}
		kept = append(kept, a)
	}
	c.here = kept
	c.awaited()
	c.settled()
	return nil
}

// holds judges one license that the container says it holds, and reports whether
// it is the current generation of it.
func (c *contact) holds(h held) (current bool, err error) {
	if a := c.live(h.license); a != nil && !c.overtaken(a, h) {
		switch {
		case a.Gen == h.gen:
		case c.pardons(h):
			return false, nil
		default:
			return false, c.doubt("generation", Evidence{License: h.license, Generation: &Compared{a.Gen, h.gen}})
		}
		if err := c.spent(a, h); err != nil {
			return false, err
		}
		to, err := a.State.Confirm()
		if err == nil && to != a.State {
			a.State = to
			c.mark(a)
			c.event("activation", a.ID, "activation.confirmed", placeOf(a, c.msg.exchange))
		}
		return true, err
	}
	return false, c.ended(h)
}

// ended judges a license that the container says it holds and does not hold any
// more.
func (c *contact) ended(h held) error {
	a, reason := c.last[h.license], ""
	e := Evidence{License: h.license, Generation: &Compared{0, h.gen}}
	if a != nil {
		e.Generation.Expected, e.Ended = a.Gen, string(a.State)
	}
	switch {
	case a == nil || a.Gen < h.gen:
		reason = "unknown_license"
	case a.Gen > h.gen:
		reason = "generation"
	case a.State == ActivationRestoredAway:
		if c.msg.typ == wire.TypeReceipt && a.Told != 0 && a.Told == c.answered {
			c.gaveUp(a)
		}
		c.block(a)
	case a.State == ActivationReturned || a.State == ActivationRecalled:
		reason = "removed_license"
	}
	if reason == "" || c.pardons(h) {
		return nil // of an elapsed or superseded one the time is over
	}
	return c.doubt(reason, e)
}

// spent books the units that the container says it has spent.
func (c *contact) spent(a *Activation, h held) error {
	if h.spent == a.Spent {
		return nil
	}
	l, before := c.licenses[a.License], a.Spent
	if !l.spend(a, h.spent) {
		return c.doubt("spent", Evidence{License: l.ID, Units: &Compared{before, h.spent}})
	}
	c.mark(a)
	c.event("activation", a.ID, "activation.consumed", consumedData{
		License: l.ID, Container: a.Container, Units: a.Spent - before, Spent: l.Spent, Exchange: c.msg.exchange,
	})
	return nil
}

// overtaken reports whether the container holds what was restored away from it
// because the answer with the generation after that got lost, or a borrow that has
// ended because the answer with the next one did. Once it has confirmed that generation, holding the one before is a step back.
func (c *contact) overtaken(a *Activation, h held) bool {
	last := c.last[h.license]
	if last != nil && last.State == ActivationElapsed && !a.Lent.IsZero() {
		return last.Gen == h.gen && a.Gen == h.gen+1 && a.Told != 0
	}
	return last != nil && last.Gen == h.gen && last.State == ActivationRestoredAway && a.Gen == h.gen+1 &&
		(a.State == ActivationDelivered || a.State.Leaving())
}

// giveBack books a return. A return frees at most one seat, and only of the
// current generation.
func (c *contact) giveBack() error {
	h := c.msg.returned
	a := c.live(h.license)
	if a == nil {
		last := c.last[h.license]
		if last == nil || last.Gen != h.gen || last.State == ActivationReturned {
			return ErrGeneration.With("value", h.gen)
		}
		c.gaveUp(last)
		c.ack(h) // lost and found again, or elapsed: nothing is left to free
		return nil
	}
	if a.Gen != h.gen {
		return ErrGeneration.With("value", h.gen, "gen", a.Gen)
	}
	if err := c.spent(a, h); err != nil {
		return err
	}
	to, err := a.State.Return()
	if err != nil {
		return err
	}
	if to == ActivationReturned && a.State != ActivationReturnRequested && a.Lent.IsZero() {
		c.given = a // staff have not asked for it
	}
	c.finish(a, to, "activation."+string(to))
	c.ack(h)
	return nil
}

func (c *contact) ack(h held) {
	c.command(StepReturn, wire.Command{Do: wire.CmdAck, LicenseID: h.license.String(), Generation: h.gen})
}

// recalls delivers what the publisher takes back or blocks.
func (c *contact) recalls() error {
	for _, a := range c.here {
		l := c.licenses[a.License]
		switch {
		case a.State == ActivationRecallPending && a.Why == whyReplaced:
			c.tell(a)
			c.command(StepReplace, wire.Command{
				Do: wire.CmdReplace, LicenseID: a.License.String(), Generation: a.Gen, Why: a.Why,
			})
		case a.State.Leaving():
			c.tell(a)
			c.command(StepRecall, wire.Command{
				Do: wire.CmdRecall, LicenseID: a.License.String(), Generation: a.Gen, Why: a.Why,
			})
		case l.State == LicenseBlocked:
			c.block(a)
		}
	}
	return nil
}

// assigned delivers again what the container should hold and does not, or holds
// in an older version, or maybe so: a copy says its generation, and of a change
// only a receipt says that it has arrived. A refresh renews everything.
func (c *contact) assigned() error {
	for _, a := range c.here {
		l := c.licenses[a.License]
		if a.State.Leaving() || l.State != LicenseAvailable {
			continue
		}
		c.renews(l)
		stale := a.Version < l.Version || a.Told != 0 || slices.Contains(c.missing, a)
		if _, over := l.over(c.now); over && !stale {
			continue
		}
		if stale || c.msg.req.Action == wire.ActRefresh {
			c.deliver(StepAssign, a)
		}
	}
	return nil
}

func (c *contact) wanted() error {
	switch c.msg.req.Action {
	case wire.ActActivate:
		return c.activate()
	case wire.ActRestore:
		return c.restore()
	case wire.ActBorrow:
		return c.borrow()
	}
	return nil
}

// finish ends an activation and frees its seat.
func (c *contact) finish(a *Activation, to ActivationState, name string) {
	a.end(to, c.now)
	c.mark(a)
	c.last[a.License] = a
	l := c.licenses[a.License]
	c.event("activation", a.ID, name, placeOf(a, c.msg.exchange))
	if l.settle(a) {
		c.event("license", l.ID, "license.recalled", nil)
	}
}

// settle frees the seats of an activation that has just ended, and reports
// whether that was the end of the license's recall.
func (l *License) settle(a *Activation) (recalled bool) {
	if !a.Lent.IsZero() {
		l.fillLent(a.Container, -a.Quantity)
	}
	l.Seats = l.Seats.Release(l.back(a), a.Shrink)
	l.dirty = true
	if l.State == LicenseRecallPending && l.Seats.Used == 0 {
		l.State = LicenseRecalled
		return true
	}
	return false
}

// mark notes that an activation is to be written.
func (c *contact) mark(a *Activation) {
	if !a.dirty {
		a.dirty = true
		c.changed = append(c.changed, a)
	}
}

func (c *contact) live(id LicenseID) *Activation {
	for _, a := range c.here {
		if a.License == id {
			return a
		}
	}
	return nil
}

func (c *contact) block(a *Activation) {
	c.tell(a)
	c.command(StepRecall, wire.Command{
		Do: wire.CmdBlock, LicenseID: a.License.String(), Generation: a.Gen, Why: a.Why,
	})
}

// tell notes the first answer in which a recall or block was delivered.
func (c *contact) tell(a *Activation) {
	if a.Told == 0 {
		a.Told = c.msg.ctr
		c.mark(a)
	}
}

// confirm takes a receipt: what was told in the answer that it names is there.
func (c *contact) confirm() error {
	if err := c.repair(); err != nil {
		return err
	}
	for _, a := range c.here {
		if a.Told != 0 && a.Told == c.answered && !a.State.Leaving() {
			a.Told = 0
			c.mark(a)
		}
	}
	return nil
}

func (c *contact) command(step Step, cmd wire.Command) {
	c.changes = append(c.changes, change{step: step, command: cmd})
}

func (c *contact) deliver(step Step, a *Activation) {
	for _, ch := range c.changes {
		if ch.deliver == a {
			return
		}
	}
	if l := c.licenses[a.License]; a.Version != l.Version || a.Told != 0 {
		a.Version, a.Told = l.Version, c.msg.ctr
		if l.Effects > 0 && a.Lent.IsZero() {
			a.Elapses = l.terms.Span(l.First, a.Started, l.Until).Elapses
		}
		c.mark(a)
	}
	c.changes = append(c.changes, change{step: step, deliver: a})
}

func (c *contact) event(entity string, id [16]byte, name string, data any) {
	c.events = append(c.events, event{entity, id, name, data})
}
