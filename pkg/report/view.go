package report

import (
	"k8s.io/apimachinery/pkg/runtime"
)

// View is a document as people and programs see it: as rows, and as a whole.
type View struct {
	// Columns are the table's headers, WideColumns those that -o wide adds before the last one.
	Columns, WideColumns []string
	// Rows are the table's.
	Rows []Row
	// Documents is what json, yaml and the templates print. Several are printed
	// as a List, in YAML as documents of a stream.
	Documents []runtime.Object
	// WithRows makes the documents with only these of the rows, in this order; nil where they have none.
	WithRows func([]Row) []runtime.Object
	// Compact makes the table's rows short, where it is neither filtered nor sorted; nil leaves them.
	Compact func([]Row) [][]string
	// RowsAsNames prints the rows' names with -o name, else the documents'.
	RowsAsNames bool
}

// Row is one row of a view.
type Row struct {
	// Cells are the columns, WideCells what -o wide adds before the last one.
	Cells, WideCells []string
	// Name is what -o name prints.
	Name string
	// Failing says that the row is one of those that --failing shows.
	Failing bool
	// Object is the row as custom-columns and --sort-by see it: a part of the document.
	Object any
}

// objects are the rows' objects, as parts of a document.
func objects[T any](rows []Row) []T {
	all := make([]T, len(rows))
	for i, row := range rows {
		all[i] = *row.Object.(*T)
	}
	return all
}

// table is the view as a table.
func (v View) table(wide, compact bool) Table {
	t := Table{Columns: v.Columns}
	if compact && !wide && v.Compact != nil {
		t.Rows = v.Compact(v.Rows)
		return t
	}
	if wide {
		t.Columns = beforeLast(v.Columns, v.WideColumns)
	}
	for _, row := range v.Rows {
		if wide {
			t.Rows = append(t.Rows, beforeLast(row.Cells, row.WideCells))
			continue
		}
		t.Rows = append(t.Rows, row.Cells)
	}
	return t
}

func beforeLast(cells, more []string) []string {
	last := len(cells) - 1
	all := append([]string{}, cells[:last]...)
	return append(append(all, more...), cells[last])
}
