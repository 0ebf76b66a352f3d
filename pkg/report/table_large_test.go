package report

import (
	"bufio"
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Large tables look as small ones do, byte by byte.
func TestLargeTablesLookAsSmallOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[ -~]{0,12}`)
		columns := rapid.SliceOfN(rapid.StringMatching(`[A-Z-]{1,10}`), 1, 7).Draw(t, "columns")
		table := Table{
			Columns: columns,
			Rows:    rapid.SliceOfN(rapid.SliceOfN(cell, len(columns), len(columns)), 1, 20).Draw(t, "rows"),
		}
		opts := TableOptions{NoHeaders: rapid.Bool().Draw(t, "noHeaders")}
		var small, large bytes.Buffer
		if err := table.Write(&small, opts); err != nil {
			t.Fatal(err)
		}
		out := &trailingSpaceTrimmer{w: bufio.NewWriter(&large)}
		if err := table.writeLarge(out, table.sanitized(), opts); err != nil {
			t.Fatal(err)
		}
		if err := out.flush(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(small.String(), large.String()); diff != "" {
			t.Fatalf("-small +large:\n%s", diff)
		}
	})
}
