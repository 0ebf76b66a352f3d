// Command gen-krew writes plugins/krew.yaml: for a release from the checksums of
// its archives, or for the time before the first one.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cis532/kubectl-cis532/hack/gen-krew/krew"
)

func main() {
	version := flag.String("version", krew.Unreleased, "the release's tag, vMAJOR.MINOR.PATCH")
	checksums := flag.String("checksums", "", "the release's checksums.txt, as goreleaser writes it to dist/")
	out := flag.String("out", filepath.Join("plugins", "krew.yaml"), "file to write")
	flag.Parse()
	if err := run(*version, *checksums, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen-krew:", err)
		os.Exit(1)
	}
}

func run(version, checksums, out string) error {
	if (version == krew.Unreleased) != (checksums == "") {
		return errors.New("-version and -checksums belong together")
	}
	var sums map[string]string
	if checksums != "" {
		file, err := os.Open(checksums)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		if sums, err = krew.ReadChecksums(file); err != nil {
			return fmt.Errorf("%s: %w", checksums, err)
		}
	}
	text, err := krew.Manifest(version, sums)
	if err != nil {
		return err
	}
	return os.WriteFile(out, []byte(text), 0o644)
}
