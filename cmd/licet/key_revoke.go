package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// keySerialsCmd writes the issuance log of one key.
type keySerialsCmd struct {
	tenant
	KID string `arg:"" name:"kid" help:"Id of the issuing key."`
	Out string `help:"File to write; default: the terminal." type:"path"`
}

// Run implements the command.
func (c keySerialsCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		known, err := w.keys.KnownSerials(e.ctx, w.by, c.KID)
		if err != nil {
			return err
		}
		return e.put(c.Out, sign.SerialFile{Issuer: w.iss(), KID: c.KID, Serials: known}.Encode())
	})
}

// keyRevokeCmd revokes an issuing key.
type keyRevokeCmd struct {
	tenant
	jsonFlag
	rootFlag
	KID     string `arg:"" optional:"" name:"kid" help:"Id of the issuing key; with --serials it stands in the file."`
	Why     string `default:"stolen" help:"Short code of the reason, which products may show."`
	Serials string `help:"Work without the database: the list of licet key serials." type:"path"`
	Out     string `help:"With --serials: file to write the lines to." type:"path"`
}

// Run implements the command.
func (c keyRevokeCmd) Run(e *env) error {
	if c.Serials != "" {
		return c.away(e)
	}
	root, err := c.open(e)
	if err != nil {
		return err
	}
	return e.keyring(c.tenant, func(w keyWork) error {
		known, err := w.keys.KnownSerials(e.ctx, w.by, c.KID)
		if err != nil {
			return err
		}
		lines, err := root.RevokeKey(w.iss(), c.KID, c.Why, known, time.Now())
		if err != nil {
			return err
		}
		done, err := w.install(e, lines)
		if err != nil {
			return err
		}
		return c.tell(e, done, "cli.key.revoked_kept", "kid", c.KID, "count", len(known))
	})
}

// away signs where the root is and the database is not.
func (c keyRevokeCmd) away(e *env) error {
	file, err := e.read(c.Serials)
	if err != nil {
		return err
	}
	list, err := sign.ParseSerialFile(file)
	if err != nil {
		return err
	}
	root, err := c.open(e)
	if err != nil {
		return err
	}
	lines, err := root.RevokeKey(list.Issuer, list.KID, c.Why, list.Serials, time.Now())
	if err != nil {
		return err
	}
	return e.put(c.Out, []byte(strings.Join(lines, "\n")+"\n"))
}

// keyExportCmd makes the escrow.
type keyExportCmd struct {
	passFlag
	Out string `required:"" help:"File to make." type:"path"`
}

// Run implements the command.
func (c keyExportCmd) Run(e *env) error {
	pass, err := c.ask(e, c.Out, true)
	if err != nil {
		return err
	}
	return e.installation(func(keys *sign.Service, by actor.Actor) error {
		file, err := keys.Export(e.ctx, by, pass, rootWork)
		if err != nil {
			return err
		}
		if err := sign.WriteNewFile(c.Out, file); err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.out, text.T(e.lang, "cli.key.exported", "file", c.Out))
		return err
	})
}

// keyImportCmd brings an escrow back.
type keyImportCmd struct {
	jsonFlag
	passFlag
	File   string `arg:"" help:"The export." type:"path"`
	Repair bool   `help:"The identity file is lost: make a new one first."`
}

// Run implements the command.
func (c keyImportCmd) Run(e *env) error {
	file, err := e.read(c.File)
	if err != nil {
		return err
	}
	pass, err := c.ask(e, c.File, false)
	if err != nil {
		return err
	}
	work := func(keys *sign.Service, by actor.Actor) error {
		done, err := keys.Import(e.ctx, by, file, pass)
		if err != nil {
			return err
		}
		return c.tell(e, done, "cli.key.imported", "peppers", done.Peppers, "data", done.DataKeys, "keys", done.Keys)
	}
	if c.Repair {
		return e.repair(work)
	}
	return e.installation(work)
}

// repair opens an installation that does not open by itself, because its
// identity file is lost.
func (e *env) repair(do func(keys *sign.Service, by actor.Actor) error) (err error) {
	d, err := db.Open(e.ctx, e.config.Options(time.Now, nil))
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := d.Close(); err == nil {
			err = closeErr
		}
	}()
	keys, err := sign.Repair(d, actor.NewGate(d), identityPath(e.config))
	if err != nil {
		return err
	}
	return do(keys, actor.Installation())
}

// identityPath is where an installation keeps its identity file.
func identityPath(c app.Config) string { return filepath.Join(c.Data, sign.IdentityFile) }
