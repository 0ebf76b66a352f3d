// Package release checks what a release is made of: the krew manifest, the
// configuration of goreleaser, and the binaries for each platform.
package release

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/hack/gen-krew/krew"
)

const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// manifest is what the tests look at in plugins/krew.yaml.
type manifest struct {
	Spec struct {
		Version   string `json:"version"`
		Platforms []struct {
			Selector struct {
				MatchLabels map[string]string `json:"matchLabels"`
			} `json:"selector"`
			URI    string `json:"uri"`
			SHA256 string `json:"sha256"`
			Bin    string `json:"bin"`
		} `json:"platforms"`
	} `json:"spec"`
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	var m manifest
	if err := yaml.Unmarshal([]byte(read(t, "plugins/krew.yaml")), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// sums are the checksums in a manifest, by archive.
func (m *manifest) sums() map[string]string {
	sums := map[string]string{}
	for _, p := range m.Spec.Platforms {
		sums[p.URI[strings.LastIndex(p.URI, "/")+1:]] = p.SHA256
	}
	return sums
}

func TestTheManifestKeepsKrewsRules(t *testing.T) {
	// In krew's index the file has the plugin's name.
	if err := krew.Validate(krew.PluginName+".yaml", []byte(read(t, "plugins/krew.yaml"))); err != nil {
		t.Error(err)
	}
}

func TestTheManifestIsAsGenKrewWritesIt(t *testing.T) {
	m := readManifest(t)
	want, err := krew.Manifest(m.Spec.Version, m.sums())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read(t, "plugins/krew.yaml")); diff != "" {
		t.Errorf("plugins/krew.yaml is not what hack/gen-krew writes (-want +got)\n%s", diff)
	}
}

// released are the headings of releases in CHANGELOG.md, the newest first.
var released = regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+[^\]]*)\]`)

func TestTheManifestIsOfTheNewestReleaseOfTheChangelog(t *testing.T) {
	releases := []string{}
	for _, heading := range released.FindAllStringSubmatch(read(t, "CHANGELOG.md"), -1) {
		releases = append(releases, "v"+heading[1])
	}
	releases = append(releases, krew.Unreleased)
	m := readManifest(t)
	// Between a release's commit and its archives the manifest is that of the release before.
	if allowed := releases[:min(2, len(releases))]; !slices.Contains(allowed, m.Spec.Version) {
		t.Errorf("plugins/krew.yaml is of %s, the releases of CHANGELOG.md are %v: run hack/gen-krew", m.Spec.Version, releases)
	}
	distinct := map[string]bool{}
	for _, sum := range m.sums() {
		distinct[sum] = true
	}
	if got := len(distinct); m.Spec.Version != krew.Unreleased && got != len(krew.Platforms) {
		t.Errorf("%d different checksums of %d archives", got, len(krew.Platforms))
	}
}

func TestAManifestOfAReleaseKeepsKrewsRules(t *testing.T) {
	if _, err := krew.Manifest("v1.2.3", checksums("v1.2.3")); err != nil {
		t.Error(err)
	}
}

func TestNoManifestIsMadeWithoutEveryChecksum(t *testing.T) {
	sums := checksums("v1.2.3")
	delete(sums, krew.Archive("v1.2.3", krew.Platforms[0]))
	if _, err := krew.Manifest("v1.2.3", sums); err == nil {
		t.Error("one is missing")
	}
	if _, err := krew.Manifest("v1.2.4", checksums("v1.2.3")); err == nil {
		t.Error("they are of another release")
	}
	sums = checksums("v1.2.3")
	sums[krew.Archive("v1.2.3", krew.Platforms[0])] = strings.Repeat("0", 64)
	if _, err := krew.Manifest("v1.2.3", sums); err == nil {
		t.Error("one is that of nothing")
	}
}

// checksums are made up, one for each archive of a release.
func checksums(version string) map[string]string {
	sums := map[string]string{}
	for i, p := range krew.Platforms {
		sums[krew.Archive(version, p)] = strings.Repeat(string("123456789"[i]), 64)
	}
	return sums
}

func TestReadChecksums(t *testing.T) {
	line := strings.Repeat("a", 64) + "  a.zip\n"
	got, err := krew.ReadChecksums(strings.NewReader(line + strings.Repeat("b", 64) + " *b.zip\n"))
	want := map[string]string{"a.zip": strings.Repeat("a", 64), "b.zip": strings.Repeat("b", 64)}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for name, text := range map[string]string{
		"not a checksum":         "deadbeef  a.zip\n",
		"the same file again":    line + line,
		"an upper-case checksum": strings.ToUpper(strings.Repeat("a", 64)) + "  a.zip\n",
	} {
		if _, err := krew.ReadChecksums(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBrokenManifestsAreRefused(t *testing.T) {
	sound, err := krew.Manifest("v1.2.3", checksums("v1.2.3"))
	if err != nil {
		t.Fatal(err)
	}
	const (
		file     = "cis532.yaml"
		short    = "shortDescription: Audit and fix missing NetworkPolicies (CIS 5.3.2)"
		linux    = "        os: linux\n        arch: amd64\n"
		firstSum = `sha256: "1111111111111111111111111111111111111111111111111111111111111111"`
		firstURI = "https://github.com/cis532/kubectl-cis532/releases/download/v1.2.3/kubectl-cis532_v1.2.3_linux_amd64.tar.gz"
		firstBin = "    bin: kubectl-cis532\n"
		exe      = "    bin: kubectl-cis532.exe\n"
	)
	for name, c := range map[string]struct {
		file, old, new string
		want           string
	}{
		"another file name":                 {"krew.yaml", "", "", `metadata.name "cis532": must be the file's name, "krew"`},
		"another extension":                 {"cis532.yml", "", "", "must end in .yaml"},
		"a name that is no word":            {"cis 532.yaml", "", "", "is not allowed"},
		"a device's name":                   {"nul.yaml", "", "", "is not allowed"},
		"not YAML":                          {file, "kind: Plugin", "kind: [", "yaml"},
		"another apiVersion":                {file, "/v1alpha2", "/v1alpha3", `apiVersion "krew.googlecontainertools.github.com/v1alpha3"`},
		"another kind":                      {file, "kind: Plugin", "kind: Receipt", `kind "Receipt"`},
		"another name":                      {file, "name: cis532", "name: cis", `metadata.name "cis"`},
		"a namespace":                       {file, "name: cis532", "name: cis532\n  namespace: x", "unknown field"},
		"an unknown field":                  {file, "spec:\n", "spec:\n  icon: x\n", "unknown field"},
		"an unknown field of a platform":    {file, firstBin, firstBin + "    license: MIT\n", "unknown field"},
		"the same field twice":              {file, "kind: Plugin", "kind: Plugin\nkind: Plugin", "already set"},
		"a version without v":               {file, `version: "v1.2.3"`, `version: "1.2.3"`, `spec.version "1.2.3"`},
		"a version that is not semantic":    {file, `version: "v1.2.3"`, `version: "v1.2"`, `spec.version "v1.2"`},
		"no version":                        {file, `version: "v1.2.3"`, `version: ""`, `spec.version ""`},
		"no homepage":                       {file, "homepage: https://github.com/cis532/kubectl-cis532", `homepage: ""`, "spec.homepage"},
		"a homepage that is not https":      {file, "homepage: https://", "homepage: http://", "spec.homepage"},
		"no short description":              {file, short, `shortDescription: ""`, "spec.shortDescription is missing"},
		"a short description of two lines":  {file, short, `shortDescription: "a\nb"`, "must be one line"},
		"a short description that is long":  {file, short, "shortDescription: " + strings.Repeat("é", 51), "longer than 50"},
		"a short description of a sentence": {file, short, "shortDescription: Audits.", "full stop"},
		"a short description of a plugin":   {file, short, "shortDescription: A kubectl plugin", "must not say that it is a kubectl plugin"},
		"a description with a long line":    {file, "    For CIS", "    " + strings.Repeat("long ", 20), "spec.description: a line"},
		"caveats with a long line":          {file, "    Auditing", "    " + strings.Repeat("long ", 20), "spec.caveats: a line"},
		"no platforms":                      {file, sound[strings.Index(sound, "  platforms:"):], "", "spec.platforms is missing"},
		"no selector":                       {file, "  - selector:\n      matchLabels:\n" + linux + "    uri", "  - uri", "selector.matchLabels is missing"},
		"an empty selector":                 {file, "matchLabels:\n" + linux, "matchLabels: {}\n", "selector.matchLabels is missing"},
		"matchExpressions":                  {file, linux, linux + "      matchExpressions: [{key: os, operator: Exists}]\n", "matchExpressions"},
		"a label that krew does not know":   {file, linux, linux + "        libc: musl\n", `label "libc"`},
		"a platform that krew does not run": {file, linux, "        os: plan9\n        arch: amd64\n", `os "plan9"`},
		"a selector of one label":           {file, linux, "        os: linux\n", `os "linux", arch ""`},
		"two platforms that overlap":        {file, "        os: linux\n        arch: arm64\n", linux, "overlaps with spec.platforms[0]"},
		"no uri":                            {file, firstURI, `""`, `uri ""`},
		"a uri that is not https":           {file, firstURI, strings.Replace(firstURI, "https", "http", 1), "must be an https URL"},
		"a uri of another format":           {file, firstURI, strings.Replace(firstURI, ".tar.gz", ".tar.xz", 1), "must end in .tar.gz or .zip"},
		"a uri of another release":          {file, firstURI, strings.ReplaceAll(firstURI, "v1.2.3", "v1.2.2"), "is not of release v1.2.3"},
		"a tarball for windows":             {file, "windows_amd64.zip", "windows_amd64.tar.gz", "must be a .zip for windows"},
		"no checksum":                       {file, firstSum, `sha256: ""`, "64 lower-case hex digits"},
		"an upper-case checksum":            {file, firstSum, `sha256: "` + strings.Repeat("A", 64) + `"`, "64 lower-case hex digits"},
		"a short checksum":                  {file, firstSum, `sha256: "11"`, "64 lower-case hex digits"},
		"a checksum without quotes":         {file, firstSum, "sha256: a" + strings.Repeat("1", 63), "must be quoted"},
		"a checksum that is a number":       {file, firstSum, strings.ReplaceAll(firstSum, `"`, ""), "sha256"},
		"no executable":                     {file, firstBin, "    bin: \"\"\n", "bin is missing"},
		"an executable elsewhere":           {file, firstBin, "    bin: ../kubectl-cis532\n", "within the archive"},
		"an absolute executable":            {file, firstBin, "    bin: /bin/kubectl-cis532\n", "within the archive"},
		"windows without .exe":              {file, exe, firstBin, "ends in .exe on windows"},
		".exe elsewhere":                    {file, firstBin, exe, "ends in .exe on windows"},
		"files":                             {file, firstBin, firstBin + "    files: [{from: kubectl-cis532, to: .}]\n", "files: must be left out"},
		"no files":                          {file, firstBin, firstBin + "    files: []\n", "files: must be left out"},
		"a tab":                             {file, "    For CIS", "    For\tCIS", "tab"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := sound
			if c.old != "" {
				if broken = strings.Replace(sound, c.old, c.new, 1); broken == sound {
					t.Fatalf("%q is not in the manifest", c.old)
				}
			}
			err := krew.Validate(c.file, []byte(broken))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
