package main

import (
	"fmt"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/text"
)

// mailCmd is about the mail server.
type mailCmd struct {
	Test mailTestCmd `cmd:"" help:"Connect to the mail server and sign in; with an address, send a short mail to it."`
}

// mailTestCmd tries the settings. It opens no database, so that it works beside a
// running server and before the first one.
type mailTestCmd struct {
	Address string `arg:"" optional:"" help:"Whom to write to; none only tries the connection."`
}

// Run implements the command.
func (c mailTestCmd) Run(e *env) error {
	server, err := app.TestMail(e.ctx, e.config, app.Seams{}, e.lang, c.Address)
	if err != nil {
		return err
	}
	said := "app.mail.reached"
	if c.Address != "" {
		said = "app.mail.taken"
	}
	_, err = fmt.Fprintln(e.out, text.T(e.lang, said, "server", server))
	return err
}
