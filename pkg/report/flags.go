package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/kubectl/pkg/cmd/get"

	_ "github.com/cis532/kubectl-cis532/pkg/english" // before get's texts ask for translations
)

// PrintFlags are the flags that say how a view is printed; their names and
// meanings are kubectl's.
type PrintFlags struct {
	// Output is -o; empty is a table.
	Output string
	// NoHeaders leaves the headers of tables out.
	NoHeaders bool
	// SortBy is a JSONPath of the rows' objects by which the rows are sorted.
	SortBy string
	// Failing shows only the rows that fail.
	Failing bool

	// Documents says what json, yaml and the templates print.
	Documents Documents
	// Reports are empty documents of the kinds that the verb may print, where -o also takes the formats of whole reports.
	// A verb that comes to know which one it will be leaves only that, before ToPrinter.
	Reports []runtime.Object

	// Rows is an empty row of the kind that is sorted, so that --sort-by can be refused before anything is done; nil where
	// the verb prints several kinds. SortExample is what --sort-by's help gives as an example, RowsIn the flag that shows a row.
	Rows                any
	SortExample, RowsIn string

	// hasFailing says that the verb has rows that can fail.
	hasFailing bool
	jsonYAML   *genericclioptions.JSONYamlPrintFlags
	templates  *genericclioptions.KubeTemplatePrintFlags
	columns    *get.CustomColumnsPrintFlags
}

// Documents is what a verb's documents have to do with its rows. It decides
// whether --failing and --sort-by mean anything to them.
type Documents int

const (
	// DocumentsWhole are printed as they are.
	DocumentsWhole Documents = iota
	// DocumentsOfRows hold the rows, or are the rows: they are filtered and sorted with them.
	DocumentsOfRows
	// DocumentsBesideRows are something else than the rows, and so are their names.
	DocumentsBesideRows
)

// NewPrintFlags returns the flags with kubectl's defaults. failing adds --failing.
func NewPrintFlags(failing bool) *PrintFlags {
	return &PrintFlags{
		SortExample: "{.verdict}",
		RowsIn:      "-o json",

		hasFailing: failing,
		jsonYAML:   genericclioptions.NewJSONYamlPrintFlags(),
		templates:  genericclioptions.NewKubeTemplatePrintFlags(),
		columns:    get.NewCustomColumnsPrintFlags(),
	}
}

// AddFlags binds the flags to a command.
func (f *PrintFlags) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.Output, "output", "o", f.Output,
		fmt.Sprintf("Output format. One of: (%s).", strings.Join(f.Formats(), ", ")))
	cmd.Flags().BoolVar(&f.NoHeaders, "no-headers", f.NoHeaders, "When using the table, wide or custom-columns output format, don't print headers (default print headers).")
	cmd.Flags().StringVar(&f.SortBy, "sort-by", f.SortBy, fmt.Sprintf(
		"If non-empty, sort the rows using this field specification. The field specification is a JSONPath expression of a row as %s has it (e.g. '%s').", f.RowsIn, f.SortExample))
	if f.hasFailing {
		cmd.Flags().BoolVar(&f.Failing, "failing", f.Failing, "Show only the rows of namespaces that fail or could not be judged. The counts stay whole.")
	}
	f.templates.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("template", cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(f.Formats(), cobra.ShellCompDirectiveNoFileComp))
}

// rowFormats print a row per namespace.
var rowFormats = []string{"table", "wide", "name"}

// Formats lists what Output may be.
func (f *PrintFlags) Formats() []string {
	formats := slices.Clone(rowFormats)
	formats = append(formats, f.jsonYAML.AllowedFormats()...)
	formats = append(formats, f.columns.AllowedFormats()...)
	formats = append(formats, f.templates.AllowedFormats()...)
	for _, name := range f.reportFormats() {
		if !slices.Contains(formats, name) {
			formats = append(formats, name)
		}
	}
	return formats
}

// reportFormats are the formats of whole reports.
func (f *PrintFlags) reportFormats() []string {
	var names []string
	for _, format := range formats {
		if slices.ContainsFunc(f.Reports, format.Writes) {
			names = append(names, format.Name)
		}
	}
	return names
}

// onlyReports says that the format is one of whole reports, and none of kubectl's.
func (f *PrintFlags) onlyReports() bool {
	return slices.Contains(f.reportFormats(), f.Output) && !slices.Contains(f.jsonYAML.AllowedFormats(), f.Output)
}

// PrintsRows says that the format is for rows, so that a table's notes and colours fit it.
func (f *PrintFlags) PrintsRows() bool {
	return f.Output == "" || f.Output == "table" || f.Output == "wide"
}

// Printer prints views.
type Printer struct {
	flags *PrintFlags
	// sort is the path to sort by; nil for the rows' own order.
	sort *sortKey
	// documents prints whole documents; nil where the format is for rows.
	documents printers.ResourcePrinter
	// customColumns prints rows by the user's columns; nil for other formats.
	customColumns printers.ResourcePrinter
	table         TableOptions
	terminal      bool
}

// ToPrinter refuses a format that does not exist before anything is done.
// terminal says that the output goes to one.
func (f *PrintFlags) ToPrinter(table TableOptions, terminal bool) (*Printer, error) {
	table.NoHeaders = f.NoHeaders
	p := &Printer{flags: f, table: table, terminal: terminal}
	if f.Output == "" && *f.templates.TemplateArgument != "" {
		f.Output = "go-template"
	}
	var err error
	if p.sort, err = parseSortKey(f.SortBy, f.Rows); err != nil {
		return nil, err
	}
	if err := p.setFormat(); err != nil {
		return nil, err
	}
	return p, f.validate(p.documents != nil)
}

// validate refuses flags that would do nothing with the format.
func (f *PrintFlags) validate(isDocument bool) error {
	template := slices.Contains(f.templates.AllowedFormats(), f.format())
	if *f.templates.TemplateArgument != "" && !template {
		return fmt.Errorf("--template is for -o go-template and the like, not for -o %s", f.Output)
	}
	untouched := isDocument && f.Documents != DocumentsOfRows || f.Output == "name" && f.Documents == DocumentsBesideRows
	switch {
	case f.NoHeaders && f.onlyReports():
		return fmt.Errorf("--no-headers is for tables: it cannot be used with -o %s", f.format())
	case untouched && f.Failing:
		return fmt.Errorf("--failing chooses rows: it cannot be used with -o %s", f.format())
	case untouched && f.SortBy != "":
		return fmt.Errorf("--sort-by sorts rows: it cannot be used with -o %s", f.format())
	}
	return nil
}

// format is Output without its template or columns.
func (f *PrintFlags) format() string {
	format, _, _ := strings.Cut(f.Output, "=")
	return format
}

// setFormat chooses the printer.
func (p *Printer) setFormat() (err error) {
	f := p.flags
	if f.Output == "" || slices.Contains(rowFormats, f.Output) {
		return nil
	}
	f.columns.NoHeaders = f.NoHeaders
	if p.customColumns, err = f.columns.ToPrinter(f.Output); !genericclioptions.IsNoCompatiblePrinterError(err) {
		return err
	}
	if p.documents, err = f.jsonYAML.ToPrinter(f.Output); !genericclioptions.IsNoCompatiblePrinterError(err) {
		return err
	}
	if p.documents, err = f.templates.ToPrinter(f.Output); !genericclioptions.IsNoCompatiblePrinterError(err) {
		return err
	}
	if slices.Contains(f.reportFormats(), f.Output) {
		p.documents = formatPrinter(f.Output)
		return nil
	}
	if slices.ContainsFunc(formats, func(known Format) bool { return known.Name == f.Output }) {
		return fmt.Errorf("output format %q is not for what is printed here: allowed formats are: %s", f.Output, strings.Join(f.Formats(), ","))
	}
	return fmt.Errorf("unknown output format %q%s: allowed formats are: %s", f.Output, DidYouMean(f.Output, f.Formats()), strings.Join(f.Formats(), ","))
}

// DidYouMean is what an error says where got is most likely a typo of a known word, else "".
func DidYouMean(got string, known []string) string {
	if got == "" {
		return ""
	}
	if near := Nearest(got, known); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

// Nearest returns the known word that got is most likely a typo of, or "". It
// borrows cobra's measure for commands.
func Nearest(got string, known []string) string {
	parent := &cobra.Command{Use: "words", SuggestionsMinimumDistance: 2}
	for _, word := range known {
		parent.AddCommand(&cobra.Command{Use: word, Run: func(*cobra.Command, []string) {}})
	}
	// They come in no order: what begins alike was more likely meant.
	if near := parent.SuggestionsFor(got); len(near) > 0 {
		got = strings.ToLower(got)
		return slices.MaxFunc(near, func(a, b string) int {
			return commonPrefix(got, strings.ToLower(a)) - commonPrefix(got, strings.ToLower(b))
		})
	}
	return ""
}

// commonPrefix is how many bytes two words begin alike with.
func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// PrintsRows says that rows are printed, not documents.
func (p *Printer) PrintsRows() bool { return p.flags.PrintsRows() }

// Print writes a view. Rows that cannot be sorted are printed in their own
// order: what was done is never left untold.
func (p *Printer) Print(v View, w io.Writer) error {
	v.Rows = slices.Clone(v.Rows)
	if p.flags.Failing {
		v.Rows = slices.DeleteFunc(v.Rows, func(r Row) bool { return !r.Failing })
	}
	sortErr := p.sort.apply(v.Rows)
	if v.WithRows != nil && (p.flags.Failing || p.sort != nil) {
		v.Documents = v.WithRows(v.Rows)
	}
	if p.terminal && !p.flags.PrintsRows() {
		safe := NewTerminalWriter(w)
		return errors.Join(p.print(v, safe), safe.Close(), sortErr)
	}
	return errors.Join(p.print(v, w), sortErr)
}

func (p *Printer) print(v View, w io.Writer) error {
	switch {
	case p.customColumns != nil:
		return printCustomColumns(p.customColumns, v.Rows, w)
	case p.documents != nil:
		return printDocuments(p.documents, p.flags.Output, v.Documents, w)
	case p.flags.Output == "name":
		return printNames(v, w)
	default:
		return v.table(p.flags.Output == "wide", p.sort == nil && !p.flags.Failing).Write(w, p.table)
	}
}
