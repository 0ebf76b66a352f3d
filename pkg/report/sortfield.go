package report

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/client-go/util/jsonpath"
)

// checkField says whether a path can lead to a value of a row, as far as the row's type tells: verbs that change a cluster
// must refuse a wrong path before they do, not when they print what they did.
func checkField(path string, row reflect.Type) error {
	parsed, err := jsonpath.Parse("sort-by", path)
	if err != nil {
		return err
	}
	nodes := parsed.Root.Nodes
	for len(nodes) == 1 { // the braces of an expression are a list of their own
		inner, ok := nodes[0].(*jsonpath.ListNode)
		if !ok {
			break
		}
		nodes = inner.Nodes
	}
	for _, node := range nodes {
		for row.Kind() == reflect.Pointer {
			row = row.Elem()
		}
		name, ok := node.(*jsonpath.FieldNode)
		if !ok || row.Kind() != reflect.Struct {
			return nil // what a list, a map or an index leads to is known only with the rows
		}
		fields := jsonFields(row)
		next, known := fields[name.Value]
		if !known {
			names := make([]string, 0, len(fields))
			for field := range fields {
				names = append(names, field)
			}
			slices.Sort(names)
			return fmt.Errorf("no row has such a field%s: there are %s", DidYouMean(name.Value, names), strings.Join(names, ", "))
		}
		row = next
	}
	return nil
}

// jsonFields are the fields of a type by their names in JSON.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-" || !field.IsExported():
		case name == "" && field.Anonymous && field.Type.Kind() == reflect.Struct:
			for inner, typ := range jsonFields(field.Type) {
				fields[inner] = typ
			}
		case name != "":
			fields[name] = field.Type
		}
	}
	return fields
}
