package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/kubectl/pkg/cmd/get"
)

// What the printers make of NetworkPolicies is what `kubectl get` prints of the
// same objects: the printers of kubectl get itself are asked, with objects as
// it has them (unstructured, in a List).
func TestPrintsAsKubectlGetDoes(t *testing.T) {
	for _, namespaces := range [][]string{{"shop"}, {"shop", "orders", "data"}} {
		objects := policies(namespaces...)
		for _, format := range []string{
			"name", "json",
			"jsonpath={.metadata.name}", "jsonpath={.items[*].metadata.namespace}", "jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{'\\n'}{end}",
			"jsonpath={..podSelector}", "jsonpath={.kind}", "jsonpath={.items[?(@.metadata.namespace==\"shop\")].metadata.labels}", "jsonpath={.nothing}",
			"jsonpath-as-json={.items[*].metadata.annotations}", "jsonpath-as-json={..policyTypes}",
			"go-template={{.kind}}", "go-template={{range .items}}{{.metadata.namespace}}:{{len .spec.policyTypes}} {{end}}", "go-template={{.nothing}}",
			"custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name", "custom-columns=TYPES:.spec.policyTypes,FIRST:.spec.policyTypes[0],NONE:.spec.nothing",
			"custom-columns=LABELS:.metadata.labels",
		} {
			want := kubectlGet(t, format, objects)
			flags := NewPrintFlags(false)
			flags.Documents = DocumentsOfRows
			flags.Output = format
			printer, err := flags.ToPrinter(TableOptions{}, false)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := printer.Print(Policies(objects), &got); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(format, "json") && !strings.HasPrefix(format, "jsonpath=") {
				// The order of keys is the type's here, and the alphabet's there.
				if canonical(t, got.Bytes()) != canonical(t, []byte(want)) {
					t.Errorf("-o %s of %d:\n%s\nkubectl get:\n%s", format, len(objects), got.String(), want)
				}
				continue
			}
			if got.String() != want {
				t.Errorf("-o %s of %d:\n%q\nkubectl get:\n%q", format, len(objects), got.String(), want)
			}
		}
	}
}

// Rows of a report by custom-columns, sorted and not, are as kubectl get would print such objects.
func TestCustomColumnsOfRowsAreKubectls(t *testing.T) {
	report := fixReport("none")
	for _, format := range []string{
		"custom-columns=NAME:.name,RESULT:.result,WHY:.reason", "custom-columns=NAME:.name,VERIFIED:.verified,POLICIES:.policies",
		"custom-columns=NAME:name", "custom-columns=NAME:{.name}", "custom-columns=NONE:.nothing",
	} {
		for _, noHeaders := range []bool{false, true} {
			var items []any
			for _, row := range report.Namespaces {
				content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&row)
				if err != nil {
					t.Fatal(err)
				}
				items = append(items, content)
			}
			list := &unstructured.UnstructuredList{}
			for _, item := range items {
				list.Items = append(list.Items, unstructured.Unstructured{Object: item.(map[string]any)})
			}
			theirs := get.NewCustomColumnsPrintFlags()
			theirs.NoHeaders = noHeaders
			printer, err := theirs.ToPrinter(format)
			if err != nil {
				t.Fatal(err)
			}
			var want bytes.Buffer
			if err := printer.PrintObj(list, &want); err != nil {
				t.Fatal(err)
			}
			args := []string{"-o", format}
			if noHeaders {
				args = append(args, "--no-headers")
			}
			if got := printed(NewPrintFlags(true), args, Fix(report, nil), TableOptions{}, false); got != want.String() {
				t.Errorf("%v:\n%s\nkubectl:\n%s", args, got, want.String())
			}
		}
	}
}

// kubectlGet prints objects with the printer that `kubectl get -o FORMAT` chooses.
func kubectlGet[T runtime.Object](t *testing.T, format string, objects []T) string {
	t.Helper()
	flags := get.NewGetPrintFlags()
	*flags.OutputFormat = format
	printer, err := flags.ToPrinter()
	if err != nil {
		t.Fatal(err)
	}
	list := &unstructured.UnstructuredList{Object: map[string]any{"apiVersion": "v1", "kind": "List", "metadata": map[string]any{"resourceVersion": ""}}}
	for _, obj := range objects {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
		if err != nil {
			t.Fatal(err)
		}
		list.Items = append(list.Items, unstructured.Unstructured{Object: content})
	}
	streams, _, out, _ := genericiooptions.NewTestIOStreams()
	var printErr error
	switch {
	case len(objects) == 1:
		printErr = printer.PrintObj(&list.Items[0], streams.Out)
	case format == "name":
		for i := range list.Items {
			printErr = printer.PrintObj(&list.Items[i], streams.Out)
		}
	default:
		printErr = printer.PrintObj(list, streams.Out)
	}
	if printErr != nil {
		t.Fatal(printErr)
	}
	return out.String()
}

// canonical is JSON with sorted keys, without what only a List of a server has.
func canonical(t *testing.T, text []byte) string {
	t.Helper()
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if object, ok := value.(map[string]any); ok && object["kind"] == "List" {
		delete(object, "metadata")
	}
	sorted, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(sorted)
}
