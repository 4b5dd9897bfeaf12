// Command mutate takes away each check of a right, one at a time, and runs the
// tests that ought to notice: a check whose removal passes every test is one
// that a change could lose without anybody seeing it.
//
//	go run ./mutate [-list] [-only EXPRESSION] [-quick]     in tools/; ./check deep runs it
//
// What counts as a check, and how it is taken away, stands in guards.go. All
// mutants are compiled into one set of test binaries, by an overlay that leaves
// the tree alone (overlay.go); the environment then chooses one of them, so that
// a mutant costs only the running of its tests. Without a choice the binaries
// are the unmutated program: it must pass every test first.
//
// Exit codes: 0 every removal is noticed; 1 there are survivors; 2 nothing can
// be said: the tests fail without a mutant, the mutants do not compile, a run
// ended without a verdict, or the tables of guards.go do not fit the source.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	list := flag.Bool("list", false, "only list what would be taken away")
	only := flag.String("only", "", "only mutants whose line matches this expression")
	short := flag.Bool("quick", false, "only the tests of rights, and the routes")
	flag.Parse()
	if *short {
		steps = steps[:quick]
	}
	survivors, err := run(*list, *only)
	if survivors > 0 {
		fmt.Printf("%d checks can be taken away without a test noticing\n", survivors)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	case survivors > 0:
		os.Exit(1)
	}
}

func run(list bool, only string) (survivors int, err error) {
	began := time.Now()
	root, err := goRoot()
	if err != nil {
		return 0, err
	}
	all, err := mutants(root)
	if err != nil {
		return 0, err
	}
	if len(all) < leastMutants {
		return 0, fmt.Errorf("only %d checks were found, %d are known to be there", len(all), leastMutants)
	}
	wanted, err := regexp.Compile(only)
	if err != nil {
		return 0, err
	}
	chosen := slices.DeleteFunc(slices.Clone(all), func(m mutant) bool { return !wanted.MatchString(m.String()) })
	if list {
		for _, m := range chosen {
			fmt.Println(m)
		}
		return 0, nil
	}
	dir, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	b, err := build(root, dir, all, chosen)
	if err != nil {
		return 0, err
	}
	fmt.Printf("%d mutants; the tests pass without them (%d s)\n", len(chosen), int(time.Since(began).Seconds()))
	return judge(b, chosen, began)
}

// leastMutants guards against a change that hides checks from this program.
const leastMutants = 280

// judge tries every mutant and prints what became of each, and the sums. The error
// joins the mutants of which nothing can be said.
func judge(b *bench, chosen []mutant, began time.Time) (survivors int, err error) {
	sums := map[string]int{}
	var unsaid []error
	for i, m := range chosen {
		start := time.Now()
		by, test, err := b.try(m)
		why := doubled[m.key()]
		switch {
		case err != nil:
			by, test = "no verdict", "no verdict"
			unsaid = append(unsaid, fmt.Errorf("%s: %w", m, err))
		case by == "" && why != "":
			by, test = "doubled", "nothing, as "+why
		case by == "":
			survivors++
			by, test = "NOTHING", "NOTHING"
		case why != "":
			unsaid = append(unsaid, fmt.Errorf("%s: %s notices it; take it out of the list of doubled checks", m, test))
		}
		sums[by]++
		fmt.Printf("[%d/%d] %s: noticed by %s, %.1f s\n", i+1, len(chosen), m, test, time.Since(start).Seconds())
	}
	fmt.Printf("%d mutants in %d s", len(chosen), int(time.Since(began).Seconds()))
	for _, by := range append(stepNames(), "doubled", "NOTHING", "no verdict") {
		if sums[by] > 0 {
			fmt.Printf("; %s: %d", by, sums[by])
		}
	}
	fmt.Println()
	return survivors, errors.Join(unsaid...)
}

// goRoot is the folder of the repository.
func goRoot() (string, error) {
	out, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	return strings.TrimSpace(string(out)), err
}
