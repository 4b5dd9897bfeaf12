package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// request writes a request file.
func (p *program) request(args []string) error {
	if err := p.whereTo(); err != nil {
		return err
	}
	c, err := p.open()
	if err != nil {
		return err
	}
	actions := map[string]wire.Action{
		"": wire.ActActivate, "activate": wire.ActActivate, "refresh": wire.ActRefresh, "restore": wire.ActRestore,
		"borrow": wire.ActBorrow,
	}
	action, ok := actions[p.why]
	if p.why == "waiting" {
		return p.writeRequest(c)
	}
	if !ok {
		return fail(exitUse, "fail.for", "value", p.why)
	}
	ask, err := p.ask(action, args)
	if err != nil {
		return err
	}
	ask.File = true
	if err := p.forget(c); err != nil {
		return err
	}
	if _, err := c.NewRequest(ask); err != nil {
		return err
	}
	return p.writeRequest(c)
}

// whereTo checks that what is to be written has a place to go, before anything is
// done: a file, standard output, or QR codes in the terminal; with --json a file.
func (p *program) whereTo() error {
	if p.file == "" && (!p.qr || p.json) || p.file == "-" && (p.qr || p.json) {
		return fail(exitUse, "fail.out")
	}
	return nil
}

// onPaper reports whether a message is to be written instead of sent.
func (p *program) onPaper() bool { return p.file != "" || p.qr }

// mayWrite is whereTo for what is sent otherwise.
func (p *program) mayWrite() error {
	if !p.onPaper() {
		return nil
	}
	return p.whereTo()
}

// forget gives up older requests, where somebody has said so: the server has
// refused them, or they will never be handed in. Returns stay.
func (p *program) forget(c *client.Container) error {
	for _, m := range c.Waiting() {
		if !p.fresh || m.Type != wire.TypeRequest {
			continue
		}
		if err := c.Discard(m.Counter); err != nil {
			return err
		}
		p.say("say.forgotten", "what", p.what(m))
	}
	return nil
}

// writeRequest writes what waits into the file, to standard output for "-", or as QR
// codes.
func (p *program) writeRequest(c *client.Container) error {
	b, err := c.RequestFile()
	if err != nil {
		return err
	}
	switch {
	case p.qr:
		if err := p.showCodes(b); err != nil {
			return err
		}
	case p.file == "-":
		return p.write(p.file, b)
	default:
		if err := p.write(p.file, b); err != nil {
			return err
		}
		p.out.File = p.file
		p.say("say.request_written", "file", p.file)
	}
	if n := bytes.Count(b, []byte("\n")); n > 1 {
		p.say("say.several", "count", strconv.Itoa(n))
	}
	if server := c.Server(); server != "" {
		p.next("next.hand_in_at", "server", server)
	} else {
		p.next("next.hand_in")
	}
	p.next("next.install")
	return nil
}

// write makes a file for this user only.
func (p *program) write(path string, b []byte) error {
	var err error
	if path == "-" {
		_, err = p.stdout.Write(b)
	} else {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		return fail(exitContainer, "fail.write", "file", path, "cause", cause(err))
	}
	return nil
}

// install takes an update or license file over, or pictures of its QR codes.
func (p *program) install(args []string) error {
	if len(args) == 0 {
		return fail(exitUse, "fail.file")
	}
	b, err := p.readUpdate(args)
	if err != nil {
		return err
	}
	c, err := p.open()
	if err != nil {
		return err
	}
	in, err := c.Install(b)
	if err != nil {
		return err
	}
	p.installed(c, in)
	return nil
}

// moveFile is what the other machine needs to activate what is returned here. It
// holds the code only where somebody has given it for that.
type moveFile struct {
	Licet   string          `json:"licet"` // "move/1"
	Product string          `json:"product,omitempty"`
	Article string          `json:"article,omitempty"`
	License string          `json:"license"`
	Hint    string          `json:"codeEndsWith,omitempty"`
	Code    string          `json:"code,omitempty"`
	Server  string          `json:"server,omitempty"`
	Pins    json.RawMessage `json:"pins"`
}

const moveFormat = "move/1"

func readMove(path string) (m moveFile, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return m, fail(exitUse, "fail.read", "file", path, "cause", cause(err))
	}
	if json.Unmarshal(b, &m) != nil || m.Licet != moveFormat {
		return m, fail(exitFile, "fail.move_file", "file", path)
	}
	return m, nil
}

// move returns a license here and says how to activate it there.
func (p *program) move(args []string) error {
	if err := p.mayWrite(); err != nil {
		return err
	}
	c, err := p.open()
	if err != nil {
		return err
	}
	l, err := p.pick(c, args)
	if err != nil {
		return err
	}
	var code string
	if p.codeFile != "" {
		if code, err = p.code(nil, ""); err != nil {
			return err
		}
		if err := parseCode(code); err != nil {
			return err
		}
	}
	if l.Lent {
		return fail(exitUse, "fail.move_lent", "license", title(l))
	}
	if err := p.sure("ask.move", "license", title(l)); err != nil {
		return err
	}
	// What the other machine needs is written first: after the return there is
	// nothing here any more to write it from.
	if p.to != "" {
		if err := p.writeMove(c, l, code); err != nil {
			return err
		}
	}
	err = p.returnAll(c, []client.License{l})
	if err == nil || errors.Is(err, client.ErrOffline) {
		p.directions(l)
	}
	return err
}

func (p *program) writeMove(c *client.Container, l client.License, code string) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(moveFile{
		Licet: moveFormat, Product: l.Product, Article: l.Article, License: l.ID, Hint: l.CodeHint, Code: code,
		Server: c.Server(), Pins: json.RawMessage(cfg.Pins),
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := p.write(p.to, append(b, '\n')); err != nil {
		return err
	}
	p.out.Files = append(p.out.Files, p.to)
	return nil
}

// directions says what to do on the other machine.
func (p *program) directions(l client.License) {
	switch {
	case p.qr:
		p.next("next.move_qr")
	case p.file != "":
		p.next("next.move_offline", "file", p.file)
	}
	switch {
	case p.to != "":
		p.next("next.move_file", "file", p.to, "name", filepath.Base(p.to))
	case l.CodeHint != "":
		p.next("next.move_hint", "hint", l.CodeHint)
	default:
		p.next("next.move")
	}
}
