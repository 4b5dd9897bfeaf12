//go:build unix

// Package tpmtest gives tests a TPM 2.0: swtpm on a folder of the test's. A test
// restarts it by starting another on the same folder.
package tpmtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"

	"github.com/licet/licet/internal/pagetest"
)

// TPM is a running software TPM.
type TPM struct {
	socket string
	stop   func()
}

// Start starts a software TPM on a state folder; the end of the test stops it. The
// test is left out where there is no swtpm.
func Start(t testing.TB, state string) *TPM {
	t.Helper()
	path, err := exec.LookPath("swtpm")
	if err != nil {
		pagetest.LeftOut(t, "swtpm is not installed")
	}
	dir, err := os.MkdirTemp("", "licet-tpm-") // the path of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &TPM{socket: filepath.Join(dir, "tpm")}
	cmd := exec.CommandContext(ctx, path, "socket", "--tpm2", "--tpmstate", "dir="+state,
		"--server", "type=unixio,path="+s.socket, "--flags", "not-need-init,startup-clear")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		stop()
		t.Fatal(err)
	}
	s.stop = sync.OnceFunc(func() {
		stop()
		if err := cmd.Wait(); !errors.Is(err, context.Canceled) && !strings.Contains(fmt.Sprint(err), "killed") {
			t.Errorf("swtpm has ended by itself: %v\n%s", err, said.String())
		}
		_ = os.RemoveAll(dir)
	})
	t.Cleanup(s.stop)
	s.listens(t)
	return s
}

// listens waits until the TPM can be reached: its socket is there a moment before,
// and opening looks for no more than that.
func (s *TPM) listens(t testing.TB) {
	t.Helper()
	until, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		if c, err := net.Dial("unix", s.socket); err == nil {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			return
		}
		select {
		case <-until.Done():
			t.Fatal("swtpm does not start")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Open opens the TPM.
func (s *TPM) Open() (transport.TPMCloser, error) { return linuxudstpm.Open(s.socket) }

// Stop switches the TPM off.
func (s *TPM) Stop() { s.stop() }
