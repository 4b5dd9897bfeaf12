package main

import (
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/order/format"
)

// orderCmd takes order documents.
type orderCmd struct {
	Place     orderPlaceCmd     `cmd:"" help:"Take order documents (JSON, CSV, UBL, openTRANS) and print their tickets."`
	Reconcile orderReconcileCmd `cmd:"" help:"Compare an order book with the tickets; changes nothing."`
}

// document is what both commands need to know of a file.
type document struct {
	tenant
	File   string `arg:"" help:"File; - for standard input."`
	Source string `help:"The sending system, where the document does not say."`
	Type   string `help:"Media type, such as text/csv; default: by content."`
}

func (d document) read(e *env) (order.File, error) {
	raw, err := e.read(d.File)
	return order.File{Raw: raw, ContentType: d.Type, Source: d.Source, Language: string(e.lang)}, err
}

type orderPlaceCmd struct {
	document
	Mode   string `enum:",complete,lines" default:"" help:"For CSV: complete (missing lines are reversed) or lines."`
	DryRun bool   `help:"Only say what would happen."`
}

// Run implements the command.
func (c orderPlaceCmd) Run(e *env) error {
	file, err := c.read(e)
	if err != nil {
		return err
	}
	file.Mode = format.Mode(c.Mode)
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		if c.DryRun {
			all, err := a.Orders.PreviewFile(e.ctx, by, file)
			if err != nil {
				return err
			}
			return printJSON(e.out, all)
		}
		all, err := a.Orders.PlaceFile(e.ctx, by, file)
		if err != nil {
			return err
		}
		return printJSON(e.out, all)
	})
}

type orderReconcileCmd struct {
	document
	Whole bool `help:"The book holds every order of its sources: others are surplus."`
}

// Run implements the command. Exit code 1 means that there are differences.
func (c orderReconcileCmd) Run(e *env) error {
	file, err := c.read(e)
	if err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		report, err := a.Orders.ReconcileFile(e.ctx, by, file, c.Whole)
		if err != nil {
			return err
		}
		if err := printJSON(e.out, report); err != nil {
			return err
		}
		if len(report.Differences) > 0 {
			return failure(1)
		}
		return nil
	})
}
