package main

import (
	"fmt"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// backupCmd makes, verifies and restores backups.
type backupCmd struct {
	Create  backupCreateCmd  `cmd:"" help:"Copy the database into a new folder, while work goes on."`
	Verify  backupVerifyCmd  `cmd:"" help:"Recompute a backup's checksums and look into its database."`
	Restore backupRestoreCmd `cmd:"" help:"Load a backup into an empty database, raise the epoch and replay the issuance journal."`
}

type backupCreateCmd struct {
	Folder string `arg:"" help:"A folder that does not exist yet or is empty."`
	JSON   bool   `help:"The whole manifest as JSON."`
}

// Run implements the command.
func (c backupCreateCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		m, err := a.CreateBackup(e.ctx, c.Folder)
		if err != nil {
			return err
		}
		if err := e.backup(c.JSON, "cli.backup.made", c.Folder, m); err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.err, text.T(e.lang, "cli.backup.identity", "file", a.IdentityPath()))
		return err
	})
}

type backupVerifyCmd struct {
	Folder string `arg:"" help:"The backup."`
	JSON   bool   `help:"The whole manifest as JSON."`
}

// Run implements the command.
func (c backupVerifyCmd) Run(e *env) error {
	m, err := db.VerifyBackup(e.ctx, c.Folder)
	if err != nil {
		return err
	}
	return e.backup(c.JSON, "cli.backup.good", c.Folder, m)
}

// backup prints what a backup holds.
func (e *env) backup(asJSON bool, key, folder string, m db.Manifest) error {
	if asJSON {
		return printJSON(e.out, m)
	}
	var rows, size int64
	for _, t := range m.Tables {
		rows += t.Rows
	}
	for _, f := range m.Files {
		size += f.Size
	}
	_, err := fmt.Fprintln(e.out, text.T(e.lang, key, "folder", folder, "at", text.Time(e.lang, m.Made), "engine", m.Engine, "schema", m.Schema, "epoch", m.Epoch,
		"tables", len(m.Tables), "rows", text.Number(e.lang, rows), "kib", text.Number(e.lang, (size+1023)/1024)))
	return err
}

type backupRestoreCmd struct {
	Folder  string `arg:"" help:"The backup."`
	Journal string `help:"Folder of the shipped issuance journal; default: journal-ship."`
	Keys    string `help:"Export of licet key export, if the identity file is lost: a new one is made." type:"path"`
	passFlag
	JSON bool `help:"The manifest, the epoch and what was replayed as JSON."`
}

// Run implements the command.
func (c backupRestoreCmd) Run(e *env) error {
	if c.Journal != "" {
		e.config.JournalShip = c.Journal
	}
	var repair func() error
	if c.Keys != "" {
		file, err := e.read(c.Keys)
		if err != nil {
			return err
		}
		pass, err := c.ask(e, c.Keys, false)
		if err != nil {
			return err
		}
		if err := sign.CheckExport(file, pass); err != nil {
			return err
		}
		repair = func() error {
			return e.repair(func(keys *sign.Service, by actor.Actor) error {
				_, err := keys.Import(e.ctx, by, file, pass)
				return err
			})
		}
	}
	result, err := app.Restore(e.ctx, e.config, c.Folder, repair, app.Seams{Log: app.NewLog(e.err, e.config.LogFormat, "warn")})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, result)
	}
	if err := e.backup(false, "cli.backup.restored", c.Folder, result.Backup); err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.out, text.T(e.lang, "cli.backup.replayed", "rows", text.Number(e.lang, result.Replayed), "epoch", result.Epoch))
	return err
}
