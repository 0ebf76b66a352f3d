package gitops

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// errFound ends a walk.
var errFound = errors.New("found")

// otherManifest names a manifest in the directory, or below it, that is not
// among the files of this tool; empty where there is none. Whoever deploys the
// directory deploys that one too, until there is a kustomization: from then on
// Argo CD and Flux take for removed what it does not list.
func (t Tree) otherManifest(root *os.Root, files []string) (found string, err error) {
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return t.cannot("read", name, err)
		case err != nil:
			found = name // who knows what is below it
			return errFound
		case name == ".":
			return nil
		case strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir // .git, say: nobody deploys it
			}
			return nil
		case entry.IsDir() || slices.Contains(files, name) || !slices.Contains(manifestExtensions, path.Ext(name)):
			return nil
		}
		// What cannot be read, a link say, may be one.
		if text, err := t.read(root, name); err == nil && !isManifest(text) {
			return nil
		}
		found = name
		return errFound
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return found, err
}

// manifestExtensions are those that kubectl reads in a directory.
var manifestExtensions = []string{".yaml", ".yml", ".json"}

var (
	apiVersionField = fieldPattern("apiVersion")
	kindField       = fieldPattern("kind")
)

// fieldPattern finds a field of YAML or JSON, also in a document that holds templates and that no reader takes.
func fieldPattern(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)(^|[\s{,"'])` + name + `["']?\s*:`)
}

// isManifest says that a text has what every object has.
func isManifest(text []byte) bool { return apiVersionField.Match(text) && kindField.Match(text) }
