package main

import (
	"errors"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
)

// blockList fetches the publisher's block list, and installs it here or writes it to
// a file for a machine without a network.
func (p *program) blockList([]string) error {
	c, err := p.open()
	if err != nil {
		return err
	}
	b, err := p.transport().BlockList(p.ctx, c)
	switch {
	case errors.Is(err, online.ErrNoBlockList):
		p.say("say.no_blocklist")
		return nil
	case err != nil:
		return err
	case p.file != "":
		return p.carryList(b)
	}
	in, err := c.Install(b)
	if err == nil {
		p.installed(c, in)
	}
	return err
}

func (p *program) carryList(b []byte) error {
	if err := p.write(p.file, b); err != nil || p.file == "-" {
		return err
	}
	p.out.File = p.file
	p.say("say.blocklist_written", "file", p.file)
	p.next("next.carry_list")
	return nil
}

// listed says what a block list that was taken over means here.
func (p *program) listed(c *client.Container) {
	named := false
	for _, l := range c.Licenses() {
		if errors.Is(l.Err, client.ErrListed) {
			named = true
			p.show(l)
		}
	}
	if named {
		p.say("say.listed")
	} else {
		p.say("say.not_listed")
	}
}
