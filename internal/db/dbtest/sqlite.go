package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/licet/licet/internal/db"
)

// memory is a file system in memory, where fsync is free.
const memory = "/dev/shm"

// base is the folder for databases: in memory if there is at least 1 GiB.
var base = sync.OnceValue(func() string {
	var st syscall.Statfs_t
	if err := syscall.Statfs(memory, &st); err == nil && st.Bavail*uint64(st.Bsize) > 1<<30 {
		sweep()
		return memory
	}
	return os.TempDir()
})

const dirPrefix = "licet-test-"

// sweep removes folders of test binaries that were killed.
func sweep() {
	found, _ := filepath.Glob(filepath.Join(memory, dirPrefix+"*"))
	for _, dir := range found {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), dirPrefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && syscall.Kill(n, 0) == syscall.ESRCH {
			_ = os.RemoveAll(dir)
		}
	}
}

// Dir returns an empty folder on the fast file system; it is removed with the test.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(base(), fmt.Sprintf("%s%d-", dirPrefix, os.Getpid()))
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// templates are the migrated files of this test binary, by version.
var templates sync.Map // int64 → func() ([]byte, error)

// template returns the bytes of a database migrated to version.
func template(version int64) ([]byte, error) {
	once, _ := templates.LoadOrStore(version, sync.OnceValues(func() ([]byte, error) { return makeTemplate(version) }))
	return once.(func() ([]byte, error))()
}

func makeTemplate(version int64) ([]byte, error) {
	dir, err := os.MkdirTemp(base(), fmt.Sprintf("%s%d-", dirPrefix, os.Getpid()))
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := migrate(db.Options{Dir: dir}, version); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "licet.db"))
}

// migrate opens the database of o, migrates it and closes it again.
func migrate(o db.Options, version int64) error {
	o.Now = (&TestClock{now: Start}).Now
	ctx := context.Background()
	d, err := db.Open(ctx, o)
	if err != nil {
		return err
	}
	if version == 0 {
		err = d.Migrate(ctx)
	} else {
		err = d.MigrateTo(ctx, version)
	}
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// sqliteDir returns a folder with a copy of the migrated file.
func sqliteDir(t testing.TB, version int64) string {
	t.Helper()
	dir := Dir(t)
	if version < 0 {
		return dir
	}
	data, err := template(version)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "licet.db"), data, 0o600)
	}
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return dir
}
