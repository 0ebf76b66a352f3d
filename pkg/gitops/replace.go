package gitops

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
)

// temporaryPrefix begins the names of files that are being written. They have
// no extension by which kubectl or this tool would read one that was left.
const temporaryPrefix = ".cis532-"

// create writes a file that is not there yet: whole, or not at all. The error
// is fs.ErrExist where somebody was faster.
func create(root *os.Root, name string, text []byte) error {
	temporary, err := writeTemporary(root, text)
	if err != nil {
		return err
	}
	err = root.Link(temporary, name) // unlike a rename, it never replaces anything
	if err == nil || errors.Is(err, fs.ErrExist) {
		return errors.Join(err, root.Remove(temporary))
	}
	// The file system has no hard links.
	if _, err := root.Lstat(name); err == nil {
		return errors.Join(fs.ErrExist, root.Remove(temporary))
	}
	return moveTo(root, temporary, name)
}

// replace writes a file in place of the one that is there, in one step.
func replace(root *os.Root, name string, text []byte) error {
	temporary, err := writeTemporary(root, text)
	if err != nil {
		return err
	}
	return moveTo(root, temporary, name)
}

func moveTo(root *os.Root, temporary, name string) error {
	err := root.Rename(temporary, name)
	if err != nil {
		_ = root.Remove(temporary)
	}
	return err
}

// writeTemporary writes a file under a name of its own. It does not wait for the
// disk, which would take a thousand files seconds: a tree can be made again.
func writeTemporary(root *os.Root, text []byte) (name string, err error) {
	name = temporaryPrefix + rand.Text()
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = root.Remove(name)
		return "", err
	}
	return name, nil
}
