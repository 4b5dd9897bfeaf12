package pagetest

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long one command may take; only the first compilation of
// everything comes near it.
const patience = 5 * time.Minute

// Shell is a terminal with a folder of its own, as somebody has it who follows a
// page: variables and the working folder stay from one command to the next.
type Shell struct {
	// Typed is what the reader types into every command that asks.
	Typed string

	t       testing.TB
	dir     string // where commands begin
	aside   string // what the reader does not see
	env     []string
	swaps   []string // of the page, of here, …
	bash    io.WriteCloser
	codes   *bufio.Reader
	printed []string // outputs, the newest last
}

// NewShell starts a shell in a new folder. The programs are in its PATH; go is
// one that works on the repository. swaps are pairs of a text of the page and
// what it is here, such as a folder of the system and one that may be written.
func NewShell(t testing.TB, swaps ...string) *Shell {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		LeftOut(t, "there is no bash")
	}
	s := &Shell{t: t, dir: t.TempDir(), aside: t.TempDir(), swaps: slices.Clone(swaps)}
	for _, port := range []string{"8420", "8421", "8422"} {
		s.swaps = append(s.swaps, "127.0.0.1:"+port, "127.0.0.1:"+freePort(t))
	}
	s.env = s.environment()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "bash", "--noprofile", "--norc")
	cmd.Dir, cmd.Env, cmd.Stderr = s.dir, s.env, os.Stderr
	var err error
	if s.bash, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.codes = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.bash.Close()
		_ = cmd.Wait()
	})
	return s
}

// environment is that of the shell: the programs in front, no setting of ours
// from outside, and the page's addresses on free ports.
func (s *Shell) environment() []string {
	var env []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, "LICET_") && !slices.Contains([]string{"PATH", "HOME", "LANG", "LC_ALL", "XDG_CONFIG_HOME", "TMPDIR"}, name) {
			env = append(env, v)
		}
	}
	return append(env,
		"PATH="+programs(s.t, s.aside)+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+s.aside, "TMPDIR="+s.aside, "LANG=en_US.UTF-8", "PAGETEST="+s.aside,
		"LICET_LISTEN="+s.here("127.0.0.1:8420"), "LICET_DEPOT_LISTEN="+s.here("127.0.0.1:8421"), "LICET_OPS_LISTEN="+s.here("127.0.0.1:8422"))
}

// Path returns a file of the shell's folder.
func (s *Shell) Path(name string) string { return filepath.Join(s.dir, name) }

// here turns a text of the page into one of this machine; page does the reverse.
func (s *Shell) here(text string) string { return strings.NewReplacer(s.swaps...).Replace(text) }

func (s *Shell) page(text string) string {
	back := slices.Clone(s.swaps)
	slices.Reverse(back)
	return strings.NewReplacer(back...).Replace(text)
}

// Do runs commands that are not on the page: what somebody did before.
func (s *Shell) Do(commands ...string) string {
	s.t.Helper()
	out := ""
	for _, c := range commands {
		out = s.command("before the page", Command{Text: c})
	}
	return out
}

// Run runs blocks of a page, and compares what they print with what is shown.
func (s *Shell) Run(blocks ...*Block) {
	s.t.Helper()
	for _, b := range blocks {
		for _, c := range b.Commands() {
			at := b.Page + ":" + strconv.Itoa(c.Line)
			if strings.Contains(c.Note, "second terminal") {
				s.start(at, c)
				continue
			}
			s.command(at, c)
		}
	}
}

// filled replaces the words that stand for what the reader copies.
func (s *Shell) filled(at, text string) string {
	s.t.Helper()
	for _, c := range copied {
		if !strings.Contains(text, c.word) {
			continue
		}
		found := ""
		for _, out := range s.printed {
			if m := c.is.FindStringSubmatch(out); m != nil {
				found = m[1]
			}
		}
		if found == "" {
			s.t.Fatalf("%s: nothing was printed that %s could be", at, c.word)
		}
		text = strings.ReplaceAll(text, c.word, found)
	}
	return s.here(text)
}

var exitNote = regexp.MustCompile(`exit code (\d+)`)

// command runs one command to its end.
func (s *Shell) command(at string, c Command) string {
	s.t.Helper()
	s.put("command", s.filled(at, c.Text))
	s.put("typed", s.Typed)
	late := time.AfterFunc(patience, func() { _ = s.bash.Close() })
	defer late.Stop()
	_, err := io.WriteString(s.bash, `{ . "$PAGETEST/command"; } <"$PAGETEST/typed" >"$PAGETEST/out" 2>&1; echo $?`+"\n")
	if err != nil {
		s.t.Fatalf("%s: %s: %v", at, c.Text, err)
	}
	code, err := s.codes.ReadString('\n')
	raw, _ := os.ReadFile(filepath.Join(s.aside, "out"))
	out := string(raw)
	want := "0"
	if m := exitNote.FindStringSubmatch(c.Note); m != nil {
		want = m[1]
	}
	if err != nil || strings.TrimSpace(code) != want {
		s.t.Fatalf("%s: %s\nended with %q, %v, want exit code %s\n%s", at, c.Text, strings.TrimSpace(code), err, want, out)
	}
	s.judge(at, c, out)
	return out
}

// judge compares an output with what the page shows, and keeps it.
func (s *Shell) judge(at string, c Command, out string) {
	s.t.Helper()
	s.printed = append(s.printed, out)
	if c.Want != "" && !same(c.Want, s.page(out)) {
		s.t.Errorf("%s: %s\nprints\n%s\nand the page shows\n%s", at, c.Text, s.page(out), c.Want)
	}
}

func (s *Shell) put(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.aside, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// start runs a command in a second terminal, in the folder where the first one
// began, until the test ends, and waits for what the page shows. It ends like a
// program that somebody stops by Ctrl-C, without an error.
func (s *Shell) start(at string, c Command) {
	s.t.Helper()
	out := &output{grew: make(chan struct{}, 1)}
	cmd := exec.CommandContext(context.WithoutCancel(s.t.Context()), "bash", "--noprofile", "--norc", "-c", "exec "+s.filled(at, c.Text))
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.env, out, out
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("%s: %v", at, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		if err := <-ended; err != nil && !s.t.Failed() {
			s.t.Errorf("%s: %s: after Ctrl-C %v\n%s", at, c.Text, err, out.text())
		}
	})
	want, late := pattern(c.Want), time.After(patience)
	for !want.MatchString(trim(s.page(out.text()))) {
		select {
		case <-out.grew:
		case err := <-ended:
			ended <- err
			s.t.Fatalf("%s: %s ended, %v\n%s", at, c.Text, err, out.text())
		case <-late:
			s.t.Fatalf("%s: %s prints\n%s\nand the page shows\n%s", at, c.Text, s.page(out.text()), c.Want)
		}
	}
	s.printed = append(s.printed, out.text())
}

// output is what a running program has printed.
type output struct {
	mu   sync.Mutex
	b    bytes.Buffer
	grew chan struct{}
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.grew <- struct{}{}:
	default:
	}
	return o.b.Write(p)
}

func (o *output) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
