//go:build unix

package pkcs11

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/licet/licet/client/pkcs11/line"
	"github.com/licet/licet/internal/p11test"
)

// hang stops a helper as a driver does that waits for a device that is stuck.
// A signal that was sent is not yet one that arrived: until the system says that
// the helper stands, it may still answer.
func (d *Device) hang(t *testing.T) {
	t.Helper()
	pid := d.run.cmd.Process.Pid
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var now syscall.WaitStatus
	for !now.Stopped() {
		if _, err := syscall.Wait4(pid, &now, syscall.WUNTRACED, nil); err != nil && !errors.Is(err, syscall.EINTR) {
			t.Fatal(err)
		}
	}
}

// A helper that does not answer is killed, and the next call has another.
func TestHang(t *testing.T) {
	dev := p11test.New(t)
	d := open(t, config(t, dev))
	key := makeKey(t, d, line.Ed25519, line.UseSign)
	sign := line.Call{Do: line.Sign, Key: key.ID, Data: []byte("m")}
	want := do(t, d, sign).Data
	d.hang(t)
	d.cfg.Timeout = time.Millisecond
	fails(t, d, sign, Slow)
	d.cfg.Timeout = patience
	if got := do(t, d, sign).Data; !bytes.Equal(got, want) {
		t.Fatal("another signature")
	}
}

// A pool whose helpers are all stuck refuses instead of queueing, rests for a
// moment after a failure, and comes back by itself.
func TestPool(t *testing.T) {
	dev := p11test.New(t)
	cfg := config(t, dev)
	now, clock := time.Unix(0, 0), sync.Mutex{}
	p := NewPool(cfg, 2, func() time.Time { clock.Lock(); defer clock.Unlock(); return now })
	t.Cleanup(p.Close)
	key := makeKey(t, p, line.Ed25519, line.UseSign)
	sign := line.Call{Do: line.Sign, Key: key.ID, Data: []byte("m")}
	want := do(t, p, sign).Data
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := do(t, p, sign).Data; !bytes.Equal(got, want) {
				t.Error("another signature")
			}
		})
	}
	all.Wait()
	if p.State() != nil || p.Counts() != (Counts{Done: 10}) {
		t.Errorf("%v %+v", p.State(), p.Counts())
	}

	a, b := <-p.free, <-p.free
	p.cfg.Timeout = time.Millisecond
	fails(t, p, sign, Busy)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Call(gone, sign); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := p.Check(t.Context()); err != nil || p.State() != nil {
		t.Error("a pool at work is no broken one:", err)
	}
	p.free <- a
	p.free <- b

	dev.Pull(t)
	fails(t, p, sign, line.Removed)
	dev.Plug(t)
	fails(t, p, sign, line.Removed) // it rests, and nobody is asked
	clock.Lock()
	now = now.Add(pause)
	clock.Unlock()
	if err := p.Check(t.Context()); err != nil || p.State() != nil {
		t.Error(err, p.State())
	}
	do(t, p, sign)
}
