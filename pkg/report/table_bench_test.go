package report

import (
	"fmt"
	"io"
	"testing"
)

// The table of a large cluster.
func BenchmarkTableOf10000Rows(b *testing.B) {
	table := Table{Columns: []string{"NAMESPACE", "VERDICT", "INGRESS", "EGRESS", "POLICIES", "REASON"}}
	for i := range 10000 {
		table.Rows = append(table.Rows, []string{fmt.Sprintf("team-%05d", i), "PASS", "allow-all", "restricted", "3", "baseline only"})
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := table.Write(io.Discard, TableOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
