// Command tally reads the events of `go test -json` and prints what a person
// wants to know: one line per package, the output of what failed, why tests
// were skipped, and a last line with the numbers. It exits with 1 when anything
// failed or nothing ran, and with CI=true when a test was skipped for another
// reason than that it belongs to ./check deep ("deep: …").
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// event is one line of test2json.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build events
	Test       string
	Elapsed    float64
	Output     string
}

// tally is the state of one reading.
type tally struct {
	out                     io.Writer
	passed, failed, skipped int
	packages                int
	broken                  []string            // packages and builds that failed
	output                  map[string][]string // package + test → its lines
	reasons                 map[string]int      // why tests were skipped
	slow                    []string            // packages over a minute
	strict                  bool                // leaving a test out is a failure
}

func main() {
	t := &tally{out: os.Stdout, output: map[string][]string{}, reasons: map[string]int{}, strict: os.Getenv("CI") == "true"}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 64<<20)
	for in.Scan() {
		var e event
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			fmt.Fprintln(t.out, in.Text()) // not an event: what go says itself
			continue
		}
		t.take(e)
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	if !t.close() {
		os.Exit(1)
	}
}

// take counts one event.
func (t *tally) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.out, e.Output)
	case "build-fail":
		t.broken = append(t.broken, e.ImportPath+" (build)")
	case "output":
		t.output[key] = append(t.output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.pkg(e)
		} else {
			t.test(e, key)
		}
		delete(t.output, key)
	}
}

// test counts the end of one test.
func (t *tally) test(e event, key string) {
	switch e.Action {
	case "pass":
		t.passed++
	case "skip":
		t.skipped++
		t.reasons[reason(t.output[key])]++
	case "fail":
		t.failed++
		fmt.Fprintf(t.out, "--- FAIL: %s %s\n%s", e.Package, e.Test, strings.Join(t.output[key], ""))
	}
}

// pkg prints the line of a package.
func (t *tally) pkg(e event) {
	lines := t.output[e.Package+" "]
	if e.Action == "fail" {
		t.broken = append(t.broken, e.Package)
		fmt.Fprint(t.out, strings.Join(lines, ""))
		for key, left := range t.output { // a test that never ended: a panic, a timeout
			if name, ok := strings.CutPrefix(key, e.Package+" "); ok && name != "" {
				fmt.Fprintf(t.out, "--- FAIL: %s %s (did not end)\n%s", e.Package, name, strings.Join(left, ""))
				delete(t.output, key)
			}
		}
		return
	}
	if e.Action == "skip" { // no test files
		return
	}
	t.packages++
	for _, l := range lines {
		if strings.HasPrefix(l, "ok ") {
			fmt.Fprint(t.out, l)
		}
	}
	if e.Elapsed > 60 {
		t.slow = append(t.slow, fmt.Sprintf("%s %.0f s", e.Package, e.Elapsed))
	}
}

// reason finds what a test said when it skipped itself.
func reason(lines []string) string {
	for _, l := range slices.Backward(lines) {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "---") || strings.HasPrefix(l, "===") {
			continue
		}
		if _, said, ok := strings.Cut(l, ".go:"); ok {
			_, said, _ = strings.Cut(said, ": ")
			return said
		}
		return l
	}
	return "no reason given"
}

// close prints the end and reports whether all is well.
func (t *tally) close() bool {
	out := 0
	for _, why := range slices.Sorted(maps.Keys(t.reasons)) {
		fmt.Fprintf(t.out, "skipped %d: %s\n", t.reasons[why], why)
		if !strings.HasPrefix(why, "deep: ") {
			out += t.reasons[why]
		}
	}
	if t.strict && out > 0 {
		t.broken = append(t.broken, fmt.Sprintf("%d tests were left out, and CI=true", out))
	}
	for _, s := range t.slow {
		fmt.Fprintf(t.out, "slow: %s\n", s)
	}
	for _, b := range t.broken {
		fmt.Fprintf(t.out, "FAIL %s\n", b)
	}
	fmt.Fprintf(t.out, "%d passed, %d failed, %d skipped in %d packages\n", t.passed, max(t.failed, len(t.broken)), t.skipped, t.packages)
	return t.failed == 0 && len(t.broken) == 0 && t.passed > 0
}
