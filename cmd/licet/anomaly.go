package main

import (
	"fmt"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/license"
)

// anomalyCmd shows what happened more often than honest use does.
type anomalyCmd struct {
	tenant
	Days int    `default:"30" help:"How far to look back, up to 180."`
	Kind string `enum:",seen_twice,churn,restores,clock,guessing" default:"" help:"Only those: seen_twice, churn, restores, clock or guessing."`
	JSON bool   `help:"As JSON."`
}

// Run implements the command.
func (c anomalyCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		page, err := a.Lic.Anomalies(e.ctx, by, license.AnomalyQuery{Days: c.Days, Kind: license.AnomalyKind(c.Kind), Limit: 500})
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e.out, page)
		}
		_, err = fmt.Fprint(e.out, page.Text(e.lang))
		return err
	})
}
