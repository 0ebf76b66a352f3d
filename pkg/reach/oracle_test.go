package reach_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
	"github.com/cis532/kubectl-cis532/pkg/reach"
)

// TestCasesMadeByOthers feeds each case of the folder that CIS532_ORACLE names
// to --expect: folders of folders, each with manifests.yaml and checks.txt.
func TestCasesMadeByOthers(t *testing.T) {
	root := os.Getenv("CIS532_ORACLE")
	if root == "" {
		t.Skip("CIS532_ORACLE names no folder of cases")
	}
	files, err := filepath.Glob(filepath.Join(root, "*", "*", "checks.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no */*/checks.txt in %s: %v", root, err)
	}
	agreed, total := 0, 0
	for _, file := range files {
		folder := filepath.Dir(file)
		t.Run(filepath.Base(filepath.Dir(folder))+"/"+filepath.Base(folder), func(t *testing.T) {
			lines, right, err := compare(t, folder)
			if err != nil {
				t.Fatal(err)
			}
			agreed, total = agreed+right, total+lines
		})
	}
	t.Logf("oracle: %d cases, %d of %d lines agreed", len(files), agreed, total)
}

func compare(t *testing.T, folder string) (total, agreed int, err error) {
	inv, err := manifests.Read(t.Context(), manifests.Options{Paths: []string{filepath.Join(folder, "manifests.yaml")}})
	if err != nil {
		return 0, 0, err
	}
	for _, gap := range inv.Gaps {
		return 0, 0, gap.Err
	}
	checks, err := os.Open(filepath.Join(folder, "checks.txt"))
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = checks.Close() }()
	r, err := reach.New(inv).Expect(checks, "")
	if err != nil {
		return 0, 0, err
	}
	for _, m := range r.Mismatches {
		t.Errorf("line %d: %s", m.Line, fmt.Sprintf("%+v", m))
	}
	if r.Summary.Lines == 0 {
		return 0, 0, fmt.Errorf("%s: no lines", folder)
	}
	return r.Summary.Lines, r.Summary.Agreed, nil
}
