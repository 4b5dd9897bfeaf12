//go:build unix

package verbs_test

import (
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/pagetest"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// refusal is one that a verb may meet, and how it is brought about. Each door gets a
// situation of its own; what it says must be the same sentence.
type refusal struct {
	what  string
	code  string // whose sentence is shown
	local error  // of the client, where the program on the machine knows by itself
	bring func(w *world) situation
	not   []string // doors at which it cannot be met

	differs bool // what it names is another thing in each situation
}

// sentenceOf finds the sentence of a code, with something in place of its names, in a
// text; "" if it is not there.
func sentenceOf(lang, code, in string) string {
	l := text.EN
	if lang == "de" {
		l = text.DE
	}
	var pattern strings.Builder
	for i, part := range placeholder.Split(words(text.T(l, "fault."+code)), -1) {
		if i > 0 {
			pattern.WriteString(`([^{}]{1,200}?)`)
		}
		pattern.WriteString(regexp.QuoteMeta(part))
	}
	return regexp.MustCompile(pattern.String()).FindString(in)
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// isoDay is a date as machines write it.
var isoDay = regexp.MustCompile(`\d{4}-\d\d-\d\d`)

// Each refusal has the same words at each door, in both languages: what is refused,
// by which rule and limit, until when, and what to do.
func TestRefusals(t *testing.T) {
	t.Parallel()
	if len(client.ThisMachine().Components) == 0 {
		pagetest.LeftOut(t, "nothing tells this machine from another")
	}
	pagetest.Program(t, "licet-activate")
	for verb, rows := range refusals() {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, behind[verb])
			for _, r := range rows {
				t.Run(r.what, func(t *testing.T) { r.hold(w.of(t)) })
			}
		})
	}
}

// behind is how far the server's clock is off in the worlds of some verbs.
var behind = map[string]time.Duration{"refresh with a wrong clock": -400 * 24 * time.Hour}

// hold meets a refusal at each door.
func (r refusal) hold(w *world) {
	w.t.Helper()
	for _, lang := range client.Languages {
		said := "" // at the doors before
		for _, d := range doors {
			onMachine := d.name == "wizard" || d.name == "licet-activate"
			if slices.Contains(r.not, d.name) || r.code == "" && !onMachine {
				continue
			}
			shown := d.say(w, lang, r.bring(w))
			if shown == "" {
				continue
			}
			if r.local != nil && onMachine {
				if want := words(client.Explain(lang, r.local)); !strings.Contains(shown, want) {
					w.t.Errorf("%s in %s does not say %q:\n%s", d.name, lang, want, shown)
				}
				continue
			}
			sentence := sentenceOf(lang, r.code, shown)
			switch {
			case sentence == "":
				w.t.Errorf("%s in %s does not say %s:\n%.900s", d.name, lang, r.code, shown)
			case said != "" && !r.differs && !strings.Contains(shown, said):
				w.t.Errorf("%s in %s says\n%s\nelsewhere it is\n%s", d.name, lang, sentence, said)
			case lang == "de" && isoDay.MatchString(sentence):
				w.t.Errorf("%s writes a date as machines do: %s", d.name, sentence)
			case said == "":
				said = sentence // of REST, which says nothing else
			}
		}
	}
}

// here is a machine: this one, with a container of its own.
func (w *world) here() client.Config {
	cfg := w.config(w.t)
	cfg.Machine = nil
	return cfg
}

// holding is a machine on which a code is activated.
func (w *world) holding(code string) client.Config {
	w.t.Helper()
	cfg := w.here()
	_, err := online.Activate(w.t.Context(), open(w.t, cfg), code)
	must(w.t, err)
	return cfg
}

// unknown is a ticket that nobody has sold.
func unknown(t testing.TB) string {
	code, err := wire.NewTicket(rand.Reader)
	must(t, err)
	return code.String()
}

// swapped is a code with two symbols exchanged.
func swapped(code string) string {
	b := []byte(code)
	for i := len(b) - 1; i > 0; i-- {
		if b[i] != b[i-1] && b[i] != '-' && b[i-1] != '-' {
			b[i], b[i-1] = b[i-1], b[i]
			return string(b)
		}
	}
	return code
}

// because says why staff do something.
func (w *world) because() actor.Actor {
	return w.by.Because(actor.Reason{Code: license.ReasonOther, Note: "for a test"})
}

// Some refusals cannot be met at some doors: the page of a ticket does not know the
// machine, and the wizard proposes only what a license allows.
var (
	offPage   = []string{"depot, the ticket's page"}
	offWizard = []string{"depot, the ticket's page", "wizard"}
)
