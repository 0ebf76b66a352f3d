package gitops

import (
	"bytes"
	"fmt"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// KustomizationFile is the name of the kustomization that this package makes.
const KustomizationFile = "kustomization.yaml"

// kustomizationFiles are the names that kustomize looks for. It refuses a directory with two of them.
var kustomizationFiles = []string{KustomizationFile, "kustomization.yml", "Kustomization"}

// renderKustomization is the text of a kustomization of these files.
func renderKustomization(files []string) []byte {
	var text bytes.Buffer
	fmt.Fprintf(&text, "apiVersion: %s\nkind: %s\n", types.KustomizationVersion, types.KustomizationKind)
	if len(files) == 0 {
		text.WriteString("resources: []\n")
		return marked(kustomizationSubject, text.Bytes())
	}
	text.WriteString("resources:\n")
	for _, file := range files {
		fmt.Fprintf(&text, "- %s\n", file)
	}
	return marked(kustomizationSubject, text.Bytes())
}

// kustomizationSubject is what the first line of a kustomization says that it is.
const kustomizationSubject = "kustomization"

// resourcesOf lists the resources of a kustomization.
func resourcesOf(text []byte) ([]string, error) {
	var k struct {
		Resources []string `json:"resources"`
		// Bases is what resources were called for directories.
		Bases []string `json:"bases"`
	}
	err := yaml.Unmarshal(text, &k)
	return append(k.Resources, k.Bases...), err
}

// missingFrom lists the files that a kustomization does not have among its resources.
func missingFrom(text []byte, files []string) []string {
	resources, err := resourcesOf(text)
	if err != nil {
		return files
	}
	var missing []string
	for _, file := range files {
		if !slices.ContainsFunc(resources, func(r string) bool { return path.Clean(r) == file }) {
			missing = append(missing, file)
		}
	}
	return missing
}
