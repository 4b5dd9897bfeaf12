package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// keyCmd is everything about signing keys; docs/ops/keys.md is its manual.
// Commands that need a root key need its file and passphrase, but no database;
// the others work on the installation, beside a running server.
type keyCmd struct {
	Setup   keySetupCmd   `cmd:"" help:"Make both roots, an issuing key and a depot key in one step."`
	List    keyListCmd    `cmd:"" help:"List roots, keys and lines."`
	Rotate  keyRotateCmd  `cmd:"" help:"Make the next issuing key and certify it with a root at hand."`
	Root    keyRootCmd    `cmd:"" help:"Root keys: new, show, pin, announce, revoke."`
	Request keyRequestCmd `cmd:"" help:"Make a key and write the certification request for it."`
	Certify keyCertifyCmd `cmd:"" help:"Sign a certification request with a root; needs no database."`
	Install keyInstallCmd `cmd:"" help:"Install certificates, revocations and announcements."`
	Retire  keyRetireCmd  `cmd:"" help:"Take a key out of use."`
	Revoke  keyRevokeCmd  `cmd:"" help:"Revoke an issuing key; licenses of the issuance log stay valid."`
	Serials keySerialsCmd `cmd:"" help:"Write the serials issued under a key, for a revocation elsewhere."`
	Pins    keyPinsCmd    `cmd:"" help:"Write the pins that products ship."`
	Lines   keyLinesCmd   `cmd:"" help:"Write what products must learn, for those that never contact the server."`
	Export  keyExportCmd  `cmd:"" help:"Write all secrets of the installation into one file under a passphrase."`
	Import  keyImportCmd  `cmd:"" help:"Bring the secrets of an export back."`
	Module  keyModuleCmd  `cmd:"" help:"The security module that holds issuing keys (Firm Security Box)."`
	Keygen  keyKeygenCmd  `cmd:"" help:"The key of programs with Keygen's client libraries."`
	Ident   keyIdentCmd   `cmd:"" name:"identity" help:"Change the identity file that opens all secrets."`
	Pepper  keyPepperCmd  `cmd:"" help:"Rotate and retire the peppers of stored codes."`
	Data    keyDataCmd    `cmd:"" help:"Rotate the data key of a publisher."`
}

// jsonFlag chooses the form of a command's answer.
type jsonFlag struct {
	JSON bool `help:"Answer in JSON."`
}

// tell prints the answer of a command: v as JSON, or the sentence of key.
func (j jsonFlag) tell(e *env, v any, key string, args ...any) error {
	if j.JSON {
		return printJSON(e.out, v)
	}
	_, err := fmt.Fprintln(e.out, text.T(e.lang, key, args...))
	return err
}

// keyWork is what a command on the installation works with.
type keyWork struct {
	keys   *sign.Service
	by     actor.Actor
	name   string // the publisher's, for people
	slug   string
	salt   []byte
	server string
}

// keyring opens the installation for work on a publisher's keys.
func (e *env) keyring(t tenant, do func(w keyWork) error) error {
	return e.with(func(a *app.App) error {
		by, p, err := t.as(e.ctx, a)
		if err != nil {
			return err
		}
		return do(keyWork{keys: a.Keys, by: by, name: p.Name, slug: p.Slug, salt: p.Salt, server: a.Config.PublicURL})
	})
}

// installation opens the installation for work on the secrets of all.
func (e *env) installation(do func(keys *sign.Service, by actor.Actor) error) error {
	return e.with(func(a *app.App) error { return do(a.Keys, actor.Installation()) })
}

// keyListCmd lists.
type keyListCmd struct {
	tenant
	jsonFlag
}

// Run implements the command.
func (c keyListCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		all, err := w.keys.Overview(e.ctx, w.by)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e.out, all)
		}
		_, err = fmt.Fprint(e.out, listKeys(e.lang, w.name, all))
		return err
	})
}

// listKeys draws the keyring as a table for people.
func listKeys(l text.Lang, name string, all sign.Overview) string {
	var b strings.Builder
	fmt.Fprintln(&b, text.T(l, "cli.key.list", "name", name, "iss", all.Issuer))
	for _, r := range all.Roots {
		state := text.T(l, "cli.key.rank."+string(r.Rank))
		if r.Revoked {
			state = text.T(l, "cli.key.state.revoked")
		}
		fmt.Fprintf(&b, "  %s  %-11s %s\n", r.KID, text.T(l, "cli.key.root"), state)
	}
	for _, k := range all.Keys {
		end := ""
		if k.Purpose == sign.Issue && k.State == sign.Active {
			end = ", " + text.T(l, "cli.key.until", "day", dateOf(l, k.NotAfter))
		}
		if k.Place == sign.InModule {
			end += ", " + text.T(l, "cli.key.in_module")
		}
		fmt.Fprintf(&b, "  %s  %-11s %s%s\n", k.KID, text.T(l, "cli.key.purpose."+string(k.Purpose)), text.T(l, "cli.key.state."+string(k.State)), end)
	}
	for _, line := range all.Lines {
		if line.Part == 1 {
			fmt.Fprintf(&b, "  %s  %s\n", line.Subject, text.T(l, "cli.key.line."+string(line.Type)))
		}
	}
	return b.String()
}

func dateOf(l text.Lang, t time.Time) string {
	y, m, d := t.UTC().Date()
	return text.Date(l, y, m, d)
}

// keyRetireCmd retires.
type keyRetireCmd struct {
	tenant
	jsonFlag
	KID   string `arg:"" name:"kid" help:"Id of the key."`
	Force bool   `help:"Also the active key: nothing is issued until there is another."`
}

// Run implements the command.
func (c keyRetireCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		if err := w.keys.Retire(e.ctx, w.by, c.KID, c.Force); err != nil {
			return err
		}
		return c.tell(e, map[string]string{"retired": c.KID}, "cli.key.retired", "kid", c.KID)
	})
}

// keyPinsCmd exports the pins.
type keyPinsCmd struct {
	tenant
	Server string `help:"Address that the products contact; default: the setting public-url."`
	Out    string `help:"File to write; default: the terminal."`
}

// Run implements the command.
func (c keyPinsCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		if c.Server == "" {
			c.Server = w.server
		}
		pins, err := w.keys.Keyring().Pins(e.ctx, w.by.Publisher, w.salt, c.Server)
		if err != nil {
			return err
		}
		file, err := pins.Encode()
		if err != nil {
			return err
		}
		return e.put(c.Out, file)
	})
}

// keyLinesCmd exports the lines of every bundle.
type keyLinesCmd struct {
	tenant
	Out string `help:"File to write; default: the terminal."`
}

// Run implements the command.
func (c keyLinesCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		lines := w.keys.Keyring().Bundle(w.by.Publisher)
		return e.put(c.Out, []byte(strings.Join(lines, "\n")+"\n"))
	})
}

// put writes what is not secret to a new file, or to the terminal for "".
func (e *env) put(path string, data []byte) error {
	if path == "" || path == "-" {
		_, err := e.out.Write(data)
		return err
	}
	if err := sign.WriteNewFile(path, data); err != nil {
		return err
	}
	return os.Chmod(path, 0o644)
}

// keyIdentCmd works on the identity file.
type keyIdentCmd struct {
	Rotate keyIdentRotateCmd `cmd:"" help:"Make a new identity and seal everything to it. Stop the server first."`
}

type keyIdentRotateCmd struct{ jsonFlag }

// Run implements the command.
func (c keyIdentRotateCmd) Run(e *env) error {
	return e.installation(func(keys *sign.Service, by actor.Actor) error {
		path := identityPath(e.config)
		public, err := keys.RotateIdentity(e.ctx, by, path)
		if err != nil {
			return err
		}
		return c.tell(e, map[string]string{"public": public}, "cli.key.identity", "file", path)
	})
}

// keyPepperCmd works on peppers.
type keyPepperCmd struct {
	List    keyPepperListCmd    `cmd:"" help:"List the peppers with what is stored under each."`
	Rotate  keyPepperRotateCmd  `cmd:"" help:"Make a new pepper; a few minutes later the server moves all codes to it."`
	Reindex keyPepperReindexCmd `cmd:"" help:"Move all codes to the newest pepper now, beside a running server."`
	Retire  keyPepperRetireCmd  `cmd:"" help:"Delete a pepper under which nothing is stored any more."`
}

type keyPepperListCmd struct{ jsonFlag }

// Run implements the command.
func (c keyPepperListCmd) Run(e *env) error {
	return e.installation(func(keys *sign.Service, by actor.Actor) error {
		all, err := keys.Peppers(e.ctx, by)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e.out, all)
		}
		for _, p := range all {
			line := text.T(e.lang, "cli.key.pepper_line", "id", p.ID, "day", dateOf(e.lang, p.From), "stored", text.Number(e.lang, p.Stored))
			if _, err := fmt.Fprintln(e.out, line); err != nil {
				return err
			}
		}
		return nil
	})
}

type keyPepperReindexCmd struct{ jsonFlag }

// Run implements the command.
func (c keyPepperReindexCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		done, err := a.Reindex(e.ctx, actor.Installation(), func(moved int64) error {
			if c.JSON {
				return nil
			}
			_, err := fmt.Fprintln(e.err, text.T(e.lang, "cli.key.pepper_moving", "moved", text.Number(e.lang, moved)))
			return err
		})
		if err != nil {
			return err
		}
		return c.tell(e, done, "cli.key.pepper_moved", "moved", text.Number(e.lang, done.Moved), "left", text.Number(e.lang, done.Left))
	})
}

type keyPepperRotateCmd struct{ jsonFlag }

// Run implements the command.
func (c keyPepperRotateCmd) Run(e *env) error {
	return e.with(func(a *app.App) error {
		id, err := a.RotatePepper(e.ctx, actor.Installation())
		if err != nil {
			return err
		}
		return c.tell(e, map[string]int64{"pepper": id}, "cli.key.pepper", "id", id)
	})
}

type keyPepperRetireCmd struct {
	jsonFlag
	ID int64 `arg:"" name:"id" help:"Number of the pepper."`
}

// Run implements the command.
func (c keyPepperRetireCmd) Run(e *env) error {
	return e.installation(func(keys *sign.Service, by actor.Actor) error {
		if err := keys.RetirePepper(e.ctx, by, c.ID); err != nil {
			return err
		}
		return c.tell(e, map[string]int64{"retired": c.ID}, "cli.key.pepper_retired", "id", c.ID)
	})
}

// keyDataCmd works on data keys.
type keyDataCmd struct {
	Rotate keyDataRotateCmd `cmd:"" help:"Make a new data key; what was sealed before still opens."`
}

type keyDataRotateCmd struct {
	tenant
	jsonFlag
}

// Run implements the command.
func (c keyDataRotateCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		id, err := w.keys.RotateData(e.ctx, w.by)
		if err != nil {
			return err
		}
		return c.tell(e, map[string]int64{"data_key": id}, "cli.key.data", "id", id)
	})
}
