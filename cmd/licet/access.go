package main

import (
	"fmt"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/text"
)

// accessCmd makes API keys.
type accessCmd struct {
	Create accessCreateCmd `cmd:"" help:"Create an API key; its token is shown this once."`
	List   accessListCmd   `cmd:"" help:"List the API keys of the publisher."`
	Revoke accessRevokeCmd `cmd:"" help:"Revoke an API key at once."`
}

type accessCreateCmd struct {
	tenant
	Name        string   `arg:"" help:"What it is for, such as ERP."`
	Permissions []string `short:"p" help:"Permissions, separated by commas; default: those of an ERP." default:"order.read,order.write,ticket.read,ticket.reveal,org.read,org.write,catalog.read,job.read"`
	Days        int      `help:"Days until it expires; 0 = never." default:"0"`
}

// Run implements the command.
func (c accessCreateCmd) Run(e *env) error {
	set, err := actor.ParseSet(c.Permissions)
	if err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		by, p, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		in := org.NewKey{Org: p.Root, Name: c.Name, Permissions: set}
		if c.Days > 0 {
			in.ExpiresAt = time.Now().Add(time.Duration(c.Days) * 24 * time.Hour)
		}
		made, err := a.Orgs.CreateKey(e.ctx, by, in)
		if err != nil {
			return err
		}
		return printJSON(e.out, made)
	})
}

type accessListCmd struct{ tenant }

// Run implements the command.
func (c accessListCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		by, p, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		for at := (org.Range{}); ; {
			page, err := a.Orgs.Keys(e.ctx, by, p.Root, at)
			if err != nil {
				return err
			}
			for _, k := range page.Items {
				state := "cli.access.valid"
				if !k.RevokedAt.IsZero() {
					state = "cli.access.revoked"
				}
				if _, err := fmt.Fprintf(e.out, "%s  %s  %s  %s\n", k.ID, k.Hint, text.T(e.lang, state), k.Name); err != nil {
					return err
				}
			}
			if at.After = page.Next; at.After == "" {
				return nil
			}
		}
	})
}

type accessRevokeCmd struct {
	tenant
	ID string `arg:"" help:"Id of the key."`
}

// Run implements the command.
func (c accessRevokeCmd) Run(e *env) error {
	var id org.KeyID
	if err := id.UnmarshalText([]byte(c.ID)); err != nil {
		return err
	}
	return e.with(func(a *app.App) error {
		by, _, err := c.as(e.ctx, a)
		if err != nil {
			return err
		}
		k, err := a.Orgs.RevokeKey(e.ctx, by, org.Revocation{ID: id})
		if err != nil {
			return err
		}
		return printJSON(e.out, k)
	})
}
