package report

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// location is where a finding about a namespace, or about one of its policies,
// is to be mended: a line of a file where manifests were read, else the object
// in the cluster, which is no file and says so.
func (s *sarifRun) location(index int, ns *v1alpha1.NamespaceAudit, policy string) *sarif.Location {
	declared := ns.DeclaredIn
	for i := range ns.Policies {
		if ns.Policies[i].Name == policy && ns.Policies[i].DeclaredIn != nil {
			declared = ns.Policies[i].DeclaredIn
		}
	}
	var physical *sarif.PhysicalLocation
	if declared != nil {
		physical = physicalLocation(fileURI(declared.File), max(declared.Line, 1))
	} else {
		physical = physicalLocation(relativeURI("namespaces/"+OneLine(ns.Name)), 1)
		physical.ArtifactLocation.WithDescription(sarifMessage("namespace " + ns.Name + " of " + sourceText(s.report.Source) + ", not a file"))
	}
	location := sarif.NewLocation().WithPhysicalLocation(physical)
	location.LogicalLocations = append(location.LogicalLocations, namespaceLocation(index, ns))
	return location
}

// sourceLocation is all that a report is about.
func sourceLocation(source v1alpha1.Source) *sarif.Location {
	uri := relativeURI("namespaces")
	if source.Kind == v1alpha1.SourceManifests && len(source.Paths) > 0 && source.Paths[0] != "-" {
		uri = fileURI(source.Paths[0])
	}
	physical := physicalLocation(uri, 1)
	physical.ArtifactLocation.WithDescription(sarifMessage(sourceText(source)))
	return sarif.NewLocation().WithPhysicalLocation(physical)
}

func physicalLocation(uri string, line int) *sarif.PhysicalLocation {
	return sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewArtifactLocation().WithURI(uri)).
		WithRegion(sarif.NewRegion().WithStartLine(line))
}

// namespaceLocation is a namespace as a logical location of the run.
func namespaceLocation(index int, ns *v1alpha1.NamespaceAudit) *sarif.LogicalLocation {
	location := sarif.NewLogicalLocation().WithName(OneLine(ns.Name)).WithFullyQualifiedName("namespace/" + OneLine(ns.Name)).WithKind("namespace")
	location.Index = index
	return location
}

// fileURI is a file as a URI: relative as it was given, which code scanning
// takes as relative to the repository; URLs stay.
func fileURI(file string) string {
	if parsed, err := url.Parse(file); err == nil && (parsed.Scheme == "http" || parsed.Scheme == "https") {
		return parsed.String()
	}
	path := filepath.ToSlash(filepath.Clean(file))
	if filepath.IsAbs(file) {
		return (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(path, "/")}).String()
	}
	return relativeURI(path)
}

// relativeURI is a path as a relative reference.
func relativeURI(path string) string { return (&url.URL{Path: path}).String() }
