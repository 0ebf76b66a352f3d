// Package krew makes the plugin manifest that krew installs this plugin by, and
// checks manifests by krew's rules: its validator cannot be imported.
//
// It must not build or publish anything.
package krew

import (
	"bufio"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/version"
)

// PluginName is how users call the plugin: kubectl krew install cis532.
const PluginName = "cis532"

// Unreleased is the version in the manifest as long as there is no release.
const Unreleased = "v0.0.0"

// noChecksum stands for the checksum of an archive that does not exist: no file
// has it, so that krew refuses to install anything by such a manifest.
var noChecksum = strings.Repeat("0", 64)

// Platform is an operating system and an architecture, as Go names them.
type Platform struct{ OS, Arch string }

// Platforms are those that there are archives for.
var Platforms = []Platform{
	{"linux", "amd64"},
	{"linux", "arm64"},
	{"darwin", "amd64"},
	{"darwin", "arm64"},
	{"windows", "amd64"},
	{"windows", "arm64"},
}

// Archive is the file name of a platform's archive, as .goreleaser.yaml makes it.
func Archive(version string, p Platform) string {
	extension := ".tar.gz"
	if p.OS == "windows" {
		extension = ".zip"
	}
	return fmt.Sprintf("kubectl-cis532_%s_%s_%s%s", version, p.OS, p.Arch, extension)
}

// binary is the name of a platform's executable in the archive.
func binary(p Platform) string {
	if p.OS == "windows" {
		return "kubectl-cis532.exe"
	}
	return "kubectl-cis532"
}

// homepage is where the project lives, which its module path says.
func homepage() string {
	return "https://" + strings.TrimSuffix(reflect.TypeFor[version.Info]().PkgPath(), "/pkg/version")
}

const head = `# The krew manifest of the newest release.%s
# Written by hack/gen-krew (CONTRIBUTING.md, "How a release is made"): do not edit.
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: %s
spec:
  version: "%s"
  homepage: %s
  shortDescription: Audit and fix missing NetworkPolicies (CIS 5.3.2)
  description: |
    For CIS Kubernetes Benchmark 5.3.2: "Ensure that all Namespaces have Network
    Policies defined".

    audit says which namespaces have no NetworkPolicy, and how much isolation
    the policies of the others really give. fix gives each failing namespace a
    policy that cuts nothing, live; generate prints the same as manifests for
    kubectl apply or a GitOps repository; rollback removes what fix made, and
    nothing else. Manifests can be audited without a cluster.
  caveats: |
    Auditing needs the right to list namespaces, pods and NetworkPolicies:
      kubectl cis532 explain rbac-audit
    For completion within kubectl's own:
      kubectl cis532 completion --help
    On Windows kubectl turns every exit code of a plugin but 0 into 1.
  platforms:
`

const unreleasedNote = `
# There is no release yet: the version and checksums are those of nothing, and
# krew refuses to install by them.`

const platform = `  - selector:
      matchLabels:
        os: %s
        arch: %s
    uri: %s/releases/download/%s/%s
    sha256: "%s"
    bin: %s
`

// Manifest is the manifest of a release: version is its tag, and sums are the
// checksums of its archives by file name. For Unreleased there are none.
func Manifest(version string, sums map[string]string) (string, error) {
	note := ""
	if version == Unreleased {
		note = unreleasedNote
	}
	var b strings.Builder
	fmt.Fprintf(&b, head, note, PluginName, version, homepage())
	for _, p := range Platforms {
		archive := Archive(version, p)
		sum, ok := sums[archive]
		switch {
		case version == Unreleased:
			sum = noChecksum
		case !ok:
			return "", fmt.Errorf("no checksum of %s", archive)
		case sum == noChecksum:
			return "", fmt.Errorf("the checksum of %s is that of nothing", archive)
		}
		fmt.Fprintf(&b, platform, p.OS, p.Arch, homepage(), version, archive, sum, binary(p))
	}
	text := b.String()
	if err := Validate(PluginName+".yaml", []byte(text)); err != nil {
		return "", err
	}
	return text, nil
}

var checksumLine = regexp.MustCompile(`^([0-9a-f]{64}) [ *](\S+)$`)

// ReadChecksums reads a file as sha256sum writes it.
func ReadChecksums(r io.Reader) (map[string]string, error) {
	sums := map[string]string{}
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		match := checksumLine.FindStringSubmatch(lines.Text())
		if match == nil {
			return nil, fmt.Errorf("line %d: not a SHA-256 checksum and a file name: %q", number, lines.Text())
		}
		if _, twice := sums[match[2]]; twice {
			return nil, fmt.Errorf("line %d: %s is there twice", number, match[2])
		}
		sums[match[2]] = match[1]
	}
	return sums, lines.Err()
}
