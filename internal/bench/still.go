package bench

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/tree"
)

// still measures what hardly depends on how quiet the machine is.
func (o *CheckOptions) still(ctx context.Context, r *CheckReport, f figures) error {
	o.Tell("permission check, binary")
	for range o.Rounds {
		ns, err := permissionCheck()
		if err != nil {
			return err
		}
		f.add("permission.ns", "", ns)
	}
	size, err := binarySize(ctx, o.Dir)
	if err != nil {
		return err
	}
	f.add("binary.mb", "", float64(size)/(1<<20))
	if r.Growth, err = Growth(ctx, o.Options, o.Max); err != nil {
		return err
	}
	for _, g := range r.Growth {
		f.add("growth."+g.Operation, g.Engine, g.Slope)
	}
	for _, e := range o.engines() {
		if err := o.lifeOf(ctx, e, f); err != nil {
			return err
		}
	}
	return nil
}

// organizations of the permission check.
const organizations = 1_000_000

// permissionCheck returns the nanoseconds of one check whether an organization
// stands below another, in a tree of a million, at random places.
func permissionCheck() (float64, error) {
	id := func(n int) (out tree.ID) {
		binary.BigEndian.PutUint64(out[8:], uint64(n)+1)
		out[0] = 1
		return out
	}
	ids, parents := make([]tree.ID, organizations), make([]tree.ID, organizations)
	for i := range ids {
		ids[i] = id(i)
		if i > 0 {
			parents[i] = id((i - 1) / 4)
		}
	}
	t, err := tree.Build(ids, parents)
	if err != nil {
		return 0, err
	}
	const pairs = 1 << 16
	asked := make([][2]tree.ID, pairs)
	state := uint64(1)
	for i := range asked {
		for j := range asked[i] {
			state = state*6364136223846793005 + 1442695040888963407
			asked[i][j] = ids[state>>33%organizations]
		}
	}
	below := 0
	const times = 8
	begin := time.Now()
	for range times {
		for i := range asked {
			if t.Below(asked[i][0], asked[i][1]) {
				below++
			}
		}
	}
	took := time.Since(begin)
	if below < 0 {
		return 0, errors.New("bench: nothing was checked")
	}
	return float64(took.Nanoseconds()) / (times * pairs), nil
}

// binarySize builds the stripped server where its source is at hand, and takes
// the running program where it is not.
func binarySize(ctx context.Context, dir string) (int64, error) {
	at, err := os.MkdirTemp(dir, "licet-build-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(at)
	file := filepath.Join(at, "licet")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "github.com/licet/licet/cmd/licet")
	if build.Run() != nil {
		if file, err = os.Executable(); err != nil {
			return 0, err
		}
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// lifeOf measures the start and the idling of the real program on a database
// that is in use, and the client's part of an activation.
func (o *CheckOptions) lifeOf(ctx context.Context, e db.Engine, f figures) (err error) {
	o.Tell("start and idle on " + string(e))
	l, err := newLab(ctx, o.Options, e)
	if err != nil {
		return err
	}
	defer func() {
		if e := l.close(ctx); err == nil {
			err = e
		}
	}()
	s := l.benches[0]
	if err := s.server.call(ctx, "grow", growOrder{Op: opFill, N: 10 * fillChunk}, nil); err != nil {
		return err
	}
	if e == db.SQLite {
		if err := l.offline(ctx, s, o.Rounds, f); err != nil {
			return err
		}
	}
	if err := s.server.stop(); err != nil {
		return err
	}
	s.server = nil
	for round := range o.Rounds {
		idle := time.Duration(0)
		if round == o.Rounds-1 {
			idle = 10 * time.Second
		}
		took, memory, err := l.startServe(ctx, s, idle)
		if err != nil {
			return err
		}
		f.add("start.ms", e, float64(took)/float64(time.Millisecond))
		if idle > 0 {
			f.add("idle.mb", e, float64(memory)/(1<<20))
		}
	}
	return nil
}

// startServe starts licet serve, waits until it is ready, and then for idle; it
// returns the time until ready and the memory after idle, in bytes.
func (l *lab) startServe(ctx context.Context, s *station, idle time.Duration) (took time.Duration, memory int64, err error) {
	exe, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	args := []string{"serve", "--data", s.data, "--listen", "127.0.0.1:0", "--depot-listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}
	if s.database != "" {
		args = append(args, "--database", databaseURL(l.Database, s.database))
	}
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	base := ""
	for lines := bufio.NewScanner(out); lines.Scan(); { // api, depot, ops
		if _, at, found := strings.Cut(lines.Text(), "http://"); found {
			base = strings.TrimSuffix(at, "/")
		}
		if strings.Count(lines.Text(), "http://") > 0 && isOps(ctx, base) {
			break
		}
	}
	if base == "" {
		return 0, 0, errors.New("bench: licet serve did not say where it is")
	}
	took = time.Since(begin)
	time.Sleep(idle)
	return took, rssOf(cmd.Process.Pid), nil
}

// isOps reports whether the listener says that the server is ready.
func isOps(ctx context.Context, address string) bool {
	c := &caller{}
	if c.dial(ctx, address) != nil {
		return false
	}
	defer c.conn.Close()
	a, err := c.ask([]byte("GET /readyz HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n"))
	return err == nil && a.status == 200
}

// offline measures what a product does when it verifies a license with its
// chain, against the bare signature checks in it.
func (l *lab) offline(ctx context.Context, s *station, rounds int, f figures) error {
	requests, err := activations(ctx, s.server, s.where, 1)
	if err != nil {
		return err
	}
	c := &caller{}
	if err := c.dial(ctx, hostOf(s.Depot)); err != nil {
		return err
	}
	defer c.conn.Close()
	a, err := c.ask(requests[0])
	if err != nil || a.status != 200 {
		return errors.Join(err, errors.New("bench: "+api.Prefix+"/exchange gave no license"))
	}
	lines := strings.Split(strings.TrimSpace(string(a.body)), "\n")
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	message := []byte(lines[len(lines)-1])
	message = message[:len(message)*3/4] // as long as it is behind the base64
	signature := ed25519.Sign(private, message)
	signed := len(lines)
	if s.Pins.Depot != "" {
		signed++ // the depot's key in the pins
	}
	for range rounds {
		var whole, bare []time.Duration
		for range 400 {
			start := time.Now()
			if err := verifyLines(s.where, lines); err != nil {
				return err
			}
			middle := time.Now()
			for range signed {
				if !ed25519.Verify(public, message, signature) {
					return errors.New("bench: a good signature was refused")
				}
			}
			whole, bare = append(whole, middle.Sub(start)), append(bare, time.Since(middle))
		}
		f.add("offline.ratio", "", float64(Median(whole))/float64(Median(bare)))
	}
	return nil
}
