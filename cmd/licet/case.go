package main

import (
	"fmt"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/license"
)

// caseCmd shows and decides the cases of containers that look like copies.
type caseCmd struct {
	List   caseListCmd   `cmd:"" help:"List cases, newest first."`
	Show   caseShowCmd   `cmd:"" help:"Show what was expected and what came, and what can be decided."`
	Decide caseDecideCmd `cmd:"" help:"Decide a case, once: accept, replace, evict or block."`
}

type caseListCmd struct {
	tenant
	All       bool   `help:"Decided ones too."`
	Container string `help:"Only those of this container."`
	JSON      bool   `help:"As JSON."`
}

// Run implements the command.
func (c caseListCmd) Run(e *env) error {
	q := license.CaseQuery{State: license.CaseOpen, Limit: 500}
	if c.All {
		q.State = ""
	}
	if c.Container != "" {
		var err error
		if q.Container, err = db.ParseID[license.Container](c.Container); err != nil {
			return license.ErrNotFound
		}
	}
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		all := []license.CaseInfo{}
		for {
			page, err := a.Lic.ListCases(e.ctx, by, q)
			if err != nil {
				return err
			}
			all = append(all, page.Items...)
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		if c.JSON {
			return printJSON(e.out, all)
		}
		for _, one := range all {
			if _, err := fmt.Fprintln(e.out, one.Line(e.lang)); err != nil {
				return err
			}
		}
		return nil
	})
}

// oneCase names a case on the command line.
type oneCase struct {
	tenant
	ID   string `arg:"" help:"Id of the case."`
	JSON bool   `help:"As JSON."`
}

// with runs do on the case and prints what it returns.
func (c oneCase) with(e *env, do func(*app.App, actor.Actor, license.CaseID) (license.CaseInfo, error)) error {
	id, err := db.ParseID[license.Case](c.ID)
	if err != nil {
		return license.ErrNotFound
	}
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		found, err := do(a, by, id)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e.out, found)
		}
		_, err = fmt.Fprint(e.out, found.Text(e.lang))
		return err
	})
}

type caseShowCmd struct{ oneCase }

// Run implements the command.
func (c caseShowCmd) Run(e *env) error {
	return c.with(e, func(a *app.App, by actor.Actor, id license.CaseID) (license.CaseInfo, error) {
		return a.Lic.GetCase(e.ctx, by, id)
	})
}

type caseDecideCmd struct {
	oneCase
	Decision string `arg:"" enum:"accept,replace,evict,block" help:"accept: it goes on, other copies show themselves; replace: free for a new container; evict: free, and it removes them; block: refused, seats stay."`
	Reason   string `required:"" help:"Why, in one line, without names of persons."`
}

// Run implements the command.
func (c caseDecideCmd) Run(e *env) error {
	return c.with(e, func(a *app.App, by actor.Actor, id license.CaseID) (license.CaseInfo, error) {
		return a.Lic.DecideCase(e.ctx, by, id, license.CaseDecision{Do: license.Decision(c.Decision), Reason: c.Reason})
	})
}
