package db

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// impatient bounds how long what was sent may stay without an acknowledgment.
func impatient(network, _ string, c syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(unanswered.Milliseconds()))
	})
	if err == nil {
		err = failed
	}
	return err
}
