package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/licet/licet/internal/db"
)

// Options are what all benchmarks have in common.
type Options struct {
	Database string        // a PostgreSQL server on this machine, on which databases may be made; "" = none
	Fsync    time.Duration // added to every commit: the reference disk
	Dir      string        // for the data of the servers; "" = a temporary folder
	Inside   bool          // run everything in this process; for tests, the figures mean nothing
	Tell     func(string)  // told of progress; nil = nobody
}

// lab is E, the driver and the servers under test.
type lab struct {
	Options
	dir     string
	echo    *worker
	base    string // of E
	driver  *worker
	benches []*station
	leader  int // process id of the PostgreSQL server; 0 = unknown or none
	files   int
}

// station is one server under test.
type station struct {
	where
	server   *worker
	database string // to be dropped; "" = SQLite
	data     string
	ready    map[string]string // files of requests that may be sent again, by scenario
	leases   []grant           // that heartbeats renew
	pool     pool
}

// newLab starts E, the driver and one server per engine.
func newLab(ctx context.Context, o Options, engines ...db.Engine) (l *lab, err error) {
	if o.Tell == nil {
		o.Tell = func(string) {}
	}
	l = &lab{Options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close(ctx))
		}
	}()
	if l.dir, err = os.MkdirTemp(o.Dir, "licet-bench-"); err != nil {
		return l, err
	}
	if l.echo, err = l.start(ctx, "echo"); err != nil {
		return l, err
	}
	if err = l.echo.call(ctx, "where", nil, &l.base); err != nil {
		return l, err
	}
	if l.driver, err = l.start(ctx, "driver"); err != nil {
		return l, err
	}
	for _, e := range engines {
		if err = l.addStation(ctx, e); err != nil {
			return l, err
		}
	}
	return l, nil
}

// start makes a worker, in a process of its own unless this is a test.
func (l *lab) start(ctx context.Context, args ...string) (*worker, error) {
	if !l.Inside {
		return spawn(ctx, args...)
	}
	return insideWorker(ctx, args)
}

// addStation starts a server on a fresh database.
func (l *lab) addStation(ctx context.Context, e db.Engine) error {
	s := &station{data: filepath.Join(l.dir, string(e)), ready: map[string]string{}}
	l.benches = append(l.benches, s)
	at := ""
	if e == db.Postgres {
		var err error
		if l.leader, err = leaderOf(ctx, l.Database); err != nil {
			return err
		}
		if s.database, err = createDatabase(ctx, l.Database); err != nil {
			return err
		}
		at = databaseURL(l.Database, s.database)
	}
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return err
	}
	args := HostOptions{Data: s.data, Database: at, Fsync: l.Fsync}
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	if s.server, err = l.start(ctx, "server", string(raw)); err != nil {
		return err
	}
	return s.server.call(ctx, "where", nil, &s.where)
}

// close ends everything and removes what it left.
func (l *lab) close(ctx context.Context) error {
	var all []error
	for _, s := range l.benches {
		all = append(all, s.server.stop())
		if s.database != "" {
			all = append(all, dropDatabase(context.WithoutCancel(ctx), l.Database, s.database))
		}
	}
	all = append(all, l.driver.stop(), l.echo.stop())
	if l.dir != "" {
		all = append(all, os.RemoveAll(l.dir))
	}
	return errors.Join(all...)
}

// file names a new file for requests or answers.
func (l *lab) file() string {
	l.files++
	return filepath.Join(l.dir, fmt.Sprintf("requests-%d", l.files))
}

// databaseURL is the server's address with another database.
func databaseURL(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}

func createDatabase(ctx context.Context, server string) (string, error) {
	name := "licet_bench_" + strings.ToLower(b32(6))
	return name, execOn(ctx, server, "CREATE DATABASE "+name+" TEMPLATE template0")
}

func dropDatabase(ctx context.Context, server, name string) error {
	return execOn(ctx, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

func execOn(ctx context.Context, server, sql string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// leaderOf is the process that all processes of the PostgreSQL server are
// children of; 0 when the server does not run on this machine.
func leaderOf(ctx context.Context, server string) (int, error) {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	var pid int
	if err := conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return 0, err
	}
	comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if !strings.HasPrefix(string(comm), "postgres") {
		return 0, nil
	}
	p, err := processOf(pid)
	return p.parent, err
}

// used is what a stretch of time has cost.
type used struct {
	took, machine, driver, server, postgres, rest time.Duration
	server0                                       int // pid whose time counts as the server's
}

// meter reads all clocks.
func (l *lab) meter(server int) used {
	u := used{server0: server, machine: machineCPU(), driver: cpuOf(l.driver.pid), server: cpuOf(server), postgres: clusterCPU(l.leader)}
	seen := map[int]bool{l.driver.pid: true, server: true}
	for _, w := range l.workers() {
		if !seen[w.pid] {
			seen[w.pid] = true
			u.rest += cpuOf(w.pid)
		}
	}
	if !seen[os.Getpid()] {
		u.rest += cpuOf(os.Getpid())
	}
	u.took = time.Duration(time.Now().UnixNano())
	return u
}

func (l *lab) workers() []*worker {
	all := []*worker{l.echo, l.driver}
	for _, s := range l.benches {
		if s.server != nil {
			all = append(all, s.server)
		}
	}
	return all
}

// since is what was used between two readings.
func (l *lab) since(before used) used {
	now := l.meter(before.server0)
	return used{
		took: now.took - before.took, machine: now.machine - before.machine, driver: now.driver - before.driver,
		server: now.server - before.server, postgres: now.postgres - before.postgres, rest: now.rest - before.rest,
	}
}

// foreign is how many cores others have used.
func (u used) foreign() float64 {
	others := u.machine - u.driver - u.server - u.postgres - u.rest
	return max(0, others.Seconds()/u.took.Seconds())
}
