package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/hack/gen-krew/krew"
)

// dist is what goreleaser has built.
type dist struct {
	dir string
	// Version is the release's, without a leading v.
	Version string    `json:"version"`
	Commit  string    `json:"commit"`
	Date    time.Time `json:"date"`
	sums    map[string]string
}

// readDist reads the directory that make test-release names.
func readDist(t *testing.T) *dist {
	t.Helper()
	d := &dist{dir: os.Getenv("CIS532_DIST")}
	if d.dir == "" {
		t.Skip("make test-release builds the archives that this looks at")
	}
	metadata, err := os.ReadFile(filepath.Join(d.dir, "metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(metadata, d); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(d.dir, "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if d.sums, err = krew.ReadChecksums(file); err != nil {
		t.Fatal(err)
	}
	return d
}

// archived is one file of an archive.
type archived struct {
	mode    os.FileMode
	modTime time.Time
	owner   string
	content []byte
}

// unpack reads an archive, and refuses what krew refuses: another checksum, what leaves the directory, links and devices.
func (d *dist) unpack(name, sum string) (map[string]archived, error) {
	data, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		return nil, err
	}
	if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != sum {
		return nil, fmt.Errorf("%s: the checksum is %x, not %s", name, got, sum)
	}
	files := map[string]archived{}
	add := func(name string, info os.FileInfo, owner string, content io.Reader) error {
		if path.IsAbs(name) || slices.Contains(strings.Split(name, "/"), "..") || strings.Contains(name, `\`) {
			return fmt.Errorf("%q leaves the directory", name)
		}
		if info.IsDir() {
			return nil
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%q is no regular file", name)
		}
		text, err := io.ReadAll(content)
		files[name] = archived{info.Mode(), info.ModTime(), owner, text}
		return err
	}
	if strings.HasSuffix(name, ".zip") {
		return files, eachZipped(data, add)
	}
	return files, eachTarred(data, add)
}

type visitor func(name string, info os.FileInfo, owner string, content io.Reader) error

func eachTarred(data []byte, visit visitor) error {
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	for entries := tar.NewReader(unzipped); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(header.Name, header.FileInfo(), header.Uname+":"+header.Gname, entries); err != nil {
			return err
		}
	}
}

func eachZipped(data []byte, visit visitor) error {
	entries, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	for _, entry := range entries.File {
		content, err := entry.Open()
		if err != nil {
			return err
		}
		if err := errors.Join(visit(entry.Name, entry.FileInfo(), "root:root", content), content.Close()); err != nil {
			return err
		}
	}
	return nil
}

func TestArchivesHoldWhatKrewNeeds(t *testing.T) {
	d := readDist(t)
	for _, p := range krew.Platforms {
		name := krew.Archive("v"+d.Version, p)
		t.Run(name, func(t *testing.T) {
			files, err := d.unpack(name, d.sums[name])
			if err != nil {
				t.Fatal(err)
			}
			binary := "kubectl-cis532"
			if p.OS == "windows" {
				binary += ".exe"
			}
			var got []string
			for file, is := range files {
				got = append(got, fmt.Sprintf("%s %s %s", is.mode, is.owner, file))
				if !is.modTime.Equal(d.commitTime(t)) {
					t.Errorf("%s is of %s, the commit of %s", file, is.modTime, d.commitTime(t))
				}
			}
			slices.Sort(got)
			want := []string{"-rw-r--r-- root:root LICENSE", "-rw-r--r-- root:root README.md", "-rwxr-xr-x root:root " + binary}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			for _, text := range []string{"LICENSE", "README.md"} {
				if string(files[text].content) != read(t, text) {
					t.Errorf("%s is another", text)
				}
			}
			checkBinary(t, p, files[binary].content)
		})
	}
	if len(d.sums) != len(krew.Platforms) {
		t.Errorf("%d checksums of %d archives: %v", len(d.sums), len(krew.Platforms), d.sums)
	}
}

// commitTime is when the commit was made, which goreleaser's metadata does not say.
func (d *dist) commitTime(t *testing.T) time.Time {
	t.Helper()
	text := run(t, "git", "-C", root, "show", "--no-patch", "--format=%cI", d.Commit)
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// checkBinary checks what a binary says of itself.
func checkBinary(t *testing.T, p krew.Platform, content []byte) {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	for key, want := range map[string]string{"GOOS": p.OS, "GOARCH": p.Arch, "CGO_ENABLED": "0", "-trimpath": "true"} {
		if settings[key] != want {
			t.Errorf("%s=%s, want %s", key, settings[key], want)
		}
	}
	if p.OS != "linux" {
		return
	}
	program, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for _, segment := range program.Progs {
		if segment.Type == elf.PT_INTERP || segment.Type == elf.PT_DYNAMIC {
			t.Errorf("it is not static: %s", segment.Type)
		}
	}
}
