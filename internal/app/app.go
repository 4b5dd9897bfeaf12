package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/ship"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/trial"
	"github.com/licet/licet/internal/usage"
)

// identityName is the file that opens the sealed keys, in the data folder.
const identityName = sign.IdentityFile

// Version is the program's version; the build sets it with -ldflags.
var Version = "0.1.0-dev"

// Seams are what tests and the benchmark put in place of the world. The zero
// value is the world.
type Seams struct {
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
	Log   *slog.Logger
	Hooks *db.Hooks // fail points; never set by serve
}

// Filled returns the seams with the world in place of what is not set.
func (s Seams) Filled() Seams {
	s.fill()
	return s
}

func (s *Seams) fill() {
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Sleep == nil {
		s.Sleep = sleep
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// App is a wired installation.
type App struct {
	Config Config
	DB     *db.DB
	Gate   *actor.Gate
	Keys   *sign.Service
	Orgs   *org.Service
	Goods  *catalog.Service
	Lic    *license.Service
	Orders *order.Service
	Jobs   *job.Service
	Hooks  *connect.Service
	Mails  *connect.Mails
	Usage  *usage.Service
	Trials *trial.Service

	seams   Seams
	metrics *metrics
	began   time.Time

	checkpoints map[actor.PublisherID]noted         // the last one that was written; the sealer's alone
	shipped     map[actor.PublisherID]ship.Position // how far; the shipping loop's alone
}

// Options returns what opens the configured database.
func (c *Config) Options(now func() time.Time, hooks *db.Hooks) db.Options {
	return db.Options{URL: c.Database, Dir: c.Data, Now: now, Workers: c.Workers, ExecMode: c.ExecMode, Hooks: hooks}
}

// Open opens the database, brings its schema up to date, opens the keys, and
// wires everything. The caller closes the App.
func Open(ctx context.Context, c Config, s Seams) (*App, error) { return open(ctx, c, s, "") }

// open is Open; restoring is the backup whose restore may be under way.
func open(ctx context.Context, c Config, s Seams, restoring string) (*App, error) {
	s.fill()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, c.Options(s.Now, s.Hooks))
	if err != nil {
		return nil, err
	}
	if err = whole(ctx, d, restoring); err == nil {
		var a *App
		if a, err = assemble(ctx, c, s, d); err == nil {
			return a, nil
		}
	}
	return nil, errors.Join(err, d.Close())
}

// whole refuses a database whose restore is not finished, before anything of it
// is changed.
func whole(ctx context.Context, d *db.DB, restoring string) error {
	if schema, err := d.SchemaVersion(ctx); err != nil || schema == 0 {
		return err
	}
	return d.Read(ctx, func(q *db.Reader) error {
		for _, key := range []string{db.MetaLoading, db.MetaRestoring} {
			backup, err := db.Meta(q, key)
			if err == nil && backup != "" && backup != restoring {
				err = ErrRestoring.With("backup", backup)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func assemble(ctx context.Context, c Config, s Seams, d *db.DB) (*App, error) {
	if err := d.Migrate(ctx); err != nil {
		return nil, err
	}
	if g, err := d.Guard(ctx); err != nil {
		return nil, err
	} else if g.Missing != "" {
		s.Log.Warn("row-level security is off; licet doctor says how to mend it", "missing", g.Missing, "user", g.User)
	}
	gate := actor.NewGate(d)
	keys, err := sign.Open(ctx, d, gate, filepath.Join(c.Data, identityName))
	if err != nil {
		return nil, err
	}
	a := &App{Config: c, DB: d, Gate: gate, Keys: keys, seams: s, metrics: newMetrics(Version), began: s.Now(), checkpoints: map[actor.PublisherID]noted{}, shipped: map[actor.PublisherID]ship.Position{}}
	a.module()
	vault := keys.Vault()
	a.Orgs = org.New(d, gate, vault)
	a.Goods = catalog.NewService(d, gate)
	a.Lic = license.New(license.Options{DB: d, Gate: gate, Vault: vault, Keyring: keys.Keyring()})
	a.Usage = usage.NewService(d, gate, vault, keys.Keyring())
	keys.Serials = a.Lic.Serials // a revocation keeps what the issuance log knows
	recalls := int64(c.RecallLimit)
	if recalls == 0 {
		recalls = -1 // none may pass
	}
	a.Orders = order.NewService(d, gate, a.Lic, vault, order.Settings{Depot: c.PublicURL, RecallAbove: recalls})
	a.Jobs = job.NewService(d, gate, job.Options{Sleep: s.Sleep, Report: a.reportJob})
	a.Hooks = connect.NewService(d, gate, vault, c.WebhookLocal)
	a.Jobs.Handle(order.JobKind, 0, a.Orders.Issue)
	a.Hooks.Register(a.Jobs)
	mailer, err := connect.NewMailer(c.Mail)
	if err != nil {
		return nil, err
	}
	a.Mails = connect.NewMails(d, vault, mailer)
	a.Mails.Register(a.Jobs)
	a.Trials = trial.New(trial.Options{DB: d, Vault: vault, Licenses: a.Lic, Mails: a.Mails, Depot: c.PublicURL})
	a.peppers()
	a.housekeeping()
	return a, nil
}

func (a *App) reportJob(j job.Job, err error) {
	outcome := "done"
	if err != nil {
		outcome = "failed"
		a.seams.Log.Warn("job failed", "kind", j.Kind, "job", j.ID.String(), "attempt", j.Attempts, "error", err)
	}
	a.metrics.jobs.WithLabelValues(j.Kind, outcome).Inc()
}

// Close ends the use of the database.
func (a *App) Close() error {
	if m := a.Keys.Module(); m != nil {
		m.Close()
	}
	return a.DB.Close()
}
