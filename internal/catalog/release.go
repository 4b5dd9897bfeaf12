package catalog

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/licet/licet/internal/day"
)

// The sizes of a release, in characters.
const (
	maxVersion = 32
	maxNotes   = 4000
	maxLink    = 500
)

// Release is a published version of a product. Whoever wants to be told about
// updates is told about the active ones.
type Release struct {
	ID      ReleaseID `json:"id,omitzero"`
	Product string    `json:"product"`        // fixed; code of its product
	Version string    `json:"version"`        // fixed; as the program says it: 1 to 32 letters, digits, dots, plus, dashes, underscores
	Day     day.Day   `json:"day"`            // of its release; maintenance that covers this day covers it
	Notes   Notes     `json:"notes"`          // what is new in it
	Link    string    `json:"link,omitempty"` // https, where to get it or to read more; at most 500 characters
	State   State     `json:"state"`          // retired = withdrawn: nobody is told about it any more
	Rev     int64     `json:"rev"`
}

// Notes is what is new in a release: plain text in both languages, each at most
// 4,000 characters, or empty.
type Notes struct {
	DE string `json:"de,omitempty"`
	EN string `json:"en,omitempty"`
}

var versionForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]{0,31}$`)

// Key returns "product/version", by which a release is found and shown.
func (r Release) Key() string { return r.Product + "/" + r.Version }

func (r Release) check() (bad refusals) {
	bad.code("/product", r.Product)
	if !versionForm.MatchString(r.Version) {
		bad.add("/version", ErrVersion.With("value", clip(r.Version)))
	}
	if r.Day.IsZero() {
		bad.add("/day", ErrReleaseDay)
	}
	bad.notes("/notes/de", r.Notes.DE)
	bad.notes("/notes/en", r.Notes.EN)
	if r.Link != "" && !goodLink(r.Link) {
		bad.add("/link", ErrLink.With("value", clip(r.Link)))
	}
	bad.state("/state", r.State)
	return bad
}

func (r *refusals) notes(at, s string) {
	control := func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }
	if n := utf8.RuneCountInString(s); n > maxNotes || !utf8.ValidString(s) || strings.ContainsFunc(s, control) {
		r.add(at, ErrNotes.With("count", n))
	}
}

func goodLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && utf8.RuneCountInString(s) <= maxLink
}

func (r Release) fixed(next Release) (bad refusals) {
	fix := func(field, value string) {
		bad.add("/"+field, ErrFixed.With("object", "release", "key", r.Key(), "field", field, "value", value))
	}
	if FoldCode(next.Product) != FoldCode(r.Product) {
		fix("product", r.Product)
	}
	if next.Version != r.Version {
		fix("version", r.Version)
	}
	return bad
}

func (r Release) fields() []field {
	return fieldsOf("day", r.Day, "notes.de", r.Notes.DE, "notes.en", r.Notes.EN, "link", r.Link, "state", string(r.State))
}

// CompareVersions orders versions as people write them: part by part, parts
// between dots and underscores, numbers by their value and letters after them
// ("3.10" after "3.9", "2.1b" after "2.1"). What follows a dash comes before the
// version without it ("4.0-rc1" before "4.0"), and what follows a plus does not
// count. It returns -1, 0 or +1. The order of pre-releases is that of Semantic
// Versioning 2.0.0, §11, which versions of another form do not break.
func CompareVersions(a, b string) int {
	mainA, preA := cutVersion(a)
	mainB, preB := cutVersion(b)
	if c := compareParts(mainA, mainB); c != 0 {
		return c
	}
	switch {
	case preA == preB:
		return 0
	case preA == "":
		return 1
	case preB == "":
		return -1
	}
	return compareParts(preA, preB)
}

func cutVersion(s string) (core, pre string) {
	s, _, _ = strings.Cut(strings.ToLower(s), "+")
	if len(s) > 1 && s[0] == 'v' && isDigit(s[1]) {
		s = s[1:]
	}
	core, pre, _ = strings.Cut(s, "-")
	return core, pre
}

// compareParts walks over both versions run by run: a run is digits or letters. A
// missing part counts as zero, so that "3.0" is "3".
func compareParts(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = nextRun(a)
		y, b = nextRun(b)
		if c := compareRuns(x, y); c != 0 {
			return c
		}
	}
	return 0
}

func compareRuns(x, y string) int {
	nx, ny := x == "" || isDigit(x[0]), y == "" || isDigit(y[0])
	switch {
	case nx && ny:
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		if len(x) != len(y) {
			return sign(len(x) - len(y))
		}
	case nx:
		return -1 // numbers, and nothing, before letters
	case ny:
		return 1
	}
	return strings.Compare(x, y)
}

// nextRun cuts the next run of digits or of anything else off, without the
// separators before it.
func nextRun(s string) (run, rest string) {
	s = strings.TrimLeft(s, "._-")
	if s == "" {
		return "", ""
	}
	digits := isDigit(s[0])
	n := strings.IndexFunc(s, func(r rune) bool { return r == '.' || r == '_' || r == '-' || isDigit(byte(r)) != digits })
	if n < 0 {
		return s, ""
	}
	return s[:n], s[n:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// Newer returns the release that a program of a version may be told about: the
// highest active one of its product that is above its own, and above all the
// others for which fits returns true. ok is false if there is none.
func Newer(all []Release, version string, fits func(Release) bool) (best Release, ok bool) {
	for _, r := range all {
		if r.State != Active || CompareVersions(r.Version, version) <= 0 || !fits(r) {
			continue
		}
		if !ok || CompareVersions(r.Version, best.Version) > 0 {
			best, ok = r, true
		}
	}
	return best, ok
}
