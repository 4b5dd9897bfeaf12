package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// with opens the installation, does the work and closes it. What the work wrote
// to the journal is sealed, for there may be no server that does it.
func (e *env) with(do func(*app.App) error) error {
	a, err := e.open()
	if err != nil {
		return err
	}
	err = do(a)
	if err == nil {
		_, err = actor.SealOnce(e.ctx, a.DB)
	}
	return errors.Join(err, a.Close())
}

// tenant names a publisher on the command line; the only one is the default.
type tenant struct {
	Publisher string `help:"Short name of the publisher; not needed while there is only one."`
}

// as returns the administrator of the installation acting inside the publisher.
func (t tenant) as(ctx context.Context, a *app.App) (actor.Actor, org.Publisher, error) {
	p, err := a.Publisher(ctx, t.Publisher)
	return actor.Installation().In(p.ID), p, err
}

// publisherCmd creates and lists publishers.
type publisherCmd struct {
	Create publisherCreateCmd `cmd:"" help:"Create a publisher."`
	List   publisherListCmd   `cmd:"" help:"List the publishers."`
}

type publisherCreateCmd struct {
	Slug     string `arg:"" help:"Short name, such as muster; it stands in addresses."`
	Name     string `arg:"" help:"Name of the company."`
	Zone     string `default:"Europe/Berlin" help:"Time zone in which days begin and end."`
	Language string `default:"de" enum:"de,en" help:"Language of mails and prints."`
	Currency string `default:"EUR" help:"Currency of the price list."`
}

// Run implements the command.
func (c publisherCreateCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		p, err := a.Orgs.CreatePublisher(e.ctx, actor.Installation(), org.NewPublisher{
			Slug: c.Slug, Name: c.Name, TimeZone: c.Zone, Language: c.Language, Currency: c.Currency,
		})
		if err != nil {
			return err
		}
		return printJSON(e.out, p)
	})
}

type publisherListCmd struct{}

// Run implements the command.
func (publisherListCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		all, err := a.Publishers(e.ctx)
		if err != nil {
			return err
		}
		return printJSON(e.out, all)
	})
}

// catalogCmd applies catalog files.
type catalogCmd struct {
	Apply catalogApplyCmd `cmd:"" help:"Bring the catalog to what one YAML file says, and show the plan first."`
}

type catalogApplyCmd struct {
	tenant
	File   string `arg:"" help:"YAML file; - for standard input."`
	DryRun bool   `help:"Only show the plan."`
}

// Run implements the command.
func (c catalogApplyCmd) Run(e *env) error {
	doc, err := e.read(c.File)
	if err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		plan, err := a.Goods.Apply(e.ctx, by, doc, c.DryRun)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.out, strings.TrimRight(plan.Text(e.lang), "\n"))
		return err
	})
}

// maxInput bounds what a command reads from a file or from standard input.
const maxInput = 64 << 20

// read reads a whole file, or standard input for "-".
func (e *env) read(file string) ([]byte, error) {
	var from io.Reader = e.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err == nil && len(b) > maxInput {
		err = fmt.Errorf("%s is larger than %d bytes", file, maxInput)
	}
	return b, err
}

// doctorCmd says what is wrong.
type doctorCmd struct {
	JSON bool `help:"As JSON."`
}

// Run implements the command. Exit code 1 means that something must be mended.
func (c doctorCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		found := a.Examine(e.ctx, e.lang)
		if c.JSON {
			if err := printJSON(e.out, found); err != nil {
				return err
			}
		}
		worst := app.Good
		for _, f := range found {
			if !c.JSON {
				if _, err := fmt.Fprintf(e.out, "[%s] %s: %s\n", f.Word, f.Check, f.Text); err != nil {
					return err
				}
			}
			if f.Level == app.Bad {
				worst = app.Bad
			}
		}
		if worst == app.Bad {
			return failure(1)
		}
		return nil
	})
}

// migrateCmd migrates; app.Open does it.
type migrateCmd struct{}

// Run implements the command.
func (migrateCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		v, err := a.DB.SchemaVersion(e.ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "schema version %d\n", v)
		return err
	})
}

// journalCmd looks at the journal.
type journalCmd struct {
	Verify journalVerifyCmd `cmd:"" help:"Recompute the chain and name every altered, missing or added line."`
}

type journalVerifyCmd struct {
	tenant
	Checkpoints string `help:"File with signed checkpoints; default: the one that licet serve writes beside the shipped journal."`
	Pins        string `help:"Pins of the publisher from a safe place; default: the roots in the database."`
	JSON        bool   `help:"As JSON."`
}

// journalReport is what journal verify says, for scripts.
type journalReport struct {
	Publisher string           `json:"publisher"`
	Rows      int64            `json:"rows"`     // sealed and read
	Sequence  int64            `json:"sequence"` // of the last one
	Hash      string           `json:"hash"`     // of the chain up to it, hexadecimal
	Waiting   int64            `json:"waiting"`  // not sealed yet
	Signed    int              `json:"signed"`   // checkpoints from outside that the journal was held against
	Revoked   int              `json:"revoked"`  // checkpoints that prove nothing any more
	Problems  []journalProblem `json:"problems"`
}

type journalProblem struct {
	Kind   string `json:"kind"` // altered, missing, added, moved, unsealed, forked, unsigned
	From   int64  `json:"from"`
	Until  int64  `json:"until"`
	Row    string `json:"row,omitempty"`
	Detail string `json:"detail"`
}

// Run implements the command. Exit code 1 means that the journal is not what
// was written.
func (c journalVerifyCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		by, p, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		points, err := c.points(e, a, by.Publisher)
		if err != nil {
			return err
		}
		r, err := actor.VerifyJournal(e.ctx, a.DB, by.Publisher, points.Known...)
		if err != nil {
			return err
		}
		r.Problems = append(r.Problems, points.Problems...)
		out := journalReport{p.Slug, r.Rows, r.Seq, hex.EncodeToString(r.Hash[:]), r.Waiting, len(points.Known), points.Revoked, []journalProblem{}}
		for _, one := range r.Problems {
			shown := journalProblem{Kind: one.Kind, From: one.Seq, Until: one.Until, Detail: one.Detail}
			if !one.ID.IsZero() {
				shown.Row = one.ID.String()
			}
			out.Problems = append(out.Problems, shown)
		}
		if err := e.journal(c.JSON, out); err != nil {
			return err
		}
		if !r.OK() {
			return failure(1)
		}
		return nil
	})
}

// points reads the checkpoints. Without a file, and without keys to have signed
// one, there are none.
func (c journalVerifyCmd) points(e *env, a *app.App, p actor.PublisherID) (app.Checkpoints, error) {
	if c.Pins == "" {
		return a.Checkpoints(e.ctx, p, c.Checkpoints, nil)
	}
	raw, err := os.ReadFile(c.Pins)
	if err != nil {
		return app.Checkpoints{}, err
	}
	pins, err := wire.ParsePins(raw)
	if err != nil {
		return app.Checkpoints{}, fault.As(err)
	}
	return a.Checkpoints(e.ctx, p, c.Checkpoints, &pins)
}

// journal prints a report.
func (e *env) journal(asJSON bool, r journalReport) error {
	if asJSON {
		return printJSON(e.out, r)
	}
	for _, p := range r.Problems {
		if _, err := fmt.Fprintf(e.out, "%s %d–%d %s %s\n", p.Kind, p.From, p.Until, p.Row, p.Detail); err != nil {
			return err
		}
	}
	key := "cli.journal.whole"
	if len(r.Problems) > 0 {
		key = "cli.journal.broken"
	}
	_, err := fmt.Fprintln(e.out, text.T(e.lang, key, "publisher", r.Publisher, "rows", r.Rows, "sequence", r.Sequence,
		"hash", r.Hash, "waiting", r.Waiting, "problems", len(r.Problems), "signed", r.Signed))
	return err
}
