package cmd

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"
)

// stdoutNames and stderrNames are how systems name the standard streams. A
// stream that was redirected into a file looks like that file: it is written
// to as a stream, and never replaced.
var (
	stdoutNames = []string{"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}
	stderrNames = []string{"/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"}
)

// canonical is the path that a report goes to: "-" for standard output, else
// what the last of a chain of links names, so that a link is written through
// as `> FILE` does, also where nothing is there yet.
func canonical(path string) (string, error) {
	const maxLinks = 40 // as Linux has it
	for range maxLinks {
		switch clean := filepath.Clean(path); {
		case path == reportStdout, slices.Contains(stdoutNames, clean):
			return reportStdout, nil
		case isStream(clean):
			return clean, nil
		}
		// Only the real directory says what .. is, in a path behind a link to one.
		dir, base := filepath.Split(path)
		if resolved, err := filepath.EvalSymlinks(dir); err == nil {
			dir = resolved
		}
		path = filepath.Join(dir, base)
		if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
			return path, nil //nolint:nilerr // there is nothing yet, or nothing to be seen: checkPlace tells
		}
		target, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if path = target; !filepath.IsAbs(target) {
			path = dir + string(filepath.Separator) + target
		}
	}
	return "", errors.New("too many links")
}

// isStream says that a path names an open file of a process: what it seems to
// be is not what may be replaced.
func isStream(path string) bool {
	path = filepath.ToSlash(path)
	if slices.Contains(stdoutNames, path) || slices.Contains(stderrNames, path) || strings.HasPrefix(path, "/dev/fd/") {
		return true
	}
	return strings.HasPrefix(path, "/proc/") && strings.Contains(path, "/fd/")
}

// checkPlace says early that a file has no place, before a cluster is changed.
func checkPlace(path string) error {
	if path == reportStdout {
		return nil
	}
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a directory", path)
	case err == nil && info.Mode().IsRegular():
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return file.Close()
	case err == nil: // opening a pipe would wait for its reader
		return nil
	}
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no directory %s", dir)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is no directory", dir)
	}
	temporary, err := createBeside(path)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return errors.Join(temporary.Close(), os.Remove(temporary.Name()))
}

// writeFile writes a file whole or not at all: beside its place, and then moved
// there. It keeps the permissions of the file that it replaces; a new one has
// those that the user's umask leaves. Pipes, devices, and files whose directory
// takes no other (one that is mounted into a container) are written to.
func writeFile(path string, write func(io.Writer) error) error {
	info, err := os.Stat(path)
	exists := err == nil
	if exists && (!info.Mode().IsRegular() || isStream(path)) {
		return writeStream(path, write)
	}
	temporary, err := createBeside(path)
	if err != nil {
		if exists {
			return writeInPlace(path, write)
		}
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // where it was moved, it is gone
	// Before there is anything to read in it. Some file systems have no permissions to keep.
	if exists && temporary.Chmod(info.Mode().Perm()) != nil {
		return errors.Join(temporary.Close(), writeInPlace(path, write))
	}
	if err := errors.Join(withoutPath(write(temporary)), temporary.Close()); err != nil {
		return err
	}
	err = os.Rename(temporary.Name(), path)
	if err != nil && exists {
		return writeInPlace(path, write)
	}
	return err
}

// createBeside creates a file in the directory of another, with the permissions
// that a new file has (os.CreateTemp would give it fewer).
func createBeside(path string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(filepath.Dir(path), ".cis532-"+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	return file, withoutPath(err)
}

// withoutPath leaves the name of a temporary file out of an error: it tells nobody anything.
func withoutPath(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// writeStream writes to a pipe, a device, or an open file, behind what others have written there.
func writeStream(path string, write func(io.Writer) error) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	return errors.Join(writeSafely(out, term.IsTerminal(int(out.Fd())), write), out.Close())
}

// writeInPlace writes into a file that is there. What has no room leaves
// nothing, rather than a half that somebody takes for the whole.
func writeInPlace(path string, write func(io.Writer) error) error {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	if _, err = text.WriteTo(out); err != nil {
		err = errors.Join(err, out.Truncate(0))
	}
	return errors.Join(err, out.Close())
}
