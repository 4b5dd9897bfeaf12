package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/licet/licet/client/internal/point"
)

// The files of a container's folder. The second copy has the same generation as
// the first; a crash between the two leaves it one behind, before anything that
// the newer one allows has happened.
const (
	mainFile = "container.json"
	copyFile = "container.bak.json"
	lockFile = "container.lock"
)

// counterGap is added to the counter when a container is read from its second
// copy: more than the messages that the lost one can have sent.
const counterGap = 1024

// numberGap is the same for the numbers of typed requests; of them there is one at a
// time.
const numberGap = 2

// store keeps a state in a folder. Whoever changes it holds the lock.
type store struct {
	dir   string
	clock Clock
	shelf *shelf // where the device carries the files; nil = in dir
}

// load reads the state; nil if there is none. Of two readable files the first
// counts; when it is damaged, the second.
func (s store) load() (*state, error) {
	if s.shelf != nil {
		return s.shelf.load()
	}
	st, err := s.read(mainFile)
	if err == nil || errors.Is(err, ErrNewer) || errors.Is(err, ErrRead) {
		return st, err
	}
	second, err2 := s.read(copyFile)
	switch {
	case err2 == nil:
		second.skip()
		return second, nil
	case errors.Is(err, fs.ErrNotExist) && errors.Is(err2, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, err2
	}
	return nil, err
}

func (s store) read(name string) (*state, error) {
	f, err := openShared(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRead, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxState+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRead, err)
	}
	return decodeFile(b)
}

// save writes the next generation, both copies, and returns when they are on
// the disk.
func (s store) save(st *state) error {
	if s.shelf != nil {
		return s.shelf.save(st)
	}
	next := *st
	next.Generation++
	b, err := next.encode()
	if err != nil {
		return err
	}
	if len(b) > maxState {
		return fmt.Errorf("%w: %d bytes", ErrWrite, len(b))
	}
	if err := s.place(mainFile, b); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	st.Generation = next.Generation
	if err := s.place(copyFile, b); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return nil
}

// place replaces a file as a whole: it is the old one or the new one, whenever
// the machine stops.
func (s store) place(name string, b []byte) error {
	path := filepath.Join(s.dir, name)
	temp := path + ".new"
	point.At(name + " begin")
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	point.At(name + " written")
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	point.At(name + " synced")
	if err == nil {
		err = replace(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	point.At(name + " renamed")
	if err := syncDir(s.dir); err != nil {
		return err
	}
	point.At(name + " placed")
	return nil
}

// prepare makes the folder and those above it that are missing, for this user
// only, and makes their names durable.
func (s store) prepare() error {
	var names []string // folders that are to have a new name in them
	for dir := s.dir; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		names = append(names, filepath.Dir(dir))
	}
	if len(names) == 0 {
		return nil
	}
	err := os.MkdirAll(s.dir, 0o700)
	for _, dir := range names {
		if err == nil {
			err = syncDir(dir)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return nil
}

const (
	lockTries = 200
	lockPause = 50 * time.Millisecond
)

// lock holds the folder against other programs until unlock is called. The
// system lets go of it when a program ends in any way. After the tries, which are
// a pause apart, the error is ErrBusy.
func (s store) lock(ctx context.Context, tries int) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(s.dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWrite, err)
	}
	for try := range tries {
		if err = tryLock(f); err == nil {
			return func() { letGo(f) }, nil
		}
		if !isLocked(err) || try == tries-1 {
			break
		}
		if e := s.clock.Wait(ctx, lockPause); e != nil {
			err = e
			break
		}
	}
	return nil, errors.Join(fmt.Errorf("%w: %w", ErrBusy, err), f.Close())
}

// letGo unlocks and closes the lock file; there is nothing to do about an error.
func letGo(f *os.File) {
	_ = unlockFile(f)
	_ = f.Close()
}
