package main

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// A passphrase is not shown on a terminal, and the terminal shows again
// afterwards.
func TestHideInput(t *testing.T) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo terminals here:", err)
	}
	defer master.Close()
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	shows := func() bool {
		t.Helper()
		mode, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		return mode.Lflag&unix.ECHO != 0
	}
	if !shows() {
		t.Fatal("a fresh terminal does not show what is typed")
	}
	restore, err := hideInput(terminal)
	if err != nil {
		t.Fatal(err)
	}
	if shows() {
		t.Error("shown while a passphrase is typed")
	}
	restore()
	if !shows() {
		t.Error("not shown afterwards")
	}
	if _, err := master.WriteString("secret\n"); err != nil {
		t.Fatal(err)
	}
	e := &env{in: terminal, err: os.Stderr}
	if got, err := e.line(); err != nil || got != "secret" {
		t.Fatalf("%q, %v", got, err)
	}
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := hideInput(file); err == nil {
		t.Error("a file is no terminal")
	}
}
