package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// ask collects what a request is for: the code, and what a move file says.
func (p *program) ask(action wire.Action, args []string) (client.Ask, error) {
	ask := client.Ask{Action: action, Want: p.licenses, Quantity: p.quantity, Lost: p.lost, Base: p.base}
	if action == wire.ActRefresh {
		return ask, nil
	}
	if action == wire.ActBorrow {
		if err := p.lend(&ask, args); err != nil || ask.Code == "" && len(ask.Want) > 0 {
			return ask, err
		}
	}
	hint := ""
	if p.from != "" {
		m, err := readMove(p.from)
		if err != nil {
			return ask, err
		}
		hint, ask.Code = m.Hint, m.Code
		if len(ask.Want) == 0 && m.License != "" {
			ask.Want = []string{m.License}
		}
	}
	if ask.Code != "" && len(args) == 0 && p.codeFile == "" {
		return ask, nil
	}
	var err error
	ask.Code, err = p.code(args, hint)
	if err == nil {
		err = parseCode(ask.Code)
	}
	return ask, err
}

// parseCode checks the typing of a ticket or license key.
func parseCode(s string) error {
	_, _, _, err := wire.ParseCode(s)
	if err == nil {
		return nil
	}
	if _, e := wire.ParsePairing(s); e == nil {
		return fail(exitTyping, "fail.is_pairing")
	}
	return err
}

// parsePairing checks the typing of a pairing code.
func parsePairing(s string) error {
	_, err := wire.ParsePairing(s)
	if err == nil {
		return nil
	}
	if _, _, _, e := wire.ParseCode(s); e == nil {
		return fail(exitTyping, "fail.is_code")
	}
	return err
}

func (p *program) activate(args []string) error {
	return p.collect(wire.ActActivate, func() (client.Ask, error) { return p.ask(wire.ActActivate, args) })
}

// borrow takes places of a floating license offline, or keeps them longer.
func (p *program) borrow(args []string) error {
	return p.collect(wire.ActBorrow, func() (client.Ask, error) { return p.ask(wire.ActBorrow, args) })
}

// lend says until when, and that a license is meant which is here where no code is
// given.
func (p *program) lend(ask *client.Ask, args []string) error {
	if p.until != "" {
		last, err := time.Parse(time.DateOnly, p.until)
		if err != nil {
			return fail(exitUse, "fail.until", "value", p.until)
		}
		ask.Until = last.AddDate(0, 0, 1) // to the end of the day
	}
	if len(args) > 0 || p.codeFile != "" || len(ask.Want) > 0 {
		return nil
	}
	c, err := p.open()
	if err != nil {
		return err
	}
	for _, l := range c.Licenses() {
		if l.Lent {
			ask.Want = append(ask.Want, l.ID)
		}
	}
	return nil
}

func (p *program) refresh([]string) error {
	return p.collect(wire.ActRefresh, func() (client.Ask, error) { return p.ask(wire.ActRefresh, nil) })
}

func (p *program) restore(args []string) error {
	return p.collect(wire.ActRestore, func() (client.Ask, error) { return p.ask(wire.ActRestore, args) })
}

// pair collects what was chosen on the publisher's page.
func (p *program) pair(args []string) error {
	return p.collect(wire.ActActivate, func() (client.Ask, error) {
		typed, err := p.typed(args, typing{p.text("ask.pairing"), "fail.no_pairing", parsePairing})
		if err == nil {
			err = parsePairing(typed)
		}
		return client.Ask{Action: wire.ActActivate, Pairing: typed, Quantity: p.quantity, Base: p.base}, err
	})
}

// notCopied refuses to ask in the name of another machine's container: the server
// would not hear it.
func (p *program) notCopied(c *client.Container, action wire.Action) error {
	for _, l := range c.Licenses() {
		if l.State == client.OtherMachine && action != wire.ActRefresh {
			return fail(exitContainer, "fail.copied", "license", title(l))
		}
	}
	return nil
}

// collect asks the server and says what came, or writes the request.
func (p *program) collect(action wire.Action, find func() (client.Ask, error)) error {
	if err := p.mayWrite(); err != nil {
		return err
	}
	c, ask, err := p.prepare(action, find)
	if err != nil {
		return err
	}
	if p.onPaper() {
		ask.File = true
		if _, err := c.NewRequest(ask); err != nil {
			return err
		}
		return p.writeRequest(c)
	}
	in, err := p.transport().Do(p.ctx, c, ask)
	if err != nil {
		return err
	}
	p.installed(c, in)
	return nil
}

// prepare opens the container and finds out what is asked; with --set-aside it
// begins a new container after that.
func (p *program) prepare(action wire.Action, find func() (client.Ask, error)) (c *client.Container, ask client.Ask, err error) {
	if !p.aside {
		if c, err = p.open(); err == nil {
			err = p.notCopied(c, action)
		}
		if err != nil {
			return nil, ask, err
		}
		ask, err = find()
		return c, ask, err
	}
	cfg, err := p.config()
	if err != nil {
		return nil, ask, err
	}
	if ask, err = find(); err != nil {
		return nil, ask, err
	}
	names, err := client.SetAside(cfg)
	if err != nil {
		return nil, ask, err
	}
	p.out.Files = names
	for _, n := range names {
		p.say("say.aside", "file", n)
	}
	c, err = client.Open(cfg)
	return c, ask, err
}

// installed says what an answer has done.
func (p *program) installed(c *client.Container, in client.Installed) {
	done := installed(in)
	p.out.Installed = &done
	switch {
	case in.Repeat:
		p.say("say.repeat")
	case in.List != 0:
		p.listed(c)
	case len(in.Licenses)+len(in.Removed)+len(in.Blocked)+len(in.Returned) == 0:
		p.say("say.nothing_new")
	}
	for _, id := range in.Removed {
		p.say("say.removed", "license", id)
	}
	for _, id := range in.Returned {
		p.say("say.returned", "license", id)
	}
	for _, l := range c.Licenses() {
		if slices.Contains(in.Licenses, l.ID) || slices.Contains(in.Blocked, l.ID) {
			p.show(l)
		}
	}
}

// show prints a license, a fact to a line.
func (p *program) show(l client.License) {
	p.out.Licenses = append(p.out.Licenses, license{
		ID: l.ID, Generation: l.Generation, Product: l.Product, Article: l.Article, Quantity: l.Quantity, Features: l.Features,
		Limits: l.Limits, Unit: l.Unit, Drawn: l.Drawn, Spent: l.Spent, Lent: l.Lent, State: l.State, Runs: l.Runs, Enforce: string(l.Enforce), Expires: stamp(l.Expires),
		NextContact: stamp(l.NextContact), Code: client.Code(l.Err), Text: client.Describe(p.lang, l), Typed: l.Typed, Unnamed: l.Unnamed,
	})
	p.print(p.text("say.license", "license", title(l)))
	p.print("  " + client.Describe(p.lang, l))
	if l.Lent {
		p.print("  " + p.text("say.lent"))
	}
	if l.Product != "" {
		p.print("  " + p.text("say.product", "product", l.Product))
	}
	if len(l.Features) > 0 {
		p.print("  " + p.text("say.features", "features", strings.Join(l.Features, ", ")))
	}
	for _, name := range slices.Sorted(keysOf(l.Limits)) {
		if name == l.Unit {
			continue // said below, for all pieces
		}
		p.print("  " + p.text("say.limit", "name", name, "value", fmt.Sprint(l.Limits[name])))
	}
	if l.Unit != "" {
		p.print("  " + p.text("say.units", "name", l.Unit, "left", fmt.Sprint(max(0, l.Drawn-l.Spent)), "drawn", fmt.Sprint(l.Drawn)))
	}
	if !l.NextContact.IsZero() {
		p.print("  " + p.text("say.contact_due", "day", client.Day(p.lang, l.NextContact)))
	}
	if l.Unnamed > 0 {
		p.print("  " + p.text("say.unnamed", "count", fmt.Sprint(l.Unnamed)))
	}
	if l.Typed {
		p.print("  " + p.text("say.typed"))
	}
}

func keysOf(m map[string]int64) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// verify judges the licenses here, or those in a file.
func (p *program) verify(args []string) error {
	c, err := p.open()
	if err != nil {
		return err
	}
	all := c.Licenses()
	if len(args) > 0 {
		b, err := p.readUpdate(args)
		if err != nil {
			return err
		}
		if all, err = c.Inspect(b); err != nil {
			return err
		}
	}
	good := false
	for _, l := range all {
		p.show(l)
		has := p.feature == "" || l.Has(p.feature)
		good = good || l.Runs && has
	}
	switch {
	case good && p.feature != "":
		p.say("say.has", "feature", p.feature)
	case good:
		p.say("say.good")
	case p.feature != "" && len(all) > 0:
		return fail(exitNoLicense, "fail.feature", "feature", p.feature)
	default:
		return fail(exitNoLicense, "fail.no_license")
	}
	return nil
}

// giveBack returns licenses.
func (p *program) giveBack(args []string) error {
	if err := p.mayWrite(); err != nil {
		return err
	}
	c, err := p.open()
	if err != nil {
		return err
	}
	var which []client.License
	if p.all {
		for _, l := range c.Licenses() {
			if l.Bound && l.State != client.OtherProduct {
				which = append(which, l)
			}
		}
	} else {
		l, err := p.pick(c, args)
		if err != nil {
			return p.stillWaiting(c, args, err)
		}
		which = []client.License{l}
	}
	if len(which) == 0 {
		return client.ErrNotHeld
	}
	for _, l := range which {
		if err := p.sure("ask.return", "license", title(l)); err != nil {
			return err
		}
	}
	return p.returnAll(c, which)
}

// stillWaiting goes on with a return that was begun before: its license is not
// here any more.
func (p *program) stillWaiting(c *client.Container, args []string, err error) error {
	if !errors.Is(err, client.ErrNotHeld) {
		return err
	}
	for _, m := range c.Waiting() {
		if m.Type == wire.TypeReturn && (len(args) == 0 || m.LicenseID == args[0]) {
			return p.returnAll(c, []client.License{{ID: m.LicenseID}})
		}
	}
	return err
}

func (p *program) returnAll(c *client.Container, which []client.License) error {
	if p.onPaper() {
		for _, l := range which {
			if _, err := c.NewReturn(l.ID); err != nil {
				return err
			}
			p.say("say.gone", "license", title(l))
		}
		return p.writeRequest(c)
	}
	done := client.Installed{}
	for _, l := range which {
		in, err := p.transport().Return(p.ctx, c, l.ID)
		if err != nil {
			if len(done.Returned) > 0 {
				p.installed(c, done) // what is done is said, whatever stopped the rest
			}
			return err
		}
		done.Returned = append(done.Returned, in.Returned...)
	}
	p.installed(c, done)
	return nil
}
