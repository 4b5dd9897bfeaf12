package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/licet/licet/client"
)

// The exit codes.
const (
	exitDone       = 0
	exitUnexpected = 1
	exitUse        = 2
	exitTyping     = 3
	exitRefused    = 4
	exitLater      = 5
	exitNoLicense  = 6
	exitFile       = 7
	exitContainer  = 8
	exitCanceled   = 9
	exitProgram    = 10
)

// exits is the table that help and the documentation show.
var exits = []struct {
	code int
	key  string
}{
	{exitDone, "exit.done"},
	{exitUnexpected, "exit.unexpected"},
	{exitUse, "exit.use"},
	{exitTyping, "exit.typing"},
	{exitRefused, "exit.refused"},
	{exitLater, "exit.later"},
	{exitNoLicense, "exit.no_license"},
	{exitFile, "exit.file"},
	{exitContainer, "exit.container"},
	{exitCanceled, "exit.canceled"},
	{exitProgram, "exit.program"},
}

// failure is an error of this program, with the sentence of its own catalog.
type failure struct {
	exit int
	key  string
	args []string
}

func (f *failure) Error() string { return fmt.Sprintf("licet-activate: %s %v", f.key, f.args) }

func fail(exit int, key string, args ...string) error { return &failure{exit, key, args} }

// byCode gives the codes of package client their exit code, where the first word
// alone does not say it.
var byCode = map[string]int{
	"client.no_code":     exitUse,
	"client.offline":     exitLater,
	"client.empty":       exitNoLicense,
	"client.not_held":    exitNoLicense,
	"client.unbound":     exitNoLicense,
	"client.not_here":    exitNoLicense,
	"client.blocked":     exitNoLicense,
	"client.listed":      exitNoLicense,
	"client.update":      exitFile,
	"client.no_units":    exitRefused,
	"client.which_units": exitUse,
	"client.choice":      exitUse,
	"client.cloud":       exitUse,
	"client.cut":         exitFile,
	"client.not_typed":   exitUse,
	"client.typed_key":   exitFile,
	"client.typed_other": exitFile,
	"client.nothing":     exitFile,
	"client.not_asked":   exitFile,
	"client.old":         exitFile,
}

// exitOf returns the exit code of an error.
func exitOf(err error) int {
	var own *failure
	var refusal *client.Refusal
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &own):
		return own.exit
	case errors.As(err, &refusal) && refusal.Final():
		return exitRefused
	case errors.As(err, &refusal):
		return exitLater
	case errors.Is(err, context.Canceled):
		return exitCanceled
	}
	code := client.Code(err)
	if exit, ok := byCode[code]; ok {
		return exit
	}
	switch first, _, _ := strings.Cut(code, "."); first {
	case "code":
		return exitTyping
	case "wire":
		return exitFile
	case "client":
		return exitContainer
	}
	return exitUnexpected
}

// codeOf is the stable code of an error.
func codeOf(err error) string {
	var own *failure
	if errors.As(err, &own) {
		return "activate." + strings.TrimPrefix(own.key, "fail.")
	}
	return client.Code(err)
}
