package report

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"

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

// parseSortKey reads --sort-by; an empty one is no key. row is an empty row, whose fields it must be one of; nil if that is
// not known yet.
func parseSortKey(text string, row any) (*sortKey, error) {
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
	if row != nil {
		if err := checkField(path, reflect.TypeOf(row)); err != nil {
			return nil, fmt.Errorf("invalid --sort-by %q: %w", text, err)
		}
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
	found := make([]bool, len(objects))
	for i, obj := range objects {
		if found[i], err = k.check(obj.(*unstructured.Unstructured)); err != nil {
			return fmt.Errorf("invalid --sort-by %q: %w", k.text, err)
		}
	}
	if !slices.Contains(found, true) {
		return fmt.Errorf("invalid --sort-by %q: no row has such a field", k.text)
	}
	path, err := get.RelaxedJSONPathExpression(k.text)
	if err != nil {
		return fmt.Errorf("invalid --sort-by %q: %w", k.text, err)
	}
	sorter := rowSort{RuntimeSort: get.NewRuntimeSort(path, objects), found: found}
	sort.Stable(sorter)
	original := append([]Row{}, rows...)
	for i := range rows {
		rows[i] = original[sorter.OriginalPosition(i)]
	}
	return nil
}

// rowSort is kubectl's order, in which rows without a value come first, made
// strict: there each of two rows without one is before the other, and rows that
// sort alike are mixed.
type rowSort struct {
	*get.RuntimeSort
	// found says which rows have a value, by their place before the sort.
	found []bool
}

// Less implements sort.Interface.
func (s rowSort) Less(i, j int) bool {
	foundI, foundJ := s.found[s.OriginalPosition(i)], s.found[s.OriginalPosition(j)]
	if !foundI || !foundJ {
		return !foundI && foundJ
	}
	return s.RuntimeSort.Less(i, j)
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
