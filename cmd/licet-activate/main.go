// Command licet-activate activates, checks, returns, moves and restores the
// licenses of one publisher on the machine that it runs on, over the internet or
// by files. It asks what is missing when it runs on a terminal, and nothing when it
// does not; every question has a flag. It speaks English and German, and with
// --json it speaks to programs.
//
// What it does is package client's; here are the words and the exit codes (see
// exits), which are part of its interface and never change their meaning.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/google/go-tpm/tpm2/transport"

	"github.com/licet/licet/client"
)

// environment is all that the program knows of its surroundings; tests make
// their own.
type environment struct {
	stdin    io.Reader
	stdout   io.Writer
	stderr   io.Writer
	getenv   func(string) string
	terminal bool   // there is somebody to ask
	beside   string // the folder of the program
	clock    client.Clock
	machine  func() client.Machine
	tpm      func() (transport.TPMCloser, error) // nil = the machine's
	browse   func(link string) error             // nil = the user's browser
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], environment{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv,
		terminal: isTerminal(os.Stdin) && isTerminal(os.Stderr), beside: programFolder(),
	})
	stop()
	os.Exit(code)
}

// isTerminal reports whether somebody sits there. The null device, from which
// unattended programs read, looks like a terminal otherwise.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

func programFolder() string {
	self, err := os.Executable()
	if err != nil {
		return "."
	}
	return filepath.Dir(self)
}
