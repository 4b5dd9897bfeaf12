package dbtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/licet/licet/internal/db"
)

// Server is a PostgreSQL server of one test alone, for tests that kill it.
type Server struct {
	t   testing.TB
	c   *cluster
	cmd *exec.Cmd
	url string
}

// DurablePostgres starts a server with a data folder of its own and one migrated
// database. It is stopped and removed with the test; the test is skipped without
// PostgreSQL.
func DurablePostgres(t testing.TB, opts ...Option) *Server {
	t.Helper()
	bin, err := binaries()
	need(t, err)
	cred, err := unprivileged()
	need(t, err)
	var conf config
	for _, o := range opts {
		o(&conf)
	}
	s := &Server{t: t, c: &cluster{bin: bin, dir: Dir(t), cred: cred}}
	need(t, s.c.makeDir())
	need(t, os.Chmod(s.c.dir, 0o755))
	need(t, s.c.init())
	t.Cleanup(s.stop)
	s.Start()
	need(t, s.c.exec("CREATE DATABASE licet"))
	s.url = s.c.url("licet")
	if conf.version >= 0 {
		need(t, migrate(db.Options{URL: s.url}, conf.version))
	}
	return s
}

// URL returns the address of the database; it stays the same after a restart.
func (s *Server) URL() string { return s.url }

// Start runs the server, which recovers as after a crash if it was killed.
func (s *Server) Start() {
	s.t.Helper()
	if s.cmd != nil {
		return
	}
	cmd, err := s.c.start("fsync=on", "full_page_writes=on", "synchronous_commit=on")
	need(s.t, err)
	s.cmd = cmd
}

// Kill ends the postmaster and its children at once, by SIGKILL, and waits until
// they are gone. The postmaster is halted first: a child that it forked behind
// our back would keep the shared memory, and with it the next start.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	pid := s.cmd.Process.Pid
	_ = syscall.Kill(pid, syscall.SIGSTOP)
	waitFor([]int{pid}, ") T ")
	children := childrenOf(pid)
	_ = syscall.Kill(pid, syscall.SIGKILL)
	for _, c := range children {
		_ = syscall.Kill(c, syscall.SIGKILL)
	}
	waitFor(append(children, pid), ") Z ")
	_ = os.Remove(filepath.Join(s.c.data(), "postmaster.pid"))
	s.cmd = nil
}

// stop ends the server in a way that frees its shared memory.
func (s *Server) stop() {
	if s.cmd == nil {
		return
	}
	_ = syscall.Kill(s.cmd.Process.Pid, syscall.SIGQUIT)
	waitFor([]int{s.cmd.Process.Pid}, ") Z ")
	s.cmd = nil
}

// childrenOf returns the processes whose parent is pid.
func childrenOf(pid int) (out []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// "pid (name) state ppid …": the name may hold anything but the last ")".
		_, rest, _ := bytes.Cut(text[bytes.LastIndexByte(text, ')'):], []byte(") "))
		fields := strings.Fields(string(rest))
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			var child int
			if _, err := fmt.Sscan(filepath.Base(filepath.Dir(path)), &child); err == nil {
				out = append(out, child)
			}
		}
	}
	return out
}

// waitFor polls until each process is in a state, as /proc shows it, or gone.
func waitFor(pids []int, state string) {
	for _, pid := range pids {
		for {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err != nil || bytes.Contains(text, []byte(state)) {
				break
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
}
