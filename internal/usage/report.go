package usage

import (
	"regexp"
	"strings"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
)

// The sizes of a report.
const (
	maxDays     = 35        // that a report may go back, and that it may name
	maxFeatures = 200       // of one day and version
	maxUses     = 1_000_000 // of one feature on one day; more counts as so many
	maxLabel    = 64        // characters of a version, a platform or a feature
)

// Choice is what somebody has decided about notices or reports.
type Choice string

// The choices. The empty one leaves the decision to whoever stands above.
const (
	Unset Choice = ""
	On    Choice = "on"
	Off   Choice = "off"
)

func (c Choice) known() bool { return c == Unset || c == On || c == Off }

// decide says whether something is on: somebody wants it, and nobody forbids it.
// Without any choice it is off.
func decide(choices ...Choice) bool {
	on := false
	for _, c := range choices {
		switch c {
		case Off:
			return false
		case On:
			on = true
		}
	}
	return on
}

// Telling is what a program says: which license it runs under, and what it has
// counted.
type Telling struct {
	Publisher string // id, as the license names its issuer
	License   string // id
	Token     string // the license itself, as proof
	Source    string // 16 random bytes of the machine's own, base64url: tells one machine from another and says nothing about it
	Version   string // of the program
	Platform  string // such as "linux/amd64"
	Updates   Choice // what was chosen on the machine
	Usage     Choice // what was chosen on the machine
	Days      []Count
}

// Count is how often features were used on one civil day of the machine.
type Count struct {
	Day      day.Day
	Version  string           // of the program then; "" = the one that reports
	Features map[string]int64 // uses by feature; the empty name counts starts of the program
}

// Told is what a program is answered.
type Told struct {
	Updates bool    `json:"updates"`           // whether it may tell its user about updates
	Usage   bool    `json:"usage"`             // whether it may count and report
	Kept    int     `json:"kept"`              // numbers that were taken over or were known already
	Release *Update `json:"release,omitempty"` // the newest one that the license's maintenance covers
	Beyond  *Update `json:"beyond,omitempty"`  // a newer one that it does not cover
}

// Update is a release that a program may tell its user about.
type Update struct {
	Version string        `json:"version"`
	Day     day.Day       `json:"day"`
	Link    string        `json:"link,omitempty"`
	Notes   catalog.Notes `json:"notes"`
}

// updates finds what is newer than version. Maintenance is the first instant that
// is not covered, zero for no end.
func updates(all []catalog.Release, version string, maintenance time.Time, zone *time.Location) (covered, beyond *Update) {
	within := func(r catalog.Release) bool { return maintenance.IsZero() || r.Day.Start(zone).Before(maintenance) }
	if r, ok := catalog.Newer(all, version, within); ok {
		covered, version = updateOf(r), r.Version
	}
	if r, ok := catalog.Newer(all, version, func(catalog.Release) bool { return true }); ok {
		beyond = updateOf(r)
	}
	return covered, beyond
}

func updateOf(r catalog.Release) *Update {
	return &Update{Version: r.Version, Day: r.Day, Link: r.Link, Notes: r.Notes}
}

var labelForm = regexp.MustCompile(`^[!#-\[\]-{}~]{1,64}$`) // visible ASCII without quotes, backslashes and bars

// check refuses what no program of ours writes.
func (t Telling) check() error {
	if !t.Updates.known() || !t.Usage.known() {
		return ErrChoice.With("value", string(t.Updates)+" "+string(t.Usage))
	}
	if !label(t.Version) || !label(t.Platform) {
		return ErrReport.With("field", "version, platform")
	}
	if len(t.Days) > maxDays {
		return ErrReport.With("field", "days")
	}
	for _, d := range t.Days {
		if d.Day.IsZero() || !label(d.Version) {
			return ErrReport.With("field", "days")
		}
		if len(d.Features) > maxFeatures {
			return ErrTooMuch
		}
		for name, n := range d.Features {
			if !label(name) || n < 1 {
				return ErrReport.With("field", "features")
			}
		}
	}
	return nil
}

// label reports whether s may stand in a report; the empty one may.
func label(s string) bool { return s == "" || labelForm.MatchString(s) }

// number is one number of a report, ready to be kept.
type number struct {
	day      day.Day
	feature  string
	version  string
	platform string
	uses     int64
}

// numbers are what a report says of days near today; a day that is too old, or
// not yet, is left out: a machine whose clock is wrong says nothing useful.
func (t Telling) numbers(today day.Day) (out []number) {
	for _, d := range t.Days {
		if d.Day > today.AddDays(1) || d.Day <= today.AddDays(-maxDays) {
			continue
		}
		version := d.Version
		if version == "" {
			version = t.Version
		}
		for name, n := range d.Features {
			out = append(out, number{d.Day, name, version, strings.ToLower(t.Platform), min(n, maxUses)})
		}
	}
	return out
}
