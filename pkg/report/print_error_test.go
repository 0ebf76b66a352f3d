package report

import (
	"errors"
	"testing"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

var errFull = errors.New("no space left on device")

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

// Rows that reached nobody are no rows that were printed: the exit code of the
// run would be that of a whole report.
func TestNoFormatLosesAnErrorOfItsWriter(t *testing.T) {
	for _, args := range invocations {
		flags := NewPrintFlags(true)
		flags.Documents = DocumentsBesideRows
		cmd := &cobra.Command{}
		flags.AddFlags(cmd)
		if err := cmd.ParseFlags(args); err != nil {
			t.Fatal(err)
		}
		printer, err := flags.ToPrinter(TableOptions{}, false)
		if err != nil {
			continue // they do not go together
		}
		err = printer.Print(Fix(fixReport(v1alpha1.DryRunNone), policies("shop", "orders")), fullDisk{})
		if !errors.Is(err, errFull) {
			t.Errorf("%q: error %v, want %v", args, err, errFull)
		}
	}
}
