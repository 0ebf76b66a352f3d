package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/hack/gen-krew/krew"
)

// goreleaser is what the tests look at in .goreleaser.yaml.
type goreleaser struct {
	Version int `json:"version"`
	Builds  []struct {
		ID           string   `json:"id"`
		Main         string   `json:"main"`
		Binary       string   `json:"binary"`
		Env          []string `json:"env"`
		Flags        []string `json:"flags"`
		LDFlags      []string `json:"ldflags"`
		GOOS         []string `json:"goos"`
		GOARCH       []string `json:"goarch"`
		ModTimestamp string   `json:"mod_timestamp"`
	} `json:"builds"`
	Archives []struct {
		IDs             []string `json:"ids"`
		NameTemplate    string   `json:"name_template"`
		Formats         []string `json:"formats"`
		FormatOverrides []struct {
			GOOS    string   `json:"goos"`
			Formats []string `json:"formats"`
		} `json:"format_overrides"`
		Files []struct {
			Src string `json:"src"`
		} `json:"files"`
	} `json:"archives"`
	Checksum struct {
		NameTemplate string `json:"name_template"`
		Algorithm    string `json:"algorithm"`
	} `json:"checksum"`
}

func readGoreleaser(t *testing.T) goreleaser {
	t.Helper()
	var g goreleaser
	if err := yaml.Unmarshal([]byte(read(t, ".goreleaser.yaml")), &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Builds) != 1 || len(g.Archives) != 1 {
		t.Fatalf("%d builds and %d archives: the tests know one of each", len(g.Builds), len(g.Archives))
	}
	return g
}

// render fills in a template of goreleaser.
func render(t *testing.T, text string, values map[string]string) string {
	t.Helper()
	parsed, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := parsed.Execute(&b, values); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGoreleaserMakesTheArchivesOfTheManifest(t *testing.T) {
	g := readGoreleaser(t)
	build, archive := g.Builds[0], g.Archives[0]
	var got, want []string
	for _, system := range build.GOOS {
		for _, arch := range build.GOARCH {
			formats := archive.Formats
			for _, override := range archive.FormatOverrides {
				if override.GOOS == system {
					formats = override.Formats
				}
			}
			for _, format := range formats {
				name := render(t, archive.NameTemplate, map[string]string{"Version": "1.2.3", "Os": system, "Arch": arch})
				got = append(got, name+"."+format)
			}
		}
	}
	for _, p := range krew.Platforms {
		want = append(want, krew.Archive("v1.2.3", p))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-manifest +goreleaser\n%s", diff)
	}
	if build.Binary != "kubectl-cis532" {
		t.Errorf("the executable is %s", build.Binary)
	}
	if g.Checksum.Algorithm != "sha256" || g.Checksum.NameTemplate != "checksums.txt" {
		t.Errorf("checksums: %+v", g.Checksum)
	}
}

func TestGoreleaserPutsTheLicenceIntoTheArchives(t *testing.T) {
	for _, file := range readGoreleaser(t).Archives[0].Files {
		if file.Src == "LICENSE" {
			return
		}
	}
	t.Error("it does not")
}

func TestGoreleaserBuildsAreTheSameEachTime(t *testing.T) {
	build := readGoreleaser(t).Builds[0]
	if !slices.Contains(build.Env, "CGO_ENABLED=0") {
		t.Errorf("env %v: a C compiler would be part of it", build.Env)
	}
	if !slices.Contains(build.Flags, "-trimpath") {
		t.Errorf("flags %v: the directory would be part of it", build.Flags)
	}
	if build.ModTimestamp != "{{ .CommitTimestamp }}" {
		t.Errorf("mod_timestamp %q: the clock would be part of it", build.ModTimestamp)
	}
	if text := read(t, ".goreleaser.yaml"); strings.Contains(text, ".Date }}") || strings.Contains(text, ".Timestamp }}") {
		t.Error("a template takes the time of the build: take the commit's")
	}
}

func TestReleaseNotesAreTheSectionOfTheTag(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "hack"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"hack/release-notes.sh": read(t, "hack/release-notes.sh"),
		"CHANGELOG.md":          "# Changelog\n\n## [Unreleased]\n\n- later\n\n## [1.2.0] - 2026-01-31\n\n### Added\n\n- this\n\n## [1.2.0-rc.1] - 2026-01-01\n\n- before\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script := filepath.Join(dir, "hack", "release-notes.sh")
	for tag, want := range map[string]string{"v1.2.0": "\n### Added\n\n- this\n\n", "v1.2.0-rc.1": "\n- before\n"} {
		if got := run(t, script, tag); got != want {
			t.Errorf("%s: got %q, want %q", tag, got, want)
		}
	}
	for _, tag := range []string{"v1.2", "v1", "v9.9.9"} {
		if out, err := exec.Command(script, tag).CombinedOutput(); err == nil || !strings.Contains(string(out), "has no section") {
			t.Errorf("%s: %v: %s", tag, err, out)
		}
	}
}
