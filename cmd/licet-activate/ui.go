package main

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"

	"github.com/licet/licet/client/wizard"
)

// uiOptions are the flags of the pages; --ui stands in the place of a command.
var uiOptions = []option{
	switchOption("ui", func(p *program) *bool { return &p.ui.on }),
	switchOption("no-browser", func(p *program) *bool { return &p.ui.noBrowser }),
	textOption("brand", "FILE", func(p *program) *string { return &p.ui.brand }),
}

// ui is how the pages are wanted.
type ui struct {
	on, noBrowser bool
	brand         string
}

// wanted returns the verb that --ui stands for, nil if it was not said.
func (u *ui) wanted(set *flag.FlagSet) (*verb, error) {
	switch {
	case u.on && set.NArg() > 0:
		return nil, fail(exitUse, "fail.args", "arg", set.Arg(0), "verb", "--ui")
	case u.on:
		return &verb{name: "ui", run: (*program).pages}, nil
	case u.noBrowser:
		return nil, fail(exitUse, "fail.flag_unknown", "flag", "no-browser")
	case u.brand != "":
		return nil, fail(exitUse, "fail.flag_unknown", "flag", "brand")
	}
	return nil, nil
}

// pages shows everything as pages in a browser until they are closed.
func (p *program) pages([]string) error {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	brand, err := p.brand()
	if err != nil {
		return err
	}
	w, err := wizard.New(cfg, wizard.Options{Brand: brand, Language: p.language})
	switch {
	case errors.Is(err, wizard.ErrLogo), errors.Is(err, wizard.ErrColor), errors.Is(err, wizard.ErrName):
		return fail(exitUse, "fail.brand", "cause", err.Error())
	case err != nil:
		return err
	}
	switch err = w.Run(p.ctx, p.invite); {
	case err == nil:
		return nil
	case errors.Is(err, wizard.ErrIdle):
		p.say("say.ui_idle")
		return nil
	case errors.Is(err, wizard.ErrListen):
		return fail(exitUnexpected, "fail.listen", "cause", err.Error())
	case p.ctx.Err() != nil:
		return fail(exitCanceled, "fail.ui_canceled")
	}
	return err
}

// invite tells the link, and opens it.
func (p *program) invite(link string) {
	to := p.stdout
	if p.json {
		to = p.stderr // the object comes when the pages are closed
	}
	put(to, "%s\n%s\n", p.text("say.ui"), link)
	if p.ui.noBrowser {
		return
	}
	open := p.browse
	if open == nil {
		open = wizard.Open
	}
	if open(link) != nil {
		put(to, "%s\n", p.text("say.ui_no_browser"))
	}
}

// brandFile is the publisher's look, beside its pins.
type brandFile struct {
	Name    string `json:"name"`
	Color   string `json:"color"`
	Logo    string `json:"logo"` // file, from where this one is
	Contact string `json:"contact"`
}

// brand reads the publisher's look: from the file that is named, or from
// brand.json where the pins are looked for.
func (p *program) brand() (out wizard.Brand, err error) {
	paths := []string{filepath.Join(p.beside, "brand.json"), "brand.json"}
	if p.ui.brand != "" {
		paths = []string{p.ui.brand}
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil && p.ui.brand == "" {
			continue
		}
		if err != nil {
			return out, fail(exitUse, "fail.read", "file", path, "cause", cause(err))
		}
		var in brandFile
		if err := json.Unmarshal(b, &in); err != nil {
			return out, fail(exitUse, "fail.brand", "cause", err.Error())
		}
		out = wizard.Brand{Name: in.Name, Color: in.Color, Contact: in.Contact}
		if in.Logo == "" {
			return out, nil
		}
		logo := in.Logo
		if !filepath.IsAbs(logo) {
			logo = filepath.Join(filepath.Dir(path), logo)
		}
		if out.Logo, err = os.ReadFile(logo); err != nil {
			return out, fail(exitUse, "fail.read", "file", logo, "cause", cause(err))
		}
		return out, nil
	}
	return out, nil
}
