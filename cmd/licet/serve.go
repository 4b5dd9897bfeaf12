package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/demo"
	"github.com/licet/licet/internal/text"
)

// serveCmd serves.
type serveCmd struct{}

// Run implements the command.
func (serveCmd) Run(e *env) error {
	a, err := app.Open(e.ctx, e.config, app.Seams{Log: app.NewLog(e.err, e.config.LogFormat, e.config.LogLevel)})
	if err != nil {
		return err
	}
	defer a.Close()
	if all, err := a.Publishers(e.ctx); err == nil && len(all) == 0 {
		_, _ = fmt.Fprintln(e.out, text.T(e.lang, "cli.serve.empty"))
	}
	return a.Serve(e.ctx, func(at app.Running) { e.where(at) })
}

// where prints the addresses of a running server.
func (e *env) where(at app.Running) {
	for _, l := range []struct{ key, address string }{{"cli.serve.api", at.API}, {"cli.serve.depot", at.Depot}, {"cli.serve.ops", at.Ops}} {
		if l.address != "" {
			_, _ = fmt.Fprintf(e.out, "%-12s %s/\n", text.T(e.lang, l.key), l.address)
		}
	}
}

// demoCmd shows the main job. Without a data folder or a database of one's own it
// works in a folder that is gone when it ends.
type demoCmd struct {
	Once bool `help:"Do the main job once and stop, without serving afterwards."`
	JSON bool `help:"Print one JSON object with ticket, license, verified and timings."`
}

// Run implements the command.
func (c demoCmd) Run(e *env) error {
	// A database that outlives the demo needs the keys of its data folder.
	if !e.config.Given("data") && !e.config.Given("database") {
		dir, err := os.MkdirTemp("", "licet-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir) // also behind Ctrl-C, which ends the context
		e.config.Data = dir
		if !e.config.Given("journal-ship") {
			e.config.JournalShip = filepath.Join(dir, "issuance")
		}
	}
	if c.Once {
		e.config.Listen, e.config.DepotListen, e.config.OpsListen = "127.0.0.1:0", "127.0.0.1:0", "off"
	}
	if !c.Once && !e.config.Given("public-url") {
		e.config.PublicURL = "http://" + e.config.DepotListen
	}
	o := demo.Options{Config: e.config, Seams: app.Seams{Log: app.NewLog(e.err, e.config.LogFormat, "warn")}}
	if !c.JSON {
		_, _ = fmt.Fprintln(e.out, text.T(e.lang, "cli.demo.title"))
		o.Tell = func(step string, args ...any) {
			_, _ = fmt.Fprintln(e.out, "· "+text.T(e.lang, "cli.demo."+step, args...))
		}
	}
	result, err := demo.Run(e.ctx, o)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON(e.out, result); err != nil {
			return err
		}
	}
	if c.Once {
		return nil
	}
	a, err := app.Open(e.ctx, e.config, o.Seams)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Serve(e.ctx, func(at app.Running) {
		if !c.JSON {
			_, _ = fmt.Fprintln(e.out)
			e.where(at)
			_, _ = fmt.Fprintln(e.out, "\n"+text.T(e.lang, "cli.demo.try", "ticket", result.Ticket, "depot", at.Depot+"/"))
			_, _ = fmt.Fprintf(e.out, "\n  go run ./cmd/licet-activate activate --pins %s --server %s --dir my-device\n\n", result.Pins, at.Depot)
			_, _ = fmt.Fprintln(e.out, text.T(e.lang, "cli.demo.end"))
		}
	})
}
