package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// step is one try at noticing a mutant: the likely and quick tests come first.
// They run on SQLite: what asks for a right is the same code on both engines.
type step struct {
	name string
	home string // package; "" = that of the mutant
	run  string // -test.run
	skip string // -test.skip
}

// slow are tests that ask for no right and take long.
const slow = "Race|Crash|Kill|Model|Bulk|Plan|WhileRedeeming|Fuzz|Large|Many|Random|Shuffled|Restart|Serve|Config"

var steps = []step{
	{name: "tests of rights", run: "(Doors|Right|Gate|Scope)", skip: "/postgres"},
	{name: "every route", home: "internal/app", run: "EveryRoute|TheRightKey"},
	{name: "other tests", run: ".", skip: slow + "|/postgres"},
}

// quick is how many steps -quick leaves.
const quick = 2

func stepNames() (out []string) {
	for _, s := range steps {
		out = append(out, s.name)
	}
	return out
}

// chooses is the environment variable that chooses a mutant, by its number.
const chooses = "LICET_MUTANT"

// bench holds the test binaries, by package.
type bench struct {
	root  string
	tests map[string]string
	sound map[string]bool // step and package that pass without a mutant
}

// build compiles the tests of every package that has a mutant, and runs those of
// rights without one.
func build(root, dir string, all, chosen []mutant) (*bench, error) {
	replaced, err := overlay(root, dir, all)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": replaced})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	b := &bench{root: root, tests: map[string]string{}, sound: map[string]bool{}}
	for _, m := range chosen {
		for _, s := range steps {
			if err := b.compile(dir, file, s.of(m)); err != nil {
				return nil, err
			}
		}
		if err := b.baseline(steps[0], m); err != nil { // the others when they are needed
			return nil, err
		}
	}
	return b, nil
}

// baseline makes sure that tests pass without a mutant.
func (b *bench) baseline(s step, m mutant) error {
	home := s.of(m)
	if b.sound[s.name+home] {
		return nil
	}
	test, err := b.run(s, home, "")
	if err == nil && test != "" {
		err = fmt.Errorf("%s of %s fails without any mutant: nothing can be said", test, home)
	}
	b.sound[s.name+home] = err == nil
	return err
}

func (s step) of(m mutant) string {
	if s.home != "" {
		return s.home
	}
	return filepath.ToSlash(filepath.Dir(m.file))
}

func (b *bench) compile(dir, overlay, home string) error {
	if b.tests[home] != "" {
		return nil
	}
	binary := filepath.Join(dir, strings.ReplaceAll(home, "/", "_")+".test")
	c := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, "./"+home)
	c.Dir = b.root
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("the mutants do not compile, or their tests do not: %s", out)
	}
	b.tests[home] = binary
	return nil
}

// try returns which step and which test notice a mutant, "" if none does.
func (b *bench) try(m mutant) (by, test string, err error) {
	for _, s := range steps {
		if err := b.baseline(s, m); err != nil {
			return "", "", err
		}
		test, err := b.run(s, s.of(m), strconv.Itoa(m.id))
		if err != nil || test != "" {
			return s.name, test, err
		}
	}
	return "", "", nil
}

var (
	failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	noVerdict  = regexp.MustCompile(`panic: test timed out|no space left|cannot allocate`)
)

// run runs tests until the first failure and returns its name. A run that ends
// without a verdict is an error: it proves nothing.
func (b *bench) run(s step, home, id string) (failed string, err error) {
	args := []string{"-test.run", s.run, "-test.failfast", "-test.timeout=5m"}
	if s.skip != "" {
		args = append(args, "-test.skip", s.skip)
	}
	c := exec.Command(b.tests[home], args...)
	c.Dir = filepath.Join(b.root, home)
	c.Env = append(os.Environ(), chooses+"="+id, "LICET_DEEP=")
	out, err := c.CombinedOutput()
	if err == nil {
		return "", nil
	}
	last := ""
	for _, found := range failedTest.FindAllSubmatch(out, -1) {
		if name := string(found[1]); last == "" || strings.HasPrefix(name, last+"/") {
			last = name // the innermost
		}
	}
	if last == "" || noVerdict.Match(out) {
		return "", fmt.Errorf("the tests of %s ended without a verdict: %w\n%s", home, err, tail(out))
	}
	return last, nil
}

// tail is the end of what a program printed.
func tail(out []byte) []byte {
	const most = 2000
	return out[max(0, len(out)-most):]
}
