package catalog

import "github.com/licet/licet/internal/day"

// Kind is a license kind. A kind is a name for a bundle of rules that belong
// together; what counts are the rules in the ModelSpec.
type Kind string

// The kinds.
const (
	SingleUse   Kind = "single_use"   // activated once; a return frees nothing
	TimeLimited Kind = "time_limited" // ends on a day, or some time after its start
	Multi       Kind = "multi"        // a quantity of devices or users
	Floating    Kind = "floating"     // a quantity of uses at the same time
	Trial       Kind = "trial"        // for trying: short, once per device
	Academic    Kind = "academic"     // for teaching and research; eligibility is recorded
	Reusable    Kind = "reusable"     // may be activated again after its end, too
	NFR         Kind = "nfr"          // not for resale: all features, renews by itself
	Usage       Kind = "usage"        // units that are used up
	Maintenance Kind = "maintenance"  // updates released until a date may run
	Capacity    Kind = "capacity"     // a number that the program counts against
)

// Kinds returns every kind in a fixed order.
func Kinds() []Kind {
	return []Kind{SingleUse, TimeLimited, Multi, Floating, Trial, Academic, Reusable, NFR, Usage, Maintenance, Capacity}
}

// The container kinds, the enforcement levels and the starts of a duration.
const (
	Soft     = "soft"
	Hardware = "hardware"
	Cloud    = "cloud"
	Named    = "named" // a machine without a key, known by the name that a program gives it; ADR 0023

	Enforce = "enforce" // the program stops at the end
	Warn    = "warn"    // it says so and goes on
	Log     = "log"     // it only writes it down

	FromFirstActivation = "first_activation"
	FromIssue           = "issue"
)

// The bounds of a model's numbers.
const (
	maxMonths    = 1200
	maxDays      = 36_525
	maxOverdraft = 1_000_000
	maxMatches   = 16
	maxRestores  = 1000
	maxTrialDays = 366
)

// ModelSpec is the rules of a license as data. It is stored in the model, copied
// into every Snapshot, and read by package license. Days count civil days.
type ModelSpec struct {
	Kind        Kind         `json:"kind"`
	Duration    Duration     `json:"duration,omitzero"`  // how long it lasts; zero = no duration
	FixedEnd    day.Day      `json:"fixed_end,omitzero"` // the last day of use; None = no fixed end
	Reusable    bool         `json:"reusable"`           // an activation that ended by its time frees its quantity for the next
	Overdraft   int64        `json:"overdraft"`          // how many more than the quantity may be active; absolute
	Containers  []string     `json:"containers"`         // allowed container kinds, in any combination
	Fingerprint Fingerprint  `json:"fingerprint"`
	Restore     Restore      `json:"restore"`
	GraceDays   int64        `json:"grace_days"`         // use after the end, 0 to 36,525 days
	Enforce     string       `json:"enforce"`            // enforce, warn or log
	RefreshDays int64        `json:"refresh_days"`       // the program must be heard of this often; 0 = never
	Maintenance int64        `json:"maintenance_months"` // updates released in this many months may run; 0 = not limited
	Trial       TrialSpec    `json:"trial,omitzero"`
	Floating    FloatingSpec `json:"floating,omitzero"`
	Transfer    bool         `json:"transfer"` // may move to another device
	Offline     bool         `json:"offline"`  // may be activated without a connection (file, QR, typed code)
	Renews      bool         `json:"renews"`   // renews by itself by its duration
}

// Duration is a length of use: months, days, or months and then days.
type Duration struct {
	Months int64  `json:"months,omitempty"` // 0 to 1,200
	Days   int64  `json:"days,omitempty"`   // 0 to 36,525
	From   string `json:"from,omitempty"`   // first_activation or issue
}

// IsZero reports whether d is no duration at all.
func (d Duration) IsZero() bool { return d.Months == 0 && d.Days == 0 && d.From == "" }

// Fingerprint says how a device is recognized.
type Fingerprint struct {
	Min int64 `json:"min"` // how many components must match, 1 to 16; fewer where the device has fewer
}

// Restore is the allowance for lost activations.
type Restore struct {
	Count    int64 `json:"count"`     // how many in the window; 0 = none
	PerDays  int64 `json:"per_days"`  // the window in days
	WaitDays int64 `json:"wait_days"` // the least distance of two
}

// TrialSpec is what only trials have.
type TrialSpec struct {
	OncePerDevice bool `json:"once_per_device,omitempty"` // a device tries a product once
}

// Defaults returns the usual rules of kind k, from which a model starts: what a
// file or a request leaves out is as it says here. An unknown kind gets the
// rules that all kinds share.
func Defaults(k Kind) ModelSpec {
	m := ModelSpec{
		Kind: k, Transfer: true, Offline: true, Enforce: Enforce,
		Containers: []string{Soft}, Fingerprint: Fingerprint{Min: 2},
		Restore: Restore{Count: 2, PerDays: 365},
	}
	switch k {
	case SingleUse:
		m.Transfer = false
	case Reusable:
		m.Reusable = true
	case Floating:
		m.Reusable, m.Floating = true, floating()
	case Trial:
		m.Transfer, m.Restore = false, Restore{}
		m.Trial.OncePerDevice = true
	case NFR:
		m.Renews = true
	}
	return m
}

// Ends reports whether a license of this model ends by itself.
func (m ModelSpec) Ends() bool {
	return m.Duration.Months > 0 || m.Duration.Days > 0 || !m.FixedEnd.IsZero()
}

// Model is a license model under a code of its own, shared by many articles.
type Model struct {
	ID    ModelID `json:"id,omitzero" yaml:"-"`
	Code  string  `json:"code"` // fixed
	Name  Names   `json:"name"`
	State State   `json:"state"`
	Rev   int64   `json:"rev" yaml:"-"`
	ModelSpec
}

func (m Model) check() (bad refusals) {
	bad.code("/code", m.Code)
	bad.names("/name", m.Name)
	bad.state("/state", m.State)
	bad.under("", m.ModelSpec.check())
	return bad
}

func (m Model) fixed(next Model) (bad refusals) {
	if next.Code != m.Code {
		bad.add("/code", ErrFixed.With("object", "model", "key", m.Code, "field", "code", "value", m.Code))
	}
	return bad
}

func (m Model) fields() []field {
	return fieldsOf("name.de", m.Name.DE, "name.en", m.Name.EN, "state", string(m.State),
		"kind", string(m.Kind), "duration.months", m.Duration.Months, "duration.days", m.Duration.Days,
		"duration.from", m.Duration.From, "fixed_end", m.FixedEnd, "reusable", m.Reusable, "overdraft", m.Overdraft,
		"containers", list(sortedBy(m.Containers, FoldCode)), "fingerprint.min", m.Fingerprint.Min,
		"restore.count", m.Restore.Count, "restore.per_days", m.Restore.PerDays, "restore.wait_days", m.Restore.WaitDays,
		"grace_days", m.GraceDays, "enforce", m.Enforce, "refresh_days", m.RefreshDays,
		"maintenance_months", m.Maintenance, "trial.once_per_device", m.Trial.OncePerDevice,
		"floating.per", m.Floating.Per, "floating.lease_seconds", m.Floating.Lease,
		"floating.linger_seconds", m.Floating.Linger, "floating.grace_seconds", m.Floating.Grace,
		"floating.borrow_days", m.Floating.BorrowDays, "floating.borrow_seats", m.Floating.BorrowSeats, "floating.queue", m.Floating.Queue,
		"transfer", m.Transfer, "offline", m.Offline, "renews", m.Renews)
}
