package db

import (
	"context"
	"net"
	"time"
)

const (
	dialTimeout = 10 * time.Second
	// unanswered is how long the other end of a connection may be silent though it
	// was asked: the system's own patience is a quarter of an hour, and as long
	// nobody would be told that the database is gone.
	unanswered = 30 * time.Second
)

// dial connects to PostgreSQL.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{
		Timeout: dialTimeout, Control: impatient,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: unanswered / 3, Interval: unanswered / 6, Count: 4},
	}
	return d.DialContext(ctx, network, address)
}
