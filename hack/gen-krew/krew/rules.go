package krew

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/version"
	"sigs.k8s.io/yaml"
)

// manifest is what krew reads; anything else in it is a mistake.
type manifest struct {
	APIVersion string           `json:"apiVersion"`
	Kind       string           `json:"kind"`
	Metadata   manifestMetadata `json:"metadata"`
	Spec       manifestSpec     `json:"spec"`
}

type manifestMetadata struct {
	Name string `json:"name"`
}

type manifestSpec struct {
	Version          string             `json:"version"`
	Homepage         string             `json:"homepage"`
	ShortDescription string             `json:"shortDescription"`
	Description      string             `json:"description"`
	Caveats          string             `json:"caveats"`
	Platforms        []manifestPlatform `json:"platforms"`
}

type manifestPlatform struct {
	Selector *metav1.LabelSelector `json:"selector"`
	URI      string                `json:"uri"`
	SHA256   string                `json:"sha256"`
	Bin      string                `json:"bin"`
	// Files may be left out, and then everything is copied, LICENSE included.
	Files []struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"files"`
}

const (
	wantAPIVersion = "krew.googlecontainertools.github.com/v1alpha2"
	wantKind       = "Plugin"
	// maxShort is what krew's naming guide allows for the short description, in characters.
	maxShort = 50
	// maxLine is where krew's validator warns of long lines, in bytes.
	maxLine = 80
)

// known are the platforms that krew runs on.
var known = map[string][]string{
	"linux":   {"386", "amd64", "arm", "arm64", "ppc64le", "s390x"},
	"darwin":  {"amd64", "arm64"},
	"windows": {"386", "amd64", "arm64"},
}

var (
	safeName     = regexp.MustCompile(`^[\w-]+$`)
	windowsNames = regexp.MustCompile(`(?i)^(CON|PRN|AUX|NUL|COM[1-9]|LPT[1-9])$`)
	sum          = regexp.MustCompile(`^[a-f0-9]{64}$`)
	quotedSum    = regexp.MustCompile(`(?m)^\s+sha256: "[a-f0-9]{64}"$`)
)

// Validate checks a manifest as krew's validator and its index's reviewers do.
// krew takes the plugin's name from the file's. All that is wrong is returned.
//
// The rules: krew's validator (structure, names, version, checksums, selectors,
// overlaps), and its developer guide (descriptions, homepage, archives).
func Validate(fileName string, text []byte) error {
	name, isYAML := strings.CutSuffix(path.Base(fileName), ".yaml")
	var m manifest
	if err := yaml.UnmarshalStrict(text, &m); err != nil {
		return fmt.Errorf("%s: %w", fileName, err)
	}
	problems := []error{
		refuse(!isYAML, "the file's name must end in .yaml"),
		refuse(m.APIVersion != wantAPIVersion, "apiVersion %q: must be %s", m.APIVersion, wantAPIVersion),
		refuse(m.Kind != wantKind, "kind %q: must be %s", m.Kind, wantKind),
		refuse(!safeName.MatchString(name) || windowsNames.MatchString(name), "the plugin's name %q is not allowed", name),
		refuse(m.Metadata.Name != name, "metadata.name %q: must be the file's name, %q", m.Metadata.Name, name),
		m.Spec.validate(),
		refuse(len(quotedSum.FindAll(text, -1)) != len(m.Spec.Platforms), "each sha256 must be quoted: one of digits alone would be a number"),
		refuse(bytes.ContainsRune(text, '\t'), "there is a tab in it"),
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("%s: %w", fileName, err)
	}
	return nil
}

// refuse is an error where something is wrong.
func refuse(wrong bool, format string, args ...any) error {
	if !wrong {
		return nil
	}
	return fmt.Errorf(format, args...)
}

func (s *manifestSpec) validate() error {
	_, versionErr := version.ParseSemantic(s.Version)
	home, homeErr := url.Parse(s.Homepage)
	short := strings.ToLower(s.ShortDescription)
	problems := []error{
		refuse(versionErr != nil || !strings.HasPrefix(s.Version, "v"), "spec.version %q: must be vMAJOR.MINOR.PATCH", s.Version),
		refuse(homeErr != nil || home.Scheme != "https" || home.Host == "", "spec.homepage %q: must be an https URL", s.Homepage),
		refuse(s.ShortDescription == "", "spec.shortDescription is missing"),
		refuse(strings.ContainsAny(s.ShortDescription, "\r\n"), "spec.shortDescription: must be one line"),
		refuse(utf8.RuneCountInString(s.ShortDescription) > maxShort, "spec.shortDescription: longer than %d characters", maxShort),
		refuse(strings.HasSuffix(s.ShortDescription, "."), "spec.shortDescription: must not end with a full stop"),
		refuse(strings.Contains(short, "kubectl") || strings.Contains(short, "plugin"), "spec.shortDescription: must not say that it is a kubectl plugin"),
		refuse(strings.TrimSpace(s.Description) == "", "spec.description is missing"),
		refuse(tooLong(s.Description), "spec.description: a line is longer than %d", maxLine),
		refuse(tooLong(s.Caveats), "spec.caveats: a line is longer than %d", maxLine),
		refuse(len(s.Platforms) == 0, "spec.platforms is missing"),
	}
	seen := map[Platform]int{}
	for i, p := range s.Platforms {
		if err := p.validate(s.Version); err != nil {
			problems = append(problems, fmt.Errorf("spec.platforms[%d]: %w", i, err))
			continue
		}
		target := Platform{p.Selector.MatchLabels["os"], p.Selector.MatchLabels["arch"]}
		if first, twice := seen[target]; twice {
			problems = append(problems, fmt.Errorf("spec.platforms[%d]: overlaps with spec.platforms[%d]: both are for %s/%s", i, first, target.OS, target.Arch))
		}
		seen[target] = i
	}
	return errors.Join(problems...)
}

// tooLong says that a line with a space in it, where it could be broken, is too long.
func tooLong(text string) bool {
	return slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool {
		return len(line) > maxLine && strings.Contains(strings.TrimSpace(line), " ")
	})
}

func (p *manifestPlatform) validate(release string) error {
	if err := validateSelector(p.Selector); err != nil {
		return err
	}
	windows := p.Selector.MatchLabels["os"] == "windows"
	uri, err := url.Parse(p.URI)
	if err != nil {
		return fmt.Errorf("uri %q: %w", p.URI, err)
	}
	zip, tarball := strings.HasSuffix(uri.Path, ".zip"), strings.HasSuffix(uri.Path, ".tar.gz")
	return errors.Join(
		refuse(uri.Scheme != "https" || uri.Host == "", "uri %q: must be an https URL", p.URI),
		refuse(!zip && !tarball, "uri %q: must end in .tar.gz or .zip", p.URI),
		refuse(windows && !zip, "uri %q: must be a .zip for windows", p.URI),
		refuse(!strings.Contains(uri.Path, "/"+release+"/"), "uri %q: is not of release %s", p.URI, release),
		refuse(!sum.MatchString(p.SHA256), "sha256 %q: must be 64 lower-case hex digits", p.SHA256),
		refuse(p.Bin == "", "bin is missing"),
		refuse(path.IsAbs(p.Bin) || strings.Contains(p.Bin, "..") || strings.Contains(p.Bin, `\`), "bin %q: must be a path within the archive", p.Bin),
		refuse(windows != strings.HasSuffix(p.Bin, ".exe"), "bin %q: ends in .exe on windows, and nowhere else", p.Bin),
		refuse(p.Files != nil, "files: must be left out, so that LICENSE is installed too"),
	)
}

func validateSelector(s *metav1.LabelSelector) error {
	if s == nil || len(s.MatchLabels) == 0 {
		return errors.New("selector.matchLabels is missing or empty")
	}
	if s.MatchExpressions != nil {
		return errors.New("selector.matchExpressions: matchLabels say it")
	}
	for key := range s.MatchLabels {
		if key != "os" && key != "arch" {
			return fmt.Errorf("selector: label %q: must be os or arch", key)
		}
	}
	system, arch := s.MatchLabels["os"], s.MatchLabels["arch"]
	if !slices.Contains(known[system], arch) {
		return fmt.Errorf("selector: krew does not run on os %q, arch %q", system, arch)
	}
	return nil
}
