package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/licet/licet/client"
	"github.com/licet/licet/wire"
)

// lineReader reads answers. It is made once, so that no buffered line is lost.
type lineReader struct{ r *bufio.Reader }

func newLineReader(r io.Reader) *lineReader { return &lineReader{bufio.NewReader(r)} }

// interruptible reads until its context ends: an interrupt ends a question, too.
type interruptible struct {
	ctx  context.Context
	from io.Reader
}

// Read reads. A read that is given up goes on into a buffer of its own until the
// program ends.
func (i interruptible) Read(b []byte) (int, error) {
	type read struct {
		n   int
		err error
	}
	own, done := make([]byte, len(b)), make(chan read, 1)
	go func() {
		n, err := i.from.Read(own)
		done <- read{n, err}
	}()
	select {
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	case r := <-done:
		return copy(b, own[:r.n]), r.err
	}
}

// line returns the next line that is not empty; io.EOF at the end.
func (l *lineReader) line() (string, error) {
	for {
		s, err := l.r.ReadString('\n')
		if s = strings.TrimSpace(s); s != "" {
			return s, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// maxInput is the longest file that is read whole: an update, with room.
const maxInput = wire.MaxFile + 1

// slurp reads a file, or standard input for "-".
func (p *program) slurp(path string) ([]byte, error) { return p.slurpUpTo(path, maxInput) }

// slurpUpTo reads so many bytes of it at most.
func (p *program) slurpUpTo(path string, most int64) ([]byte, error) {
	var from io.Reader = p.in.r
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fail(exitUse, "fail.read", "file", path, "cause", cause(err))
		}
		defer f.Close()
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, most))
	if err != nil && p.ctx.Err() != nil {
		return nil, fail(exitCanceled, "fail.canceled")
	}
	if err != nil {
		return nil, fail(exitUse, "fail.read", "file", path, "cause", cause(err))
	}
	return b, nil
}

// tries is how often a mistyped code may be typed again.
const tries = 3

// typing is what somebody is to type.
type typing struct {
	question string
	missing  string // key of the failure when nothing was given
	check    func(string) error
}

// code finds the ticket or license key.
func (p *program) code(args []string, hint string) (string, error) {
	question := p.text("ask.code")
	if hint != "" {
		question = p.text("ask.code_hint", "hint", hint)
	}
	return p.typed(args, typing{question, "fail.no_code", parseCode})
}

// typed finds a code: the argument, a file, or a question. On a terminal a
// mistyped one is asked for again.
func (p *program) typed(args []string, what typing) (string, error) {
	if len(args) > 0 && args[0] != "-" {
		return args[0], nil
	}
	path := p.codeFile
	if len(args) > 0 || path == "" && !p.terminal {
		path = "-"
	}
	if path != "" {
		b, err := p.slurp(path)
		if err != nil {
			return "", err
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimSpace(line); line != "" {
				return line, nil
			}
		}
		return "", fail(exitUse, what.missing)
	}
	p.prompt(what.question)
	for try := 1; ; try++ {
		s, err := p.answer()
		if err != nil {
			return "", err
		}
		if err = what.check(s); err == nil || try == tries {
			return s, err
		}
		p.prompt(p.explain(err) + "\n" + what.question)
	}
}

func (p *program) prompt(s string) { put(p.stderr, "%s ", s) }

// answer reads what somebody types; the end of input and an interrupt are a no.
func (p *program) answer() (string, error) {
	s, err := p.in.line()
	if errors.Is(err, io.EOF) || err != nil && p.ctx.Err() != nil {
		return "", fail(exitCanceled, "fail.canceled")
	}
	return s, err
}

// sure asks before something that has no way back. Without a terminal, --yes
// must say it.
func (p *program) sure(key string, args ...string) error {
	if p.yes {
		return nil
	}
	if !p.terminal {
		return fail(exitUse, "fail.yes")
	}
	p.prompt(p.text(key, args...) + " " + p.text("ask.yes"))
	s, err := p.answer()
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"y", "yes", "j", "ja"}, strings.ToLower(s)) {
		return fail(exitCanceled, "fail.canceled")
	}
	return nil
}

// pick finds the license that is meant: the one named by its id, its beginning,
// its article or the end of its code; the only one; or the answer to a question.
func (p *program) pick(c *client.Container, args []string) (client.License, error) {
	var all []client.License
	for _, l := range c.Licenses() {
		if l.Bound && (p.product == "" || l.State != client.OtherProduct) {
			all = append(all, l)
		}
	}
	if len(args) > 0 {
		return named(all, args[0])
	}
	switch {
	case len(all) == 0:
		return client.License{}, client.ErrNotHeld
	case len(all) == 1:
		return all[0], nil
	case !p.terminal:
		return client.License{}, fail(exitUse, "fail.which", "count", fmt.Sprint(len(all)))
	}
	for i, l := range all {
		p.prompt(fmt.Sprintf("%d: %s, %s\n", i+1, title(l), client.Describe(p.lang, l)))
	}
	p.prompt(p.text("ask.which"))
	s, err := p.answer()
	if err != nil {
		return client.License{}, err
	}
	var n int
	if _, err := fmt.Sscan(s, &n); err == nil && n >= 1 && n <= len(all) {
		return all[n-1], nil
	}
	return named(all, s)
}

func named(all []client.License, name string) (found client.License, err error) {
	n := 0
	for _, l := range all {
		if l.ID == name {
			return l, nil
		}
		if strings.HasPrefix(l.ID, name) && len(name) >= 4 || l.Article == name || l.CodeHint != "" && strings.EqualFold(l.CodeHint, name) {
			found, n = l, n+1
		}
	}
	switch n {
	case 0:
		return found, client.ErrNotHeld
	case 1:
		return found, nil
	}
	return found, fail(exitUse, "fail.which", "count", fmt.Sprint(n))
}

// title is how a license is called to people.
func title(l client.License) string {
	switch {
	case l.Article != "":
		return l.Article + " (" + l.ID + ")"
	case l.Product != "":
		return l.Product + " (" + l.ID + ")"
	}
	return l.ID
}
