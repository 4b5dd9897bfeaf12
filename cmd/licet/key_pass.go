package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/internal/text"
)

// rootWork is log2 of scrypt's N for new sealed files, 0 for the usual second
// per try. Tests lower it.
var rootWork = 0

// The refusals of the dialog itself.
var (
	errPassphrases  = fault.New(fault.Invalid, "cli.passphrases_differ")
	errSetUp        = fault.New(fault.Conflict, "cli.already_set_up")
	errNotConfirmed = fault.New(fault.Denied, "cli.not_confirmed")
)

// passFlag says where a passphrase comes from.
type passFlag struct {
	PassphraseFile string `help:"File whose first line is the passphrase; default: ask." type:"path"`
}

// rootFlag names the root key that signs.
type rootFlag struct {
	passFlag
	Root string `required:"" help:"File of the root key that signs." type:"path"`
}

// open opens the root key's file.
func (f rootFlag) open(e *env) (sign.RootKey, error) {
	file, err := e.read(f.Root)
	if err != nil {
		return sign.RootKey{}, err
	}
	if _, err := sign.ParseRootInfo(file); err != nil {
		return sign.RootKey{}, err
	}
	pass, err := f.ask(e, f.Root, false)
	if err != nil {
		return sign.RootKey{}, err
	}
	return sign.OpenRoot(file, pass)
}

// ask returns the passphrase of a file: from the named file, or from whoever
// sits at the terminal, twice when it is a new one.
func (f passFlag) ask(e *env, of string, twice bool) (string, error) {
	if f.PassphraseFile != "" {
		b, err := e.read(f.PassphraseFile)
		if err != nil {
			return "", err
		}
		first, _, _ := bytes.Cut(b, []byte("\n"))
		return strings.TrimSuffix(string(first), "\r"), nil
	}
	pass, err := e.secret(text.T(e.lang, "cli.key.passphrase", "file", of))
	if err != nil || !twice {
		return pass, err
	}
	again, err := e.secret(text.T(e.lang, "cli.key.passphrase_again"))
	if err == nil && again != pass {
		err = errPassphrases
	}
	return pass, err
}

// secret reads one line that is not shown.
func (e *env) secret(prompt string) (string, error) {
	_, _ = fmt.Fprint(e.err, prompt+" ")
	if f, ok := e.in.(*os.File); ok {
		if restore, err := hideInput(f); err == nil {
			defer fmt.Fprintln(e.err)
			defer restore()
		}
	}
	return e.line()
}

// line reads one line of input, byte by byte, so that nothing of the next one
// is taken away.
func (e *env) line() (string, error) {
	var b strings.Builder
	one := make([]byte, 1)
	for {
		n, err := e.in.Read(one)
		if n == 1 && one[0] == '\n' {
			return strings.TrimSuffix(b.String(), "\r"), nil
		}
		if n == 1 {
			b.WriteByte(one[0])
		}
		if errors.Is(err, io.EOF) && b.Len() > 0 {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		if b.Len() > bufio.MaxScanTokenSize {
			return "", bufio.ErrTooLong
		}
	}
}

// confirm asks before a root signs.
func (e *env) confirm(question string) error {
	_, _ = fmt.Fprint(e.err, question+" ")
	answer, err := e.line()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes", "j", "ja":
		return nil
	}
	return errNotConfirmed
}
