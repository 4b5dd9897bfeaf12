package pagetest

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// LeftOut skips a test for what this machine lacks. Where CI=true nothing may be
// left out.
func LeftOut(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal("this may not be left out here: ", why)
	}
	t.Skip("LEFT OUT: ", why)
}

// built is where programs are built again and again, so that most times nothing
// is to be done; each test program has its own, for they run at the same time.
func built(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(Root(), ".cache", "pagetest", filepath.Base(os.Args[0]))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Program builds a program of cmd and returns its file, which stays the same
// while the tests of a package run.
func Program(t testing.TB, name string) string {
	t.Helper()
	file := filepath.Join(built(t), name)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", file, "./cmd/"+name)
	build.Dir = Root()
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	depends(t)
	return file
}

// depends tells go test that this test depends on every source of the repository,
// also on those that only the programs contain: or an old result would be shown.
var depends = func() func(t testing.TB) {
	var once sync.Once
	return func(t testing.TB) {
		t.Helper()
		once.Do(func() {
			err := filepath.WalkDir(Root(), func(path string, d fs.DirEntry, err error) error {
				switch {
				case err != nil:
					return err
				case d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "licet-data"):
					return fs.SkipDir
				case !d.IsDir():
					_, err = os.Stat(path)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}()

// goes is what the shell of a page has for go: it builds in the repository what
// the reader builds in a clone of it, and puts it into the reader's folder.
const goes = `#!/bin/bash
export HOME=%[1]q
case $1 in
run)
  shift
  program=%[3]q/$(basename "$1")
  %[2]q -C %[4]q build -o "$program" "$1" && export HOME=%[5]q && exec "$program" "${@:2}"
  ;;
build)
  shift
  flags=() out=
  while [ $# -gt 1 ]; do
    if [ "$1" = -o ]; then out=$2; shift; else flags+=("$1"); fi
    shift
  done
  key=%[3]q/$(printf '%%s' "${flags[*]}" | cksum | cut -d' ' -f1)
  mkdir -p "$key"
  %[2]q -C %[4]q build "${flags[@]}" -o "$key/$(basename "$1")" "$1" && cp "$key/$(basename "$1")" "${out:-$(basename "$1")}"
  ;;
*)
  echo "the pages of the documentation do not use: go $*" >&2
  exit 2
  ;;
esac
`

// programs makes a folder with licet, licet-activate and go.
func programs(t testing.TB, aside string) string {
	t.Helper()
	bin := filepath.Join(aside, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"licet", "licet-activate"} {
		if err := os.Symlink(Program(t, name), filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf(goes, os.Getenv("HOME"), real, built(t), Root(), aside)
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o700); err != nil { //nolint:gosec // it is a program
		t.Fatal(err)
	}
	return bin
}

// freePort returns a port of this machine that nobody has. It lies below those
// that the system gives away by itself, so that nobody gets it until it is used.
func freePort(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(12000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return ""
}
