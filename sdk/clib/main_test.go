package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/clienttest"
)

// library is the library, built as it is shipped, with a C program that was compiled
// with the header that is handed out, under the address sanitizer, which finds what is
// freed twice, or never.
type library struct {
	*testing.T
	*clienttest.Server
	folder, program, pins, url string
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	folder := t.TempDir()
	so := filepath.Join(folder, "liblicet.so")
	l := &library{T: t, folder: folder, program: filepath.Join(folder, "program"), pins: filepath.Join(folder, "pins.json")}
	l.run("go", "build", "-buildmode=c-shared", "-o", so, ".")
	l.run("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
		"-I.", "testdata/program.c", so, "-Wl,-rpath,"+folder, "-o", l.program)
	p := clienttest.New("acme")
	l.Server = clienttest.NewServer(p)
	l.Now = time.Now
	h := httptest.NewServer(l.Server)
	t.Cleanup(h.Close)
	l.url = h.URL
	if err := os.WriteFile(l.pins, p.Pins(), 0o600); err != nil {
		t.Fatal(err)
	}
	return l
}

// says runs the program with a container of that name, and wants its lines.
func (l *library) says(container, code string, args, want []string) string {
	l.Helper()
	got := l.run(l.program, append([]string{l.pins, filepath.Join(l.folder, container), l.url, code}, args...)...)
	if !regexp.MustCompile("^" + strings.Join(want, "\n") + "\n$").MatchString(got) {
		l.Errorf("%s\nand should be\n%s", got, strings.Join(want, "\n"))
	}
	return got
}

// Every function of the library is called, against a server.
func TestLibrary(t *testing.T) {
	l := newLibrary(t)
	code := l.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Features: []string{"draw"}, Limits: map[string]int64{"parts": 500}, Seats: 1})
	l.says("container", code, nil, []string{
		`bad pins 1 {"code":"client.pins".*`, `typo 1 {"code":"code.length".*`, `activate 0 -`, `has 10 limit 1 500`, `licenses 0 1`,
		`install 1 {"code":"client.nothing".*`, `return 0 -`, `again [01]`, `closed 1 {"code":"handle".*`,
	})
	if n := l.Used(clienttest.ID(1)); n != 0 {
		t.Errorf("%d seats are used", n)
	}
	bad := `bad pins 1 {"code":"client.pins".*`
	floating := l.Sell(&clienttest.Offer{ID: clienttest.ID(2), Product: "cad", Features: []string{"draw"}, Limits: map[string]int64{"parts": 7}})
	l.says("leasing", floating, []string{"lease"}, []string{
		bad, `lease 0 {"id":"[^"]+","license":"` + clienttest.ID(2) + `","quantity":1,"left":\d+}`, `may 110 limit 1 7`,
		`second 1 {"code":"license.no_seat".*`, `renew 0 {"id":.*"left":\d+}`, `end 0 {}`, `over 000`, `ended 1 {"code":"handle".*`,
		`again 0 {"id":.*`, `nothing 1 {"code":"client.no_code".*`,
	})
	if n := l.Leases(); n != 0 {
		t.Errorf("%d leases go on", n)
	}
	lent := l.Sell(&clienttest.Offer{ID: clienttest.ID(3), Product: "cad", Lends: true, Expires: time.Now().Add(30 * 24 * time.Hour)})
	until := strconv.FormatInt(time.Now().Add(5*24*time.Hour).Unix(), 10)
	l.says("borrowing", lent, []string{"borrow", until}, []string{bad, `borrow 0 -`, `lent 0 1`, `longer 0 -`, `early 0 -`})
	units := l.Sell(&clienttest.Offer{ID: clienttest.ID(4), Product: "cad", Seats: 5, Limits: map[string]int64{"solves": 10}, Unit: "solves"})
	l.says("consuming", units, []string{"consume"}, []string{
		bad, `none 1 {"code":"client.no_units".*`, `draw 0 -`, `consume 0 {"left":5}`, `too many 1 {"code":"client.no_units".*`, `units 0 1`,
	})
}

// A container is filled by what is typed.
func TestLibraryTyped(t *testing.T) {
	l := newLibrary(t)
	code := l.Sell(&clienttest.Offer{ID: clienttest.ID(1), Product: "cad", Features: []string{"draw"}})
	out := l.says("typing", code, []string{"typed"}, []string{`bad pins .*`, `typed 0 {"groups":\[.*`})
	_, said, _ := strings.Cut(out, "typed 0 ")
	var request struct{ Groups []string }
	if err := json.Unmarshal([]byte(said), &request); err != nil {
		t.Fatal(err)
	}
	answer, key, no := l.Typed(strings.Join(request.Groups, " "), code)
	if no != nil {
		t.Fatal(no)
	}
	l.says("typing", answer, []string{"typed-answer", key}, []string{`bad pins .*`, `no key 1 {"code":"client.typed_key".*`, `installed 0 1`})
}

// The header that is handed out names every function that the library has.
func TestHeader(t *testing.T) {
	header, err := os.ReadFile("liblicet.h")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main.go", "lease.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`//export (\w+)`).FindAllStringSubmatch(string(source), -1) {
			if !strings.Contains(string(header), m[1]+"(") {
				t.Errorf("liblicet.h lacks %s", m[1])
			}
		}
	}
}

func (l *library) run(name string, args ...string) string {
	l.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		l.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return string(out)
}
