package client

import (
	"context"
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// The errors of Windows that are meant here.
const (
	errorAccessDenied     = syscall.Errno(5)
	errorSharingViolation = syscall.Errno(32)
	errorLockViolation    = syscall.Errno(33)
)

// openShared opens for reading. While another program replaces the file, it
// cannot be opened for a moment.
func openShared(path string) (f *os.File, err error) {
	err = insist(func() (e error) {
		f, e = os.Open(path)
		return e
	})
	return f, err
}

// replace renames and waits for the disk. A reader that has the old file open
// makes it fail for the moment it reads.
func replace(from, to string) error {
	f, err := syscall.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	t, err := syscall.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	const replaceExisting, writeThrough = 1, 8
	return insist(func() error {
		ok, _, e := procMoveFileEx.Call(uintptr(unsafe.Pointer(f)), uintptr(unsafe.Pointer(t)), replaceExisting|writeThrough)
		if ok != 0 {
			return nil
		}
		return e
	})
}

// insist does something again while another program is in the way, for a second
// at most.
func insist(do func() error) error {
	clock := SystemClock()
	for try := 1; ; try++ {
		err := do()
		if !errors.Is(err, errorAccessDenied) && !errors.Is(err, errorSharingViolation) || try == lockTries {
			return err
		}
		if e := clock.Wait(context.Background(), lockPause/10); e != nil {
			return err
		}
	}
}

// syncDir has nothing to do: the rename was written through.
func syncDir(string) error { return nil }

func tryLock(f *os.File) error {
	const failImmediately, exclusive = 1, 2
	var at syscall.Overlapped
	ok, _, err := procLockFileEx.Call(f.Fd(), failImmediately|exclusive, 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	if ok != 0 {
		return nil
	}
	return err
}

func isLocked(err error) bool { return errors.Is(err, errorLockViolation) }

func unlockFile(f *os.File) error {
	var at syscall.Overlapped
	ok, _, err := procUnlockFileEx.Call(f.Fd(), 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	if ok != 0 {
		return nil
	}
	return err
}
