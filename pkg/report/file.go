package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
)

// fileFormats are the formats of whole reports in files.
var fileFormats = map[string]func() printers.ResourcePrinter{
	"json": func() printers.ResourcePrinter { return &printers.JSONPrinter{} },
	"yaml": func() printers.ResourcePrinter { return &printers.YAMLPrinter{} },
}

// formatAliases are other names of the formats: those that file extensions use.
var formatAliases = map[string]string{"yml": "yaml"}

// FileFormats lists the formats that WriteFile takes.
func FileFormats() []string {
	var names []string
	for name := range fileFormats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// FileFormat returns the format of that name or file extension.
func FileFormat(name string) (format string, ok bool) {
	name = strings.ToLower(name)
	if alias, is := formatAliases[name]; is {
		name = alias
	}
	_, ok = fileFormats[name]
	return name, ok
}

// WriteFile writes a report in one of the formats.
func WriteFile(w io.Writer, format string, document runtime.Object) error {
	printer, ok := fileFormats[format]
	if !ok {
		return fmt.Errorf("unknown format %q", format)
	}
	return printer().PrintObj(printable{document}, w)
}
