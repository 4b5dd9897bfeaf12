package main

import (
	"fmt"
	"time"

	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// keyRootCmd works on root keys.
type keyRootCmd struct {
	New      rootNewCmd      `cmd:"" help:"Make a root key in a new file under a passphrase; needs no database."`
	Show     rootShowCmd     `cmd:"" help:"Show the public half of a root key's file."`
	Pin      rootPinCmd      `cmd:"" help:"Tell the server which root new products pin."`
	Announce rootAnnounceCmd `cmd:"" help:"Let products in the field learn a new root."`
	Revoke   rootRevokeCmd   `cmd:"" help:"Let products in the field stop believing a root."`
}

type rootNewCmd struct {
	jsonFlag
	passFlag
	Out string `required:"" help:"File to make; the public half goes to the same name with .pub." type:"path"`
}

// Run implements the command.
func (c rootNewCmd) Run(e *env) error {
	pass, err := c.ask(e, c.Out, true)
	if err != nil {
		return err
	}
	root, err := e.newRoot(c.Out, pass)
	if err != nil {
		return err
	}
	info := root.Info()
	return c.tell(e, info, "cli.key.root_new", "kid", info.KID, "file", c.Out)
}

// newRoot makes a root key in a new file, and its public half beside it.
func (e *env) newRoot(path, pass string) (sign.RootKey, error) {
	root, err := sign.NewRoot(time.Now())
	if err != nil {
		return root, err
	}
	file, err := root.File(pass, rootWork)
	if err != nil {
		return root, err
	}
	if err := sign.WriteNewFile(path, file); err != nil {
		return root, err
	}
	return root, e.put(path+".pub", root.Info().Text())
}

type rootShowCmd struct {
	jsonFlag
	passFlag
	File  string `arg:"" help:"A root key's file, or its .pub." type:"path"`
	Check bool   `help:"Open it, to see that the passphrase still does."`
}

// Run implements the command.
func (c rootShowCmd) Run(e *env) error {
	info, err := e.rootInfo(c.File)
	if err != nil {
		return err
	}
	if c.Check {
		if _, err := (rootFlag{c.passFlag, c.File}).open(e); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(e.out, struct {
			sign.RootInfo
			Public  string `json:"public"`
			Checked bool   `json:"checked"`
		}{info, info.Public.String(), c.Check})
	}
	key := "cli.key.root_show"
	if c.Check {
		key = "cli.key.root_checked"
	}
	_, err = fmt.Fprintln(e.out, text.T(e.lang, key, "kid", info.KID, "public", info.Public.String(), "day", info.Created))
	return err
}

func (e *env) rootInfo(path string) (sign.RootInfo, error) {
	file, err := e.read(path)
	if err != nil {
		return sign.RootInfo{}, err
	}
	return sign.ParseRootInfo(file)
}

type rootPinCmd struct {
	tenant
	jsonFlag
	File string `arg:"" help:"The root key's .pub, or its file." type:"path"`
	As   string `required:"" enum:"active,standby" help:"active or standby."`
}

// Run implements the command.
func (c rootPinCmd) Run(e *env) error {
	info, err := e.rootInfo(c.File)
	if err != nil {
		return err
	}
	return e.keyring(c.tenant, func(w keyWork) error {
		if err := w.keys.PinRoot(e.ctx, w.by, info, sign.Rank(c.As)); err != nil {
			return err
		}
		return c.tell(e, map[string]string{"kid": info.KID, "rank": c.As}, "cli.key.pinned", "kid", info.KID, "rank", text.T(e.lang, "cli.key.rank."+c.As))
	})
}

// away lets a root sign where the database is not: the publisher is named by
// its id, and the lines are written to a file that “key install” takes.
type away struct {
	Iss string `help:"Work without the database: the publisher's id, as licet key list shows it."`
	Out string `help:"With --iss: file to write the lines to." type:"path"`
}

type rootAnnounceCmd struct {
	tenant
	jsonFlag
	rootFlag
	away
	File string `arg:"" help:"The new root's .pub, or its file." type:"path"`
}

// Run implements the command.
func (c rootAnnounceCmd) Run(e *env) error {
	info, err := e.rootInfo(c.File)
	if err != nil {
		return err
	}
	root, err := c.open(e)
	if err != nil {
		return err
	}
	if c.Iss != "" {
		line, err := root.Announce(c.Iss, info, time.Now())
		if err != nil {
			return err
		}
		return e.put(c.Out, []byte(line+"\n"))
	}
	return e.keyring(c.tenant, func(w keyWork) error {
		line, err := root.Announce(w.iss(), info, time.Now())
		if err != nil {
			return err
		}
		done, err := w.keys.Install(e.ctx, w.by, []byte(line))
		if err != nil {
			return err
		}
		return c.tell(e, done, "cli.key.announced", "kid", info.KID)
	})
}

type rootRevokeCmd struct {
	tenant
	jsonFlag
	rootFlag
	away
	KID string `arg:"" name:"kid" help:"Id of the root to revoke."`
	Why string `default:"stolen" help:"Short code of the reason, which products may show."`
}

// Run implements the command. On the installation, the root that revokes also
// certifies every key again, since the certificates of the other one fall.
func (c rootRevokeCmd) Run(e *env) error {
	root, err := c.open(e)
	if err != nil {
		return err
	}
	if c.Iss != "" {
		line, err := root.RevokeRoot(c.Iss, c.KID, c.Why, time.Now())
		if err != nil {
			return err
		}
		return e.put(c.Out, []byte(line+"\n"))
	}
	return e.keyring(c.tenant, func(w keyWork) error {
		lines := make([]string, 0, 4)
		line, err := root.RevokeRoot(w.iss(), c.KID, c.Why, time.Now())
		if err != nil {
			return err
		}
		lines = append(lines, line)
		if root.Info().KID != c.KID {
			again, err := w.certifyAgain(e, root)
			if err != nil {
				return err
			}
			lines = append(lines, again...)
		}
		done, err := w.install(e, lines)
		if err != nil {
			return err
		}
		return c.tell(e, done, "cli.key.root_revoked", "kid", c.KID, "count", len(done.Certified))
	})
}
