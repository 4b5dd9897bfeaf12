package db_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/db/dbtest"
)

// crashDir is set in the environment of the child that is going to be killed.
const crashDir = "LICET_TEST_CRASH_DIR"

// TestCrashChild is the child of TestCrash: it writes rising numbers from many
// goroutines and prints each one once it is acknowledged.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		return // it is the child of TestCrash, and nothing by itself
	}
	d, err := db.Open(context.Background(), db.Options{Dir: dir, Now: dbtest.NewClock(t).Now})
	if err != nil {
		t.Fatal(err)
	}
	from, _ := strconv.ParseInt(os.Getenv(crashDir+"_FROM"), 10, 64)
	var next atomic.Int64
	next.Store(from)
	m := db.NewMany(d, 64, func(tx *db.Tx, in []int64) ([]db.Result[int], error) {
		for _, n := range in {
			if err := add(tx, n); err != nil {
				return nil, err
			}
		}
		return make([]db.Result[int], len(in)), nil
	})
	var mu sync.Mutex
	together(32, func(i int) {
		for {
			n := next.Add(1)
			var err error
			if i%2 == 0 {
				_, err = m.Do(context.Background(), n)
			} else {
				err = inTx(d, func(tx *db.Tx) error { return add(tx, n) })
			}
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			fmt.Println("ack", n)
			mu.Unlock()
		}
	})
}

// Whatever was acknowledged before a kill -9 is there afterwards. The ledger is
// kept outside, by the parent.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	dir := dbtest.Dir(t)
	d, err := db.Open(t.Context(), db.Options{Dir: dir, Now: dbtest.NewClock(t).Now})
	if err != nil {
		t.Fatal(err)
	}
	makeSmall(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	ledger := map[int64]bool{}
	for round := range 3 {
		child(t, dir, int64(round)*1_000_000, 1500, ledger)
		d, err := db.Open(t.Context(), db.Options{Dir: dir, Now: dbtest.NewClock(t).Now})
		if err != nil {
			t.Fatal(err)
		}
		there := map[int64]bool{}
		for _, n := range numbers(t, d) {
			there[n] = true
		}
		for n := range ledger {
			if !there[n] {
				t.Errorf("round %d: %d was acknowledged and is lost", round, n)
			}
		}
		if extra := len(there) - len(ledger); extra > 3*64 {
			t.Errorf("round %d: %d rows that nobody was told of", round, extra)
		}
		if _, err := db.Backup(t.Context(), d, filepath.Join(dir, fmt.Sprint("backup", round))); err != nil {
			t.Error(err)
		}
		if _, err := db.VerifyBackup(t.Context(), filepath.Join(dir, fmt.Sprint("backup", round))); err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d acknowledged", len(ledger))
}

// child runs TestCrashChild until it has acknowledged n numbers, kills it and
// adds what it said to the ledger.
func child(t *testing.T, dir string, from int64, n int, ledger map[int64]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashChild$")
	cmd.Env = append(os.Environ(), crashDir+"="+dir, fmt.Sprintf("%s_FROM=%d", crashDir, from))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	seen := 0
	for lines.Scan() {
		var x int64
		if _, err := fmt.Sscanf(lines.Text(), "ack %d", &x); err != nil {
			continue // a line cut by the kill
		}
		ledger[x] = true
		if seen++; seen == n {
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	}
	_ = cmd.Wait()
	if seen < n {
		t.Fatalf("the child acknowledged %d and ended", seen)
	}
}

// The same for PostgreSQL: its server is killed under load and started again.
func TestServerCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	s := dbtest.DurablePostgres(t, dbtest.Empty())
	d, err := db.Open(t.Context(), db.Options{URL: s.URL(), Now: dbtest.NewClock(t).Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	makeSmall(t, d)
	var mu sync.Mutex
	ledger := map[int64]bool{}
	enough := make(chan struct{})
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if err := inTx(d, func(tx *db.Tx) error { return add(tx, n) }); err != nil {
					if !errors.Is(err, db.ErrUnavailable) && !errors.Is(err, db.ErrOutcomeUnknown) {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				ledger[n] = true
				if len(ledger) == 500 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	s.Kill()
	wg.Wait()
	s.Start()
	there := map[int64]bool{}
	for _, n := range numbers(t, d) {
		there[n] = true
	}
	for n := range ledger {
		if !there[n] {
			t.Errorf("%d was acknowledged and is lost", n)
		}
	}
	t.Logf("%d acknowledged, %d there", len(ledger), len(there))
}

// A full disk refuses and loses nothing; with room again, work goes on.
func TestDiskFull(t *testing.T) {
	dir := dbtest.Dir(t)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"); err != nil {
		t.Skip("A SMALL FILE SYSTEM CANNOT BE MOUNTED HERE, THIS TEST DID NOT RUN: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Options{Dir: dir, Now: dbtest.NewClock(t).Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	makeSmall(t, d)
	var mu sync.Mutex
	ledger := map[int64]bool{}
	var next atomic.Int64
	together(16, func(i int) {
		raw := make([]byte, 1000*(i+1))
		for {
			n := next.Add(1)
			err := inTx(d, func(tx *db.Tx) error {
				_, err := tx.Exec(qPut, db.NewID[item](tx), n, 0, nil, nil, nil, nil, true, raw)
				return err
			})
			if err != nil {
				if !errors.Is(err, db.ErrFull) {
					t.Error(err)
				}
				return
			}
			mu.Lock()
			ledger[n] = true
			mu.Unlock()
		}
	})
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	write(t, d, func(tx *db.Tx) error { return add(tx, 1<<40) })
	got := numbers(t, d)
	if len(got) != len(ledger)+1 {
		t.Errorf("%d rows, %d acknowledged", len(got), len(ledger))
	}
	for _, n := range got {
		if !ledger[n] && n != 1<<40 {
			t.Errorf("%d was refused and is there", n)
		}
	}
	t.Logf("%d rows until the disk was full", len(ledger))
}
