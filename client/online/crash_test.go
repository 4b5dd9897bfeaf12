package online_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/internal/point"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/clienttest"
)

// The crash test runs a small program again and again in processes of its own,
// ends each with kill -9 at one point, and looks at what is left. The program
// says on its standard output what it was told is done; that and the server's
// ledger are held against the disk.

const (
	envDir  = "LICET_TEST_DIR"
	envCode = "LICET_TEST_CODES"
	envURL  = "LICET_TEST_URL"
	envStop = "LICET_TEST_STOP" // the point at which to end, counted from 1; 0 = never
)

func TestMain(m *testing.M) {
	if os.Getenv(envDir) == "" {
		os.Exit(m.Run())
	}
	stop, err := strconv.Atoi(os.Getenv(envStop))
	if err == nil {
		err = program(stop)
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// program activates two tickets, refreshes, returns the first license and
// activates it again. Whatever a former run has done already is found done.
func program(stop int) error {
	n := 0
	point.Hook = func(string) {
		if n++; n == stop {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				_ = self.Kill()
			}
			select {} // until it takes effect
		}
	}
	p := clienttest.New("acme")
	p.Server = os.Getenv(envURL)
	c, err := client.Open(client.Config{
		Pins: p.Pins(), Product: "cad", Dir: os.Getenv(envDir), Machine: clienttest.Machine("alpha"),
	})
	if err != nil {
		return err
	}
	ctx := context.Background()
	codes := strings.Fields(os.Getenv(envCode))
	for i, code := range codes {
		if _, err := online.Activate(ctx, c, code); err != nil {
			return err
		}
		fmt.Println("holds", clienttest.ID(i+1))
	}
	if _, err := online.Refresh(ctx, c); err != nil {
		return err
	}
	if _, err := online.Return(ctx, c, clienttest.ID(1)); err != nil {
		return err
	}
	fmt.Println("lacks", clienttest.ID(1))
	if _, err := online.Activate(ctx, c, codes[0]); err != nil {
		return err
	}
	fmt.Println("holds", clienttest.ID(1))
	fmt.Println("points", n)
	return nil
}

// scene is a server and a folder in which programs are ended.
type scene struct {
	t      *testing.T
	pub    *clienttest.Publisher
	server *clienttest.Server
	url    string
	dir    string
	codes  string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	p := clienttest.New("acme")
	s := &scene{t: t, pub: p, server: clienttest.NewServer(p), dir: t.TempDir()}
	s.server.Now = time.Now
	h := httptest.NewServer(s.server)
	t.Cleanup(h.Close)
	s.url = h.URL
	one, two := offer(1), offer(2)
	s.codes = s.server.Sell(one) + " " + s.server.Sell(two)
	return s
}

// run runs the program until it ends or is ended; after kill, if that is not 0, at
// the latest. It returns what the program said.
func (s *scene) run(stop int, kill time.Duration) []string {
	s.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(),
		envDir+"="+s.dir, envCode+"="+s.codes, envURL+"="+s.url, envStop+"="+strconv.Itoa(stop))
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	if kill > 0 {
		timer := time.AfterFunc(kill, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
	}
	_ = cmd.Wait()
	return said
}

// check looks at what a program left behind that had said these things.
func (s *scene) check(where string, said []string) {
	s.t.Helper()
	p := clienttest.New("acme")
	p.Server = s.url
	c, err := client.Open(client.Config{
		Pins: p.Pins(), Product: "cad", Dir: s.dir, Machine: clienttest.Machine("alpha"),
	})
	if err != nil {
		s.t.Fatalf("%s: the container does not open: %v", where, err)
	}
	box := c.Status().Container
	here := map[string]int64{}
	for _, l := range c.Licenses() {
		if !l.Runs {
			s.t.Errorf("%s: %+v", where, l)
		}
		here[l.ID] = l.Generation
	}
	for id, gen := range here {
		live, used := s.server.Live(box, id)
		if live != gen || used != 1 {
			s.t.Errorf("%s: %s of generation %d is here, and the server has %d with %d used", where, id, gen, live, used)
		}
	}
	for i, fact := range said {
		what, id, _ := strings.Cut(fact, " ")
		later := slices.ContainsFunc(said[i+1:], func(f string) bool { return strings.HasSuffix(f, id) })
		switch {
		case what == "error":
			s.t.Errorf("%s: %s", where, fact)
		case what == "holds" && here[id] == 0 && !later && !s.returning(c, id):
			s.t.Errorf("%s: acknowledged and gone: %s", where, fact)
		case what == "lacks" && here[id] == 1 && !later:
			s.t.Errorf("%s: given back, acknowledged, and back again: %s", where, fact)
		}
	}
	if s.server.Suspects() {
		s.t.Errorf("%s: the server takes the container for a copy", where)
	}
}

// returning reports whether a license is on its way back: the program was ended in
// the middle of the next step.
func (s *scene) returning(c *client.Container, id string) bool {
	waiting, err := c.Complete()
	if err != nil {
		s.t.Fatal(err)
	}
	if slices.ContainsFunc(waiting, func(m client.Message) bool { return m.LicenseID == id }) {
		return true
	}
	gen, _ := s.server.Live(c.Status().Container, id)
	return gen == 0 // the server has booked it
}

// finish runs the program to its end, and looks at that too.
func (s *scene) finish(where string) (points int) {
	s.t.Helper()
	said := s.run(0, 0)
	s.check(where+", afterwards", said)
	if n := len(said); n == 0 || !strings.HasPrefix(said[n-1], "points ") {
		s.t.Fatalf("%s: the next run does not come to its end: %q", where, said)
	}
	points, err := strconv.Atoi(strings.TrimPrefix(said[len(said)-1], "points "))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, n := range []int{1, 2} {
		if _, used := s.server.Live(s.box(), clienttest.ID(n)); used != 1 {
			s.t.Errorf("%s: %d seats of license %d are used", where, used, n)
		}
	}
	return points
}

func (s *scene) box() string {
	c, err := client.Open(client.Config{Pins: s.pub.Pins(), Dir: s.dir, Machine: clienttest.Machine("alpha")})
	if err != nil {
		s.t.Fatal(err)
	}
	return c.Status().Container
}

// TestKilledAtEveryPoint ends the program at each point that it passes: around
// every write, sync and rename of both copies, and around every message.
func TestKilledAtEveryPoint(t *testing.T) {
	points := newScene(t).finish("undisturbed")
	if points < 100 {
		t.Fatalf("the program passes only %d points", points)
	}
	step := 3 // every point of some save; together with the next start, all
	if os.Getenv("LICET_DEEP") == "1" {
		step = 1
	}
	for stop := 1; stop <= points; stop += step {
		where := fmt.Sprintf("ended at point %d", stop)
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.check(where, s.run(stop, 0))
			s.finish(where)
		})
	}
}

// TestKilledAtRandom ends one program after another in the same folder, some
// moment after its start, and lets one come to its end between.
func TestKilledAtRandom(t *testing.T) {
	rounds := 12
	if os.Getenv("LICET_DEEP") == "1" {
		rounds = 300
	}
	s := newScene(t)
	moment := time.Duration(1)
	for i := range rounds {
		where := fmt.Sprintf("round %d", i)
		moment = (moment*1103515245 + 12345) % (40 * time.Millisecond)
		s.check(where, s.run(0, moment+time.Millisecond))
		if i%4 == 3 {
			s.finish(where)
		}
	}
}
