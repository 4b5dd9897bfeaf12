//go:build unix

package verbs_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/pagetest"
)

// entrance says where a verb is to be found: routes of the API below its prefix, pages
// of the depot and of the wizard, and commands of both programs. Empty means that it is
// not offered there.
type entrance struct {
	verb                                string
	api, depot, wizard, activate, licet []string
}

// of is a list of one word each.
func of(list string) []string { return strings.Fields(list) }

// entrances are the rows of the second table of the page. What the publisher does
// reaches a machine at its next contact, so on the machine its verb is refresh.
var entrances = []entrance{
	{"activate", of("/exchange /typed"), of("/pair /activate /typed"), of("activate typed"), of("activate pair typed"), nil},
	{"refresh", of("/exchange"), of("/activate"), of("step"), of("refresh"), nil},
	{"upgrade, extension, add-on", of("/exchange"), of("/pair /activate"), of("activate"), of("activate pair"), nil},
	{"return", of("/exchange /activations/{id}/return"), of("/activate"), of("begin"), of("return"), []string{"activation return"}},
	{"move", of("/exchange /activations/{id}/move"), of("/activate"), of("begin"), of("move"), []string{"activation move"}},
	{"restore", of("/exchange /activations/{id}/restore"), of("/activate"), of("lost"), of("restore"), []string{"activation restore"}},
	{"free a lost device", of("/look/free"), of("/device /device/free"), of("lost"), of("free"), []string{"activation restore"}},
	{"borrow", of("/exchange"), of("/activate"), of("activate"), of("borrow"), nil},
	{"extend a borrow", of("/exchange"), of("/activate"), of("begin"), of("borrow"), nil},
	{"return a borrow early", of("/exchange"), of("/activate"), of("begin"), of("return"), nil},
	{"request as a file or QR code, install the answer", nil, of("/activate /update /codes"), of("offline install"), of("request install"), nil},
	{"extend", of("/licenses/{id}/extend"), of("/activate"), of("step"), of("refresh"), []string{"license extend"}},
	{"recall", of("/licenses/recall"), of("/activate"), of("step"), of("refresh"), []string{"license recall"}},
	{"replace", of("/licenses/{id}/replace"), of("/activate"), of("step"), of("refresh"), []string{"license replace"}},
	{"block, unblock a license", of("/licenses/{id}/block /licenses/{id}/unblock"), of("/activate"), of("step"), of("refresh"), []string{"license block", "license unblock"}},
	{"block, unblock a ticket", of("/tickets/{id}/block /tickets/{id}/unblock"), nil, nil, nil, []string{"ticket block", "ticket unblock"}},
	{"split, merge", of("/tickets/{id}/split /tickets/{id}/merge"), nil, nil, nil, []string{"ticket split", "ticket merge"}},
	{"transfer", of("/tickets/{id}/transfer"), nil, nil, nil, []string{"ticket transfer"}},
	{"cloud containers", of("/cloud-containers /cloud-containers/{id}/grant /cloud-containers/{id}/withdraw /cloud-containers/{id}/close"), nil, nil, nil, []string{"cloud make", "cloud grant", "cloud withdraw", "cloud close"}},
	{"lease, renew, end", of("/lease /lease/renew /lease/end"), nil, of("begin step"), of("lease"), nil},
	{"release a lease, keep places", of("/leases/{id}/release /licenses/{id}/reservations /reservations/{id}/end"), nil, nil, nil, []string{"lease release", "lease reserve", "lease unreserve"}},
	{"consume units", of("/consume"), nil, nil, nil, nil},
	{"decide a case", of("/cases/{id}/decide"), nil, nil, nil, []string{"case decide"}},
}

// entranceTable is its part of the page.
func entranceTable() string {
	var b strings.Builder
	b.WriteString(`
## Where each verb is found

On the machine, what the publisher does arrives with the next refresh. A program leases and consumes through the API or an
SDK while it runs; for one that cannot, a person holds a place in the wizard or with licet-activate. What concerns a ticket as a whole is its holder's and
the publisher's, not the machine's.

| verb | API (below ` + "`" + api.Prefix + "`" + `) | depot | wizard | licet-activate | licet |
|---|---|---|---|---|---|
`)
	cell := func(list []string) string {
		if len(list) == 0 {
			return "—"
		}
		return "`" + strings.Join(list, "`, `") + "`"
	}
	for _, e := range entrances {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", e.verb, cell(e.api), cell(e.depot), cell(e.wizard), cell(e.activate), cell(e.licet))
	}
	return b.String()
}

// What the page says of the doors is there: routes, pages and commands.
func TestEntrances(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var routes []string
	for _, rt := range w.a.API().Routes() {
		if rt.Method == http.MethodPost {
			routes = append(routes, strings.TrimPrefix(rt.Pattern, api.Prefix))
		}
	}
	help, err := exec.CommandContext(t.Context(), pagetest.Program(t, "licet-activate"), "help", "--lang", "en").Output()
	must(t, err)
	commands, err := os.ReadFile(filepath.Join(pagetest.Root(), "docs", "reference", "cli.md"))
	must(t, err)
	v := w.visit("en", w.config(t))
	for _, e := range entrances {
		for _, one := range e.api {
			if !slices.Contains(routes, one) {
				t.Errorf("%s: there is no POST %s", e.verb, one)
			}
		}
		for _, one := range e.depot {
			if got := ask(t, http.MethodPost, w.at.Depot+one, "application/x-www-form-urlencoded", nil); got.status == http.StatusNotFound || got.status == http.StatusMethodNotAllowed {
				t.Errorf("%s: the depot has no %s (%d)", e.verb, one, got.status)
			}
		}
		for _, one := range e.wizard {
			v.post(one)
		}
		for _, one := range e.activate {
			if !strings.Contains(string(help), "  licet-activate "+one+" ") {
				t.Errorf("%s: there is no licet-activate %s", e.verb, one)
			}
		}
		for _, one := range e.licet {
			if !strings.Contains(string(commands), "\n## licet "+one+"\n") {
				t.Errorf("%s: there is no licet %s", e.verb, one)
			}
		}
	}
}
