package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
)

// Format is one way to write a whole report, in a file of its own: for
// --report, and for -o where the verb prints reports. Each format is one file
// of this package, and has one line in formats.
type Format struct {
	// Name is what FORMAT of --report and -o take.
	Name string
	// Extensions are the file extensions that mean it, without the first dot; Name is always one. Of those that fit a
	// file the longest counts: results.sarif.json is SARIF.
	Extensions []string
	// Writes says whether it has a form for such a document.
	Writes func(document runtime.Object) bool
	// Write writes the document, whole and with a line break at its end. It is
	// called only where Writes says so, and after the document was made, so
	// that it cannot refuse one.
	Write func(w io.Writer, document runtime.Object) error
}

// formats are all formats, in the order in which help lists them.
var formats = []Format{
	jsonFormat, yamlFormat, markdownFormat, csvFormat, htmlFormat, junitFormat, sarifFormat, openReportsFormat, policyReportFormat, kubeBenchFormat,
}

// FileFormats lists the formats that can write such a document.
func FileFormats(document runtime.Object) []string {
	var names []string
	for _, f := range formats {
		if f.Writes(document) {
			names = append(names, f.Name)
		}
	}
	return names
}

// FileFormat returns the format of that name or file extension, and whether it
// can write such a document.
func FileFormat(name string, document runtime.Object) (format string, ok bool) {
	name = strings.ToLower(name)
	for _, f := range formats {
		if f.means(name) {
			return f.Name, f.Writes(document)
		}
	}
	return name, false
}

// means says that the format has that name or file extension.
func (f *Format) means(name string) bool {
	return f.Name == name || slices.Contains(f.Extensions, name)
}

// FormatOfFile returns the format that a file's name means, and whether it can
// write such a document: results.sarif.json is asked for by that name, by its
// longest extension, then by shorter ones, so that it is SARIF and not JSON also
// for what has no SARIF. Without an extension, format is empty.
func FormatOfFile(path string, document runtime.Object) (format string, ok bool) {
	rest := strings.ToLower(filepath.Base(path))
	if !strings.Contains(rest, ".") {
		return "", false
	}
	for {
		for _, f := range formats {
			if f.means(rest) {
				return f.Name, f.Writes(document)
			}
		}
		var more bool
		if format, rest, more = strings.Cut(rest, "."); !more {
			return format, false
		}
	}
}

// WriteFile writes a report in one of the formats.
func WriteFile(w io.Writer, format string, document runtime.Object) error {
	for _, f := range formats {
		if f.Name == format && f.Writes(document) {
			return f.Write(w, document)
		}
	}
	return fmt.Errorf("format %q cannot write this report", format)
}

// writesEverything is for formats that print any document as it is.
func writesEverything(runtime.Object) bool { return true }

// writes is for formats that know one kind of document only.
func writes[T runtime.Object](document runtime.Object) bool {
	_, ok := document.(T)
	return ok
}

// writesAny is for formats that know some kinds of documents.
func writesAny(kinds ...func(runtime.Object) bool) func(runtime.Object) bool {
	return func(document runtime.Object) bool {
		return slices.ContainsFunc(kinds, func(writes func(runtime.Object) bool) bool { return writes(document) })
	}
}

// formatPrinter prints documents in a format of whole reports.
func formatPrinter(format string) printers.ResourcePrinter {
	return printers.ResourcePrinterFunc(func(document runtime.Object, w io.Writer) error {
		return WriteFile(w, format, document)
	})
}
