package cmd

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// reportFlags are --report: the whole report, in a file of each format.
type reportFlags struct {
	// document is an empty one of the kind that the verb reports: not each format can write each kind.
	document runtime.Object
	given    []string
	files    []reportFile
	// written says that they have been written, or that it was tried.
	written bool
}

// reportFile is one --report.
type reportFile struct{ format, path string }

// reportStdout is the path that stands for standard output.
const reportStdout = "-"

func (f *reportFlags) addFlags(cmd *cobra.Command, document runtime.Object) {
	f.document = document
	formats := report.FileFormats(f.document)
	cmd.Flags().StringArrayVar(&f.given, "report", nil, fmt.Sprintf(
		"Also write the report as [FORMAT=]FILE, with FORMAT one of (%s), by default from the file's extension. FILE - is stdout, in place of the table. Can be repeated.",
		strings.Join(formats, ", ")))
	_ = cmd.RegisterFlagCompletionFunc("report", completeReport(formats))
}

// validate reads the flags before anything is done.
func (f *reportFlags) validate(print *report.PrintFlags) error {
	f.files = nil
	for _, text := range f.given {
		file, err := f.file(text)
		if err != nil {
			return fmt.Errorf("invalid --report %q: %w", text, err)
		}
		switch {
		case file.path == reportStdout && print.Output != "":
			return fmt.Errorf("--report %s and -o %s cannot both go to stdout", text, print.Output)
		case file.path == reportStdout && f.stdout():
			return errors.New("only one --report can go to stdout")
		case file.path == reportStdout && print.Failing:
			return fmt.Errorf("--failing chooses rows of the table: it cannot be used with --report %s, which takes its place", text)
		case file.path == reportStdout && print.SortBy != "":
			return fmt.Errorf("--sort-by sorts rows of the table: it cannot be used with --report %s, which takes its place", text)
		case file.path == reportStdout && print.NoHeaders:
			return fmt.Errorf("--no-headers is for the table: it cannot be used with --report %s, which takes its place", text)
		case slices.ContainsFunc(f.files, func(other reportFile) bool { return other.path == file.path }):
			return fmt.Errorf("two --report to the same file: %s", file.path)
		}
		f.files = append(f.files, file)
	}
	return nil
}

// file reads one [FORMAT=]FILE.
func (f *reportFlags) file(text string) (reportFile, error) {
	format, path, explicit := strings.Cut(text, "=")
	if !explicit {
		format, path = "", text
	}
	if path == "" {
		return reportFile{}, errors.New("no file")
	}
	target, err := canonical(path)
	if err != nil {
		return reportFile{}, fmt.Errorf("%s: %w", path, err)
	}
	if !explicit {
		format, _ = report.FormatOfFile(path, f.document)
	}
	if format == "" {
		return reportFile{}, fmt.Errorf("say the format, as in json=%s", path)
	}
	known, ok := report.FileFormat(format, f.document)
	if !ok {
		return reportFile{}, f.unknown(format, known)
	}
	if err := checkPlace(target); err != nil {
		return reportFile{}, err
	}
	return reportFile{format: known, path: target}, nil
}

// unknown is the error for a format that the verb has not, or that nobody has.
func (f *reportFlags) unknown(format, name string) error {
	formats := report.FileFormats(f.document)
	var have []string
	for _, other := range reporting {
		if slices.Contains(report.FileFormats(other.document), name) {
			have = append(have, other.verb)
		}
	}
	if len(have) > 0 {
		return fmt.Errorf("%s is a format of %s, not of this command: known are %s", name, strings.Join(have, ", "), strings.Join(formats, ", "))
	}
	return fmt.Errorf("unknown format %q%s: known are %s", format, report.DidYouMean(format, formats), strings.Join(formats, ", "))
}

// reporting are the verbs that have --report, with what they report.
var reporting = []struct {
	verb     string
	document runtime.Object
}{
	{"audit", v1alpha1.NewAuditReport()}, {"fix", v1alpha1.NewFixReport()}, {"rollback", v1alpha1.NewRollbackReport()},
}

// stdout says that a report takes the table's place.
func (f *reportFlags) stdout() bool {
	for _, file := range f.files {
		if file.path == reportStdout {
			return true
		}
	}
	return false
}

// write writes the report to each file, also to those behind one that cannot be written.
func (f *reportFlags) write(streams Streams, document runtime.Object) error {
	f.written = true
	var problems []error
	for _, file := range f.files {
		text := func(w io.Writer) error { return report.WriteFile(w, file.format, document) }
		var err error
		switch {
		case file.path == reportStdout:
			err = writeSafely(streams.Out, streams.OutTerminal, text)
		case slices.Contains(stderrNames, filepath.Clean(file.path)):
			err = writeSafely(streams.Err, streams.ErrTerminal, text)
		default:
			err = writeFile(file.path, text)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("write --report %s=%s: %w", file.format, file.path, err))
		}
	}
	return errors.Join(problems...)
}

// ended adds to the end of a run that came to no report what the files say of it. What an earlier run has left in them,
// a pipeline would take for the result of this one. document makes a report that says what went wrong; standard output
// gets none, as with -o.
func (f *reportFlags) ended(streams Streams, err error, document func(problems []error) runtime.Object) error {
	if err == nil || f.written || len(f.files) == 0 {
		return err
	}
	f.files = slices.DeleteFunc(f.files, func(file reportFile) bool { return file.path == reportStdout })
	return errors.Join(err, f.write(streams, document(apart(err))))
}

// writeSafely keeps what is written from acting upon a terminal.
func writeSafely(w io.Writer, terminal bool, write func(io.Writer) error) error {
	if !terminal {
		return write(w)
	}
	safe := report.NewTerminalWriter(w)
	return errors.Join(write(safe), safe.Close())
}
