package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/licet/licet/internal/clienttest"
)

// writerFunc is a writer that is a function.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// TestInterruptedQuestion: an interrupt ends a question and a wait for standard
// input; nothing was asked of anybody.
func TestInterruptedQuestion(t *testing.T) {
	dir := t.TempDir()
	pins := filepath.Join(dir, "pins.json")
	if err := os.WriteFile(pins, clienttest.New("acme").Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"activate"}, {"activate", "-"}, {"install", "-"}} {
		ctx, interrupt := context.WithCancel(t.Context())
		silent, keyboard := io.Pipe()
		var said bytes.Buffer
		hear := writerFunc(func(b []byte) (int, error) {
			interrupt()
			return said.Write(b)
		})
		if args[len(args)-1] == "-" {
			interrupt() // nothing is said before
		}
		code := run(ctx, append(args, "--pins", pins, "--dir", filepath.Join(dir, "here"), "--lang", "en"), environment{
			stdin: silent, stdout: io.Discard, stderr: hear, getenv: func(string) string { return "" }, terminal: true,
			clock: clienttest.NewClock(), machine: clienttest.Machine("alpha"),
		})
		if code != exitCanceled || !strings.Contains(said.String(), "Canceled") {
			t.Errorf("%v ends with %d: %s", args, code, said.String())
		}
		interrupt()
		_ = keyboard.Close()
	}
}

// TestNullDeviceIsNobody: who reads from there has nobody to ask.
func TestNullDeviceIsNobody(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if isTerminal(f) {
		t.Error("the null device is taken for a terminal")
	}
}

// TestMoveFileBringsPinsAndServer: where the other machine has no pins of its own,
// it asks the server that this one has asked.
func TestMoveFileBringsPinsAndServer(t *testing.T) {
	t.Chdir(t.TempDir())
	b, err := json.Marshal(moveFile{Licet: moveFormat, License: "l", Server: "https://licenses.example", Pins: clienttest.New("acme").Pins()})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("move.json", b, 0o600); err != nil {
		t.Fatal(err)
	}
	p := program{environment: environment{getenv: func(string) string { return "" }, beside: "."}, from: "move.json"}
	for _, tc := range []struct{ flag, want string }{{"", "https://licenses.example"}, {"https://other.example", "https://other.example"}} {
		p.server = tc.flag
		cfg, err := p.config()
		if err != nil || cfg.Server != tc.want {
			t.Errorf("--server %q: %q, %v", tc.flag, cfg.Server, err)
		}
	}
}
