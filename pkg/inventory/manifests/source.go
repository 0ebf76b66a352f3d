package manifests

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/cli-runtime/pkg/resource"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// source is one thing to read documents from.
type source struct {
	// name is how messages call it.
	name string
	// inDirectory says that it was found, not named: what is no manifest there is skipped.
	inDirectory bool
	// path is the absolute path of a file; empty for what is none.
	path string
	// inFile says that name is that of a file or a URL, where somebody can look a line up.
	inFile bool
	// again says that it can be opened another time, and is the same then.
	again bool
	open  func() (io.ReadCloser, error)
}

// open finds the sources of the options in a stable order. cli-runtime's
// builder decides which files of a directory count, as for kubectl -f.
func open(ctx context.Context, opts Options) ([]source, error) {
	if opts.Kustomize != "" {
		return kustomization(opts.Kustomize)
	}
	var sources []source
	stdin := false
	given := map[string]string{}
	for _, path := range opts.Paths {
		switch {
		case path == "-":
			if stdin {
				return nil, errors.New("standard input (-f -) can be read only once")
			}
			stdin = true
			sources = append(sources, source{name: "standard input", open: func() (io.ReadCloser, error) {
				return io.NopCloser(opts.Stdin), nil
			}})
		case strings.HasPrefix(path, "http://"), strings.HasPrefix(path, "https://"):
			sources = append(sources, source{name: path, inFile: true, open: func() (io.ReadCloser, error) { return get(ctx, path) }})
		default:
			files, err := expand(path, opts.Recursive)
			if err != nil {
				return nil, err
			}
			for _, f := range files {
				if first, twice := given[f.path]; twice {
					return nil, fmt.Errorf("%s is given twice: by -f %s and by -f %s", f.name, first, path)
				}
				given[f.path] = path
			}
			sources = append(sources, files...)
		}
	}
	return sources, nil
}

// expand lists a file, or the files of a directory.
func expand(path string, recursive bool) ([]source, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the path %q does not exist", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, pathless(err))
	}
	root := path
	if info.IsDir() {
		// A link to a directory is walked as the directory.
		if root, err = filepath.EvalSymlinks(path); err != nil {
			return nil, fmt.Errorf("read %q: %w", path, err)
		}
	}
	visitors, err := resource.ExpandPathsToFileVisitors(nil, root, recursive, resource.FileExtensions, nil)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	sources := make([]source, 0, len(visitors))
	for _, v := range visitors {
		file := v.(*resource.FileVisitor).Path
		name := file
		if rel, err := filepath.Rel(root, file); err == nil && info.IsDir() {
			name = filepath.Join(path, rel)
		}
		stat, err := os.Stat(file)
		regular := err == nil && stat.Mode().IsRegular()
		if info.IsDir() && err == nil && !regular {
			// A pipe would be waited for, perhaps for ever.
			return nil, fmt.Errorf("read %s: not a regular file", name)
		}
		absolute, err := filepath.Abs(file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		sources = append(sources, source{
			name: name, inDirectory: info.IsDir(), path: absolute, inFile: true, again: regular,
			open: func() (io.ReadCloser, error) { return os.Open(file) },
		})
	}
	return sources, nil
}

// get opens a URL, as kubectl -f does.
func get(ctx context.Context, address string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("the server answered %s", resp.Status)
	}
	return resp.Body, nil
}

// kustomization builds a directory with the kustomize of kubectl.
func kustomization(dir string) ([]source, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, fmt.Errorf("build kustomization %q: %w", dir, err)
	}
	built, err := resources.AsYaml()
	if err != nil {
		return nil, fmt.Errorf("build kustomization %q: %w", dir, err)
	}
	return []source{{name: "kustomization " + dir, again: true, open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(built)), nil
	}}}, nil
}

// hasSubdirectories says that a directory holds directories, which are read only with -R.
func hasSubdirectories(path string) bool {
	entries, err := os.ReadDir(path)
	return err == nil && slices.ContainsFunc(entries, os.DirEntry.IsDir)
}

// pathless takes the path or the URL out of an error, where the message has it already.
func pathless(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		return urlErr.Err
	}
	return err
}

func quoteAll(paths []string) string {
	quoted := make([]string, len(paths))
	for i, p := range paths {
		if quoted[i] = fmt.Sprintf("%q", p); p == "-" {
			quoted[i] = "standard input"
		}
	}
	return strings.Join(quoted, ", ")
}
