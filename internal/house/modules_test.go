package house

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// modules are those that the shipped server may carry, each with what for.
// A new one needs a line here, so that nobody adds one without meaning it.
var modules = map[string]string{
	modulePath: "ourselves",

	"modernc.org/sqlite":                       "SQLite without cgo",
	"modernc.org/libc":                         "SQLite's C library",
	"modernc.org/mathutil":                     "of libc",
	"modernc.org/memory":                       "of libc",
	"github.com/dustin/go-humanize":            "of libc",
	"github.com/ncruces/go-strftime":           "of libc",
	"github.com/remyoudompheng/bigfft":         "of libc",
	"github.com/mattn/go-isatty":               "of libc; is there a terminal",
	"github.com/google/uuid":                   "parses ids; of libc",
	"github.com/jackc/pgx/v5":                  "PostgreSQL",
	"github.com/jackc/pgpassfile":              "of pgx",
	"github.com/jackc/pgservicefile":           "of pgx",
	"github.com/jackc/puddle/v2":               "of pgx: its pool",
	"github.com/pressly/goose/v3":              "migrations",
	"github.com/mfridman/interpolate":          "of goose",
	"github.com/sethvargo/go-retry":            "of goose: waiting for the migration lock",
	"go.uber.org/multierr":                     "of goose",
	"filippo.io/age":                           "keys at rest",
	"filippo.io/hpke":                          "of age",
	"filippo.io/edwards25519":                  "of age",
	"github.com/danielgtaylor/huma/v2":         "REST and OpenAPI",
	"github.com/fxamacker/cbor/v2":             "of huma",
	"github.com/x448/float16":                  "of cbor",
	"github.com/alecthomas/kong":               "the command line",
	"github.com/goccy/go-yaml":                 "catalog files, with line numbers",
	"github.com/prometheus/client_golang":      "metrics",
	"github.com/prometheus/client_model":       "of metrics",
	"github.com/prometheus/common":             "of metrics",
	"github.com/prometheus/procfs":             "of metrics",
	"github.com/beorn7/perks":                  "of metrics",
	"github.com/cespare/xxhash/v2":             "of metrics",
	"github.com/munnerz/goautoneg":             "of metrics",
	"go.yaml.in/yaml/v2":                       "of metrics",
	"google.golang.org/protobuf":               "of metrics",
	"github.com/wneessen/go-mail":              "mail",
	"github.com/boombuler/barcode":             "QR codes",
	"github.com/santhosh-tekuri/jsonschema/v6": "schemas of free attributes",
	"golang.org/x/crypto":                      "of age and pgx",
	"golang.org/x/net":                         "of huma and metrics; domains of mail addresses",
	"golang.org/x/sync":                        "of pgx",
	"golang.org/x/sys":                         "of the operating system",
	"golang.org/x/text":                        "encodings of order documents",
	"golang.org/x/time":                        "rate limits inside the process",
}

// carried are the modules or packages that go list reports for the programs.
func carried(t *testing.T, format string, packages ...string) []string {
	t.Helper()
	for _, p := range packages {
		if found, err := filepath.Glob(filepath.Join(root(t), p, "*.go")); err != nil || len(found) == 0 {
			t.Skipf("%s has no Go files, so nothing is shipped", p)
		}
	}
	cmd := exec.Command("go", append([]string{"list", "-deps", "-f", format}, packages...)...)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "CGO_ENABLED=0")
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, problems.String())
	}
	found := strings.Fields(string(out))
	slices.Sort(found)
	return slices.Compact(found)
}

// unlisted returns the members of found that allowed lacks.
func unlisted[V any](found []string, allowed map[string]V) (out []string) {
	for _, m := range found {
		if _, ok := allowed[m]; !ok {
			out = append(out, "the shipped program carries "+m+", which internal/house does not allow")
		}
	}
	return out
}

// TestModules holds the list of modules in the server.
func TestModules(t *testing.T) {
	none(t, unlisted(carried(t, "{{with .Module}}{{.Path}}{{end}}", "./cmd/licet"), modules))
}

// TestClientIsSmall holds client and wire to the standard library, without
// net/http: a product links them, and most of it is offline.
func TestClientIsSmall(t *testing.T) {
	for _, p := range []string{"./wire", "./client"} {
		t.Run(p, func(t *testing.T) {
			ours := map[string]string{modulePath: "ourselves"}
			none(t, unlisted(carried(t, "{{with .Module}}{{.Path}}{{end}}", p), ours))
			if slices.Contains(carried(t, "{{.ImportPath}}", p), "net/http") {
				t.Errorf("%s reaches net/http", p)
			}
		})
	}
}

func TestModulesCatches(t *testing.T) {
	caught(t, unlisted([]string{modulePath, "example.com/surprise"}, modules), "carries example.com/surprise")
}
