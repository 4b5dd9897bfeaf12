package client_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/internal/point"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// The crash test runs somebody at a machine on which everything is typed, in
// processes of its own, and ends each with kill -9 at one point. The server is that of
// the test; what the process said and what the server counts is held against the disk.

const (
	envTypedDir  = "LICET_TEST_TYPED_DIR"
	envTypedCode = "LICET_TEST_TYPED_CODE"
	envTypedURL  = "LICET_TEST_TYPED_URL"
	envTypedStop = "LICET_TEST_TYPED_STOP" // the point at which to end, counted from 1; 0 = never
)

func TestMain(m *testing.M) {
	if os.Getenv(envTypedDir) == "" {
		os.Exit(m.Run())
	}
	if err := typist(); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func typedConfig(dir, url string) client.Config {
	p := clienttest.New("acme")
	p.Ships, p.Server = true, url
	return client.Config{Pins: p.Pins(), Product: "cad", Dir: dir, Machine: clienttest.Machine("alpha"), Clock: clienttest.NewClock()}
}

// typist asks, types the answer, gives the license back by another carrier, tries the
// answer on the paper once more, and asks anew. Whatever a former run has done already
// is found done.
func typist() error {
	n := 0
	stop, err := strconv.Atoi(os.Getenv(envTypedStop))
	if err != nil {
		return err
	}
	point.Hook = func(string) {
		if n++; n == stop {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				_ = self.Kill()
			}
			select {} // until it takes effect
		}
	}
	c, err := client.Open(typedConfig(os.Getenv(envTypedDir), os.Getenv(envTypedURL)))
	if err != nil {
		return err
	}
	if err := flushed(c); err != nil {
		return err
	}
	paper, err := typeIn(c)
	if err != nil {
		return err
	}
	if _, err := c.NewReturn(clienttest.ID(1)); err != nil {
		return err
	}
	fmt.Println("lacks")
	if _, err := c.InstallTyped(paper); !errors.Is(err, client.ErrOld) {
		return fmt.Errorf("an old answer: %w", err)
	}
	if err := flushed(c); err != nil {
		return err
	}
	if _, err := c.InstallTyped(paper); !errors.Is(err, client.ErrOld) {
		return fmt.Errorf("an old answer after the return has arrived: %w", err)
	}
	if _, err := typeIn(c); err != nil {
		return err
	}
	fmt.Println("points", n)
	return nil
}

// typeIn asks and types what the page answers.
func typeIn(c *client.Container) (answer string, err error) {
	r, err := c.NewTyped()
	if err != nil {
		return "", err
	}
	fmt.Println("asks", strings.Join(r.Groups, " "))
	var out struct{ Answer string }
	body, err := post("/api/v1/typed", fmt.Sprintf(`{"code":%q,"request":%q}`, os.Getenv(envTypedCode), r.String()))
	if err == nil {
		err = json.Unmarshal(body, &out)
	}
	if err != nil {
		return "", err
	}
	if _, err := c.InstallTyped(out.Answer); err != nil {
		return "", err
	}
	fmt.Println("holds")
	return out.Answer, nil
}

// flushed carries what waits by another carrier.
func flushed(c *client.Container) error {
	waiting, err := c.Complete()
	for _, m := range waiting {
		lines, e := post("/exchange", m.Token)
		if e != nil {
			return e
		}
		if m.Type == wire.TypeReceipt {
			e = c.Discard(m.Counter)
		} else {
			_, e = c.Install(lines)
		}
		if e != nil {
			return e
		}
	}
	return err
}

func post(path, body string) ([]byte, error) {
	r, err := http.Post(os.Getenv(envTypedURL)+path, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", r.Status, b)
	}
	return b, err
}

// desk is a server and a machine's folder.
type desk struct {
	t      *testing.T
	server *clienttest.Server
	url    string
	dir    string
	code   string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	s := clienttest.NewServer(clienttest.New("acme"))
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return &desk{t: t, server: s, url: h.URL, dir: t.TempDir(), code: s.Sell(offer(1))}
}

func (d *desk) run(stop int) (said []string) {
	d.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(),
		envTypedDir+"="+d.dir, envTypedCode+"="+d.code, envTypedURL+"="+d.url, envTypedStop+"="+strconv.Itoa(stop))
	out, err := cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
	}
	_ = cmd.Wait()
	return said
}

// check looks at what is left of a process that had said these things.
func (d *desk) check(where string, said []string) {
	d.t.Helper()
	c, err := client.Open(typedConfig(d.dir, d.url))
	if err != nil {
		d.t.Fatalf("%s: the container does not open: %v", where, err)
	}
	last := ""
	for _, fact := range said {
		if last = fact; strings.HasPrefix(fact, "error") {
			d.t.Errorf("%s: %s", where, fact)
		}
	}
	s := c.Status()
	if asked, ok := strings.CutPrefix(last, "asks "); ok && len(s.Licenses) == 0 && strings.Join(s.Typed.Groups, " ") != asked {
		d.t.Errorf("%s: shown, and no more known: %s", where, asked)
	}
	for _, l := range s.Licenses {
		if live, used := d.server.Live(s.Container, l.ID); !l.Runs || live != l.Generation || used != 1 {
			d.t.Errorf("%s: generation %d is here (%s), and the server has %d with %d used", where, l.Generation, l.State, live, used)
		}
		if last == "lacks" {
			d.t.Errorf("%s: given back, and here", where)
		}
	}
	if last == "holds" && len(s.Licenses) == 0 {
		if waiting, err := c.Complete(); err != nil || len(waiting) == 0 { // or the next step had begun
			d.t.Errorf("%s: acknowledged, and gone: %v", where, err)
		}
	}
	if d.server.Suspects() {
		d.t.Errorf("%s: the server takes the container for a copy", where)
	}
}

// finish runs to the end, and looks at that too.
func (d *desk) finish(where string) (points int) {
	d.t.Helper()
	said := d.run(0)
	d.check(where+", afterwards", said)
	if n := len(said); n == 0 || !strings.HasPrefix(said[n-1], "points ") {
		d.t.Fatalf("%s: the next run does not come to its end: %q", where, said)
	}
	points, err := strconv.Atoi(strings.TrimPrefix(said[len(said)-1], "points "))
	if err != nil {
		d.t.Fatal(err)
	}
	return points
}

// TestTypedKilledAtEveryPoint ends the process around every write, sync and rename.
func TestTypedKilledAtEveryPoint(t *testing.T) {
	points := newDesk(t).finish("undisturbed")
	if points < 50 {
		t.Fatalf("it passes only %d points", points)
	}
	step := 3 // every point of some save; together with the next start, all
	if os.Getenv("LICET_DEEP") == "1" {
		step = 1
	}
	for stop := 1; stop <= points; stop += step {
		where := fmt.Sprintf("ended at point %d", stop)
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.check(where, d.run(stop))
			d.finish(where)
		})
	}
}
