package main

import (
	"fmt"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
)

// backupCmd makes, verifies and restores backups.
type backupCmd struct {
	Create  backupCreateCmd  `cmd:"" help:"Copy the database into a new folder, while work goes on."`
	Verify  backupVerifyCmd  `cmd:"" help:"Recompute a backup's checksums and look into its database."`
	Restore backupRestoreCmd `cmd:"" help:"Load a backup into an empty database, raise the epoch and replay the issuance journal."`
}

type backupCreateCmd struct {
	Folder string `arg:"" help:"A folder that does not exist yet or is empty."`
}

// Run implements the command.
func (c backupCreateCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		m, err := a.CreateBackup(e.ctx, c.Folder)
		if err != nil {
			return err
		}
		if err := printJSON(e.out, m); err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.err, "The identity file that opens the sealed keys is not part of a backup: keep a copy of %s apart.\n", a.IdentityPath())
		return err
	})
}

type backupVerifyCmd struct {
	Folder string `arg:"" help:"The backup."`
}

// Run implements the command.
func (c backupVerifyCmd) Run(e *env) error {
	m, err := db.VerifyBackup(e.ctx, c.Folder)
	if err != nil {
		return err
	}
	return printJSON(e.out, m)
}

type backupRestoreCmd struct {
	Folder  string `arg:"" help:"The backup."`
	Journal string `help:"Folder of the shipped issuance journal; default: journal-ship."`
}

// Run implements the command.
func (c backupRestoreCmd) Run(e *env) error {
	if c.Journal != "" {
		e.config.JournalShip = c.Journal
	}
	result, err := app.Restore(e.ctx, e.config, c.Folder, app.Seams{Log: app.NewLog(e.err, e.config.LogFormat, "warn")})
	if err != nil {
		return err
	}
	return printJSON(e.out, result)
}
