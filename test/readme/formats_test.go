package readme

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

func TestThePageOnFormatsHasEachFormat(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/formats.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range report.FileFormats(v1alpha1.NewAuditReport()) {
		if !strings.Contains(string(text), "`"+format+"`") {
			t.Errorf("docs/formats.md does not know %s", format)
		}
	}
}
