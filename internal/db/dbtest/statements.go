package dbtest

import (
	"context"
	"regexp"
	"testing"

	"github.com/licet/licet/internal/db"
)

// bans are constructs that mean different things on the two engines, or that do
// not scale.
var bans = []struct {
	re  *regexp.Regexp
	why string
}{
	{regexp.MustCompile(`(?i)\b(date|datetime|now|strftime|julianday|random)\s*\(`), "time and chance come from Go"},
	{regexp.MustCompile(`(?i)\bcurrent_(date|time|timestamp)\b`), "time comes from the transaction"},
	{regexp.MustCompile(`(?i)\bi?like\b`), "LIKE folds case on SQLite only; search a folded column by range"},
	{regexp.MustCompile(`(?i)\b(lower|upper)\s*\(`), "SQLite folds ASCII only; store a folded column"},
	{regexp.MustCompile(`(?i)\boffset\b`), "OFFSET reads what it skips; use keyset pages"},
	{regexp.MustCompile(`(?i)\bcount\s*\(\s*\*\s*\)`), "count(*) reads the tenant; show \"more than 1,000\""},
	{regexp.MustCompile(`(?i)\bselect\s+\*`), "columns are listed"},
	{regexp.MustCompile(`(?i)\bnotify\b`), "NOTIFY serializes commits"},
	{regexp.MustCompile(`(?i)\bifnull\s*\(`), "write COALESCE"},
	{regexp.MustCompile(`(?i)\binsert\s+or\s+|\breplace\s+into\b`), "write ON CONFLICT"},
	{regexp.MustCompile(`\$\d`), "arguments are ?"},
}

// quoted are texts and comments, in which anything may stand.
var quoted = regexp.MustCompile(`'[^']*'|--[^\n]*|/\*.*?\*/`)

// Lint returns what is wrong with one text, "" if nothing is. It looks at
// SQLite's form, in which arguments are still "?".
func Lint(text string) string {
	text = quoted.ReplaceAllString(text, "''")
	for _, b := range bans {
		if found := b.re.FindString(text); found != "" {
			return found + ": " + b.why
		}
	}
	return ""
}

// PrepareAll has both engines prepare every statement that the program has
// registered, and lints their texts. reasons excuses statements from the lint,
// by name; an excuse that nothing needs is an error.
func PrepareAll(t *testing.T, reasons map[string]string) {
	t.Helper()
	used := map[string]bool{}
	pairs := 0
	for _, s := range db.Statements() {
		if s.Paired() {
			pairs++
		}
		if complaint := Lint(s.Text(db.SQLite)); complaint != "" {
			if reasons[s.Name()] == "" {
				t.Errorf("%s: %s", s.Name(), complaint)
			}
			used[s.Name()] = true
		}
	}
	for name := range reasons {
		if !used[name] {
			t.Errorf("%s: excused without need", name)
		}
	}
	t.Logf("%d statements, %d of at most %d pairs", len(db.Statements()), pairs, db.MaxPairs)
	Each(t, func(t *testing.T, d *db.DB) {
		for _, s := range db.Statements() {
			if err := d.Prepare(context.Background(), s); err != nil {
				t.Errorf("%s: %v\n%s", s.Name(), err, s.Text(d.Engine()))
			}
		}
	})
}
