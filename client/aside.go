package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// SetAside renames the files of a container, so that the next request begins a
// new one: after ErrDamaged, or where a container came from another machine.
// Nothing is deleted. It returns the names that the files have now.
func SetAside(cfg Config) (names []string, err error) {
	cfg, pins, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	s := store{cfg.Dir, cfg.Clock, newShelf(cfg.files(), pins.Issuer)}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	unlock, err := s.lock(context.Background(), lockTries)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if s.shelf != nil {
		return s.shelf.setAside()
	}
	for _, name := range []string{copyFile, mainFile} {
		from := filepath.Join(s.dir, name)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		to := free(from)
		if err := replace(from, to); err != nil {
			return names, fmt.Errorf("%w: %w", ErrWrite, err)
		}
		names = append(names, to)
	}
	if err := syncDir(s.dir); err != nil {
		return names, fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return names, nil
}

// free returns the first name of the form path.old-1, path.old-2 … that nothing
// has yet.
func free(path string) string {
	for n := 1; ; n++ {
		to := path + ".old-" + strconv.Itoa(n)
		if _, err := os.Lstat(to); err != nil {
			return to
		}
	}
}
