// Command gen-schemas writes a JSON Schema for each kind of document that the
// program prints, from the Go types of pkg/api/v1alpha1 and their comments.
//
// It is a module of its own, so that what it needs is no dependency of the
// plugin. It must be run in its own directory.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/invopop/jsonschema"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

const (
	// sources is where the types' Go files are, from this directory.
	sources = "../../pkg/api/v1alpha1"
	// destination is where the schemas go, from this directory.
	destination = "../../docs/schemas"
)

func main() {
	out := flag.String("out", destination, "directory to write the schemas to")
	flag.Parse()
	if err := write(*out); err != nil {
		fmt.Fprintln(os.Stderr, "gen-schemas:", err)
		os.Exit(1)
	}
}

// write writes the schemas, and removes those of kinds that are gone.
func write(dir string) error {
	schemas, err := generate()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, wanted := schemas[filepath.Base(path)]; !wanted {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for name, text := range schemas {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the schemas by file name: KIND.json.
func generate() (map[string][]byte, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	source, err := readSource(sources)
	if err != nil {
		return nil, err
	}
	schemas := map[string][]byte{}
	for kind, goType := range scheme.KnownTypes(v1alpha1.GroupVersion) {
		schema, err := schemaOf(kind, goType, source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(schema); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		schemas[kind+".json"] = text.Bytes()
	}
	return schemas, nil
}

// schemaOf is the schema of one kind: closed, with what is always there required.
func schemaOf(kind string, goType reflect.Type, source *source) (*jsonschema.Schema, error) {
	reflector := &jsonschema.Reflector{
		Anonymous:      true,
		ExpandedStruct: true,
		Mapper:         func(t reflect.Type) *jsonschema.Schema { return mapType(t, source.enums) },
		LookupComment:  source.comment,
	}
	schema := reflector.ReflectFromType(goType)
	schema.Title = kind
	for name, value := range map[string]string{"apiVersion": v1alpha1.GroupVersion.String(), "kind": kind} {
		if _, ok := schema.Properties.Get(name); !ok {
			return nil, fmt.Errorf("no property %s: is metav1.TypeMeta inlined?", name)
		}
		schema.Properties.Set(name, &jsonschema.Schema{Type: "string", Const: value})
	}
	schema.Required = append([]string{"apiVersion", "kind"}, schema.Required...)
	return schema, nil
}

// mapType gives the schemas that Go's reflection cannot know: times, and the
// strings of which only some are meant.
func mapType(t reflect.Type, enums map[string][]any) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[metav1.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case t.Kind() == reflect.String && t.PkgPath() == reflect.TypeFor[v1alpha1.AuditReport]().PkgPath():
		return &jsonschema.Schema{Type: "string", Enum: enums[t.Name()]}
	default:
		return nil
	}
}
