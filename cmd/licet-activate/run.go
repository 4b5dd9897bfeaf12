package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
)

// program is one call of the command.
type program struct {
	environment
	ctx  context.Context
	lang string
	verb *verb
	in   *lineReader
	out  result

	// flags of every verb
	pins, dir, product, server, language string
	json                                 bool
	device                               device
	ui                                   ui

	// flags of some
	codeFile, from, lost, base, to, file, feature, why string
	answerFile, keyFile                                string
	notices, usage                                     string
	licenses                                           list
	quantity                                           int64
	until                                              string
	person, label                                      string
	command                                            []string // behind --
	yes, all, aside, fresh, qr, wait                   bool
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// run is the whole program; it returns the exit code.
func run(ctx context.Context, args []string, env environment) int {
	p := &program{environment: env, ctx: ctx, in: newLineReader(interruptible{ctx, env.stdin})}
	defer p.leave()
	p.lang = client.Language(firstSet(env.getenv("LC_ALL"), env.getenv("LC_MESSAGES"), env.getenv("LANG")))
	rest, err := p.parse(args)
	if err == nil {
		if p.verb == nil {
			p.help(rest)
			return exitDone
		}
		p.out.Verb = p.verb.name
		err = p.verb.run(p, rest)
	}
	return p.finish(err)
}

func firstSet(values ...string) string { return cmp.Or(values...) }

// parse reads the verb and its flags, which may stand before and after what they
// are about. Without a verb it is help that is wanted, about rest.
func (p *program) parse(args []string) (rest []string, err error) {
	p.json = slices.Contains(args, "--json") || slices.Contains(args, "-json") // also for an error in the flags
	set := p.flags(uiOptions)
	if err := p.read(set, args); err != nil {
		return nil, helpWanted(err)
	}
	if p.verb, err = p.ui.wanted(set); err != nil || p.verb != nil || set.NArg() == 0 {
		return nil, err
	}
	name := set.Arg(0)
	args = set.Args()[1:]
	if at := slices.Index(args, "--"); name == "lease" && at >= 0 {
		args, p.command = args[:at], args[at+1:]
	}
	if name == "help" {
		return p.parseHelp(args)
	}
	v := verbOf(name)
	if v == nil {
		return nil, fail(exitUse, "fail.verb", "verb", name)
	}
	set = p.flags(v.flags)
	for {
		if err := p.read(set, args); errors.Is(err, flag.ErrHelp) {
			return []string{name}, nil
		} else if err != nil {
			return nil, err
		}
		if set.NArg() == 0 {
			break
		}
		rest, args = append(rest, set.Arg(0)), set.Args()[1:]
	}
	if len(rest) > v.most {
		return nil, fail(exitUse, "fail.args", "arg", rest[v.most], "verb", name)
	}
	p.verb = v
	return rest, nil
}

// parseHelp reads what help is wanted about, with flags before and after it.
func (p *program) parseHelp(args []string) (about []string, err error) {
	for {
		set := p.flags(nil)
		if err := p.read(set, args); err != nil || set.NArg() == 0 {
			return about, helpWanted(err)
		}
		about, args = append(about, set.Arg(0)), set.Args()[1:]
	}
}

// flags makes the flags of every verb, and these.
func (p *program) flags(more []option) *flag.FlagSet {
	set := flag.NewFlagSet("licet-activate", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, f := range slices.Concat(common, deviceOptions, more) {
		f.add(set, p)
	}
	return set
}

// read parses flags up to the next argument.
func (p *program) read(set *flag.FlagSet, args []string) error {
	err := set.Parse(args)
	if p.language != "" {
		p.lang = client.Language(p.language)
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	for words, key := range map[string]string{
		"flag provided but not defined: -": "fail.flag_unknown", "flag needs an argument: -": "fail.flag_value",
	} {
		if name, ok := strings.CutPrefix(err.Error(), words); ok {
			return fail(exitUse, key, "flag", name)
		}
	}
	return fail(exitUse, "fail.flag", "cause", err.Error())
}

// helpWanted is err, but for the wish for help, which is none.
func helpWanted(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

// config finds the pins and makes the configuration.
func (p *program) config() (client.Config, error) {
	cfg := client.Config{
		Product: p.product, Version: "licet-activate", Dir: p.dir, Server: p.server, Clock: p.clock, Machine: p.machine,
		Keys: p.keys(),
	}
	named := cmp.Or(p.pins, p.getenv("LICET_PINS"))
	paths := []string{named}
	if named == "" {
		paths = []string{filepath.Join(p.beside, "pins.json"), "pins.json"}
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err == nil {
			cfg.Pins = b
			return cfg, nil
		}
		if named != "" {
			return cfg, fail(exitUse, "fail.read", "file", path, "cause", cause(err))
		}
	}
	if p.from != "" {
		m, err := readMove(p.from)
		if err != nil {
			return cfg, err
		}
		cfg.Pins, cfg.Server = m.Pins, cmp.Or(p.server, m.Server)
		return cfg, nil
	}
	return cfg, fail(exitUse, "fail.pins")
}

// cause is what the system says, without the path that the sentence names.
func cause(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

func (p *program) open() (*client.Container, error) {
	cfg, err := p.config()
	if err != nil {
		return nil, err
	}
	return client.Open(cfg)
}

func (p *program) transport() *online.Transport { return &online.Transport{Language: p.lang} }

// result is what --json prints: one object.
type result struct {
	OK        bool         `json:"ok"`
	Verb      string       `json:"verb,omitempty"`
	Exit      int          `json:"exit"`
	Error     *problem     `json:"error,omitempty"`
	Installed *installed   `json:"installed,omitempty"`
	Licenses  []license    `json:"licenses,omitempty"`
	Status    *status      `json:"status,omitempty"`
	Notices   *notices     `json:"notices,omitempty"`
	Lease     *leased      `json:"lease,omitempty"`
	File      string       `json:"file,omitempty"`
	Files     []string     `json:"files,omitempty"`
	Request   []string     `json:"request,omitempty"` // the groups of a typed request
	Devices   []lostDevice `json:"devices,omitempty"` // those that hold the code's licenses
	Next      []string     `json:"next,omitempty"`
}

// installed is client.Installed for programs.
type installed struct {
	Licenses []string `json:"licenses,omitempty"`
	Removed  []string `json:"removed,omitempty"`
	Blocked  []string `json:"blocked,omitempty"`
	Returned []string `json:"returned,omitempty"`
	Unknown  []string `json:"unknown,omitempty"`
	List     int64    `json:"blockList,omitempty"` // number of the block list that was taken over
	Repeat   bool     `json:"repeat,omitempty"`
}

type problem struct {
	Code       string `json:"code"`
	Text       string `json:"text"`
	RetryAfter int64  `json:"retryAfterSeconds,omitempty"`
}

type license struct {
	ID          string           `json:"id"`
	Generation  int64            `json:"generation"`
	Product     string           `json:"product,omitempty"`
	Article     string           `json:"article,omitempty"`
	Quantity    int64            `json:"quantity,omitempty"`
	Features    []string         `json:"features,omitempty"`
	Limits      map[string]int64 `json:"limits,omitempty"`
	Unit        string           `json:"unit,omitempty"`  // the limit that is used up
	Drawn       int64            `json:"drawn,omitempty"` // units of it that were drawn
	Spent       int64            `json:"spent,omitempty"` // of them, consumed
	Lent        bool             `json:"lent,omitempty"`  // borrowed: it ends by itself
	State       client.State     `json:"state"`
	Runs        bool             `json:"runs"`
	Enforce     string           `json:"enforce,omitempty"`
	Expires     string           `json:"expires,omitempty"`
	NextContact string           `json:"nextContact,omitempty"`
	Typed       bool             `json:"typed,omitempty"`   // by typed codes: the whole license comes with the next contact
	Unnamed     int              `json:"unnamed,omitempty"` // features and limits whose names were not typed
	Code        string           `json:"code,omitempty"`    // why it does not hold
	Text        string           `json:"text"`
}

type status struct {
	Publisher  string    `json:"publisher"`
	Folder     string    `json:"folder"`
	Server     string    `json:"server,omitempty"`
	Container  string    `json:"container,omitempty"`
	Virtual    bool      `json:"virtual"`
	Components []string  `json:"components"`
	Now        string    `json:"now"`
	ClockBack  bool      `json:"clockBack,omitempty"`
	ClockOff   int64     `json:"clockOffSeconds,omitempty"`
	Contact    string    `json:"lastContact,omitempty"`
	ContactDue string    `json:"contactDue,omitempty"`
	Waiting    []waiting `json:"waiting,omitempty"`
	Request    []string  `json:"request,omitempty"` // the groups of the typed request that waits
}

type waiting struct {
	What     string `json:"what"`
	License  string `json:"license,omitempty"`
	CodeHint string `json:"codeHint,omitempty"`
	Made     string `json:"made"`
	Filed    bool   `json:"filed"`
}

// stamp is a time for programs, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// finish prints the result and returns the exit code.
func (p *program) finish(err error) int {
	exit := exitOf(err)
	if err != nil {
		p.out.Error = &problem{Code: codeOf(err), Text: p.explain(err)}
		var r *client.Refusal
		if errors.As(err, &r) {
			p.out.Error.RetryAfter = int64(r.RetryAfter / time.Second)
		}
	}
	p.out.OK, p.out.Exit = err == nil, exit
	switch {
	case p.json:
		e := json.NewEncoder(p.stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if e.Encode(p.out) != nil && exit == exitDone {
			return exitUnexpected
		}
	case err != nil:
		put(p.stderr, "%s\n", p.out.Error.Text)
		if n := p.out.Error.RetryAfter; n > 0 {
			key := "say.retry"
			if n == 1 {
				key = "say.retry_one"
			}
			put(p.stderr, "%s\n", p.text(key, "seconds", fmt.Sprint(n)))
		}
		if exit == exitUse {
			put(p.stderr, "%s\n", p.text("say.help"))
		}
	}
	return exit
}

func (p *program) explain(err error) string {
	var own *failure
	if errors.As(err, &own) {
		return p.text(own.key, own.args...)
	}
	return client.Explain(p.lang, err)
}

// say prints a sentence for people.
func (p *program) say(key string, args ...string) { p.print(p.text(key, args...)) }

func (p *program) print(line string) {
	if !p.json {
		put(p.stdout, "%s\n", line)
	}
}

// put prints. There is nobody to tell when the terminal is gone.
func put(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }

// next says what to do now: a sentence for people, and the same for programs.
func (p *program) next(key string, args ...string) {
	line := p.text(key, args...)
	p.out.Next = append(p.out.Next, line)
	p.print(line)
}
