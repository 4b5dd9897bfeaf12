package main

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/wire"
)

// farewell is how long the server may take to hear that a place is free.
const farewell = 10 * time.Second

// leased is a place of a floating license that was held, for programs.
type leased struct {
	ID       string `json:"id"`
	License  string `json:"license"`
	Quantity int64  `json:"quantity"`
	Freed    bool   `json:"freed"`             // the server knows that it is; else it frees itself
	Program  *int   `json:"program,omitempty"` // exit code of the program that was run
}

// lease holds a place of a floating license: while a program runs, or until it is
// interrupted.
func (p *program) lease(args []string) error {
	c, ask, err := p.prepare(wire.ActActivate, func() (client.Ask, error) { return p.leaseAsk(args) })
	if err != nil {
		return err
	}
	in := client.LeaseAsk{Code: ask.Code, Person: p.person, Label: p.label, Quantity: p.quantity, Wait: p.wait}
	if len(ask.Want) > 0 {
		in.License = ask.Want[0]
	}
	l, err := p.transport().TakeLease(p.ctx, c, in, p.leaseNews())
	if err != nil {
		return err
	}
	p.out.Lease = &leased{ID: l.Now().ID, License: l.Now().License, Quantity: l.Now().Quantity}
	p.note("say.lease_held", "license", l.Now().License)
	err = p.during(l)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), farewell)
	defer cancel()
	over := l.Err()
	if over == nil {
		p.out.Lease.Freed = l.End(ctx) == nil
		key := "say.lease_freed"
		if !p.out.Lease.Freed {
			key = "say.lease_frees_itself"
		}
		p.note(key)
	}
	if err == nil {
		err = over
	}
	return err
}

// leaseAsk says which license is meant: by a code, or one that was leased here
// before.
func (p *program) leaseAsk(args []string) (ask client.Ask, err error) {
	ask.Want = p.licenses
	if len(ask.Want) > 1 {
		return ask, fail(exitUse, "fail.one_license")
	}
	if len(args) == 0 && p.codeFile == "" && len(ask.Want) > 0 {
		return ask, nil
	}
	if ask.Code, err = p.code(args, ""); err == nil {
		err = parseCode(ask.Code)
	}
	return ask, err
}

// note says a sentence that is no answer: to people, whatever programs are told.
func (p *program) note(key string, args ...string) { put(p.stderr, "%s\n", p.text(key, args...)) }

// leaseNews tells what becomes of the lease: what changes, once.
func (p *program) leaseNews() func(online.LeaseEvent) {
	last := online.LeaseRenewed
	return func(e online.LeaseEvent) {
		if e.News == last {
			return
		}
		last = e.News
		switch e.News {
		case online.LeaseQueued:
			p.note("say.lease_queued", "why", p.explain(e.Err))
		case online.LeaseLate:
			p.note("say.lease_late", "minutes", strconv.FormatInt(int64(e.Left/time.Minute), 10), "why", p.explain(e.Err))
		case online.LeaseRenewed:
			p.note("say.lease_again")
		case online.LeaseEnded:
			p.note("say.lease_over")
		}
	}
}

// during waits for the end: that of the program that is to be run, else that of the
// lease or an interruption. A program goes on when its lease ends; what it does
// without is its own business.
func (p *program) during(l *online.Lease) error {
	if len(p.command) == 0 {
		select {
		case <-p.ctx.Done():
		case <-l.Done():
		}
		return nil
	}
	cmd := exec.Command(p.command[0], p.command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.stdin, p.stdout, p.stderr
	if p.json {
		cmd.Stdout = p.stderr // the object comes at the end, alone
	}
	if err := cmd.Start(); err != nil {
		return fail(exitUse, "fail.start", "program", p.command[0], "cause", cause(err))
	}
	ended := make(chan struct{})
	go func() {
		select {
		case <-p.ctx.Done():
			if !p.terminal { // there the terminal has told it
				_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended, and Windows knows none
			}
		case <-ended:
		}
	}()
	err := cmd.Wait()
	close(ended)
	exit := cmd.ProcessState.ExitCode()
	p.out.Lease.Program = &exit
	var status *exec.ExitError
	if errors.As(err, &status) {
		return fail(exitProgram, "fail.program", "program", p.command[0], "code", strconv.Itoa(exit))
	}
	return err
}
