package p11test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A device shows its slots until it is pulled, and again when it is back.
func TestDevice(t *testing.T) {
	d := New(t)
	d.Init(t, "second")
	slots := func() string {
		t.Helper()
		cmd := exec.Command("softhsm2-util", "--show-slots")
		cmd.Env = append(os.Environ(), d.Env())
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	here := func() bool { return strings.Contains(slots(), d.Label) && strings.Contains(slots(), "second") }
	if !here() {
		t.Fatal(slots())
	}
	if d.Pull(t); here() {
		t.Fatal("a pulled device is still there")
	}
	if d.Plug(t); !here() {
		t.Fatal(slots())
	}
	if out, err := exec.Command(Helper(t)).CombinedOutput(); err == nil || !strings.Contains(string(out), "--module") {
		t.Fatalf("%v\n%s", err, out)
	}
	if pin, err := os.ReadFile(PINFile(t, PIN)); err != nil || string(pin) != PIN+"\n" {
		t.Fatalf("%s %v", pin, err)
	}
}
