package app

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// Level says how bad a finding is.
type Level string

// The levels of a finding.
const (
	Good Level = "good"
	Warn Level = "warn"
	Bad  Level = "bad"
)

// Finding is one answer of the doctor: what was looked at, how it is, and how
// to mend it.
type Finding struct {
	ID    string `json:"id"`
	Check string `json:"check"`
	Level Level  `json:"level"`
	Word  string `json:"word"`
	Text  string `json:"text"`
}

// Class is the style of the level on the health page.
func (f Finding) Class() string { return string(f.Level) }

// doctor gathers findings in one language.
type doctor struct {
	lang text.Lang
	out  []Finding
}

// say adds a finding; the text is "app.doctor.<id>.<state>".
func (d *doctor) say(id string, level Level, state string, args ...any) {
	d.out = append(d.out, Finding{
		ID: id, Level: level, Check: text.T(d.lang, "app.doctor."+id), Word: text.T(d.lang, "app.level."+string(level)),
		Text: text.T(d.lang, "app.doctor."+id+"."+state, args...),
	})
}

// Examine looks at everything that commonly goes wrong with an installation
// and says how to mend each: database, disk, keys, clock, addresses, journal,
// jobs, mail, backup.
func (a *App) Examine(ctx context.Context, lang text.Lang) []Finding {
	d := &doctor{lang: lang}
	if err := a.DB.Ping(ctx); err != nil {
		d.say("database", Bad, "down")
		return d.out
	}
	d.say("database", Good, "ok", "engine", string(a.DB.Engine()))
	a.examineGuard(ctx, d)
	a.examineClock(ctx, d)
	a.examineDisk(d)
	a.examineKeys(ctx, d)
	a.examineAddress(d)
	a.examineJournal(d)
	a.examineJobs(ctx, d)
	a.examineMail(ctx, d)
	a.examineBackup(d)
	return d.out
}

// examineGuard says whether PostgreSQL itself keeps publishers apart. Without it
// the program still does: every statement names its publisher.
func (a *App) examineGuard(ctx context.Context, d *doctor) {
	if a.DB.Engine() != db.Postgres {
		return
	}
	g, err := a.DB.Guard(ctx)
	switch {
	case err != nil:
		d.say("guard", Warn, "unknown")
	case !g.On:
		d.say("guard", Warn, g.Missing, "role", db.ReadRole, "user", g.User)
	case len(g.Open) > 0:
		d.say("guard", Warn, "open", "tables", strings.Join(g.Open, ", "))
	default:
		d.say("guard", Good, "ok", "role", db.ReadRole)
	}
}

// clockSlack is how far the newest journal line may lie in the future before
// the clock is suspected of having been set back.
const clockSlack = 2 * time.Minute

func (a *App) examineClock(ctx context.Context, d *doctor) {
	newest, err := a.newestEvent(ctx)
	switch now := a.seams.Now(); {
	case err != nil:
		d.say("clock", Warn, "unknown")
	case newest.Sub(now) > clockSlack:
		d.say("clock", Bad, "back", "minutes", int64(newest.Sub(now)/time.Minute))
	case now.Year() < 2026:
		d.say("clock", Bad, "old", "year", now.Year())
	default:
		d.say("clock", Good, "ok", "time", now.UTC().Format(time.RFC3339))
	}
}

// newestEvent is the time of the last sealed journal line of any publisher.
func (a *App) newestEvent(ctx context.Context) (time.Time, error) {
	var newest time.Time
	all, err := a.Publishers(ctx)
	if err != nil {
		return newest, err
	}
	err = a.DB.Read(ctx, func(r *db.Reader) error {
		for _, p := range all {
			head, err := actor.JournalHead(r, p.ID)
			if err != nil {
				return err
			}
			rows, err := actor.ReadJournal(r, p.ID, head-1, 1)
			if err != nil {
				return err
			}
			if len(rows) > 0 && rows[0].At.After(newest) {
				newest = rows[0].At
			}
		}
		return nil
	})
	return newest, err
}

func (a *App) examineDisk(d *doctor) {
	info, err := os.Stat(a.Config.Data)
	if err != nil {
		d.say("disk", Bad, "gone", "folder", a.Config.Data)
		return
	}
	probe := filepath.Join(a.Config.Data, ".doctor")
	err = os.WriteFile(probe, []byte("licet"), 0o600)
	_ = os.Remove(probe)
	switch free, known := freeBytes(a.Config.Data); {
	case err != nil:
		d.say("disk", Bad, "read_only", "folder", a.Config.Data)
	case known && free < 1<<30:
		d.say("disk", Warn, "full", "free", free>>20)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		d.say("disk", Warn, "open", "folder", a.Config.Data)
	default:
		d.say("disk", Good, "ok", "free", free>>20)
	}
}

// keyNotice is how long before its end an issuing key is reported.
const keyNotice = 30 * 24 * time.Hour

func (a *App) examineKeys(ctx context.Context, d *doctor) {
	all, err := a.Publishers(ctx)
	if err != nil {
		d.say("keys", Bad, "unknown")
		return
	}
	if len(all) == 0 {
		d.say("keys", Warn, "no_publisher")
		return
	}
	ids := make([]actor.PublisherID, len(all))
	for i, p := range all {
		ids[i] = p.ID
	}
	a.examineModule(ctx, d, ids)
	for _, p := range all {
		if _, err := a.Keys.Keyring().Issuer(p.ID); err != nil && !sign.IsModule(err) {
			d.say("keys", Bad, "none", "publisher", p.Slug)
			return
		}
	}
	expiring, err := a.Keys.ExpiringBy(ctx, a.seams.Now().Add(keyNotice))
	switch {
	case err != nil:
		d.say("keys", Bad, "unknown")
	case len(expiring) > 0:
		d.say("keys", Warn, "expiring", "count", len(expiring))
	default:
		d.say("keys", Good, "ok", "count", len(all))
	}
}

func (a *App) examineAddress(d *doctor) {
	switch u := a.Config.PublicURL; {
	case u == "":
		d.say("address", Warn, "none")
	case strings.HasPrefix(u, "http://") && !strings.Contains(u, "127.0.0.1") && !strings.Contains(u, "localhost"):
		d.say("address", Warn, "plain", "address", u)
	default:
		d.say("address", Good, "ok", "address", u)
	}
}

func (a *App) examineJournal(d *doctor) {
	shipped, err := a.shippedAt()
	switch {
	case err != nil:
		d.say("journal", Warn, "never", "folder", a.Config.JournalShip)
	case a.Config.JournalShip == filepath.Join(a.Config.Data, "issuance"):
		d.say("journal", Warn, "same_disk", "folder", a.Config.JournalShip)
	case a.seams.Now().Sub(shipped) > 24*time.Hour:
		d.say("journal", Warn, "late", "time", shipped.UTC().Format(time.RFC3339))
	default:
		d.say("journal", Good, "ok", "folder", a.Config.JournalShip)
	}
}

func (a *App) examineJobs(ctx context.Context, d *doctor) {
	counts, err := a.Jobs.Health(ctx)
	if err != nil {
		d.say("jobs", Bad, "unknown")
		return
	}
	var dead int64
	var late time.Duration
	for _, c := range counts {
		if c.State == job.Dead {
			dead += c.Jobs
		} else if wait := a.seams.Now().Sub(c.Oldest); wait > late {
			late = wait
		}
	}
	switch {
	case dead > 0:
		d.say("jobs", Bad, "dead", "count", dead)
	case late > 10*time.Minute:
		d.say("jobs", Warn, "late", "minutes", int64(late/time.Minute))
	default:
		d.say("jobs", Good, "ok")
	}
}

func (a *App) examineBackup(d *doctor) {
	switch made, err := lastBackup(a.Config.Data); {
	case err != nil:
		d.say("backup", Warn, "none")
	case a.seams.Now().Sub(made) > a.Config.BackupAge:
		d.say("backup", Warn, "old", "time", made.UTC().Format(time.RFC3339), "limit", a.Config.BackupAge.String())
	default:
		d.say("backup", Good, "ok", "time", made.UTC().Format(time.RFC3339))
	}
}
