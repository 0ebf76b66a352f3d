package report

import (
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
)

var yamlFormat = Format{
	Name:       "yaml",
	Extensions: []string{"yml"},
	Writes:     writesEverything,
	Write: func(w io.Writer, document runtime.Object) error {
		return (&printers.YAMLPrinter{}).PrintObj(printable{document}, w)
	},
}
