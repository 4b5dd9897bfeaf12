package main

import (
	"strings"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// status prints everything that is known here, without asking anybody.
func (p *program) status([]string) error {
	c, err := p.open()
	if err != nil {
		return err
	}
	s := c.Status()
	p.out.Status = statusOf(s)
	p.surroundings(s)
	if len(s.Licenses) == 0 {
		p.say("say.no_licenses")
	}
	for _, l := range s.Licenses {
		p.show(l)
	}
	for _, m := range s.Waiting {
		p.say("say.waiting", "what", p.what(m), "day", client.Day(p.lang, m.Made))
	}
	if len(s.Typed.Groups) > 0 {
		p.say("say.waiting", "what", p.text("what.typed"), "day", client.Day(p.lang, s.Typed.Made))
		p.groups(s.Typed.Groups)
	}
	return nil
}

// surroundings prints where the licenses are and what they are held against.
func (p *program) surroundings(s client.Status) {
	p.say("say.publisher", "publisher", s.Publisher)
	p.say("say.folder", "folder", s.Dir)
	if s.Server != "" {
		p.say("say.server", "server", s.Server)
	}
	if s.Container == "" {
		p.say("say.no_container")
	} else {
		p.say("say.container", "container", s.Container)
	}
	known := strings.Join(s.Components, ", ")
	switch {
	case known == "":
		p.say("say.machine_unknown")
	case s.Virtual:
		p.say("say.machine_virtual", "components", known)
	default:
		p.say("say.machine", "components", known)
	}
	if s.ClockBack {
		p.say("say.clock_back", "day", client.Day(p.lang, s.Now))
	}
	if s.ClockOff != 0 {
		p.say("say.clock_off", "day", client.Day(p.lang, s.Now))
	}
	if !s.Contact.IsZero() {
		p.say("say.contact", "day", client.Day(p.lang, s.Contact))
	}
}

// what names a message that waits.
func (p *program) what(m client.Message) string {
	switch {
	case m.Type == wire.TypeReceipt:
		return p.text("what.receipt")
	case m.Type == wire.TypeReturn:
		return p.text("what.return", "license", m.LicenseID)
	case m.CodeHint != "":
		return p.text("what."+string(m.Action)+"_code", "hint", m.CodeHint)
	}
	return p.text("what." + string(m.Action))
}

func statusOf(s client.Status) *status {
	out := &status{
		Publisher: s.Publisher, Folder: s.Dir, Server: s.Server, Container: s.Container, Virtual: s.Virtual,
		Components: append([]string{}, s.Components...), Now: stamp(s.Now), ClockBack: s.ClockBack,
		ClockOff: int64(s.ClockOff.Seconds()), Contact: stamp(s.Contact), ContactDue: stamp(s.ContactDue),
		Request: s.Typed.Groups,
	}
	for _, m := range s.Waiting {
		what := string(m.Type)
		if m.Action != "" {
			what = string(m.Action)
		}
		out.Waiting = append(out.Waiting, waiting{what, m.LicenseID, m.CodeHint, stamp(m.Made), m.Filed})
	}
	return out
}
