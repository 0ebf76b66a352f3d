//go:build unix

// Package dirlock tells who owns a directory, by asking the kernel.
//
// The owner holds a POSIX record lock on a file of the directory for as long as
// it lives. The kernel drops the lock with the process, however it ends, and
// names the holder when asked. So there is no pid file that can go stale, and a
// process that was given the pid of a dead owner is never taken for it.
package dirlock

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// ErrHeld is wrapped by the error of Acquire when another process holds the lock.
var ErrHeld = errors.New("in use")

// Lock is a held lock. It ends with Release or with the process.
type Lock struct{ file *os.File }

// Acquire takes the lock of the file at path, which is created where it is
// missing. It does not wait. A process must not open the same path again while it holds the
// lock: closing any descriptor of the file would release it (POSIX).
func Acquire(path string) (*Lock, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("open lock: %w", err)
		}
		flock := record(syscall.F_WRLCK)
		err = syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, &flock)
		if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
			file.Close()
			return nil, fmt.Errorf("%s: %w", path, ErrHeld)
		}
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		// Somebody may have removed the file between open and lock; a lock
		// on a file without a name would exclude nobody.
		if sameFile(file, path) {
			return &Lock{file: file}, nil
		}
		file.Close()
	}
}

// Release gives the lock up.
func (l *Lock) Release() error { return l.file.Close() }

// Owner is the process that holds the lock of the file at path, nil if nobody
// does. Where the system has process handles the result stays that very process,
// even when its pid is used again. The caller releases it.
func Owner(path string) (*os.Process, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	defer file.Close()

	for {
		pid, err := holder(file)
		if err != nil || pid == 0 {
			return nil, err
		}
		process, err := os.FindProcess(pid)
		if err != nil {
			return nil, fmt.Errorf("find owner %d of %s: %w", pid, path, err)
		}
		// The holder may have died and its pid been given away before the
		// handle was taken. If it still holds the lock, the handle is its own.
		if again, err := holder(file); err == nil && again == pid {
			return process, nil
		}
		process.Release()
	}
}

func holder(file *os.File) (int, error) {
	flock := record(syscall.F_WRLCK)
	if err := syscall.FcntlFlock(file.Fd(), syscall.F_GETLK, &flock); err != nil {
		return 0, fmt.Errorf("ask for the owner of %s: %w", file.Name(), err)
	}
	if flock.Type == syscall.F_UNLCK {
		return 0, nil
	}
	if flock.Pid <= 0 {
		return 0, fmt.Errorf("%s: %w by a process that cannot be seen from here", file.Name(), ErrHeld)
	}
	return int(flock.Pid), nil
}

func record(kind int16) syscall.Flock_t {
	return syscall.Flock_t{Type: kind, Whence: io.SeekStart}
}

func sameFile(file *os.File, path string) bool {
	opened, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(opened, named)
}
