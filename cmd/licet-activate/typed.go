package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// typedCodes is the carrier for a machine on which everything is typed: it shows the
// request and takes the answer, from a file or from whoever types it.
func (p *program) typedCodes([]string) error {
	c, _, err := p.prepare(wire.ActActivate, func() (client.Ask, error) { return client.Ask{}, nil })
	if err != nil {
		return err
	}
	if p.fresh {
		if err := c.DiscardTyped(); err != nil {
			return err
		}
	}
	if p.keyFile != "" {
		key, err := p.slurp(p.keyFile)
		if err == nil {
			err = c.LearnTyped(string(key))
		}
		if err != nil {
			return err
		}
	}
	if p.answerFile != "" {
		answer, err := p.slurp(p.answerFile)
		if err != nil {
			return err
		}
		return p.installTyped(c, string(answer))
	}
	if err := p.showTyped(c); err != nil || !p.terminal {
		return err
	}
	answer, err := p.typeGroups(wire.TypedAnswerCode, "ask.answer_group")
	if err != nil {
		return err
	}
	return p.installTyped(c, answer)
}

// showTyped shows the typed request, a group to a line.
func (p *program) showTyped(c *client.Container) error {
	r, err := c.NewTyped()
	if err != nil {
		return err
	}
	p.out.Request = r.Groups
	p.say("say.typed_request", "count", fmt.Sprint(len(r.Groups)))
	p.groups(r.Groups)
	if server := c.Server(); server != "" {
		p.next("next.type_at", "server", server)
	} else {
		p.next("next.type")
	}
	if p.terminal {
		p.say("say.type_answer")
	} else {
		p.next("next.type_answer")
	}
	return nil
}

func (p *program) groups(list []string) {
	for i, g := range list {
		p.print(fmt.Sprintf("  %d: %s", i+1, g))
	}
}

// typeGroups asks for the groups of a code. Each is checked when it is typed, and a
// wrong one asked for again; several in one line are taken too.
func (p *program) typeGroups(kind wire.TypedKind, question string) (string, error) {
	var typed []string
	complaint := ""
	for wrong := 0; ; {
		p.prompt(complaint + p.text(question, "group", fmt.Sprint(len(typed)+1)))
		s, err := p.answer()
		if err != nil {
			return "", err
		}
		groups, whole, err := wire.TypedGroups(kind, strings.Join(append(typed, s), "\n"))
		if wrong++; err != nil && wrong == tries {
			return "", err
		}
		if err != nil {
			complaint = p.explain(err) + "\n"
			continue
		}
		typed, wrong, complaint = groups, 0, ""
		if whole {
			return strings.Join(typed, "\n"), nil
		}
	}
}

// installTyped takes the answer over, and has the issuing key typed if that is all
// that is missing.
func (p *program) installTyped(c *client.Container, answer string) error {
	in, err := c.InstallTyped(answer)
	if errors.Is(err, client.ErrTypedKey) && p.terminal {
		put(p.stderr, "%s\n", p.text("ask.key"))
		key, e := p.typeGroups(wire.TypedKeyCode, "ask.key_group")
		if e == nil {
			e = c.LearnTyped(key)
		}
		if e != nil {
			return e
		}
		in, err = c.InstallTyped(answer)
	}
	if err != nil {
		return err
	}
	p.installed(c, in)
	return nil
}
