package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/kubectl/pkg/cmd/get"
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

	// hasFailing says that the verb has rows that can fail.
	hasFailing bool
	jsonYAML   *genericclioptions.JSONYamlPrintFlags
	templates  *genericclioptions.KubeTemplatePrintFlags
	columns    *get.CustomColumnsPrintFlags
}

// NewPrintFlags returns the flags with kubectl's defaults. failing adds --failing.
func NewPrintFlags(failing bool) *PrintFlags {
	return &PrintFlags{
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
	cmd.Flags().BoolVar(&f.NoHeaders, "no-headers", f.NoHeaders, "When using the table or custom-columns output format, don't print headers (default print headers).")
	cmd.Flags().StringVar(&f.SortBy, "sort-by", f.SortBy, "If non-empty, sort the rows using this field specification. The field specification is a JSONPath expression of a row as -o json has it (e.g. '{.verdict}').")
	if f.hasFailing {
		cmd.Flags().BoolVar(&f.Failing, "failing", f.Failing, "Show only the rows of namespaces that fail or could not be judged. The counts stay whole.")
	}
	f.templates.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(f.Formats(), cobra.ShellCompDirectiveNoFileComp))
}

// rowFormats print a row per namespace.
var rowFormats = []string{"table", "wide", "name"}

// Formats lists what Output may be.
func (f *PrintFlags) Formats() []string {
	formats := slices.Clone(rowFormats)
	formats = append(formats, f.jsonYAML.AllowedFormats()...)
	formats = append(formats, f.columns.AllowedFormats()...)
	return append(formats, f.templates.AllowedFormats()...)
}

// PrintsRows says that the format is for rows, so that a table's notes and colours fit it.
func (f *PrintFlags) PrintsRows() bool {
	return f.Output == "" || f.Output == "table" || f.Output == "wide"
}

// Printer prints views.
type Printer struct {
	flags *PrintFlags
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
	if f.Output == "" || slices.Contains(rowFormats, f.Output) {
		return p, nil
	}
	var err error
	f.columns.NoHeaders = f.NoHeaders
	if p.customColumns, err = f.columns.ToPrinter(f.Output); !genericclioptions.IsNoCompatiblePrinterError(err) {
		return p, err
	}
	if p.documents, err = f.jsonYAML.ToPrinter(f.Output); !genericclioptions.IsNoCompatiblePrinterError(err) {
		return p, err
	}
	if p.documents, err = f.templates.ToPrinter(f.Output); !genericclioptions.IsNoCompatiblePrinterError(err) {
		return p, err
	}
	return nil, fmt.Errorf("unknown output format %q%s: allowed formats are: %s", f.Output, suggestion(f.Output, f.Formats()), strings.Join(f.Formats(), ","))
}

func suggestion(got string, known []string) string {
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
	if near := parent.SuggestionsFor(got); len(near) > 0 {
		return near[0]
	}
	return ""
}

// PrintsRows says that rows are printed, not documents.
func (p *Printer) PrintsRows() bool { return p.flags.PrintsRows() }

// Print writes a view.
func (p *Printer) Print(v View, w io.Writer) error {
	if p.flags.Failing {
		v.Rows = slices.DeleteFunc(slices.Clone(v.Rows), func(r Row) bool { return !r.Failing })
	}
	if err := sortRows(v.Rows, p.flags.SortBy); err != nil {
		return err
	}
	if p.terminal && !p.flags.PrintsRows() {
		w = TerminalWriter(w)
	}
	switch {
	case p.customColumns != nil:
		return printCustomColumns(p.customColumns, v.Rows, w)
	case p.documents != nil:
		return printDocuments(p.documents, p.flags.Output, v.Documents, w)
	case p.flags.Output == "name":
		return printNames(v, w)
	default:
		return v.table(p.flags.Output == "wide", p.flags.SortBy == "" && !p.flags.Failing).Write(w, p.table)
	}
}
