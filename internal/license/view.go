package license

import (
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/wire"
)

// Page is one page of a list. Next is the cursor of the following page, "" at
// the end. A page may be short, even empty, and still have a next one.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// LicenseInfo is a license as people see it.
type LicenseInfo struct {
	ID          LicenseID        `json:"id"`
	Ticket      TicketID         `json:"ticket"`
	State       LicenseState     `json:"state"`
	Refusal     string           `json:"refusal,omitempty"` // code of why it cannot be activated now; "" = it can
	Number      string           `json:"number"`            // of the article or configuration, as ordered
	Name        catalog.Names    `json:"name"`
	Product     string           `json:"product"`
	Kind        catalog.Kind     `json:"kind"`
	Quantity    int64            `json:"quantity"` // as sold
	Limit       int64            `json:"limit"`    // with the overdraft
	Used        int64            `json:"used"`
	Free        int64            `json:"free"`
	Owed        int64            `json:"owed,omitempty"` // sold back, still in use
	First       time.Time        `json:"first_activation,omitzero"`
	LastDay     day.Day          `json:"last_day,omitzero"` // of a seat that is activated now
	KeyHint     string           `json:"key_hint,omitempty"`
	Added       int64            `json:"added,omitempty"`       // of the limit, what add-ons have brought
	Change      *ChangeInfo      `json:"change,omitempty"`      // what it does to another license; null = it is a right of its own
	Units       *UnitsInfo       `json:"units,omitempty"`       // of a usage-counted license
	Eligibility *EligibilityInfo `json:"eligibility,omitempty"` // of an academic license
	Changes     []AppliedInfo    `json:"changes,omitempty"`     // what has changed it since it was sold
	Rev         int64            `json:"rev"`
}

// info describes a license at a moment.
func (l *License) info(now time.Time) LicenseInfo {
	item := &l.terms.Item
	last, _ := l.over(now)
	out := LicenseInfo{
		ID: l.ID, Ticket: l.Ticket, State: l.State, Number: item.Number, Name: item.Name, Product: item.Product,
		Kind: item.Model.Kind, Quantity: l.Seats.Sold(), Limit: l.Seats.Limit(), Used: l.Seats.Used, Free: l.Seats.Free(),
		Owed: l.Seats.Owed, First: l.First, LastDay: last, KeyHint: l.KeyHint, Rev: l.Rev,
		Added: l.Seats.Added, Change: l.change(), Changes: l.applied(), Units: l.units(), Eligibility: l.eligible.show(l, now),
	}
	if err := l.ready(now); err != nil {
		out.Refusal = fault.CodeOf(err)
	}
	return out
}

// ready says whether one more seat could be activated somewhere now.
func (l *License) ready(now time.Time) error {
	if err := l.State.Open(); err != nil {
		return err
	}
	if last, over := l.over(now); over {
		return l.ended(last)
	}
	if _, err := l.Seats.Take(1); err != nil {
		return l.full(err)
	}
	return nil
}

// TicketInfo is a ticket as staff see it: without its code.
type TicketInfo struct {
	ID       TicketID      `json:"id"`
	Hint     string        `json:"hint"` // last group of the code
	State    TicketState   `json:"state"`
	Holder   actor.OrgID   `json:"holder"`
	SoldTo   actor.OrgID   `json:"sold_to,omitzero"`    // who had bought it before it went to the holder
	Into     string        `json:"into_hint,omitempty"` // of a merged one: last group of the ticket that counts now
	Customer actor.OrgID   `json:"customer,omitzero"`
	Licenses []LicenseInfo `json:"licenses"`
	Rev      int64         `json:"rev"`
}

func (t *Ticket) info(licenses []*License, now time.Time) TicketInfo {
	out := TicketInfo{ID: t.ID, Hint: t.Hint, State: t.State, Holder: t.Holder, SoldTo: t.SoldTo, Into: t.IntoHint, Rev: t.Rev, Licenses: []LicenseInfo{}}
	for _, l := range current(licenses) {
		out.Customer = l.terms.Customer
	}
	for _, l := range licenses {
		out.Licenses = append(out.Licenses, l.info(now))
	}
	return out
}

// ActivationInfo is an activation as staff see it.
type ActivationInfo struct {
	ID        ActivationID    `json:"id"`
	License   LicenseID       `json:"license"`
	Container ContainerID     `json:"container"`
	Gen       int64           `json:"generation"`
	Quantity  int64           `json:"quantity"`
	Shrink    int64           `json:"owed,omitempty"`
	Spent     int64           `json:"spent,omitempty"` // units, where it is usage-counted
	State     ActivationState `json:"state"`
	Counted   bool            `json:"counted,omitempty"` // drawn from the restore allowance
	Why       string          `json:"why,omitempty"`
	Started   time.Time       `json:"started"`
	Ended     time.Time       `json:"ended,omitzero"`
	Lent      time.Time       `json:"lent_until,omitzero"` // of a borrow: its end
}

func (a *Activation) info() ActivationInfo {
	return ActivationInfo{
		ID: a.ID, License: a.License, Container: a.Container, Gen: a.Gen, Quantity: a.Quantity, Shrink: a.Shrink,
		Spent: a.Spent, State: a.State, Counted: a.Counted, Why: a.Why, Started: a.Started, Ended: a.Ended, Lent: a.Lent,
	}
}

// ContainerInfo is a container as staff see it. Nothing in it names a machine.
type ContainerInfo struct {
	ID          ContainerID      `json:"id"`
	Kind        string           `json:"kind"`
	State       ContainerState   `json:"state"`
	Reason      string           `json:"reason,omitempty"` // code of what made it suspect
	Components  int              `json:"components"`       // of its fingerprint
	Virtual     bool             `json:"virtual"`
	App         wire.App         `json:"app,omitzero"`
	First       time.Time        `json:"first_contact"`
	Seen        time.Time        `json:"last_contact"`
	Activations []ActivationInfo `json:"activations"` // live ones
	Rev         int64            `json:"rev"`
}

func (c *Container) info(live []*Activation) ContainerInfo {
	out := ContainerInfo{
		ID: c.ID, Kind: c.Keys.Kind, State: c.State, Reason: c.Reason, Components: len(c.Marks), Virtual: c.Virtual,
		App: c.App, First: c.First, Seen: c.Seen, Rev: c.Rev, Activations: []ActivationInfo{},
	}
	for _, a := range live {
		out.Activations = append(out.Activations, a.info())
	}
	return out
}

// Look is what a ticket or license key holds for its bearer.
type Look struct {
	Ticket   TicketID      `json:"ticket"`
	State    TicketState   `json:"state"`
	Refusal  string        `json:"refusal,omitempty"` // code of why nothing can be activated; "" = something can
	Holdings []LookLicense `json:"licenses"`
	Why      error         `json:"-"` // the refusal with its values; nil = something can
}

// LookLicense is one license for its bearer, with its restore allowance and the
// devices that hold it.
type LookLicense struct {
	LicenseInfo
	Restores    int64        `json:"restores"`                  // per window
	RestoreLeft int64        `json:"restore_left"`              //
	NextRestore time.Time    `json:"next_restore,omitzero"`     // zero = now, if any is left
	Granted     int64        `json:"restore_granted,omitempty"` // restores beyond it, by support, in the same window
	Devices     []LookDevice `json:"devices"`                   // newest first
	More        bool         `json:"more_devices,omitempty"`    // there are more than are listed

	Why  error          `json:"-"` // the refusal with its values; nil = it can be activated
	Zone *time.Location `json:"-"` // the publisher's, in whose civil days its dates are said
}

// NoRestore says why no device of the license can be freed, and nothing be
// restored, now; nil if it can.
func (l LookLicense) NoRestore() error {
	if err := l.State.Open(); err != nil {
		return err
	}
	return Allowance{Count: l.Restores, Used: l.Restores - l.RestoreLeft, Next: l.NextRestore}.Draw()
}

// LookDevice is a device for the bearer: an opaque id and what helps to tell one
// from another.
type LookDevice struct {
	ID       ActivationID    `json:"id"` // to be evicted, or named as lost
	State    ActivationState `json:"state"`
	Quantity int64           `json:"quantity"`
	Since    time.Time       `json:"since"`
	Seen     time.Time       `json:"seen"` // last contact
	OS       string          `json:"os,omitempty"`
	App      string          `json:"app,omitempty"`
	Virtual  bool            `json:"virtual,omitempty"`
}

// settle gathers the refusal of the whole: that of the ticket, or that of its
// licenses when none is ready.
func (v *Look) settle(open error) {
	v.Refusal, v.Why = "", nil
	if open != nil {
		v.Refusal, v.Why = fault.CodeOf(open), open
		return
	}
	for _, l := range v.Holdings {
		if l.Refusal == "" {
			return
		}
	}
	if len(v.Holdings) > 0 {
		v.Refusal, v.Why = v.Holdings[0].Refusal, v.Holdings[0].Why
	}
}

// open says whether licenses may be collected with the ticket. Of an expired one
// the last day is that of its licenses.
func (t *Ticket) open(licenses []*License, now time.Time) error {
	err := t.State.Open()
	if errors.Is(err, ErrTicketMerged) && t.IntoHint != "" {
		return ErrTicketInto.With("hint", t.IntoHint)
	}
	if !errors.Is(err, ErrTicketExpired) {
		return err
	}
	end := day.None
	for _, l := range licenses {
		if last, _ := l.over(now); last != day.None && (end == day.None || last > end) {
			end = last
		}
	}
	return ErrTicketExpired.With("last", end)
}
