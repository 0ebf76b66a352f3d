package report

import (
	"fmt"
	"io"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/client-go/util/jsonpath"
	"k8s.io/kubectl/pkg/cmd/get"
)

// printDocuments prints documents with one of kubectl's printers: one as
// itself; several as a stream in YAML, and as a List elsewhere, so that what
// is printed is always one valid text. None prints nothing.
func printDocuments(printer printers.ResourcePrinter, format string, documents []runtime.Object, w io.Writer) error {
	if len(documents) == 0 {
		return nil
	}
	if len(documents) == 1 || format == "yaml" || format == "kyaml" {
		for _, doc := range documents {
			if err := printer.PrintObj(doc, w); err != nil {
				return fmt.Errorf("print %s: %w", format, err)
			}
		}
		return nil
	}
	list := &corev1.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "List"}}
	for _, doc := range documents {
		list.Items = append(list.Items, runtime.RawExtension{Object: doc})
	}
	if err := printer.PrintObj(list, w); err != nil {
		return fmt.Errorf("print %s: %w", format, err)
	}
	return nil
}

// printNames prints a name a line: of the rows, or of the documents as kubectl does it.
func printNames(v View, w io.Writer) error {
	if v.RowsAsNames {
		for _, row := range v.Rows {
			if _, err := fmt.Fprintln(w, OneLine(row.Name)); err != nil {
				return err
			}
		}
		return nil
	}
	printer := &printers.NamePrinter{}
	for _, doc := range v.Documents {
		if err := printer.PrintObj(doc, w); err != nil {
			return fmt.Errorf("print names: %w", err)
		}
	}
	return nil
}

// printCustomColumns prints the rows' objects with kubectl's printer.
func printCustomColumns(printer printers.ResourcePrinter, rows []Row, w io.Writer) error {
	objects, err := unstructuredRows(rows)
	if err != nil {
		return err
	}
	list := &unstructured.UnstructuredList{}
	for _, obj := range objects {
		list.Items = append(list.Items, *obj.(*unstructured.Unstructured))
	}
	if err := printer.PrintObj(list, w); err != nil {
		return fmt.Errorf("print custom columns: %w", err)
	}
	return nil
}

func unstructuredRows(rows []Row) ([]runtime.Object, error) {
	objects := make([]runtime.Object, len(rows))
	for i, row := range rows {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(row.Object)
		if err != nil {
			return nil, fmt.Errorf("row %q: %w", row.Name, err)
		}
		objects[i] = &unstructured.Unstructured{Object: content}
	}
	return objects, nil
}

// sortRows sorts by a JSONPath of the rows' objects, as kubectl get --sort-by
// does. A path that leads to no single value is refused: kubectl's sorter
// would end the program on it.
func sortRows(rows []Row, by string) error {
	if by == "" || len(rows) == 0 {
		return nil
	}
	path, err := get.RelaxedJSONPathExpression(by)
	if err != nil {
		return fmt.Errorf("invalid --sort-by %q: %w", by, err)
	}
	parser := jsonpath.New("sort-by").AllowMissingKeys(true)
	if err := parser.Parse(path); err != nil {
		return fmt.Errorf("invalid --sort-by %q: %w", by, err)
	}
	objects, err := unstructuredRows(rows)
	if err != nil {
		return err
	}
	for _, obj := range objects {
		if err := checkSortable(parser, obj.(*unstructured.Unstructured)); err != nil {
			return fmt.Errorf("invalid --sort-by %q: %w", by, err)
		}
	}
	sorter, err := get.SortObjects(nil, objects, by)
	if err != nil {
		return fmt.Errorf("invalid --sort-by %q: %w", by, err)
	}
	original := append([]Row{}, rows...)
	for i := range rows {
		rows[i] = original[sorter.OriginalPosition(i)]
	}
	return nil
}

func checkSortable(parser *jsonpath.JSONPath, obj *unstructured.Unstructured) error {
	results, err := parser.FindResults(obj.Object)
	if err != nil {
		return err
	}
	for _, values := range results {
		if len(values) > 1 {
			return fmt.Errorf("it leads to %d values of a row, not to one", len(values))
		}
		for _, value := range values {
			switch value.Interface().(type) {
			case string, int64, float64, bool, nil:
			default:
				return fmt.Errorf("it leads to an object or a list, not to a value")
			}
		}
	}
	return nil
}
