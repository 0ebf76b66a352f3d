package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/report"
)

// reportFlags are --report: the whole report, in a file of each format.
type reportFlags struct {
	// document is an empty one of the kind that the verb reports: not each format can write each kind.
	document runtime.Object
	given    []string
	files    []reportFile
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
		format, path, explicit := strings.Cut(text, "=")
		if !explicit {
			path = text
			format, _ = report.FormatOfFile(path, f.document)
		}
		switch {
		case path == "":
			return fmt.Errorf("invalid --report %q: no file", text)
		case path == reportStdout && !explicit:
			return fmt.Errorf("invalid --report %q: say the format, as in json=-", text)
		case path == reportStdout && print.Output != "":
			return fmt.Errorf("--report %s and -o %s cannot both go to stdout", text, print.Output)
		case path == reportStdout && f.stdout():
			return errors.New("only one --report can go to stdout")
		case path == reportStdout && print.Failing:
			return fmt.Errorf("--failing chooses rows of the table: it cannot be used with --report %s, which takes its place", text)
		case path == reportStdout && print.SortBy != "":
			return fmt.Errorf("--sort-by sorts rows of the table: it cannot be used with --report %s, which takes its place", text)
		case path == reportStdout && print.NoHeaders:
			return fmt.Errorf("--no-headers is for the table: it cannot be used with --report %s, which takes its place", text)
		case slices.ContainsFunc(f.files, func(other reportFile) bool { return filepath.Clean(other.path) == filepath.Clean(path) }):
			return fmt.Errorf("two --report to the same file: %s", path)
		}
		if format == "" {
			return fmt.Errorf("invalid --report %q: say the format, as in json=%s", text, path)
		}
		known, ok := report.FileFormat(format, f.document)
		if !ok {
			return fmt.Errorf("invalid --report %q: unknown format %q%s: known are %s", text, format,
				report.DidYouMean(format, report.FileFormats(f.document)), strings.Join(report.FileFormats(f.document), ", "))
		}
		if err := checkDirectory(path); err != nil {
			return fmt.Errorf("invalid --report %q: %w", text, err)
		}
		f.files = append(f.files, reportFile{format: known, path: path})
	}
	return nil
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

// write writes the report to each file. A file is written beside its place and
// moved there, so that a run that is cut off leaves no half of one.
func (f *reportFlags) write(streams Streams, document runtime.Object) error {
	for _, file := range f.files {
		var err error
		if file.path == reportStdout {
			err = writeSafely(streams.Out, streams.OutTerminal, func(w io.Writer) error { return report.WriteFile(w, file.format, document) })
		} else {
			err = writeAtomically(file.path, func(w io.Writer) error { return report.WriteFile(w, file.format, document) })
		}
		if err != nil {
			return fmt.Errorf("write --report %s=%s: %w", file.format, file.path, err)
		}
	}
	return nil
}

// checkDirectory says early that a file has no place, before a cluster is changed.
func checkDirectory(path string) error {
	if path == reportStdout {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory", path)
	}
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no directory %s", dir)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is no directory", dir)
	}
	return nil
}

// writeSafely keeps what is written from acting upon a terminal.
func writeSafely(w io.Writer, terminal bool, write func(io.Writer) error) error {
	if !terminal {
		return write(w)
	}
	safe := report.NewTerminalWriter(w)
	return errors.Join(write(safe), safe.Close())
}

// writeAtomically writes a file beside its place and moves it there. A pipe or
// a device is written to.
func writeAtomically(path string, write func(io.Writer) error) (err error) {
	if info, statErr := os.Stat(path); statErr == nil && !info.Mode().IsRegular() {
		// A pipe or a device cannot be replaced.
		out, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(writeSafely(out, term.IsTerminal(int(out.Fd())), write), out.Close())
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".cis532-*")
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			return pathErr.Err // the temporary file's name tells nobody anything
		}
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary.Name())
		}
	}()
	if err := errors.Join(write(temporary), temporary.Chmod(0o644), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
