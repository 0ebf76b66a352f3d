package gitops_test

import (
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/gitops"
)

func TestFileName(t *testing.T) {
	for namespace, want := range map[string]string{
		"shop":          "shop.yaml",
		"kustomization": "kustomization_.yaml",
		"con":           "con_.yaml",
		"nul":           "nul_.yaml",
		"com1":          "com1_.yaml",
		"lpt9":          "lpt9_.yaml",
		"com":           "com.yaml",
		"com10":         "com10.yaml",
		"comx":          "comx.yaml",
		"con-x":         "con-x.yaml",
		"0":             "0.yaml",
	} {
		if got := gitops.FileName(namespace); got != want {
			t.Errorf("FileName(%q) = %q, want %q", namespace, got, want)
		}
	}
}
