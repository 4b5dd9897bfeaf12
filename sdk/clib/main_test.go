package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/clienttest"
)

// The library, built as it is shipped, in a C program against a server: the header
// is the one that is handed out, and every function of it is called.
func TestLibrary(t *testing.T) {
	folder := t.TempDir()
	library, program := filepath.Join(folder, "liblicet.so"), filepath.Join(folder, "program")
	run(t, "go", "build", "-buildmode=c-shared", "-o", library, ".")
	run(t, "gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I.", "testdata/program.c", library, "-Wl,-rpath,"+folder, "-o", program)

	p := clienttest.New("acme")
	s := clienttest.NewServer(p)
	s.Now = time.Now
	h := httptest.NewServer(s)
	defer h.Close()
	code := s.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Features: []string{"draw"}, Limits: map[string]int64{"parts": 500}, Seats: 1})
	pins := filepath.Join(folder, "pins.json")
	if err := os.WriteFile(pins, p.Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, program, pins, filepath.Join(folder, "container"), h.URL, code)
	want := []string{
		`bad pins 1 {"code":"client.pins".*`, `typo 1 {"code":"code.length".*`, `activate 0 -`, `has 10 limit 1 500`, `licenses 0 1`,
		`install 1 {"code":"client.nothing".*`, `return 0 -`, `again [01]`, `closed 1 {"code":"handle".*`,
	}
	if !regexp.MustCompile("^" + strings.Join(want, "\n") + "\n$").MatchString(got) {
		t.Errorf("%s\nand should be\n%s", got, strings.Join(want, "\n"))
	}
	if n := s.Used(clienttest.ID(1)); n != 0 {
		t.Errorf("%d seats are used", n)
	}
}

// The header that is handed out names every function that the library has.
func TestHeader(t *testing.T) {
	header, err := os.ReadFile("liblicet.h")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`//export (\w+)`).FindAllStringSubmatch(string(source), -1) {
		if !strings.Contains(string(header), m[1]+"(") {
			t.Errorf("liblicet.h lacks %s", m[1])
		}
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return string(out)
}
