package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/pagetest"
	"github.com/licet/licet/wire"
)

// In scripts the program runs as a process of its own, on a machine and at a time
// that the script names by variables which only this test reads.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"licet-activate": func() { os.Exit(inScript()) }})
}

func inScript() int {
	clock := clienttest.NewClock()
	if t, err := time.Parse(time.DateOnly, os.Getenv("TEST_DAY")); err == nil {
		clock.Set(t)
	}
	var ticking client.Clock = clock
	if os.Getenv("TEST_PATIENT") != "" {
		ticking = patient{clock}
	}
	return run(context.Background(), os.Args[1:], environment{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, terminal: os.Getenv("TEST_TERMINAL") != "",
		beside: os.Getenv("TEST_BESIDE"), clock: ticking, machine: clienttest.Machine(os.Getenv("TEST_MACHINE")),
		browse: func(string) error { return errors.New("no browser in tests") },
	})
}

// stage is the publisher of one script.
type stage struct {
	server *clienttest.Server
	next   int
}

type stageKey struct{}

// setup starts the publisher's server and puts the pins into the script's folder.
func setup(env *testscript.Env) error {
	p := clienttest.New("acme")
	s := &stage{server: clienttest.NewServer(p)}
	h := httptest.NewServer(s.server)
	env.Defer(h.Close)
	p.Server = h.URL
	env.Values[stageKey{}] = s
	env.Setenv("TEST_MACHINE", "alpha")
	env.Setenv("SERVER", h.URL)
	env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "home", "config"))
	if err := os.MkdirAll(filepath.Join(env.WorkDir, "home"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(env.WorkDir, "pins.json"), p.Pins(), 0o600)
}

func of(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }

// commands are what a script can let the publisher do. Licenses are numbered from
// 1 in the order in which they were sold.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	// sell FILE [name=value …]: writes a code into the file, and its last group into
	// FILE.hint. Names: licenses, seats, product, until (the last day), key (a prefix).
	"sell": func(ts *testscript.TestScript, _ bool, args []string) { of(ts).sell(ts, args) },
	// pair FILE TICKET: writes a pairing code for the code in the other file.
	"pair": func(ts *testscript.TestScript, _ bool, args []string) {
		code := of(ts).server.Pair(strings.TrimSpace(ts.ReadFile(args[1])))
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(code+"\n"), 0o600))
	},
	// depot REQUEST ANSWER: hands a request file in.
	"depot": func(ts *testscript.TestScript, neg bool, args []string) {
		answer, err := of(ts).server.Depot([]byte(ts.ReadFile(args[0])))
		if neg {
			if err == nil {
				ts.Fatalf("the depot has answered")
			}
			ts.Logf("%v", err)
			return
		}
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), answer, 0o600))
	},
	// shoot FILE PICTURE…: takes pictures of a file's QR codes, one each.
	"shoot": func(ts *testscript.TestScript, _ bool, args []string) {
		codes := drawn(ts, args[0], len(args)-1)
		for i, c := range codes {
			var b bytes.Buffer
			ts.Check(jpeg.Encode(&b, c.Image(5), nil))
			ts.Check(os.WriteFile(ts.MkAbs(args[i+1]), b.Bytes(), 0o600))
		}
	},
	// scan FILE TEXT CODES: what another program reads in that many codes of a file.
	"scan": func(ts *testscript.TestScript, _ bool, args []string) {
		var texts strings.Builder
		for _, c := range drawn(ts, args[0], number(ts, args[2])) {
			texts.WriteString("\n" + c.Text() + "\r\n")
		}
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(texts.String()), 0o600))
	},
	// unshoot FILE PICTURE…: reads pictures as the depot does.
	"unshoot": func(ts *testscript.TestScript, _ bool, args []string) {
		var all [][]byte
		for _, name := range args[1:] {
			all = append(all, []byte(ts.ReadFile(name)))
		}
		f, err := qr.ReadFile(all...)
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), f.Bytes(), 0o600))
	},
	// page OUTPUT TICKET ANSWER [KEY]: somebody types the groups of an output of the
	// program at the publisher's, and a ticket.
	"page": func(ts *testscript.TestScript, _ bool, args []string) {
		groups := typedGroup.FindAllString(ts.ReadFile(args[0]), -1)
		answer, key, no := of(ts).server.Typed(strings.Join(groups, "\n"), strings.TrimSpace(ts.ReadFile(args[1])))
		if no != nil {
			ts.Fatalf("refused: %s", no.Code)
		}
		ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(answer+"\n"), 0o600))
		if len(args) > 3 {
			ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(key+"\n"), 0o600))
		}
	},
	// mistype FILE WRONG LINE: another symbol in a line of a file, from 1.
	"mistype": func(ts *testscript.TestScript, _ bool, args []string) {
		lines := strings.Split(ts.ReadFile(args[0]), "\n")
		n := number(ts, args[2]) - 1
		other := "0"
		if lines[n][3] == '0' {
			other = "1"
		}
		lines[n] = lines[n][:3] + other + lines[n][4:]
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "\n")), 0o600))
	},
	"recall": func(ts *testscript.TestScript, _ bool, args []string) {
		of(ts).server.Recall(clienttest.ID(number(ts, args[0])))
	},
	"block": func(ts *testscript.TestScript, _ bool, args []string) {
		of(ts).server.Block(clienttest.ID(number(ts, args[0])), len(args) == 1)
	},
	// list [CONTAINER]: issues a block list; CONTAINER stands for that of the first machine.
	"list": func(ts *testscript.TestScript, _ bool, args []string) {
		s := of(ts).server
		if len(args) == 0 {
			s.List()
			return
		}
		s.List(s.First())
	},
	// fate WHAT…: what happens to the next messages.
	"fate": func(ts *testscript.TestScript, _ bool, args []string) {
		fates := map[string]clienttest.Fate{
			"lose": clienttest.LoseAsked, "lose-answer": clienttest.LoseAnswer, "limited": clienttest.Limited, "arrive": clienttest.Arrive,
		}
		for _, a := range args {
			of(ts).server.Expect(fates[a])
		}
	},
	// leases N: that many leases go on.
	"leases": func(ts *testscript.TestScript, _ bool, args []string) {
		if n := of(ts).server.Leases(); n != number(ts, args[0]) {
			ts.Fatalf("%d leases go on", n)
		}
	},
	// used N SEATS: that many seats of a license are in use.
	"used": func(ts *testscript.TestScript, _ bool, args []string) {
		if used := of(ts).server.Used(clienttest.ID(number(ts, args[0]))); used != int64(number(ts, args[1])) {
			ts.Fatalf("%d seats are used, want %s", used, args[1])
		}
	},
	// loose FILE: a license file that is bound to no machine.
	"loose": func(ts *testscript.TestScript, _ bool, args []string) {
		p := of(ts).server.P
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), p.File(clienttest.Sign(p.Issuing, p.License(clienttest.ID(500), "cad"))), 0o600))
	},
	// argument FILE VARIABLE: the first line of a file as a variable.
	"argument": func(ts *testscript.TestScript, _ bool, args []string) {
		line, _, _ := strings.Cut(ts.ReadFile(args[0]), "\n")
		ts.Setenv(args[1], line)
	},
}

// typedGroup is a group of a typed code as it is printed.
var typedGroup = regexp.MustCompile(`(?:[0-9A-Z]{5}-){2}[0-9A-Z]{5}`)

// drawn returns the QR codes of a file, so many.
func drawn(ts *testscript.TestScript, file string, n int) []*qr.Code {
	f, err := wire.ParseLines([]byte(ts.ReadFile(file)))
	ts.Check(err)
	codes, err := qr.Encode(f, qr.Room(1300/n))
	ts.Check(err)
	if len(codes) != n {
		ts.Fatalf("%d codes", len(codes))
	}
	return codes
}

func number(ts *testscript.TestScript, s string) int {
	n, err := strconv.Atoi(s)
	ts.Check(err)
	return n
}

func (s *stage) sell(ts *testscript.TestScript, args []string) {
	licenses, code := 1, clienttest.Ticket()
	o := clienttest.Offer{
		Product: "cad", Article: "CAD-PRO", Features: []string{"draw", "render"}, Limits: map[string]int64{"parts": 500},
	}
	for _, a := range args[1:] {
		name, value, _ := strings.Cut(a, "=")
		switch name {
		case "licenses":
			licenses = number(ts, value)
		case "seats":
			o.Seats = int64(number(ts, value))
		case "lends":
			o.Lends = value == "1"
		case "product":
			o.Product = value
		case "key":
			code = clienttest.Key(value)
		case "until":
			t, err := time.Parse(time.DateOnly, value)
			ts.Check(err)
			o.Expires = t.AddDate(0, 0, 1)
		default:
			ts.Fatalf("sell: %s", a)
		}
	}
	var offers []*clienttest.Offer
	for range licenses {
		s.next++
		one := o
		one.ID = clienttest.ID(s.next)
		offers = append(offers, &one)
	}
	s.server.Put(code, offers...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(code+"\n"), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".hint"), []byte(code[len(code)-5:]+"\n"), 0o600))
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", Setup: setup, Cmds: commands, RequireExplicitExec: true, RequireUniqueNames: true,
		UpdateScripts: os.Getenv("LICET_UPDATE") == "1",
	})
}

// TestTutorial runs every command of the tutorial, in order, in one folder.
func TestTutorial(t *testing.T) {
	var script strings.Builder
	script.WriteString("sell ticket.txt seats=2\nargument ticket.txt TICKET\npair pairing.txt ticket.txt\nargument pairing.txt PAIRING\nlist\n")
	for _, b := range pagetest.Open(t, "docs/tutorials/activate.md").Blocks("sh", "console") {
		for _, c := range b.Commands() {
			script.WriteString(tutorialLine(c.Text, c.Note))
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tutorial.txtar"), []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: dir, Setup: setup, Cmds: commands, RequireExplicitExec: true})
}

// tutorialLine turns a command of the page into one of a script. What a person
// does elsewhere stands in the comment behind it: "on the other machine", "hand in FILE,
// get FILE" or "type it on the page, get FILE and FILE".
func tutorialLine(command, comment string) string {
	pre, post := "", ""
	fields := strings.Fields(comment)
	switch {
	case comment == "on the other machine":
		pre, post = "env TEST_MACHINE=beta HOME=$WORK/beta XDG_CONFIG_HOME=$WORK/beta\n", "env TEST_MACHINE=alpha HOME=$WORK/home XDG_CONFIG_HOME=$WORK/home/config\n"
	case len(fields) == 5 && fields[0] == "hand" && strings.HasSuffix(fields[4], ".jpg"):
		post = "unshoot in.txt " + strings.TrimSuffix(fields[2], ",") + "\ndepot in.txt out.txt\nshoot out.txt " + fields[4] + "\n"
	case len(fields) == 5 && fields[0] == "hand":
		post = "depot " + strings.TrimSuffix(fields[2], ",") + " " + fields[4] + "\n"
	case len(fields) == 9 && fields[0] == "type":
		post = "page stdout ticket.txt " + fields[6] + " " + fields[8] + "\n"
	}
	command = strings.ReplaceAll(command, "7H2KM-…", "$TICKET")
	command = strings.ReplaceAll(command, "3TS1D-…", "$PAIRING")
	return fmt.Sprintf("%sexec %s\n%s", pre, command, post)
}
