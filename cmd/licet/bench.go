package main

import (
	"fmt"
	"os"
	"time"

	"github.com/licet/licet/internal/bench"
)

// benchCmd measures.
type benchCmd struct {
	Anchors benchAnchorsCmd `cmd:"" help:"Show what this machine can do at best: signatures, fsync, commits, bare HTTP."`
	Run     benchRunCmd     `cmd:"" help:"Drive the real server in one scenario, in turns with a bare server."`
	Growth  benchGrowthCmd  `cmd:"" help:"Show how cost grows with the number of licenses."`
	Check   benchCheckCmd   `cmd:"" help:"Measure every target and say which are missed. Exit code 75: the machine was too busy to say."`
	Child   benchChildCmd   `cmd:"" hidden:""`
}

// benchChildCmd is a process of the harness.
type benchChildCmd struct {
	Args []string `arg:"" optional:""`
}

// Run implements the command.
func (c benchChildCmd) Run(e *env) error { return bench.Child(e.ctx, e.in, e.out, c.Args) }

// measured are the flags of everything that measures.
type measured struct {
	Fsync time.Duration `help:"Added to every commit, in place of a slower disk." default:"1ms"`
	Dir   string        `help:"Folder for the data of the servers; best in memory." type:"path"`
	JSON  bool          `help:"Print everything that was measured as JSON."`
}

func (m measured) options(e *env) bench.Options {
	o := bench.Options{Database: e.config.Database, Fsync: m.Fsync, Dir: m.Dir}
	if o.Dir == "" {
		if s, err := os.Stat("/dev/shm"); err == nil && s.IsDir() {
			o.Dir = "/dev/shm"
		}
	}
	if !m.JSON {
		o.Tell = func(line string) { _, _ = fmt.Fprintln(e.err, "· "+line) }
	}
	return o
}

type benchAnchorsCmd struct {
	measured
	Rounds int `help:"Rounds in which each anchor is measured once." default:"5"`
}

// Run implements the command.
func (c benchAnchorsCmd) Run(e *env) error {
	anchors, samples, err := bench.Anchors(e.ctx, c.options(e), c.Rounds)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, map[string]any{"anchors": anchors, "samples": samples})
	}
	return bench.PrintAnchors(e.out, anchors, samples)
}

type benchRunCmd struct {
	measured
	Scenario string        `arg:"" enum:"validate,activate,heartbeat,pool,mixed,list,ticket-bulk" help:"validate, activate, heartbeat, pool, mixed, list or ticket-bulk."`
	Callers  int           `help:"Connections; default: those of the target."`
	Rate     float64       `help:"Requests per second, whatever the server does (open loop); 0: each caller asks again when it has its answer."`
	Time     time.Duration `name:"time" help:"Of each stretch." default:"2s"`
	Rounds   int           `default:"5"`
	Tickets  int64         `help:"Of ticket-bulk." default:"100000"`
	Overload bool          `help:"After each stretch ask three times as much as was answered in it: what is accepted, and how long it takes."`
	Profile  string        `help:"File for a processor profile of the server." type:"path"`
}

// Run implements the command.
func (c benchRunCmd) Run(e *env) error {
	r, err := bench.Run(e.ctx, bench.RunOptions{
		Options: c.options(e), Scenario: bench.Scenario(c.Scenario), Callers: c.Callers, Rate: c.Rate, Time: c.Time,
		Rounds: c.Rounds, Tickets: c.Tickets, Overload: c.Overload, Profile: c.Profile,
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, r)
	}
	return bench.PrintReport(e.out, r)
}

type benchGrowthCmd struct {
	measured
	Max int `help:"Licenses at the largest size; sizes are the powers of ten from 1,000." default:"100000"`
}

// Run implements the command.
func (c benchGrowthCmd) Run(e *env) error {
	list, err := bench.Growth(e.ctx, c.options(e), c.Max)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, list)
	}
	return bench.PrintGrowth(e.out, list)
}

type benchCheckCmd struct {
	measured
	Goals  string        `arg:"" optional:"" help:"Goals as JSON; default: those of this version." type:"existingfile"`
	Time   time.Duration `name:"time" help:"Of each stretch." default:"1500ms"`
	Rounds int           `help:"At least 5 for a verdict." default:"5"`
	Tries  int           `help:"How often to measure on a busy machine before giving up." default:"3"`
	Max    int           `help:"Licenses at the largest size of the growth." default:"100000"`
}

// tryAgain is the exit code for a machine too busy to measure on.
const tryAgain failure = 75

// Run implements the command.
func (c benchCheckCmd) Run(e *env) error {
	goals := bench.DefaultGoals()
	if c.Goals != "" {
		raw, err := os.ReadFile(c.Goals)
		if err != nil {
			return err
		}
		if goals, err = bench.ParseGoals(raw); err != nil {
			return err
		}
	}
	r, err := bench.Check(e.ctx, bench.CheckOptions{
		Options: c.options(e), Goals: goals, Time: c.Time, Rounds: c.Rounds, Tries: c.Tries, Max: c.Max,
	})
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(e.out, r)
	} else {
		err = bench.PrintCheck(e.out, r)
	}
	switch {
	case err != nil:
		return err
	case r.Rejected():
		return tryAgain
	case r.Missed():
		return failure(1)
	}
	return nil
}
