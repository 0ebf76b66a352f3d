package report

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"
	"k8s.io/kubectl/pkg/cmd/get"
)

// sortKey is a JSONPath of the rows' objects by which rows are sorted, as
// kubectl get --sort-by does.
type sortKey struct {
	text   string
	parser *jsonpath.JSONPath
}

// parseSortKey reads --sort-by; an empty one is no key.
func parseSortKey(text string) (*sortKey, error) {
	if text == "" {
		return nil, nil
	}
	path, err := get.RelaxedJSONPathExpression(text)
	if err != nil {
		return nil, fmt.Errorf("invalid --sort-by %q: %w", text, err)
	}
	parser := jsonpath.New("sort-by").AllowMissingKeys(true)
	if err := parser.Parse(path); err != nil {
		return nil, fmt.Errorf("invalid --sort-by %q: %w", text, err)
	}
	return &sortKey{text: text, parser: parser}, nil
}

// apply sorts the rows in place. A path that leads to no single value of any
// row is refused: kubectl's sorter would end the program on it.
func (k *sortKey) apply(rows []Row) error {
	if k == nil || len(rows) == 0 {
		return nil
	}
	objects, err := unstructuredRows(rows)
	if err != nil {
		return err
	}
	found := false
	for _, obj := range objects {
		has, err := k.check(obj.(*unstructured.Unstructured))
		if err != nil {
			return fmt.Errorf("invalid --sort-by %q: %w", k.text, err)
		}
		found = found || has
	}
	if !found {
		return fmt.Errorf("invalid --sort-by %q: no row has such a field", k.text)
	}
	sorter, err := get.SortObjects(nil, objects, k.text)
	if err != nil {
		return fmt.Errorf("invalid --sort-by %q: %w", k.text, err)
	}
	original := append([]Row{}, rows...)
	for i := range rows {
		rows[i] = original[sorter.OriginalPosition(i)]
	}
	return nil
}

// check says whether the path leads to a value of the object, and refuses more than one.
func (k *sortKey) check(obj *unstructured.Unstructured) (found bool, err error) {
	results, err := k.parser.FindResults(obj.Object)
	if err != nil {
		return false, err
	}
	for _, values := range results {
		if len(values) > 1 {
			return false, fmt.Errorf("it leads to %d values of a row, not to one", len(values))
		}
		for _, value := range values {
			switch value.Interface().(type) {
			case string, int64, float64, bool, nil:
				found = true
			default:
				return false, errors.New("it leads to an object or a list, not to a value")
			}
		}
	}
	return found, nil
}
