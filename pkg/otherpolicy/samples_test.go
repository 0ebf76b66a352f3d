package otherpolicy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

const samples = "../../test/e2e/testdata/"

// yamlFiles reads the files of a directory.
func yamlFiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(samples + dir + "/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// The definitions with which clusters are tested must be of the kinds that readers list.
func TestEveryKindHasADefinition(t *testing.T) {
	var defined []otherpolicy.Kind
	for name, text := range yamlFiles(t, "crds") {
		var crd struct {
			Metadata struct{ Name string }
			Spec     struct {
				Group, Scope string
				Names        struct{ Kind, Plural string }
				Versions     []struct{ Name string }
			}
		}
		raw, err := yaml.YAMLToJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &crd); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if crd.Metadata.Name != crd.Spec.Names.Plural+"."+crd.Spec.Group {
			t.Errorf("%s: the API server refuses the name %s", name, crd.Metadata.Name)
		}
		for _, kind := range otherpolicy.Kinds() {
			if kind.Group == crd.Spec.Group && kind.Kind == crd.Spec.Names.Kind && kind.Resource == crd.Spec.Names.Plural &&
				kind.Version == crd.Spec.Versions[0].Name && kind.Namespaced == (crd.Spec.Scope == "Namespaced") {
				defined = append(defined, kind)
			}
		}
	}
	for _, kind := range otherpolicy.Kinds() {
		if !slices.Contains(defined, kind) {
			t.Errorf("%v has no definition", kind)
		}
	}
}

func TestEveryKindHasASample(t *testing.T) {
	seen := map[[2]string]bool{}
	for name, text := range yamlFiles(t, "otherpolicies") {
		p := policy(t, string(text))
		seen[[2]string{p.APIVersion, p.Kind}] = true
		if !p.Counts() || p.Undecided() != nil {
			t.Errorf("%s: %s, undecided %v", name, effects(p), p.Undecided())
		}
	}
	for _, kind := range otherpolicy.Kinds() {
		if !seen[[2]string{kind.GVK().GroupVersion().String(), kind.Kind}] {
			t.Errorf("%v has no sample", kind)
		}
	}
}
