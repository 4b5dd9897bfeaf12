package client

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Choice is what somebody has decided about update notices or usage reports.
type Choice string

// The choices. Without any, the customer's organization decides; without that,
// both are off. Off anywhere wins over On.
const (
	Unset Choice = ""
	On    Choice = "on"
	Off   Choice = "off"
)

func (c Choice) known() bool { return c == Unset || c == On || c == Off }

const (
	usageName   = "usage.json"
	usagePause  = 20 * time.Hour // between two reports
	usageDays   = 34             // that are kept for the next report
	usageNames  = 200            // features of one day
	maxUsage    = 1 << 20        // bytes of the file
	usageLayout = "2006-01-02"
)

// usageFile is what a machine remembers of notices and reports. It stands beside
// the container, because nothing of it matters to a license.
type usageFile struct {
	Source  string         `json:"source"` // random; tells this machine from another
	Updates Choice         `json:"updates,omitempty"`
	Usage   Choice         `json:"usage,omitempty"`
	Told    Told           `json:"told"`            // what the server said last
	Heard   bool           `json:"heard,omitempty"` // whether it has said anything since the last choice here
	For     string         `json:"for"`             // the version that it was told
	Asked   int64          `json:"asked,omitempty"`
	Days    []usageCounted `json:"days,omitempty"`
}

// usageCounted is how often features were used on a day.
type usageCounted struct {
	Day      string           `json:"day"`
	Version  string           `json:"version,omitempty"`
	Features map[string]int64 `json:"features"`
}

// counter is what was counted since the file was written.
type counter struct {
	sync.Mutex
	known bool // whether on was looked up
	on    bool
	days  map[string]map[string]int64
}

// Told is what the server says to a report.
type Told struct {
	Updates bool    `json:"updates"`           // whether notices are on
	Usage   bool    `json:"usage"`             // whether uses are counted
	Release *Update `json:"release,omitempty"` // the newest one that the license's maintenance covers
	Beyond  *Update `json:"beyond,omitempty"`  // a newer one that it does not cover
}

// Update is a release that the user may be told about. Nothing in it is signed:
// show it, and never install by it.
type Update struct {
	Version string `json:"version"`
	Day     string `json:"day"`            // of its release, such as "2026-11-22"
	Link    string `json:"link,omitempty"` // https
	Notes   struct {
		DE string `json:"de,omitempty"`
		EN string `json:"en,omitempty"`
	} `json:"notes"`
}

// In returns the notes in a language ("de" or "en"), or in the other one where
// they are missing.
func (u *Update) In(lang string) string {
	if lang == "de" && u.Notes.DE != "" || u.Notes.EN == "" {
		return u.Notes.DE
	}
	return u.Notes.EN
}

// Choose sets what was chosen on this machine. It is on the disk when it returns.
// Errors: ErrChoice, and those of the disk.
func (c *Container) Choose(updates, usage Choice) error {
	if !updates.known() || !usage.known() {
		return ErrChoice
	}
	return c.changeUsage(func(u *usageFile) {
		u.Updates, u.Usage = updates, usage
		u.Asked, u.Heard = 0, false // so that the server may answer to it at once
		if updates == Off {
			u.Told.Updates, u.Told.Release, u.Told.Beyond = false, nil, nil
		}
		if usage == Off {
			u.Told.Usage, u.Days = false, nil
		}
	})
}

// Notices is how update notices and usage reports stand on this machine.
type Notices struct {
	Updates Choice    // chosen here
	Usage   Choice    // chosen here
	Told    Told      // what the server has said last
	Asked   time.Time // when it was asked last; zero = never
	Counted int       // days with numbers that wait here or were of today
}

// Notices returns how update notices and usage reports stand. It asks nobody.
func (c *Container) Notices() Notices {
	u := c.readUsage()
	n := Notices{Updates: u.Updates, Usage: u.Usage, Told: u.Told, Counted: len(u.Days)}
	if u.Asked > 0 {
		n.Asked = time.Unix(u.Asked, 0)
	}
	return n
}

// Used counts one use of a feature, by its code; "" counts a start of the program.
// It costs next to nothing, fails never, and does nothing where usage reports are
// off. What was counted is kept with KeepUsage, and with each report.
func (c *Container) Used(feature string) {
	if !countable(feature) {
		return
	}
	c.usage.Lock()
	defer c.usage.Unlock()
	if !c.usage.known {
		u := c.readUsage()
		c.usage.known, c.usage.on = true, u.counts()
	}
	if !c.usage.on {
		return
	}
	day := c.cfg.Clock.Now().Format(usageLayout)
	if c.usage.days == nil {
		c.usage.days = map[string]map[string]int64{}
	}
	if c.usage.days[day] == nil {
		c.usage.days[day] = map[string]int64{}
	}
	c.usage.days[day][feature]++
}

// counts reports whether uses are counted: what the server says counts, as soon as
// it has said something.
func (u *usageFile) counts() bool {
	return u.Usage != Off && (u.Told.Usage || u.Usage == On && !u.Heard)
}

// countable reports whether a name may stand in a report: visible ASCII without
// quotes, backslashes and bars, at most 64 bytes.
func countable(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '|' {
			return false
		}
	}
	return len(name) <= 64
}

// KeepUsage writes down what was counted since the last time, such as when the
// program ends. Errors: those of the disk; what was counted stays in memory then.
func (c *Container) KeepUsage() error {
	c.usage.Lock()
	nothing := len(c.usage.days) == 0
	c.usage.Unlock()
	if nothing {
		return nil
	}
	return c.changeUsage(func(*usageFile) {})
}

// Update returns what the user may be told about: the newest release that the
// license's maintenance covers, and a newer one that it does not cover; nil where
// there is none, and where notices are off.
func (c *Container) Update() (covered, beyond *Update) {
	u := c.readUsage()
	if !u.Told.Updates || u.Updates == Off || u.For != short(c.cfg.Version) {
		return nil, nil
	}
	return u.Told.Release, u.Told.Beyond
}

// NewReport returns what is to be sent to the server now, nil where there is
// nothing to say: everything is off here, the last report is not a day old, or no
// license runs for this program. Where nothing was chosen here, it only asks what
// the customer's organization has chosen, and says which version asks.
func (c *Container) NewReport() ([]byte, error) {
	u := c.readUsage()
	now := c.cfg.Clock.Now()
	if u.Updates == Off && u.Usage == Off {
		return nil, nil
	}
	if since := now.Sub(time.Unix(u.Asked, 0)); u.Asked > 0 && since >= 0 && since < usagePause {
		return nil, nil
	}
	proof := c.proof()
	if proof == nil {
		return nil, nil
	}
	if err := c.changeUsage(func(u *usageFile) { u.Asked = now.Unix() }); err != nil {
		return nil, err
	}
	u = c.readUsage()
	out := struct {
		Issuer   string         `json:"iss"`
		License  string         `json:"lid"`
		Token    string         `json:"license"`
		Source   string         `json:"source"`
		Version  string         `json:"version,omitempty"`
		Platform string         `json:"platform"`
		Updates  Choice         `json:"updates,omitempty"`
		Usage    Choice         `json:"usage,omitempty"`
		Days     []usageCounted `json:"days,omitempty"`
	}{c.pins.Issuer, proof.ID, proof.Token, u.Source, c.reportable(), runtime.GOOS + "/" + runtime.GOARCH, u.Updates, u.Usage, nil}
	if u.counts() {
		out.Days = u.Days
	}
	return json.Marshal(out)
}

// reportable is the program's version where it may stand in a report.
func (c *Container) reportable() string {
	if v := short(c.cfg.Version); countable(v) {
		return v
	}
	return ""
}

// proof is a license that runs for this program.
func (c *Container) proof() *stored {
	c.mu.RLock()
	held, now := c.view.held, c.now()
	c.mu.RUnlock()
	for i := range held {
		if h := &held[i]; h.lic != nil && c.stateOf(h, now).runs {
			return &h.stored
		}
	}
	return nil
}

// Reported takes over what the server has said to a report of NewReport. Days that
// are over are forgotten then: the server has them. Errors: ErrNothing for an
// answer that is none, and those of the disk.
func (c *Container) Reported(answer []byte) (Told, error) {
	var told Told
	if err := json.Unmarshal(answer, &told); err != nil {
		return told, fmt.Errorf("%w: %w", ErrNothing, err)
	}
	today := c.cfg.Clock.Now().Format(usageLayout)
	err := c.changeUsage(func(u *usageFile) {
		u.Told, u.For, u.Heard = told, short(c.cfg.Version), true
		u.Days = slices.DeleteFunc(u.Days, func(d usageCounted) bool { return !told.Usage || d.Day < today })
	})
	return told, err
}

// readUsage reads the file; one that is missing or damaged is an empty one, with
// which everything is off.
func (c *Container) readUsage() (u usageFile) {
	b, err := os.ReadFile(filepath.Join(c.cfg.Dir, usageName))
	if err != nil || len(b) > maxUsage || json.Unmarshal(b, &u) != nil || !u.Updates.known() || !u.Usage.known() {
		return usageFile{}
	}
	return u
}

// changeUsage changes the file under the container's lock, together with what was
// counted in memory.
func (c *Container) changeUsage(fn func(u *usageFile)) error {
	unlock, err := c.lockUsage()
	if err != nil {
		return err
	}
	defer unlock()
	u := c.readUsage()
	if u.Source == "" {
		u.Source = newNonce()
	}
	c.usage.Lock()
	defer c.usage.Unlock()
	for day, counts := range c.usage.days {
		u.count(day, c.reportable(), counts)
	}
	fn(&u)
	u.trim()
	b, err := json.Marshal(u)
	if err != nil {
		return err
	}
	if err := c.store.place(usageName, b); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	c.usage.days = nil
	c.usage.known, c.usage.on = true, u.counts()
	return nil
}

// count adds uses of a day.
func (u *usageFile) count(day, version string, counts map[string]int64) {
	at := slices.IndexFunc(u.Days, func(d usageCounted) bool { return d.Day == day && d.Version == version })
	if at < 0 {
		at = len(u.Days)
		u.Days = append(u.Days, usageCounted{Day: day, Version: version, Features: map[string]int64{}})
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if all := u.Days[at].Features; all[name] > 0 || len(all) < usageNames {
			all[name] += counts[name]
		}
	}
}

// trim forgets the oldest days.
func (u *usageFile) trim() {
	slices.SortStableFunc(u.Days, func(a, b usageCounted) int {
		if a.Day < b.Day {
			return -1
		}
		if a.Day > b.Day {
			return 1
		}
		return 0
	})
	if n := len(u.Days) - usageDays; n > 0 {
		u.Days = slices.Delete(u.Days, 0, n)
	}
	if !u.counts() {
		u.Days = nil
	}
}

// lockUsage holds the container's folder.
func (c *Container) lockUsage() (unlock func(), err error) {
	if err := c.store.prepare(); err != nil {
		return nil, err
	}
	return c.store.lock(context.Background(), lockTries)
}
