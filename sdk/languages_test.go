package sdk_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/licet/licet/internal/pagetest"
)

// language is one of the kit's languages: what its programs are built with and
// how they are run.
type language struct {
	name  string
	needs [][]string                                            // commands that must end well, each a program with arguments
	build func(to string) []*exec.Cmd                           // in the language's folder; nil = nothing to build
	run   func(built, program string, args ...string) *exec.Cmd // program: "vectors", "client", "first"
	once  *sync.Once
	built string
	err   error
}

// builds is where programs are built; TestMain removes it.
var builds string

func TestMain(m *testing.M) {
	var err error
	if builds, err = os.MkdirTemp("", "licet-sdk-"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := os.RemoveAll(builds); err != nil && code == 0 {
		code = 1
	}
	os.Exit(code)
}

// cFlags are those of the C programs: no warning, no undefined behavior, no leak.
var cFlags = []string{
	"-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror", "-O1", "-g",
	"-fsanitize=address,undefined", "-fno-sanitize-recover=all",
}

var languages = []*language{
	{
		name: "c", needs: [][]string{{"gcc", "--version"}, {"sh", "-c", "echo '#include <openssl/ssl.h>' | gcc -fsyntax-only -xc -"}},
		build: func(to string) (list []*exec.Cmd) {
			for _, p := range programs("c", ".c", "licet", "licet_client") {
				sources := []string{p + ".c", "licet.c"}
				if p == "client" {
					sources[1] = "licet_client.c" // which includes the other
				}
				args := append(append(append([]string{}, cFlags...), sources...), "-lssl", "-lcrypto", "-o", filepath.Join(to, p))
				list = append(list, exec.Command("gcc", args...))
			}
			return list
		},
		run: func(built, program string, args ...string) *exec.Cmd {
			return exec.Command(filepath.Join(built, program), args...)
		},
	},
	{
		name: "python", needs: [][]string{{python(), "-c", "import cryptography"}},
		run: func(_, program string, args ...string) *exec.Cmd {
			return exec.Command(python(), append([]string{filepath.Join("python", program+".py")}, args...)...)
		},
	},
	{
		name: "javascript", needs: [][]string{{"node", "--version"}},
		run: func(_, program string, args ...string) *exec.Cmd {
			return exec.Command("node", append([]string{filepath.Join("javascript", program+".mjs")}, args...)...)
		},
	},
	{
		name: "java", needs: [][]string{{"javac", "-version"}, {"java", "-version"}},
		build: func(to string) []*exec.Cmd {
			files, err := filepath.Glob("java/*.java")
			if err != nil {
				panic(err)
			}
			for i := range files {
				files[i] = filepath.Base(files[i])
			}
			return []*exec.Cmd{exec.Command("javac", append([]string{"-Xlint:all", "-Werror", "-d", to}, files...)...)}
		},
		run: func(built, program string, args ...string) *exec.Cmd {
			return exec.Command("java", append([]string{"-XX:TieredStopAtLevel=1", "-cp", built, title(program)}, args...)...)
		},
	},
	{
		name: "csharp", needs: [][]string{{"mcs", "--version"}, {"mono", "--version"}},
		build: func(to string) (list []*exec.Cmd) {
			for _, p := range programs("csharp", ".cs", "Licet", "LicetClient") {
				sources := []string{p + ".cs", "Licet.cs"}
				if p == "Client" {
					sources = append(sources, "LicetClient.cs")
				}
				args := append([]string{"-warnaserror", "-r:System.Numerics.dll", "-out:" + filepath.Join(to, p+".exe")}, sources...)
				list = append(list, exec.Command("mcs", args...))
			}
			return list
		},
		run: func(built, program string, args ...string) *exec.Cmd {
			return exec.Command("mono", append([]string{filepath.Join(built, title(program)+".exe")}, args...)...)
		},
	},
}

// programs are the files of a folder that are programs, without their ending.
func programs(folder, ending string, libraries ...string) (list []string) {
	files, err := filepath.Glob(filepath.Join(folder, "*"+ending))
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ending)
		library := false
		for _, l := range libraries {
			library = library || l == name
		}
		if !library {
			list = append(list, name)
		}
	}
	return list
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// python is the first of the machine's Pythons that has the package cryptography.
var python = sync.OnceValue(func() string {
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import cryptography").Run() == nil {
			return p
		}
	}
	return "python3"
})

func init() {
	for _, l := range languages {
		l.once = &sync.Once{}
	}
}

// ready builds the language's programs, once; it skips where the machine has not
// what they need, and fails where nothing may be left out.
func (l *language) ready(t *testing.T) {
	t.Helper()
	for _, n := range l.needs {
		if out, err := exec.Command(n[0], n[1:]...).CombinedOutput(); err != nil {
			pagetest.LeftOut(t, fmt.Sprintf("%s: %v: %v\n%s", l.name, n, err, out))
		}
	}
	l.once.Do(func() {
		l.err = l.sources()
		if l.built = filepath.Join(builds, l.name); l.err == nil {
			l.err = os.Mkdir(l.built, 0o755)
		}
		if l.build == nil || l.err != nil {
			return
		}
		for _, cmd := range l.build(l.built) {
			cmd.Dir = l.name
			if out, err := cmd.CombinedOutput(); err != nil && l.err == nil {
				l.err = fmt.Errorf("%s: %w\n%s", cmd, err, out)
			}
		}
	})
	if l.err != nil {
		t.Fatal(l.err)
	}
}

// sources reads the language's folder: what a test has read decides whether its
// result may be remembered.
func (l *language) sources() error {
	files, err := os.ReadDir(l.name)
	for _, f := range files {
		if err == nil && !f.IsDir() {
			_, err = os.ReadFile(filepath.Join(l.name, f.Name()))
		}
	}
	return err
}

// output runs a program to its end and returns what it printed.
func (l *language) output(t *testing.T, in io.Reader, program string, args ...string) string {
	t.Helper()
	out, problems, err := l.try(in, nil, program, args...)
	if err != nil {
		t.Fatalf("%s %s %v: %v\n%s%s", l.name, program, args, err, out, problems)
	}
	return out
}

func (l *language) try(in io.Reader, env []string, program string, args ...string) (out, problems string, err error) {
	var stdout, stderr bytes.Buffer
	cmd := l.run(l.built, program, args...)
	cmd.Env = append(environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &stdout, &stderr
	err = cmd.Run()
	return stdout.String(), stderr.String(), err
}

func environ() []string {
	return append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "LANG=C.UTF-8")
}
