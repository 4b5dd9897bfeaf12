package depot

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// ticketView is what a code holds, in words.
type ticketView struct {
	Code     string  // for the forms of the page
	Hint     string  // last group of the code, to recognize it by
	Key      bool    // a license key
	Refusal  *notice // why nothing can be activated; nil = something can
	Licenses []holding
	InUse    bool      // some device holds something
	Movable  bool      // something in use can be given back and activated elsewhere
	Choices  []holding // what can be activated, if that is more than one
	Asked    string    // names this page to a pairing
	Redeem   bool      // all that it holds changes licenses that are elsewhere
	Form     uploadForm
	hints
}

// holding is one license.
type holding struct {
	ID       string
	Name     string
	Movable  bool   // it can be given back and activated elsewhere
	Number   string // article number
	Kind     string // key of the kind's name
	State    state
	Seats    string
	Used     int64
	Limit    int64
	LastDay  day.Day // None = no end
	Starts   bool    // the last day counts from the first activation, which is still to come
	Restores string  // the allowance in words
	Granted  string  // what support has freed beyond it, in words; "" = nothing
	Free     bool    // a device can be activated now
	Losses   int64   // the allowance in a number
	Devices  []device
	More     bool     // there are more devices than are listed
	Change   *change  // what its ticket does to another license; nil = it is one of its own
	Changes  []string // what has changed it since it was sold
	Eligible string   // of an academic license: who may use it, until when; "" = nothing is recorded
	Units    string   // of a usage-counted license, in words; "" = it is none
}

// state is where a license stands: a text key and the class of its color.
type state struct{ Key, Class string }

// device is a machine that holds a license.
type device struct {
	N        int // its place in the list, from 1
	ID       string
	System   string // "" = not known
	App      string // version of the program; "" = not known
	Virtual  bool
	State    state
	Quantity int64
	Since    time.Time
	Seen     time.Time
}

// deviceView asks before a device is freed.
type deviceView struct {
	Code    string
	Device  device
	License holding
	Refusal *notice // why it cannot be freed now; nil = it can
	Left    int64   // of the allowance, afterwards
	hints
}

// freedView says what has happened.
type freedView struct {
	Code    string
	License holding
	hints
}

// describe puts what a code holds into words.
func (d *Depot) describe(lang text.Lang, typed string, v license.Look) ticketView {
	out := ticketView{Code: typed, Asked: rand.Text(), hints: d.hints()}
	_, hint, prefix, err := wire.ParseCode(typed)
	if err == nil {
		out.Hint, out.Key = hint, prefix != ""
	}
	for _, l := range v.Holdings {
		one := newHolding(lang, l)
		if l.Refusal == "" && v.Refusal != "" {
			one.State, one.Free = stateOf(v.Refusal), false // the license is good, the ticket is not
		}
		out.Licenses = append(out.Licenses, one)
		if l.Refusal == "" {
			out.Choices = append(out.Choices, one)
		}
		out.Redeem = out.Redeem || one.Change != nil
		out.InUse = out.InUse || len(one.Devices) > 0
		out.Movable = out.Movable || one.Movable && len(one.Devices) > 0
	}
	for _, one := range out.Licenses {
		out.Redeem = out.Redeem && one.Change != nil
	}
	if len(out.Choices) == 1 {
		out.Choices = nil
	}
	if v.Why != nil {
		f := fault.As(v.Why)
		out.Refusal = newNotice(lang, f.Code, f.Args)
	}
	return out
}

// movable reports whether a kind of license can be given back for another
// device. The model may forbid more; then the device says so.
func movable(k catalog.Kind) bool { return k != catalog.SingleUse && k != catalog.Trial }

// refusedStates are the states of a license by the code of what forbids to
// activate it.
var refusedStates = map[string]state{
	"":                              {"depot.state.ready", "good"},
	license.ErrNoSeat.Code:          {"depot.state.no_seat", "warn"},
	license.ErrUsedUp.Code:          {"depot.state.used_up", "warn"},
	license.ErrRedeemed.Code:        {"depot.state.redeemed", "good"},
	license.ErrLicenseExpired.Code:  {"depot.state.expired", "bad"},
	license.ErrLicenseBlocked.Code:  {"depot.state.blocked", "bad"},
	license.ErrLicenseRecalled.Code: {"depot.state.recalled", "bad"},
	license.ErrNotYet.Code:          {"depot.state.not_yet", "warn"},
	license.ErrTicketBlocked.Code:   {"depot.state.blocked", "bad"},
	license.ErrTicketExpired.Code:   {"depot.state.expired", "bad"},
	license.ErrTicketReversed.Code:  {"depot.state.recalled", "bad"},
}

func stateOf(refusal string) state {
	if s, ok := refusedStates[refusal]; ok {
		return s
	}
	return state{"depot.state.other", "warn"}
}

func newHolding(lang text.Lang, l license.LookLicense) holding {
	out := holding{
		ID: l.ID.String(), Name: l.Name.In(lang), Number: l.Number, Kind: "depot.kind." + string(l.Kind), State: stateOf(l.Refusal), Movable: movable(l.Kind) && l.Change == nil,
		Used: l.Used, Limit: l.Limit, LastDay: l.LastDay, Starts: l.LastDay != day.None && l.First.IsZero(),
		Change: newChange(lang, l), Changes: newChanges(lang, l), Restores: restores(lang, l), Losses: l.Restores, More: l.More,
		Granted: granted(lang, l), Free: l.Refusal == "",
		Seats: text.T(lang, "depot.seats", "used", l.Used, "limit", l.Limit, "free", l.Free),
	}
	if out.Change != nil && l.Refusal == "" {
		out.State.Key = "depot.state.redeemable"
	}
	if l.Added > 0 {
		out.Seats += " " + text.N(lang, "depot.added", l.Added)
	}
	if over := l.Limit - l.Quantity - l.Added; over > 0 {
		out.Seats += " " + text.T(lang, "depot.overdraft", "value", over)
	}
	if e := l.Eligibility; e != nil {
		out.Eligible = eligible(lang, *e)
	}
	if u := l.Units; u != nil {
		out.Units = text.T(lang, "depot.units", "name", u.Name, "spent", u.Spent, "bought", u.Bought, "left", u.Left)
	}
	for i, one := range l.Devices {
		shown := newDevice(l, one)
		shown.N = i + 1
		out.Devices = append(out.Devices, shown)
	}
	return out
}

// restores puts the allowance into words.
func restores(lang text.Lang, l license.LookLicense) string {
	switch {
	case l.Restores == 0:
		return text.T(lang, "depot.restore.none")
	case !l.NextRestore.IsZero():
		return text.T(lang, "depot.restore.wait", "left", l.RestoreLeft, "limit", l.Restores, "next", l.NextRestore)
	}
	return text.T(lang, "depot.restore.left", "left", l.RestoreLeft, "limit", l.Restores)
}

// granted says what support has freed beyond the allowance.
func granted(lang text.Lang, l license.LookLicense) string {
	if l.Granted == 0 {
		return ""
	}
	return text.N(lang, "depot.granted", l.Granted)
}

// noRestore says why a device cannot be freed now; nil if it can.
func noRestore(lang text.Lang, l license.LookLicense) *notice {
	err := l.NoRestore()
	if err == nil {
		return nil
	}
	f := fault.As(err)
	return newNotice(lang, f.Code, f.Args)
}

// deviceStates are the live states of an activation.
var deviceStates = map[license.ActivationState]state{
	license.ActivationRequested:       {"depot.device.requested", ""},
	license.ActivationDelivered:       {"depot.device.delivered", ""},
	license.ActivationConfirmed:       {"depot.device.confirmed", "good"},
	license.ActivationReturnRequested: {"depot.device.returning", "warn"},
	license.ActivationRecallPending:   {"depot.device.recalled", "bad"},
	license.ActivationLent:            {"depot.device.lent", "good"},
}

// systems are the names of operating systems as people know them.
var systems = map[string]string{"linux": "Linux", "windows": "Windows", "darwin": "macOS"}

// newDevice puts a device into words, with its dates in the publisher's days.
func newDevice(l license.LookLicense, one license.LookDevice) device {
	zone := l.Zone
	if zone == nil {
		zone = time.UTC
	}
	out := device{
		ID: one.ID.String(), System: one.OS, App: one.App, Virtual: one.Virtual, State: deviceStates[one.State],
		Quantity: one.Quantity, Since: one.Since.In(zone), Seen: one.Seen.In(zone),
	}
	if name, ok := systems[strings.ToLower(one.OS)]; ok {
		out.System = name
	}
	if out.State.Key == "" {
		out.State = state{"depot.device.confirmed", "good"}
	}
	return out
}
