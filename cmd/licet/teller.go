package main

import (
	"io"
	"strings"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
)

// teller says in sentences what is there, in the terminal's language: no tables and
// no signs, so that it can be read aloud.
type teller struct {
	*env
	app *app.App
	by  actor.Actor
	b   strings.Builder
}

func (t *teller) say(indent, key string, args ...any) {
	t.b.WriteString(indent + text.T(t.lang, key, args...) + "\n")
}

func (t *teller) flush() error {
	_, err := io.WriteString(t.out, t.b.String())
	return err
}

// word is what a state or another code is called.
func (t *teller) word(of, code string) string { return text.T(t.lang, "word."+of+"."+code) }

func (t *teller) code(code string) {
	if code != "" {
		t.say("", "cli.act.code", "code", code)
	}
}

func (t *teller) ticket(x license.TicketInfo) {
	state := t.word("ticket.state", string(x.State))
	if x.Hint == "" {
		t.say("", "cli.ticket.new", "state", state)
	} else {
		t.say("", "cli.ticket.line", "ticket", x.ID.String(), "hint", x.Hint, "state", state)
	}
	t.say("  ", "cli.ticket.holder", "holder", t.number(x.Holder))
	if x.Into != "" {
		t.say("  ", "cli.ticket.into", "hint", x.Into)
	}
	for _, l := range x.Licenses {
		t.licenseAt("  ", l)
	}
}

func (t *teller) license(l license.LicenseInfo) { t.licenseAt("", l) }

func (t *teller) licenseAt(indent string, l license.LicenseInfo) {
	t.say(indent, "cli.license.line", "license", l.ID.String(), "name", l.Name.In(t.lang), "number", l.Number,
		"state", t.word("license.state", string(l.State)), "used", l.Used, "limit", l.Limit, "free", l.Free)
	switch {
	case l.LastDay.IsZero():
	case l.First.IsZero():
		t.say(indent+"  ", "cli.license.if_today", "day", l.LastDay)
	default:
		t.say(indent+"  ", "cli.license.until", "day", l.LastDay)
	}
	if l.Owed > 0 {
		t.say(indent+"  ", "cli.license.owed", "owed", l.Owed)
	}
	if u := l.Units; u != nil {
		t.say(indent+"  ", "cli.license.units", "name", u.Name, "spent", u.Spent, "bought", u.Bought, "left", u.Left)
	}
	if l.Eligibility != nil {
		t.eligible(indent+"  ", *l.Eligibility)
	}
}

// eligible says why somebody has an academic license.
func (t *teller) eligible(indent string, x license.EligibilityInfo) {
	key := "cli.license.eligible_until"
	switch {
	case x.Until.IsZero():
		key = "cli.license.eligible"
	case x.Over:
		key = "cli.license.eligible_over"
	}
	t.say(indent, key, "who", x.Who, "evidence", x.Evidence, "until", x.Until)
}

func (t *teller) replaced(r license.ReplaceResult) {
	if r.DryRun {
		t.say("", "cli.replace.would", "name", r.License.Name.In(t.lang), "number", r.License.Number)
	} else {
		t.license(r.License)
	}
	t.say("", "cli.replace.devices", "count", r.Devices)
}

func (t *teller) activation(x license.ActivationInfo) {
	t.say("  ", "cli.activation.line", "activation", x.ID.String(), "state", t.word("activation.state", string(x.State)),
		"quantity", x.Quantity, "container", x.Container.String(), "since", x.Started)
	if !x.Lent.IsZero() && x.State == license.ActivationLent {
		t.say("    ", "cli.activation.lent", "until", x.Lent)
	}
}

func (t *teller) container(c license.ContainerInfo) {
	t.say("", "cli.container.line", "container", c.ID.String(), "kind", c.Kind,
		"state", t.word("container.state", string(c.State)), "seen", c.Seen)
	for _, x := range c.Activations {
		t.activation(x)
	}
}

func (t *teller) cloud(c license.Cloud) {
	key, account := "cli.cloud.service", c.Service
	if account == "" {
		key, account = "cli.cloud.person", c.Person.String()
	}
	t.say("", key, "container", c.ID.String(), "account", account, "org", t.number(c.Org),
		"state", t.word("container.state", string(c.State)))
}

func (t *teller) act(x license.SupportInfo) {
	t.say("", "cli.acts.line", "at", x.At, "verb", t.word("act", x.Verb), "id", x.Of.String(), "by", x.By, "reason", t.word("reason", x.Reason))
	if x.Note != "" {
		t.say("  ", "cli.acts.note", "note", x.Note)
	}
}
