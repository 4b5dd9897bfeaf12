package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/sign"
)

// empty is the configuration of an installation that does not exist yet.
func empty(t *testing.T, engine db.Engine) app.Config {
	t.Helper()
	args := []string{"--data", t.TempDir()}
	if engine == db.Postgres {
		args = append(args, "--database", dbtest.Postgres(t, dbtest.Empty()))
	}
	c, _, err := app.ParseConfig(args, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// saved makes an installation, and backups of it.
func saved(t *testing.T, c app.Config, backups ...string) {
	t.Helper()
	a, err := app.Open(t.Context(), c, app.Seams{})
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range backups {
		if _, err := a.CreateBackup(t.Context(), folder); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

func give(t *testing.T, from, to app.Config) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(from.Data, sign.IdentityFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to.Data, sign.IdentityFile), raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// unnamed makes a backup one of an older version, which does not say what opens it.
func unnamed(t *testing.T, folder string) {
	t.Helper()
	name := filepath.Join(folder, "manifest.json")
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	old := regexp.MustCompile(`\s*"identity": "age1[^"]*",`).ReplaceAll(raw, nil)
	if len(old) == len(raw) {
		t.Fatalf("%s names no identity", raw)
	}
	if err := os.WriteFile(name, old, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A restore that fails behind the load leaves a database that nobody can serve
// by mistake, and the next restore of the same backup goes on.
func TestRestoreGoesOn(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			ctx := t.Context()
			here, other, there := empty(t, engine), empty(t, engine), empty(t, engine)
			first, second := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2")
			saved(t, here, first, second)
			saved(t, other)

			give(t, other, there)
			if _, err := app.Restore(ctx, there, first, nil, app.Seams{}); !errors.Is(err, app.ErrOtherIdentity) {
				t.Fatalf("the identity of another installation: %v", err)
			}
			if _, err := os.Stat(filepath.Join(there.Data, "licet.db")); engine == db.SQLite && !errors.Is(err, os.ErrNotExist) {
				t.Fatalf("something was loaded: %v", err)
			}
			unnamed(t, first)
			if _, err := app.Restore(ctx, there, first, nil, app.Seams{}); err == nil {
				t.Fatal("the identity of another installation opens this one")
			}
			give(t, here, there)
			if _, err := app.Open(ctx, there, app.Seams{}); !errors.Is(err, app.ErrRestoring) {
				t.Fatalf("a database that is restored by half opens: %v", err)
			}
			if _, err := app.Restore(ctx, there, second, nil, app.Seams{}); !errors.Is(err, db.ErrNotEmpty) {
				t.Fatalf("another backup: %v", err)
			}
			done, err := app.Restore(ctx, there, first, nil, app.Seams{})
			if err != nil || done.Epoch != 2 {
				t.Fatalf("%+v, %v", done, err)
			}
			saved(t, there)
			if _, err := app.Restore(ctx, there, first, nil, app.Seams{}); !errors.Is(err, db.ErrNotEmpty) {
				t.Fatalf("a restored database takes its backup again: %v", err)
			}
		})
	}
}

// A schema into which a backup was about to be loaded is not taken for a new
// installation.
func TestLoadBegun(t *testing.T) {
	c := empty(t, db.SQLite)
	saved(t, c)
	d, err := db.Open(t.Context(), c.Options(dbtest.NewClock(t).Now, nil))
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error { return db.SetMeta(tx, db.MetaLoading, "2027-01-12") })
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), c, app.Seams{}); !errors.Is(err, app.ErrRestoring) {
		t.Fatalf("a database that is about to be loaded opens: %v", err)
	}
}

// Checkpoints that cannot be kept beside are not taken out of the way.
func TestRestoreKeepsCheckpoints(t *testing.T) {
	here, there := empty(t, db.SQLite), empty(t, db.SQLite)
	backup := filepath.Join(t.TempDir(), "backup")
	saved(t, here, backup)
	give(t, here, there)
	name := filepath.Join(there.JournalShip, "checkpoints.jsonl")
	lines := `{"publisher":"01020300-0000-7000-8000-000000000000","seq":9,"at":"2027-01-12T12:00:00Z","chk":"x"}` + "\n"
	at := dbtest.Start
	if err := os.MkdirAll(name+"."+at.UTC().Format("20060102T150405Z"), 0o700); err != nil { // in its way
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	now := app.Seams{Now: func() time.Time { return at }}
	if _, err := app.Restore(t.Context(), there, backup, nil, now); err == nil {
		t.Fatal("the restore ended well")
	}
	if raw, err := os.ReadFile(name); err != nil || string(raw) != lines {
		t.Fatalf("the checkpoints are %q now, %v", raw, err)
	}
	at = at.Add(time.Second)
	if _, err := app.Restore(t.Context(), there, backup, nil, now); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(name); err != nil || len(raw) != 0 {
		t.Fatalf("the checkpoints are %q now, %v", raw, err)
	}
}
