package main

import (
	"time"

	"github.com/licet/licet/client"
)

// notices is how update notices and usage reports stand, for programs.
type notices struct {
	Updates   client.Choice  `json:"notices"` // on, off, or "": the organization decides
	Usage     client.Choice  `json:"usage"`
	UpdatesOn bool           `json:"noticesOn"` // as the server said last
	UsageOn   bool           `json:"usageOn"`
	Asked     string         `json:"asked,omitempty"`
	Release   *client.Update `json:"release,omitempty"`
	Beyond    *client.Update `json:"beyond,omitempty"`
}

// updates chooses whether programs here may tell about updates and report their
// use, and shows how that stands.
func (p *program) updates([]string) error {
	c, err := p.open()
	if err != nil {
		return err
	}
	if p.notices != "" || p.usage != "" {
		n := c.Notices()
		if err := c.Choose(choice(p.notices, n.Updates), choice(p.usage, n.Usage)); err != nil {
			return err
		}
	}
	n := c.Notices()
	p.out.Notices = &notices{n.Updates, n.Usage, n.Told.Updates, n.Told.Usage, stamp(n.Asked), n.Told.Release, n.Told.Beyond}
	p.say("say.notices", "choice", p.choice(n.Updates))
	p.say("say.usage", "choice", p.choice(n.Usage))
	if n.Asked.IsZero() {
		return nil
	}
	p.say("say.notices_in", "day", client.Day(p.lang, n.Asked), "updates", p.onOff(n.Told.Updates), "usage", p.onOff(n.Told.Usage))
	p.update("say.update", n.Told.Release)
	p.update("say.update_beyond", n.Told.Beyond)
	return nil
}

func (p *program) update(key string, u *client.Update) {
	if u != nil {
		p.say(key, "version", u.Version, "day", p.civil(u.Day))
	}
}

// choice is what a flag says; without one it stays as it is.
func choice(flag string, now client.Choice) client.Choice {
	switch flag {
	case "":
		return now
	case "default":
		return client.Unset
	}
	return client.Choice(flag)
}

func (p *program) choice(c client.Choice) string {
	switch c {
	case client.On:
		return p.text("say.choice_on")
	case client.Off:
		return p.text("say.choice_off")
	}
	return p.text("say.choice_unset")
}

func (p *program) onOff(on bool) string {
	if on {
		return p.text("say.on")
	}
	return p.text("say.off")
}

// civil writes a day as the language does.
func (p *program) civil(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return client.Day(p.lang, t)
}
