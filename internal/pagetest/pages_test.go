package pagetest

import (
	"strings"
	"testing"

	"github.com/licet/licet/internal/db/dbtest"
)

// passphrase is what the reader types wherever one is asked for, as often as it
// is asked for.
var passphrase = strings.Repeat("correct horse battery staple\n", 4)

// The README, from the clone to the activated machine.
func TestReadme(t *testing.T) {
	t.Parallel()
	page := Open(t, "README.md").Sections("sh", "console")
	t.Run("Two-commands", func(t *testing.T) { NewShell(t).Run(page["Two commands"]...) })
	s := NewShell(t, "internal/demo/catalog.yaml", Root()+"/internal/demo/catalog.yaml")
	s.Typed = passphrase
	s.Run(page["Five minutes"]...)
}

func TestInstall(t *testing.T) {
	t.Parallel()
	page := Open(t, "docs/ops/install.md").Sections("sh", "console")
	s := NewShell(t, "/var/lib/licet", t.TempDir()+"/licet", "postgres://licet@db/licet", dbtest.Postgres(t, dbtest.Empty()))
	s.Run(page["One machine"]...)
	s.Run(page["PostgreSQL"]...)
	s.Run(page["Upgrade"]...)
}

func TestBackup(t *testing.T) {
	t.Parallel()
	page := Open(t, "docs/ops/backup.md").Sections("sh", "console")
	dir := t.TempDir()
	s := NewShell(t, "/var/lib/licet", dir+"/licet", "/backup/", dir+"/backup/", "/journal", dir+"/journal", "/safe/", dir+"/safe/",
		"postgres://licet@db/licet_new", dbtest.Postgres(t, dbtest.Empty()), "postgres://licet@db/licet", dbtest.Postgres(t, dbtest.Empty()))
	s.Do("mkdir /backup/ /safe/", "export LICET_DATA=/var/lib/licet", "licet publisher create muster M", "cp -p $LICET_DATA/identity.age-key /safe/",
		"licet publisher create muster M --data /var/lib/licet-pg --database 'postgres://licet@db/licet'")
	s.Run(page["Backup and restore"]...)
	s.Run(page["Restore"]...)
	s.Run(page["PostgreSQL"]...)
}

func TestMonitor(t *testing.T) {
	t.Parallel()
	page := Open(t, "docs/ops/monitor.md")
	s := NewShell(t)
	s.Do("licet publisher create muster M")
	s.Run(page.Blocks("sh", "console")...)
}

// The file's commands, and its examples in the places where they belong: each is
// put into a catalog that has what it names.
func TestCatalog(t *testing.T) {
	t.Parallel()
	page := Open(t, "docs/how-to/catalog.md")
	s := NewShell(t)
	s.Do("licet publisher create muster M", "cp "+Root()+"/internal/demo/catalog.yaml catalog.yaml")
	s.Run(page.Blocks("sh", "console")...)
	for _, b := range page.Blocks("yaml") {
		example := b.Take()
		base := "catalog: 1\ncurrency: EUR\n"
		if !strings.HasPrefix(example, "configurations:") && !strings.HasPrefix(example, "articles:") {
			base += "articles:\n  - number: NEW-1\n    name: {de: Neu, en: New}\n    product: CAD\n    model: trial\n    features: [draw2d]\n"
			example = "    " + strings.ReplaceAll(strings.TrimSuffix(example, "\n"), "\n", "\n    ") + "\n"
		}
		s.put("example.yaml", base+example)
		if out := s.Do("licet catalog apply --dry-run $PAGETEST/example.yaml"); !strings.Contains(out, "+ ") && !strings.Contains(out, "1 as they are") {
			t.Errorf("%s: %s", b.At(), out)
		}
	}
}

func TestBench(t *testing.T) {
	t.Parallel()
	NewShell(t).Run(Open(t, "docs/ops/bench.md").Blocks("sh", "console")...)
}

// installation makes a publisher with keys and a catalog, as the README does, and
// starts the server.
func installation(s *Shell) {
	s.t.Helper()
	s.Typed = passphrase
	s.Do(`licet publisher create muster "Muster CAD GmbH"`, "licet key setup --active active.root --standby standby.root",
		"licet catalog apply "+Root()+"/internal/demo/catalog.yaml",
		`echo '{"source":"erp","number":"4711","buyer":{"number":"C-1"},"lines":[{"no":"1","article":"CAD-PRO-PERP","quantity":3}]}' | licet order place -`)
	s.start("before the page", Command{Text: "licet serve", Want: "…\nHealth …\n"})
}

func TestPublisher(t *testing.T) {
	t.Parallel()
	s := NewShell(t)
	s.Typed = passphrase
	s.Run(Open(t, "docs/tutorials/publisher.md").Blocks("sh", "console")...)
}

func TestOrders(t *testing.T) {
	t.Parallel()
	s := NewShell(t)
	installation(s)
	s.Run(Open(t, "docs/how-to/orders.md").Blocks("sh", "console")...)
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	s := NewShell(t)
	installation(s)
	s.Run(Open(t, "docs/how-to/updates.md").Blocks("sh", "console")...)
}

func TestKeygen(t *testing.T) {
	t.Parallel()
	s := NewShell(t)
	installation(s)
	s.Run(Open(t, "docs/how-to/keygen.md").Blocks("sh", "console")...)
}

func TestReseller(t *testing.T) {
	t.Parallel()
	s := NewShell(t)
	installation(s)
	s.Run(Open(t, "docs/tutorials/reseller.md").Blocks("sh", "console")...)
}
