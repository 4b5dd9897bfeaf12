package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// iss is the publisher as tokens name it.
func (w keyWork) iss() string { return w.keys.Keyring().Name(w.by.Publisher) }

func (w keyWork) install(e *env, lines []string) (sign.Installed, error) {
	return w.keys.Install(e.ctx, w.by, []byte(strings.Join(lines, "\n")))
}

// certifyAgain returns new certificates of every key in use or retired; none
// when there is no key yet.
func (w keyWork) certifyAgain(e *env, root sign.RootKey) ([]string, error) {
	req, err := w.keys.Request(e.ctx, w.by, sign.RequestInput{Name: w.name, Again: true})
	if errors.Is(err, sign.ErrNoKey) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return root.Certify(req, time.Now())
}

// makeKeys requests, certifies and installs in one step.
func (w keyWork) makeKeys(e *env, root sign.RootKey, in sign.RequestInput) (sign.Installed, error) {
	in.Name = w.name
	req, err := w.keys.Request(e.ctx, w.by, in)
	if err != nil {
		return sign.Installed{}, err
	}
	lines, err := root.Certify(req, time.Now())
	if err != nil {
		return sign.Installed{}, err
	}
	return w.install(e, lines)
}

// keySetupCmd is the one step of a small publisher.
type keySetupCmd struct {
	tenant
	jsonFlag
	passFlag
	Active                string `required:"" help:"File to make for the active root." type:"path"`
	Standby               string `required:"" help:"File to make for the standby root; move it to another place at once." type:"path"`
	StandbyPassphraseFile string `help:"Like --passphrase-file, for the standby root; default: the same." type:"path"`
	Days                  int    `default:"365" help:"Days for which the issuing key is certified."`
	Module                bool   `help:"Make the issuing key in the security module."`
}

// Run implements the command. It makes nothing before everything is known.
func (c keySetupCmd) Run(e *env) error {
	standby := passFlag{c.StandbyPassphraseFile}
	if standby.PassphraseFile == "" {
		standby = c.passFlag
	}
	return e.keyring(c.tenant, func(w keyWork) error {
		all, err := w.keys.Overview(e.ctx, w.by)
		if err != nil {
			return err
		}
		if len(all.Roots) > 0 {
			return errSetUp
		}
		activePass, err := c.ask(e, c.Active, true)
		if err != nil {
			return err
		}
		standbyPass, err := standby.ask(e, c.Standby, true)
		if err != nil {
			return err
		}
		done, err := w.setUp(e, c, activePass, standbyPass)
		if err != nil {
			return err
		}
		return c.tell(e, done, "cli.key.setup", "active", c.Active, "standby", c.Standby, "kid", done.Certified[0])
	})
}

// setUp makes the roots, tells the server, and makes the first keys. The
// standby root comes first: if anything fails, nothing is in use yet.
func (w keyWork) setUp(e *env, c keySetupCmd, activePass, standbyPass string) (done sign.Installed, err error) {
	standby, err := e.newRoot(c.Standby, standbyPass)
	if err != nil {
		return done, err
	}
	active, err := e.newRoot(c.Active, activePass)
	if err != nil {
		return done, err
	}
	if err := w.keys.PinRoot(e.ctx, w.by, standby.Info(), sign.RankStandby); err != nil {
		return done, err
	}
	if err := w.keys.PinRoot(e.ctx, w.by, active.Info(), sign.RankActive); err != nil {
		return done, err
	}
	return w.makeKeys(e, active, sign.RequestInput{Purposes: []sign.Purpose{sign.Issue, sign.Depot}, Days: c.Days, Module: c.Module})
}

// keyRotateCmd makes the next key.
type keyRotateCmd struct {
	tenant
	jsonFlag
	rootFlag
	For    []sign.Purpose `default:"issue" enum:"issue,depot" help:"issue, depot, or both with a comma."`
	Days   int            `default:"365" help:"Days for which the issuing key is certified."`
	Module bool           `help:"Make the issuing key in the security module."`
}

// Run implements the command.
func (c keyRotateCmd) Run(e *env) error {
	root, err := c.open(e)
	if err != nil {
		return err
	}
	return e.keyring(c.tenant, func(w keyWork) error {
		done, err := w.makeKeys(e, root, sign.RequestInput{Purposes: c.For, Days: c.Days, Module: c.Module})
		if err != nil {
			return err
		}
		return c.told(e, done)
	})
}

// told prints what was installed.
func (j jsonFlag) told(e *env, done sign.Installed) error {
	if j.JSON {
		return printJSON(e.out, done)
	}
	for _, one := range []struct {
		key  string
		kids []string
	}{
		{"cli.key.certified", done.Certified},
		{"cli.key.retired", done.Retired},
		{"cli.key.revoked", done.Revoked},
		{"cli.key.announced", done.Announced},
	} {
		for _, kid := range one.kids {
			if _, err := fmt.Fprintln(e.out, text.T(e.lang, one.key, "kid", kid)); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyRequestCmd makes a request.
type keyRequestCmd struct {
	tenant
	Out   string         `help:"File to write; default: the terminal." type:"path"`
	For   []sign.Purpose `default:"issue" enum:"issue,depot" help:"issue, depot, or both with a comma."`
	Days  int            `default:"365" help:"Days for which the issuing key is to be certified."`
	Again bool           `help:"Make no key: ask for new certificates of all keys in use or retired."`

	Module bool `help:"Make the issuing key in the security module."`
}

// Run implements the command.
func (c keyRequestCmd) Run(e *env) error {
	return e.keyring(c.tenant, func(w keyWork) error {
		in := sign.RequestInput{Name: w.name, Purposes: c.For, Days: c.Days, Again: c.Again, Module: c.Module}
		if c.Again {
			in.Purposes = nil
		}
		req, err := w.keys.Request(e.ctx, w.by, in)
		if err != nil {
			return err
		}
		file, err := req.Encode()
		if err != nil {
			return err
		}
		if c.Out != "" {
			_, _ = fmt.Fprintln(e.err, e.describe(req))
		}
		return e.put(c.Out, file)
	})
}

// describe shows a request to whoever makes or signs it: both compare the ids.
func (e *env) describe(req sign.Request) string {
	var b strings.Builder
	b.WriteString(text.T(e.lang, "cli.key.request", "name", req.Name, "iss", req.Issuer))
	for _, k := range req.Keys {
		fmt.Fprintf(&b, "\n  %s  %s", k.KID, text.T(e.lang, "cli.key.purpose."+string(k.Purpose)))
		if k.Purpose == sign.Issue {
			b.WriteString(", " + text.T(e.lang, "cli.key.until", "day", dateOf(e.lang, time.Unix(k.NotAfter, 0))))
		}
	}
	return b.String()
}

// keyCertifyCmd signs a request.
type keyCertifyCmd struct {
	rootFlag
	Request string `arg:"" help:"The request's file." type:"path"`
	Out     string `help:"File to write the certificates to; default: the terminal." type:"path"`
	Yes     bool   `help:"Do not ask."`
}

// Run implements the command.
func (c keyCertifyCmd) Run(e *env) error {
	file, err := e.read(c.Request)
	if err != nil {
		return err
	}
	req, err := sign.ParseRequest(file)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(e.err, e.describe(req))
	if !c.Yes {
		if err := e.confirm(text.T(e.lang, "cli.key.confirm")); err != nil {
			return err
		}
	}
	root, err := c.open(e)
	if err != nil {
		return err
	}
	lines, err := root.Certify(req, time.Now())
	if err != nil {
		return err
	}
	return e.put(c.Out, []byte(strings.Join(lines, "\n")+"\n"))
}

// keyInstallCmd installs lines.
type keyInstallCmd struct {
	tenant
	jsonFlag
	File string `arg:"" help:"File of lines; - for standard input."`
}

// Run implements the command.
func (c keyInstallCmd) Run(e *env) error {
	file, err := e.read(c.File)
	if err != nil {
		return err
	}
	return e.keyring(c.tenant, func(w keyWork) error {
		done, err := w.keys.Install(e.ctx, w.by, file)
		if err != nil {
			return err
		}
		return c.told(e, done)
	})
}
