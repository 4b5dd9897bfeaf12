package wizard

import (
	"net"
	"os"
	"runtime"
	"testing"
)

// TestOwner: a connection over the loopback is known by its user, and other users
// are not talked to.
func TestOwner(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Logf("%s: %v", at, err) // a machine without IPv6
			continue
		}
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		in, err := (neighbors{l}).Accept()
		if err != nil {
			t.Fatal(err)
		}
		uid, known := ownerOf(in.RemoteAddr(), in.LocalAddr())
		if known && uid != os.Getuid() || !known && runtime.GOOS == "linux" {
			t.Errorf("%s: %d, %v", at, uid, known)
		}
		if _, known := ownerOf(in.LocalAddr(), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}); known {
			t.Error("a connection that is none is known")
		}
		for _, one := range []interface{ Close() error }{c, in, l} {
			if err := one.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	for _, c := range []struct {
		peer, own int
		foreign   bool
	}{{1000, 1000, false}, {1001, 1000, true}, {0, 1000, false}, {1000, 0, false}} {
		if foreignUser(c.peer, c.own) != c.foreign {
			t.Errorf("%+v", c)
		}
	}
	if _, known := ownerOf(&net.UnixAddr{Name: "x"}, &net.UnixAddr{}); known {
		t.Error("an address that is none is known")
	}
}
