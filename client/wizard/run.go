package wizard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// What Run ends with.
var (
	// ErrIdle: nobody has used the wizard for the time that its options say.
	ErrIdle = errors.New("wizard: nobody has used it")
	// ErrListen: no port of the loopback interface can be listened on.
	ErrListen = errors.New("wizard: cannot listen on the loopback interface")
)

const (
	headerTime = 10 * time.Second
	maxHeader  = 16 << 10
	farewell   = time.Second // for the last page to arrive

	releaseTime = 10 * time.Second // for the server to hear that places are free
)

// Run serves the wizard on a free port of the loopback interface until it is
// closed on its page, nobody uses it any more, or ctx ends. show is told the link
// that opens it, once; it may open a browser (see Open), print the link, or both.
// What is under way when it ends is finished. Errors: ErrListen, ErrIdle, that of
// ctx; nil when it was closed.
func (w *Wizard) Run(ctx context.Context, show func(link string)) error {
	l, err := listen()
	if err != nil {
		return err
	}
	s := &http.Server{Handler: w, ReadHeaderTimeout: headerTime, MaxHeaderBytes: maxHeader}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	show(w.Link("http://" + l.Addr().String()))

	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	idle := make(chan error, 1)
	go func() { idle <- w.waitIdle(waiting) }()
	select {
	case err = <-served:
	case err = <-idle:
	case <-w.closed:
		_ = w.clock.Wait(ctx, farewell)
	}
	select {
	case <-w.closed:
		err = nil // whatever else has ended meanwhile
	default:
	}
	_ = s.Shutdown(context.WithoutCancel(ctx)) // waits for what is under way
	last, done := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer done()
	w.Release(last)
	return err
}

func listen() (net.Listener, error) {
	var all error
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", at)
		if err == nil {
			return neighbors{l}, nil
		}
		all = errors.Join(all, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrListen, all)
}

// neighbors is a listener that does not talk to other users of this machine, where
// the system tells whose a connection is: the link stands in the command line of
// the browser that is started with it, and there everybody can read it.
type neighbors struct{ net.Listener }

// Accept returns the next connection that may be this user's.
func (n neighbors) Accept() (net.Conn, error) {
	for {
		c, err := n.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if owner, known := ownerOf(c.RemoteAddr(), c.LocalAddr()); !known || !foreignUser(owner, os.Getuid()) {
			return c, nil
		}
		_ = c.Close() // there is nobody to tell
	}
}

// foreignUser reports whether a user has no business with what another one runs.
// The system's own may, and may be asked by everybody.
func foreignUser(peer, own int) bool { return peer != own && peer != 0 && own != 0 }

// waitIdle returns when nobody has used the wizard for long, and it holds no place
// of a floating license, or when ctx ends.
func (w *Wizard) waitIdle(ctx context.Context) error {
	if w.o.Idle < 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	for {
		w.mu.Lock()
		rest := w.o.Idle - w.clock.Now().Sub(w.used)
		w.mu.Unlock()
		switch {
		case rest > 0:
		case w.holds():
			rest = w.o.Idle
		default:
			return ErrIdle
		}
		if err := w.clock.Wait(ctx, rest); err != nil {
			return err
		}
	}
}

// Open opens a link in the user's browser and does not wait for it. The error
// says that there is none, or that it could not be asked; show the link then.
func Open(link string) error {
	if !strings.HasPrefix(link, "http://127.0.0.1:") && !strings.HasPrefix(link, "http://[::1]:") {
		return fmt.Errorf("wizard: %q is no link of a wizard", link)
	}
	name, args := "xdg-open", []string{link}
	switch runtime.GOOS {
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", link}
	case "darwin":
		name = "open"
	}
	cmd := exec.Command(name, args...)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("wizard: no browser: %w", err)
	}
	go func() { _ = cmd.Wait() }()
	return nil
}
