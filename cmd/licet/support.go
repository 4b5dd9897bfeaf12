package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/licet/licet/internal/app"
)

// supportCmd writes a file for support.
type supportCmd struct {
	File string `arg:"" default:"licet-support.zip" help:"The file to write."`
}

// Run implements the command.
func (c supportCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		file, err := os.OpenFile(c.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if err := errors.Join(a.SupportBundle(e.ctx, file), file.Sync(), file.Close()); err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.out, c.File)
		return err
	})
}
