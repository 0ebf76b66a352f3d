package report

import (
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
)

var jsonFormat = Format{
	Name:   "json",
	Writes: writesEverything,
	Write: func(w io.Writer, document runtime.Object) error {
		return (&printers.JSONPrinter{}).PrintObj(printable{document}, w)
	},
}
