package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/usage"
)

// releaseCmd registers versions of products.
type releaseCmd struct {
	Add      releaseAddCmd      `cmd:"" help:"Register a version of a product, such as from a build pipeline. Registering it again changes its day, notes and link."`
	List     releaseListCmd     `cmd:"" help:"List the versions of a product, the newest first."`
	Withdraw releaseWithdrawCmd `cmd:"" help:"Withdraw a version: nobody is told about it any more."`
}

type releaseAddCmd struct {
	tenant
	Product string `arg:"" help:"Code of the product."`
	Number  string `arg:"" name:"version" help:"Version, as the program says it."`
	Day     string `help:"Day of the release; today by default." placeholder:"2006-01-02"`
	Link    string `help:"Where to get it or to read more; https."`
	NotesDE string `name:"notes-de" help:"What is new, in German; plain text." placeholder:"FILE"`
	NotesEN string `name:"notes-en" help:"What is new, in English; plain text." placeholder:"FILE"`
}

// Run implements the command.
func (c releaseAddCmd) Run(e *env) error {
	in := catalog.Release{Product: c.Product, Version: c.Number, Link: c.Link, State: catalog.Active}
	for file, to := range map[string]*string{c.NotesDE: &in.Notes.DE, c.NotesEN: &in.Notes.EN} {
		if file == "" {
			continue
		}
		b, err := e.read(file)
		if err != nil {
			return err
		}
		*to = string(b)
	}
	if c.Day != "" {
		on, err := day.Parse(c.Day)
		if err != nil {
			return err
		}
		in.Day = on
	}
	return e.with(func(a *app.App) error {
		by, p, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		_, err = a.Goods.GetRelease(e.ctx, by, in.Key())
		if err == nil {
			out, err := a.Goods.ChangeRelease(e.ctx, by, in.Key(), catalog.AnyRev, in)
			return e.show(out, err)
		}
		if in.Day.IsZero() {
			zone, err := day.Zone(p.TimeZone)
			if err != nil {
				return err
			}
			in.Day = day.FromTime(a.DB.Now(), zone)
		}
		out, err := a.Goods.CreateRelease(e.ctx, by, in)
		return e.show(out, err)
	})
}

// show prints v unless there was an error.
func (e *env) show(v any, err error) error {
	if err != nil {
		return err
	}
	return printJSON(e.out, v)
}

type releaseListCmd struct {
	tenant
	Product string `arg:"" help:"Code of the product."`
}

// Run implements the command.
func (c releaseListCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
		for q := (catalog.Query{Product: c.Product}); ; {
			page, err := a.Goods.ListReleases(e.ctx, by, q)
			if err != nil {
				return err
			}
			for _, r := range page.Items {
				state := ""
				if r.State == catalog.Retired {
					state = text.T(e.lang, "cli.release.withdrawn")
				}
				if _, err := fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", r.Version, r.Day, r.Link, state); err != nil {
					return err
				}
			}
			if q.After = page.Next; q.After == "" {
				return out.Flush()
			}
		}
	})
}

type releaseWithdrawCmd struct {
	tenant
	Product string `arg:"" help:"Code of the product."`
	Number  string `arg:"" name:"version" help:"Version."`
}

// Run implements the command.
func (c releaseWithdrawCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		out, err := a.Goods.RetireRelease(e.ctx, by, c.Product+"/"+c.Number, catalog.AnyRev)
		return e.show(out, err)
	})
}

// usageCmd evaluates what programs have reported.
type usageCmd struct {
	tenant
	Product string `arg:"" help:"Code of the product."`
	From    string `help:"First day; the first of this month by default." placeholder:"2006-01-02"`
	Until   string `help:"Last day; today by default." placeholder:"2006-01-02"`
	By      string `help:"What to count: feature, version or platform." enum:"feature,version,platform" default:"feature"`
	Per     string `help:"Per day or month." enum:"day,month" default:"month"`
	CSV     bool   `help:"As CSV."`
}

// Run implements the command.
func (c usageCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		by, p, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		zone, err := day.Zone(p.TimeZone)
		if err != nil {
			return err
		}
		today := day.FromTime(a.DB.Now(), zone)
		year, month, _ := today.Date()
		q := usage.Query{Product: c.Product, From: day.Of(year, month, 1), Until: today, By: c.By, Per: c.Per}
		for given, to := range map[string]*day.Day{c.From: &q.From, c.Until: &q.Until} {
			if given == "" {
				continue
			}
			if *to, err = day.Parse(given); err != nil {
				return err
			}
		}
		sum, err := a.Usage.Summarize(e.ctx, by, q)
		if err != nil {
			return err
		}
		return e.usage(sum, c.CSV)
	})
}

// usage prints an evaluation as a table, or as CSV with names that do not depend
// on the language.
func (e *env) usage(sum usage.Summary, asCSV bool) error {
	if asCSV {
		w := csv.NewWriter(e.out)
		rows := [][]string{{"period", sum.By, "uses", "machines"}}
		for _, r := range sum.Rows {
			rows = append(rows, []string{r.Period, r.Key, strconv.FormatInt(r.Uses, 10), strconv.FormatInt(r.Machines, 10)})
		}
		return w.WriteAll(rows)
	}
	if len(sum.Rows) == 0 {
		_, err := fmt.Fprintln(e.out, text.T(e.lang, "cli.usage.nothing"))
		return err
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(w, text.T(e.lang, "cli.usage.head")); err != nil {
		return err
	}
	for _, r := range sum.Rows {
		key := r.Key
		if key == "" && sum.By == usage.ByFeature {
			key = text.T(e.lang, "cli.usage.starts")
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\t%d\t%d\n", r.Period, key, r.Uses, r.Machines); err != nil {
			return err
		}
	}
	return w.Flush()
}
