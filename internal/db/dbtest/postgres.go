package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/licet/licet/internal/db"
)

// errNoPostgres says that the machine has no PostgreSQL binaries.
var errNoPostgres = errors.New("no PostgreSQL binaries under /usr/lib/postgresql")

// cluster is one PostgreSQL server with its data folder.
type cluster struct {
	bin  string // folder of initdb and postgres
	dir  string // holds data, the socket and the lock files
	cred *syscall.Credential

	users *os.File // holds the lock while this process lives
}

// binaries returns the folder of the newest installed version.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errNoPostgres
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// unprivileged is who runs the server when the tests run as root: PostgreSQL
// refuses to be root.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("no unprivileged user to run PostgreSQL")
}

// shared is the server that all test binaries use; starting it is done once.
var shared = sync.OnceValues(func() (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	cred, err := unprivileged()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("licet-pg%s-%d", filepath.Base(filepath.Dir(bin)), os.Getuid())
	c := &cluster{bin: bin, dir: filepath.Join(base(), name), cred: cred}
	return c, c.join()
})

// need skips or fails the test when there is no PostgreSQL.
func need(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errNoPostgres) && os.Getenv("CI") != "true":
		t.Skip("POSTGRESQL IS MISSING, THIS TEST DID NOT RUN: ", err)
	default:
		t.Fatalf("dbtest: PostgreSQL: %v", err)
	}
}

// join makes sure that the server runs, and marks it as used by this process.
// Two locks: "start" serializes starting, "users" is held shared by every test
// binary until it ends, so that the keeper knows when the server is idle.
func (c *cluster) join() error {
	if err := c.makeDir(); err != nil {
		return err
	}
	users := filepath.Join(c.dir, "users")
	var err error
	if c.users, err = flock(users, syscall.LOCK_SH); err != nil {
		return err
	}
	if err := os.Chtimes(users, time.Time{}, time.Now()); err != nil {
		return err
	}
	lock, err := flock(filepath.Join(c.dir, "start"), syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	if c.alive() {
		return nil
	}
	if err := c.init(); err != nil {
		return err
	}
	if _, err := c.start(); err != nil {
		return err
	}
	return c.keeper()
}

// makeDir makes the folder and gives it to the server's user.
func (c *cluster) makeDir() error {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	if c.cred == nil {
		return nil
	}
	return os.Chown(c.dir, int(c.cred.Uid), int(c.cred.Gid))
}

// flock opens path and locks it; the lock ends with the process.
func flock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	_ = f.Chmod(0o666)
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return f, err
		}
	}
}

// command prepares a program of PostgreSQL, apart from this process's group and
// output, so that it survives the test binary without holding its pipes.
func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: c.cred}
	return cmd
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// init makes the data folder, unless it is complete.
func (c *cluster) init() error {
	if _, err := os.Stat(filepath.Join(c.data(), "ready")); err == nil {
		return nil
	}
	if err := os.RemoveAll(c.data()); err != nil {
		return err
	}
	out, err := c.command(filepath.Join(c.bin, "initdb"), "-D", c.data(), "-U", "licet", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return os.WriteFile(filepath.Join(c.data(), "ready"), nil, 0o644)
}

// settings of the server: fsync stays on (the folder is in memory), everything
// else is small and quick.
func (c *cluster) settings(extra ...string) []string {
	args := []string{"-D", c.data()}
	for _, s := range append([]string{
		"listen_addresses=", "unix_socket_directories=" + c.dir, "unix_socket_permissions=0777",
		"max_connections=400", "shared_buffers=64MB", "wal_level=minimal", "max_wal_senders=0",
		"max_wal_size=256MB", "min_wal_size=32MB", "checkpoint_timeout=1h", "autovacuum=off",
		"jit=off", "dynamic_shared_memory_type=mmap", "deadlock_timeout=50ms", "log_min_messages=fatal", "log_min_error_statement=panic", "timezone=UTC",
		"lc_messages=C", "max_parallel_workers_per_gather=0", "max_prepared_transactions=0",
	}, extra...) {
		args = append(args, "-c", s)
	}
	return args
}

// start runs the postmaster and waits until it answers.
func (c *cluster) start(extra ...string) (*exec.Cmd, error) {
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := c.command(filepath.Join(c.bin, "postgres"), c.settings(extra...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-exited:
			text, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return nil, fmt.Errorf("postgres ended: %w: %s", err, text)
		case <-deadline.C:
			return nil, errors.New("postgres did not answer within a minute")
		case <-tick.C:
			if c.alive() {
				return cmd, nil
			}
		}
	}
}

// keeper ends the server, and frees its memory, once no test binary holds the
// lock "users" and none has joined for ten minutes. It stops the server under that
// lock, so that nobody joins one that is about to end.
func (c *cluster) keeper() error {
	stop := `test -z "$(find users -mmin -10)" && ` + c.bin + `/pg_ctl -D data -m immediate stop && rm -rf data`
	script := `while sleep 60 && test -e data/postmaster.pid; do flock -n -x users sh -c '` + stop + `'; done`
	cmd := c.command("/bin/sh", "-c", script)
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}

// url of a database on the server.
func (c *cluster) url(name string) string {
	q := url.Values{"host": {c.dir}, "user": {"licet"}}
	return (&url.URL{Scheme: "postgres", Host: "", Path: "/" + name, RawQuery: q.Encode()}).String()
}

func (c *cluster) alive() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return false
	}
	_ = conn.Close(ctx)
	return true
}

// exec runs statements one by one on the maintenance database.
func (c *cluster) exec(statements ...string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// pgTemplates are the template databases this binary has checked, by version.
var pgTemplates sync.Map // int64 → func() (string, error)

// template returns the name of a database migrated to version.
func (c *cluster) template(version int64) (string, error) {
	once, _ := pgTemplates.LoadOrStore(version, sync.OnceValues(func() (string, error) { return c.makeTemplate(version) }))
	return once.(func() (string, error))()
}

func (c *cluster) makeTemplate(version int64) (string, error) {
	sum, err := schemaSum(version)
	if err != nil {
		return "", err
	}
	name := "tpl_" + sum
	lock, err := flock(filepath.Join(c.dir, "start"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	if c.has(name) {
		return name, nil
	}
	raw := "raw_" + sum
	if err := c.exec("DROP DATABASE IF EXISTS "+raw+" WITH (FORCE)", "CREATE DATABASE "+raw); err != nil {
		return "", err
	}
	if err := migrate(db.Options{URL: c.url(raw)}, version); err != nil {
		return "", err
	}
	return name, c.exec("ALTER DATABASE " + raw + " RENAME TO " + name)
}

func (c *cluster) has(name string) bool {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.url(name))
	if err != nil {
		return false
	}
	_ = conn.Close(ctx)
	return true
}

// schemaSum names the expanded migrations up to version.
func schemaSum(version int64) (string, error) {
	h := sha256.New()
	_, _ = fmt.Fprintln(h, version)
	files := db.Migrations(db.Postgres)
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", err
	}
	for _, n := range names {
		if version > 0 && db.MigrationVersion(n) > version {
			continue
		}
		b, err := fs.ReadFile(files, n)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(h, "%s %d\n%s", n, len(b), b)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// postgresDatabase makes a database from the template and returns its URL.
func postgresDatabase(t testing.TB, version int64) string {
	t.Helper()
	c, err := shared()
	need(t, err)
	from := "template0"
	if version >= 0 {
		from, err = c.template(version)
		need(t, err)
	}
	name := "t_" + strings.ToLower(rand.Text()[:12])
	if err := c.exec("CREATE DATABASE " + name + " TEMPLATE " + from); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := c.exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("dbtest: %v", err)
		}
	})
	return c.url(name)
}

// Postgres returns the URL of a fresh, migrated database for tests that start
// real servers on it. The test is skipped without PostgreSQL.
func Postgres(t testing.TB, opts ...Option) string {
	t.Helper()
	c := config{}
	for _, o := range opts {
		o(&c)
	}
	return postgresDatabase(t, c.version)
}
