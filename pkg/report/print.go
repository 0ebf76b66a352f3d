package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
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
			if err := printDocument(printer, format, doc, w); err != nil {
				return err
			}
		}
		return nil
	}
	list := &corev1.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "List"}}
	for _, doc := range documents {
		list.Items = append(list.Items, runtime.RawExtension{Object: doc})
	}
	return printDocument(printer, format, list, w)
}

// printDocument prints a document whole or not at all. kubectl's template
// printers add all that they know to an error, in it or behind what they have
// printed; here it would be a whole cluster's report.
func printDocument(printer printers.ResourcePrinter, format string, document runtime.Object, w io.Writer) error {
	var text bytes.Buffer
	if format == "json" || format == "yaml" || format == "kyaml" {
		document = printable{document}
	}
	if err := printer.PrintObj(document, &text); err != nil {
		message, _, _ := strings.Cut(err.Error(), ". Printing more information for debugging")
		kind, _, _ := strings.Cut(format, "=")
		return fmt.Errorf("print %s: %s", kind, message)
	}
	_, err := text.WriteTo(w)
	return err
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
