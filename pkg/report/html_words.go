package report

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/version"
)

// number is a count as people read it: 10,000.
func number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// numbered is such a count with its noun.
func numbered(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return number(n) + " " + noun
}

// plain is a text as a page shows it: in its lines, and without the characters
// that hide or turn what stands around them.
func plain(text string) string {
	return escape(text, func(r rune) bool { return r == '\n' })
}

// htmlReference is a reference, with a link where it is, or ends with, an address.
type htmlReference struct{ Text, URL string }

// newReference makes a link of https addresses only, written as addresses are:
// whatever else a reference holds stays text.
func newReference(text string) htmlReference {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return htmlReference{Text: text}
	}
	last := fields[len(fields)-1]
	u, err := url.Parse(last)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.String() != last {
		return htmlReference{Text: text}
	}
	return htmlReference{Text: strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), last)), URL: last}
}

// sourceFacts say what a report is about, and when and by whom it was made.
func sourceFacts(source v1alpha1.Source, metadata v1alpha1.ReportMetadata, scope v1alpha1.Scope) []htmlFact {
	var facts []htmlFact
	add := func(name, text, more string) {
		if text != "" {
			facts = append(facts, htmlFact{Name: name, Text: text, More: more})
		}
	}
	if source.Kind == v1alpha1.SourceManifests {
		paths := make([]string, len(source.Paths))
		for i, path := range source.Paths {
			if paths[i] = path; path == "-" {
				paths[i] = "standard input"
			}
		}
		add("Manifests", strings.Join(paths, ", "), "")
	} else {
		add("Context", source.Context, "")
		add("API server", source.Server, source.ServerVersion)
	}
	add("Made", utc(metadata.CreationTimestamp), "")
	add("By", metadata.User, "")
	switch scope {
	case v1alpha1.ScopeFull:
		add("Scope", "Full", "the run was not narrowed to some namespaces")
	case v1alpha1.ScopePartial:
		add("Scope", "Partial", "the run was narrowed to some namespaces")
	default:
		add("Scope", string(scope), "")
	}
	add("Tool", toolName+" "+cmp.Or(metadata.ToolVersion, version.Get().GitVersion), "")
	return facts
}

// utc is a time in full, and empty where there is none.
func utc(t metav1.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateTime) + " UTC"
}
