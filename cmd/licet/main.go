// Command licet is the server and the administrator's tool: it serves the API
// and the depot, keeps the database, the keys and the backups, and shows
// itself off with licet demo.
//
// Settings (licet config) come from flags, the environment and one file; every
// command takes them. Exit codes: 0 done, 1 failed, 2 called wrongly, 3 refused
// by a rule, 4 not found, 5 not reachable, 75 try again.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
)

// commands is everything that the program can do.
type commands struct {
	Serve      serveCmd      `cmd:"" help:"Serve the API, the depot and the health page."`
	Demo       demoCmd       `cmd:"" help:"Show the whole way: order, ticket, activation, offline verification. Without --data all of it is gone when the demo ends."`
	Publisher  publisherCmd  `cmd:"" help:"Create and list publishers."`
	Key        keyCmd        `cmd:"" help:"Make, certify, rotate and revoke signing keys."`
	Access     accessCmd     `cmd:"" help:"Create, list and revoke API keys."`
	Catalog    catalogCmd    `cmd:"" help:"Apply a catalog file."`
	Order      orderCmd      `cmd:"" help:"Take order documents and compare order books."`
	Ticket     ticketCmd     `cmd:"" help:"Find, block, split, merge and transfer tickets."`
	License    licenseCmd    `cmd:"" help:"Show, extend, block, recall and replace licenses."`
	Activation activationCmd `cmd:"" help:"Return, move and restore for a holder what lies on a device."`
	Container  containerCmd  `cmd:"" help:"Show containers, and shut them out."`
	Cloud      cloudCmd      `cmd:"" help:"Manage cloud containers, which belong to a person or a service account."`
	Acts       actsCmd       `cmd:"" help:"List what was done on an organization's behalf, and why, newest first."`
	Case       caseCmd       `cmd:"" help:"See what was found about copied or restored devices, and decide."`
	Anomaly    anomalyCmd    `cmd:"" help:"Show what happened more often than honest use does: copies, churn, restores, clocks, guessed codes."`
	Release    releaseCmd    `cmd:"" help:"Register the versions of products that update notices are about."`
	Usage      usageCmd      `cmd:"" help:"Show how often programs and their features were used, where that was switched on."`
	Lease      leaseCmd      `cmd:"" help:"Show and manage the places of floating licenses."`
	Journal    journalCmd    `cmd:"" help:"Verify and read the journal."`
	Mail       mailCmd       `cmd:"" help:"Try the mail server."`
	Backup     backupCmd     `cmd:"" help:"Create, verify and restore backups."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the database's schema up to date."`
	Doctor     doctorCmd     `cmd:"" help:"Say what is wrong with this installation and how to mend it."`
	Support    supportCmd    `cmd:"" name:"support-bundle" help:"Write a file for support, without secrets and personal data."`
	Config     configCmd     `cmd:"" help:"List all settings with their values."`
	Bench      benchCmd      `cmd:"" help:"Measure this machine and this program against each other."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
	Reference  referenceCmd  `cmd:"" hidden:"" help:"Print a page of the reference."`
}

// env is what every command gets.
type env struct {
	ctx    context.Context
	config app.Config
	lang   text.Lang
	out    io.Writer
	err    io.Writer
	in     io.Reader
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program as a function, for tests.
func run(ctx context.Context, args []string, environ func(string) string, in io.Reader, out, errs io.Writer) int {
	e := &env{ctx: ctx, lang: language(environ), out: out, err: errs, in: in}
	config, rest, err := app.ParseConfig(args, environ)
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return 2
	}
	e.config = config
	var cli commands
	exited := -1
	parser, err := kong.New(&cli, kong.Name("licet"), kong.Writers(out, errs), kong.UsageOnError(),
		kong.Description("Self-hosted management of software licenses. Settings: licet config."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Exit(func(code int) { exited = code }))
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return 2
	}
	if len(rest) == 0 {
		rest = []string{"--help"}
	}
	chosen, err := parser.Parse(rest)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		_, _ = fmt.Fprintf(errs, "licet: %v\n", err)
		return 2
	}
	if err := chosen.Run(e); err != nil {
		return e.fail(err)
	}
	return 0
}

// language is the terminal's: German where the environment says so.
func language(environ func(string) string) text.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := environ(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "de") {
				return text.DE
			}
			return text.EN
		}
	}
	return text.EN
}

// exits is the one table from kinds of faults to exit codes.
var exits = map[fault.Kind]int{
	fault.Invalid: 3, fault.Denied: 3, fault.Conflict: 3, fault.Expired: 3, fault.Exhausted: 3, fault.Unauthorized: 3,
	fault.TooLarge: 3, fault.Stale: 3, fault.NotFound: 4, fault.Unavailable: 5, fault.Limited: 75,
}

// failure is an error with an exit code of its own, already told.
type failure int

// Error implements error.
func (f failure) Error() string { return fmt.Sprintf("exit code %d", int(f)) }

// fail prints an error in the terminal's language and returns its exit code.
func (e *env) fail(err error) int {
	var told failure
	if errors.As(err, &told) {
		return int(told)
	}
	code := 1
	for i, f := range fault.All(err) {
		if c, ok := exits[f.Kind]; ok && i == 0 {
			code = c
		}
		words := f.Error()
		if (f.Code == "" || f.Code == "internal") && f.Err != nil {
			words = e.plain(f.Err)
		}
		if f.Kind != fault.Internal && text.Has("fault."+f.Code) {
			words = text.Fault(e.lang, f.Code, f.Args)
			if f.Field != "" {
				words = f.Field + ": " + words
			}
			words += " [" + f.Code + "]"
		}
		_, _ = fmt.Fprintf(e.err, "licet: %s\n", app.Redact(words))
	}
	return code
}

// plain says an error that no rule made: of a file, a network, a program.
func (e *env) plain(err error) string {
	var file *fs.PathError
	if !errors.As(err, &file) {
		return err.Error()
	}
	for cause, key := range map[error]string{
		fs.ErrNotExist: "cli.file.missing", fs.ErrExist: "cli.file.exists", fs.ErrPermission: "cli.file.denied",
	} {
		if errors.Is(err, cause) {
			return text.T(e.lang, key, "file", file.Path)
		}
	}
	return err.Error()
}

// testClock is the clock of the commands in tests, nil for the machine's.
var testClock func() time.Time

// open opens the installation for a command that works on it directly.
func (e *env) open() (*app.App, error) {
	return app.Open(e.ctx, e.config, app.Seams{Now: testClock, Log: app.NewLog(e.err, e.config.LogFormat, "warn")})
}

// versionCmd prints the version.
type versionCmd struct{}

// Run implements the command.
func (versionCmd) Run(e *env) error {
	_, err := fmt.Fprintf(e.out, "licet %s\n", app.Version)
	return err
}

// configCmd lists all settings.
type configCmd struct {
	JSON bool `help:"As JSON."`
}

// Run implements the command.
func (c configCmd) Run(e *env) error {
	if c.JSON {
		return printJSON(e.out, e.config.Dump())
	}
	for _, s := range e.config.Dump() {
		value := s.Value
		if value == "" {
			value = "–"
		}
		if _, err := fmt.Fprintf(e.out, "--%s %s\n    %s\n    %s\n", s.Name, value, s.Env, s.Help); err != nil {
			return err
		}
	}
	return nil
}
