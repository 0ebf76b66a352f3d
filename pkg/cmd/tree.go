package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/report"
)

// writeFiles writes a file per policy: DIR/NAMESPACE/NAME.yaml. Nothing is
// written outside DIR, whatever a namespace is called, and a file that differs
// is somebody's: it is left, and named.
func (o *generateOptions) writeFiles(policies []*networkingv1.NetworkPolicy) error {
	if err := os.MkdirAll(o.outputDir, 0o755); err != nil {
		return fmt.Errorf("--output-dir: %w", err)
	}
	root, err := os.OpenRoot(o.outputDir)
	if err != nil {
		return fmt.Errorf("--output-dir: %w", err)
	}
	defer func() { _ = root.Close() }()
	var problems []error
	written := 0
	for _, np := range policies {
		var text bytes.Buffer
		if err := report.WriteFile(&text, "yaml", np); err != nil {
			return err
		}
		isNew, err := writeNew(root, path.Join(np.Namespace, np.Name+".yaml"), text.Bytes())
		if err != nil {
			problems = append(problems, err)
		}
		if isNew {
			written++
		}
	}
	o.tell("wrote %s below %s (%d were there already)", report.Count(written, "file"), o.outputDir, len(policies)-written-len(problems))
	return errors.Join(problems...)
}

// writeNew writes a file that is not there yet. The same file again is no error.
func writeNew(root *os.Root, name string, text []byte) (isNew bool, err error) {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return false, err
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		existing, err := root.ReadFile(name)
		if err != nil {
			return false, err
		}
		if !bytes.Equal(existing, text) {
			return false, fmt.Errorf("%s is there and differs: it is left as it is (remove it, or choose another --output-dir)", name)
		}
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = file.Write(text)
	return true, errors.Join(err, file.Close())
}
