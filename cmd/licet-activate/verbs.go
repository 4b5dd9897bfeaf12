package main

import (
	"flag"
	"strings"

	"github.com/licet/licet/wire"
)

// verb is a subcommand. Its texts are verb.<name> (what it does, one line) and
// verb.<name>.more.
type verb struct {
	name  string
	args  string // as help shows them
	most  int    // arguments at most
	flags []option
	run   func(p *program, args []string) error
}

// option is a flag of some verbs; its text is flag.<name>.
type option struct {
	name  string
	value string // what help shows behind it; "" for a switch
	add   func(set *flag.FlagSet, p *program)
}

func textOption(name, value string, at func(*program) *string) option {
	return option{name, value, func(set *flag.FlagSet, p *program) { set.StringVar(at(p), name, *at(p), "") }}
}

func switchOption(name string, at func(*program) *bool) option {
	return option{name, "", func(set *flag.FlagSet, p *program) { set.BoolVar(at(p), name, *at(p), "") }}
}

var (
	optCodeFile = textOption("code-file", "FILE", func(p *program) *string { return &p.codeFile })
	optFrom     = textOption("from", "FILE", func(p *program) *string { return &p.from })
	optLost     = textOption("lost", "ID", func(p *program) *string { return &p.lost })
	optBase     = textOption("base", "ID", func(p *program) *string { return &p.base })
	optTo       = textOption("to", "FILE", func(p *program) *string { return &p.to })
	optOut      = textOption("out", "FILE", func(p *program) *string { return &p.file })
	optOffline  = textOption("offline", "FILE", func(p *program) *string { return &p.file })
	optFeature  = textOption("feature", "NAME", func(p *program) *string { return &p.feature })
	optFor      = textOption("for", "WHAT", func(p *program) *string { return &p.why })
	optUpdates  = textOption("notices", "on|off|default", func(p *program) *string { return &p.notices })
	optUsage    = textOption("usage", "on|off|default", func(p *program) *string { return &p.usage })
	optYes      = switchOption("yes", func(p *program) *bool { return &p.yes })
	optAll      = switchOption("all", func(p *program) *bool { return &p.all })
	optNew      = switchOption("new", func(p *program) *bool { return &p.fresh })
	optQR       = switchOption("qr", func(p *program) *bool { return &p.qr })
	optAnswer   = textOption("answer", "FILE", func(p *program) *string { return &p.answerFile })
	optKey      = textOption("key", "FILE", func(p *program) *string { return &p.keyFile })
	optAside    = switchOption("set-aside", func(p *program) *bool { return &p.aside })
	optLicense  = option{"license", "ID", func(set *flag.FlagSet, p *program) { set.Var(&p.licenses, "license", "") }}
	optPerson   = textOption("person", "NAME", func(p *program) *string { return &p.person })
	optLabel    = textOption("label", "LABEL", func(p *program) *string { return &p.label })
	optWait     = switchOption("wait", func(p *program) *bool { return &p.wait })
	optUntil    = textOption("until", "DAY", func(p *program) *string { return &p.until })
	optQuantity = option{"quantity", "N", func(set *flag.FlagSet, p *program) { set.Int64Var(&p.quantity, "quantity", 0, "") }}
)

// common are the flags of every verb.
var common = []option{
	textOption("pins", "FILE", func(p *program) *string { return &p.pins }),
	textOption("dir", "DIR", func(p *program) *string { return &p.dir }),
	textOption("product", "CODE", func(p *program) *string { return &p.product }),
	textOption("server", "URL", func(p *program) *string { return &p.server }),
	textOption("lang", "LANG", func(p *program) *string { return &p.language }),
	switchOption("json", func(p *program) *bool { return &p.json }),
}

// verbs returns the subcommands in the order of help.
func verbs() []*verb {
	return []*verb{
		{"activate", "[CODE]", 1, []option{optCodeFile, optFrom, optLicense, optBase, optQuantity, optAside, optOffline, optQR}, (*program).activate},
		{"pair", "[CODE]", 1, []option{optCodeFile, optBase, optQuantity, optAside}, (*program).pair},
		{"borrow", "[CODE]", 1, []option{optUntil, optCodeFile, optLicense, optQuantity, optOffline, optQR}, (*program).borrow},
		{"lease", "[CODE] [-- PROGRAM]", 1, []option{optWait, optPerson, optLabel, optCodeFile, optLicense, optQuantity}, (*program).lease},
		{"verify", "[FILE...]", wire.MaxQRParts, []option{optFeature}, (*program).verify},
		{"status", "", 0, nil, (*program).status},
		{"refresh", "", 0, []option{optOffline, optQR}, (*program).refresh},
		{"return", "[LICENSE]", 1, []option{optAll, optYes, optOffline, optQR}, (*program).giveBack},
		{"move", "[LICENSE]", 1, []option{optTo, optYes, optCodeFile, optOffline, optQR}, (*program).move},
		{"restore", "[CODE]", 1, []option{optCodeFile, optLost, optAside, optOffline, optQR}, (*program).restore},
		{"free", "[CODE]", 1, []option{optCodeFile, optLost, optYes}, (*program).free},
		{"request", "[CODE]", 1, []option{optOut, optQR, optFor, optNew, optCodeFile, optFrom, optLicense, optBase, optQuantity, optLost, optUntil}, (*program).request},
		{"install", "FILE...", wire.MaxQRParts, nil, (*program).install},
		{"blocklist", "", 0, []option{optOut}, (*program).blockList},
		{"typed", "", 0, []option{optAnswer, optKey, optNew, optAside}, (*program).typedCodes},
		{"updates", "", 0, []option{optUpdates, optUsage}, (*program).updates},
	}
}

func verbOf(name string) *verb {
	for _, v := range verbs() {
		if v.name == name {
			return v
		}
	}
	return nil
}

// help prints the help of a verb, or of all.
func (p *program) help(about []string) {
	line := func(s string) { put(p.stdout, "%s\n", s) }
	if len(about) > 0 {
		if v := verbOf(about[0]); v != nil {
			p.helpVerb(v)
			return
		}
	}
	line(p.text("help.head"))
	line("")
	line(p.text("help.use"))
	for _, v := range verbs() {
		put(p.stdout, "  licet-activate %-22s %s\n", v.name+" "+v.args, p.text("verb."+v.name))
	}
	line("")
	p.helpFlags("help.ui", uiOptions)
	p.helpFlags("help.common", common)
	p.helpFlags("help.device", deviceOptions)
	line(p.text("help.files"))
	line("")
	line(p.text("help.exits"))
	for _, e := range exits {
		put(p.stdout, "  %d  %s\n", e.code, p.text(e.key))
	}
}

func (p *program) helpVerb(v *verb) {
	put(p.stdout, "licet-activate %s\n\n%s\n%s\n\n", strings.TrimSpace(v.name+" "+v.args), p.text("verb."+v.name), p.text("verb."+v.name+".more"))
	if len(v.flags) > 0 {
		p.helpFlags("help.flags", v.flags)
	}
	p.helpFlags("help.common", common)
	p.helpFlags("help.device", deviceOptions)
}

func (p *program) helpFlags(head string, flags []option) {
	put(p.stdout, "%s\n", p.text(head))
	for _, f := range flags {
		put(p.stdout, "  --%-20s %s\n", f.name+" "+f.value, p.text("flag."+f.name))
	}
	put(p.stdout, "\n")
}
