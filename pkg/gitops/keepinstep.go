package gitops

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// maxRounds bounds how often the kustomization is written because another run has added files meanwhile.
const maxRounds = 100

// keepInStep makes the kustomization list the files that this tool made. The
// files are listed again after it was written, so that of two runs at a time
// the one that ends last has seen the files of both. Where others' manifests
// are and no kustomization is, none is made.
func (t Tree) keepInStep(root *os.Root, result *Result) error {
	for range maxRounds {
		files, kustomization, err := t.list(root)
		if err != nil {
			return err
		}
		if kustomization == "" && len(files) == 0 {
			return nil
		}
		text := renderKustomization(files)
		if kustomization == "" {
			if other, err := t.otherManifest(root, files); err != nil || other != "" {
				result.Kustomization.Beside = other
				return err
			}
			if err := create(root, KustomizationFile, text); err != nil && !errors.Is(err, fs.ErrExist) {
				return t.cannot("write", KustomizationFile, err)
			}
			continue
		}
		result.Kustomization = Kustomization{Name: kustomization}
		existing, problem := t.read(root, kustomization)
		if problem != nil {
			result.Kept = append(result.Kept, problem)
			return nil
		}
		own, ours := readMarked(existing)
		if ours && own.pristine {
			if result.Kustomization.Lists = len(files); bytes.Equal(own.body, bodyOf(text)) {
				return nil
			}
			if err := replace(root, kustomization, text); err != nil {
				return t.cannot("write", kustomization, err)
			}
			continue
		}
		missing := missingFrom(existing, files)
		result.Kustomization.Foreign, result.Kustomization.Missing = !ours, missing
		if ours && len(missing) > 0 {
			result.Kept = append(result.Kept, fmt.Errorf(
				"%s was changed since it was generated: it is left as it is, and does not list all files (add them, or remove it to have it generated anew)", t.path(kustomization)))
		}
		return nil
	}
	return fmt.Errorf("%s: other runs keep changing the directory", t.path(KustomizationFile))
}

// list finds the files of namespaces that this tool made, by name, and the kustomization if there is one.
func (t Tree) list(root *os.Root) (files []string, kustomization string, err error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, "", t.cannot("read", ".", err)
	}
	there := map[string]bool{}
	for _, entry := range entries {
		there[entry.Name()] = true
		if !entry.Type().IsRegular() || filepath.Ext(entry.Name()) != ".yaml" {
			continue
		}
		// What cannot be read is nothing that this run can vouch for.
		if text, err := t.read(root, entry.Name()); err == nil && isFileOf(entry.Name(), text) {
			files = append(files, entry.Name())
		}
	}
	slices.Sort(files)
	for _, name := range kustomizationFiles {
		if there[name] {
			return files, name, nil
		}
	}
	return files, "", nil
}
