package gitops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
)

// Tree is a directory of policies.
type Tree struct {
	// Dir is the directory. It is made where it is missing.
	Dir string
	// Print writes an object as YAML.
	Print Printer
}

// Result is what became of a tree.
type Result struct {
	// New, Replaced and Same count the files of the namespaces: written anew, written in place of what this tool had
	// made for the namespace before, or not written because the policies are in them already.
	New, Replaced, Same int
	// Kept are the files that are not this tool's to overwrite, each with the reason.
	Kept []error
	// Kustomization is what became of the kustomization.
	Kustomization Kustomization
}

// Kustomization is what became of a tree's kustomization.
type Kustomization struct {
	// Name is the file's name; empty where there is none.
	Name string
	// Foreign says that this tool did not make it, and leaves it alone.
	Foreign bool
	// Lists counts its resources, where it is this tool's.
	Lists int
	// Beside names a manifest of somebody else for which none was made: it would not be among the resources.
	Beside string
	// Missing are files of the tree that a kustomization does not list which is left alone.
	Missing []string
}

// Write gives each namespace of the policies a file with all of them, and
// brings the kustomization in step with the files that are there. Nothing is
// removed, and what is as it should be is not written again. An error is one
// of the file system, or of the context; what was written before it stays.
func (t Tree) Write(ctx context.Context, policies []*networkingv1.NetworkPolicy) (Result, error) {
	var result Result
	if _, err := os.Stat(t.Dir); len(policies) == 0 && errors.Is(err, fs.ErrNotExist) {
		return result, nil
	}
	if err := os.MkdirAll(t.Dir, 0o755); err != nil {
		return result, err
	}
	root, err := os.OpenRoot(t.Dir)
	if err != nil {
		return result, err
	}
	defer func() { _ = root.Close() }()
	for namespace, all := range byNamespace(policies) {
		if err := ctx.Err(); err != nil {
			return result, fmt.Errorf("%s: stopped before the rest was written: %w", t.Dir, err)
		}
		if err := t.writeNamespace(root, namespace, all, &result); err != nil {
			return result, err
		}
	}
	err = t.keepInStep(root, &result)
	return result, err
}

// byNamespace goes through the policies by namespace, in order of their names.
func byNamespace(policies []*networkingv1.NetworkPolicy) func(func(string, []*networkingv1.NetworkPolicy) bool) {
	sorted := slices.Clone(policies)
	slices.SortStableFunc(sorted, func(a, b *networkingv1.NetworkPolicy) int {
		return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})
	return func(yield func(string, []*networkingv1.NetworkPolicy) bool) {
		for i := 0; i < len(sorted); {
			end := i
			for end < len(sorted) && sorted[end].Namespace == sorted[i].Namespace {
				end++
			}
			if !yield(sorted[i].Namespace, sorted[i:end]) {
				return
			}
			i = end
		}
	}
}

func (t Tree) writeNamespace(root *os.Root, namespace string, policies []*networkingv1.NetworkPolicy, result *Result) error {
	name := FileName(namespace)
	text, err := render(namespace, policies, t.Print)
	if err != nil {
		return err
	}
	existing, problem := t.read(root, name)
	if errors.Is(problem, fs.ErrNotExist) {
		if err := create(root, name, text); !errors.Is(err, fs.ErrExist) {
			if err == nil {
				result.New++
			}
			return t.cannot("write", name, err)
		}
		// Somebody was faster, perhaps another run of this tool.
		existing, problem = t.read(root, name)
	}
	own, ours := readMarked(existing)
	pristine := own.pristine && own.subject == subjectPrefix+namespace
	switch {
	case problem != nil:
		result.Kept = append(result.Kept, problem)
	case !ours:
		result.Kept = append(result.Kept, fmt.Errorf(
			"%s was not made by this tool: it is left as it is (move it away, or choose another --output-dir)", t.path(name)))
	case pristine && bytes.Equal(own.body, bodyOf(text)), !pristine && provides(own.body, policies):
		result.Same++
	case !pristine:
		result.Kept = append(result.Kept, fmt.Errorf(
			"%s was changed since it was generated: it is left as it is (remove it to have it generated anew, or leave the namespace out with --exclude %s)", t.path(name), namespace))
	default:
		if err := replace(root, name, text); err != nil {
			return t.cannot("write", name, err)
		}
		result.Replaced++
	}
	return nil
}

// maxFileBytes bounds what is read of a file that is there: what this tool makes is far smaller.
const maxFileBytes = 16 << 20

// read reads a file of the directory, if it is one: a link or a pipe is none, wherever it leads.
func (t Tree) read(root *os.Root, name string) ([]byte, error) {
	info, err := root.Lstat(name)
	switch {
	case err != nil:
		return nil, t.cannot("read", name, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, fmt.Errorf("%s is a symbolic link: nothing is written through it (remove it, or choose another --output-dir)", t.path(name))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file: it is left as it is (move it away, or choose another --output-dir)", t.path(name))
	case info.Size() > maxFileBytes:
		return nil, fmt.Errorf("%s is larger than anything this tool makes: it is left as it is (move it away, or choose another --output-dir)", t.path(name))
	}
	text, err := root.ReadFile(name)
	return normalized(text), t.cannot("read", name, err)
}

func (t Tree) path(name string) string { return filepath.Join(t.Dir, name) }

// cannot says what could not be done with a file, without the system call's name.
func (t Tree) cannot(what, name string, err error) error {
	var pathErr *fs.PathError
	var linkErr *os.LinkError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pathErr):
		err = pathErr.Err
	case errors.As(err, &linkErr):
		err = linkErr.Err
	}
	return fmt.Errorf("%s %s: %w", what, t.path(name), err)
}
