package proof_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/db"
)

// childEnv tells the test binary to be a server instead; its value is the
// command line of that server in JSON.
const childEnv = "LICET_PROOF_CHILD"

func TestMain(m *testing.M) {
	if args := os.Getenv(childEnv); args != "" {
		if err := serve(args); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serve is the child: the product as licet serve wires it, with fail points
// that the parent arms over standard input. It ends when the parent does.
func serve(args string) error {
	var list []string
	if err := json.Unmarshal([]byte(args), &list); err != nil {
		return err
	}
	c, _, err := app.ParseConfig(list, func(string) string { return "" })
	if err != nil {
		return err
	}
	var clock offset
	var trap trap
	seams := app.Seams{
		Now: clock.now, Hooks: &db.Hooks{Point: trap.point}, Log: app.NewLog(os.Stderr, c.LogFormat, c.LogLevel),
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	a, err := app.Open(ctx, c, seams)
	if err != nil {
		return err
	}
	go func() {
		defer stop()
		obey(ctx, a, &clock, &trap)
	}()
	err = a.Serve(ctx, func(at app.Running) { fmt.Println("ready", or(at.API), or(at.Ops)) })
	if e := a.Close(); err == nil {
		err = e
	}
	return err
}

func or(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// obey carries out the parent's commands until it is gone.
func obey(ctx context.Context, a *app.App, clock *offset, trap *trap) {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		what, rest, _ := strings.Cut(in.Text(), " ")
		switch what {
		case "clock":
			n, _ := strconv.ParseInt(rest, 10, 64)
			clock.by.Store(n)
		case "sweep":
			_, err := a.Lic.Elapse(ctx)
			if err == nil {
				_, err = a.Lic.ElapseLeases(ctx)
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return
			}
		case "arm":
			name, times, _ := strings.Cut(rest, " ")
			n, _ := strconv.Atoi(times)
			trap.arm(name, n)
			continue
		}
		fmt.Println("ok")
	}
}

// offset is a clock that runs by the machine's, so much later.
type offset struct{ by atomic.Int64 }

func (o *offset) now() time.Time { return time.Now().Add(time.Duration(o.by.Load())) }

// trap kills the process at the n-th pass of a named fail point.
type trap struct {
	mu   sync.Mutex
	name string
	left int
}

// arm sets the trap, and says so before anybody can walk into it.
func (t *trap) arm(name string, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.name, t.left = name, n
	fmt.Println("ok")
}

func (t *trap) point(_ context.Context, name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if name != t.name {
		return nil
	}
	if t.left--; t.left > 0 {
		return nil
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := self.Kill(); err != nil {
		return err
	}
	select {} // the signal is on its way; nothing may happen after the point
}
