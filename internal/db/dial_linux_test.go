package db

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// A connection whose other end is silent is given up in time, over TCP and
// without a hitch over a socket of the machine.
func TestDialGivesUp(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	local, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	c, err := dial(t.Context(), "tcp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Control(func(fd uintptr) {
		if ms, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT); err != nil || ms != int(unanswered.Milliseconds()) {
			t.Errorf("%d ms, %v", ms, err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	other, err := dial(t.Context(), "unix", local.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
}
