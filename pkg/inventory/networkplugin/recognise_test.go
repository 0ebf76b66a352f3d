package networkplugin_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory/networkplugin"
)

// example is a file of testdata: what a cluster shows, and in the comments at its head what that must be taken for.
type example struct {
	facts networkplugin.Facts
	want  v1alpha1.NetworkPlugin
}

// TestPluginsAreRecognised goes through testdata: the shapes that the projects'
// manifests have, and near misses. The name of each file is the case.
func TestPluginsAreRecognised(t *testing.T) {
	for name, e := range examples(t) {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(e.want, networkplugin.Recognise(e.facts)); diff != "" {
				t.Errorf("plugin (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryPluginHasExamplesOfBothKinds(t *testing.T) {
	recognised, missed := map[string]bool{}, map[string]bool{}
	for name, e := range examples(t) {
		if e.want.Name != "" {
			recognised[e.want.Name] = true
			continue
		}
		for _, plugin := range networkplugin.Names() {
			if strings.HasPrefix(name, plugin) {
				missed[plugin] = true
			}
		}
	}
	for _, plugin := range networkplugin.Names() {
		if !recognised[plugin] || !missed[plugin] {
			t.Errorf("%s: recognised in an example: %t, missed in one: %t", plugin, recognised[plugin], missed[plugin])
		}
	}
}

func TestAWorkloadElsewhereNeverChangesTheAnswer(t *testing.T) {
	all := examples(t)
	for name, e := range all {
		for otherName, other := range all {
			facts := e.facts
			for _, ds := range other.facts.DaemonSets {
				ds = ds.DeepCopy()
				ds.Namespace = "team-a"
				facts.DaemonSets = append([]*appsv1.DaemonSet{ds}, facts.DaemonSets...)
			}
			for _, cm := range other.facts.ConfigMaps {
				cm = cm.DeepCopy()
				cm.Namespace = "team-a"
				facts.ConfigMaps = append([]*corev1.ConfigMap{cm}, facts.ConfigMaps...)
			}
			if diff := cmp.Diff(e.want, networkplugin.Recognise(facts)); diff != "" {
				t.Errorf("%s with the objects of %s in a team's namespace (-want +got):\n%s", name, otherName, diff)
			}
		}
	}
}

func TestTheOrderOfObjectsDoesNotMatter(t *testing.T) {
	for name, e := range examples(t) {
		slices.Reverse(e.facts.DaemonSets)
		slices.Reverse(e.facts.ConfigMaps)
		if diff := cmp.Diff(e.want, networkplugin.Recognise(e.facts)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTrimmedObjectsTellTheSame(t *testing.T) {
	for name, e := range examples(t) {
		for i, ds := range e.facts.DaemonSets {
			e.facts.DaemonSets[i] = networkplugin.Trim(ds)
		}
		for i, node := range e.facts.Nodes {
			e.facts.Nodes[i] = networkplugin.TrimNode(node)
		}
		if diff := cmp.Diff(e.want, networkplugin.Recognise(e.facts)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestOnlyTheConfigMapsThatAreAskedForAreUsed: a reader that brings just these loses nothing.
func TestOnlyTheConfigMapsThatAreAskedForAreUsed(t *testing.T) {
	for name, e := range examples(t) {
		asked := networkplugin.ConfigMaps(e.facts)
		if len(asked) > 2 {
			t.Errorf("%s: %d ConfigMaps are asked for: %v", name, len(asked), asked)
		}
		var brought []*corev1.ConfigMap
		for _, cm := range e.facts.ConfigMaps {
			for _, a := range asked {
				if cm.Namespace == a.Namespace && cm.Name == a.Name {
					brought = append(brought, cm)
				}
			}
		}
		e.facts.ConfigMaps = brought
		if diff := cmp.Diff(e.want, networkplugin.Recognise(e.facts)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// examples reads testdata.
func examples(t *testing.T) map[string]example {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata: %v, %d files", err, len(files))
	}
	all := make(map[string]example, len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".yaml")] = parse(t, file, string(text))
	}
	return all
}

func parse(t *testing.T, file, text string) example {
	t.Helper()
	e := example{facts: networkplugin.Facts{Complete: true}}
	for _, doc := range strings.Split(text, "---\n") {
		switch {
		case strings.HasPrefix(doc, "#"):
			parseHead(t, file, doc, &e)
		case strings.Contains(doc, "kind: DaemonSet"):
			e.facts.DaemonSets = append(e.facts.DaemonSets, decode[appsv1.DaemonSet](t, file, doc))
		case strings.Contains(doc, "kind: ConfigMap"):
			e.facts.ConfigMaps = append(e.facts.ConfigMaps, decode[corev1.ConfigMap](t, file, doc))
		case strings.Contains(doc, "kind: Node"):
			e.facts.Nodes = append(e.facts.Nodes, decode[corev1.Node](t, file, doc))
		default:
			t.Fatalf("%s: what is %q?", file, doc)
		}
	}
	if e.want.Enforcement == "" || e.want.Evidence == "" {
		t.Fatalf("%s: it does not say what is wanted", file)
	}
	return e
}

// parseHead reads the comments: what is wanted, and the facts that are no objects.
func parseHead(t *testing.T, file, head string, e *example) {
	t.Helper()
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "# "), "\n"), ": ")
		switch key {
		case "want":
			name, enforcement, _ := strings.Cut(value, " ")
			e.want.Name, e.want.Enforcement = strings.TrimPrefix(name, "-"), v1alpha1.Enforcement(enforcement)
		case "evidence":
			e.want.Evidence = value
		case "complete":
			e.facts.Complete = value == "true"
		case "server":
			e.facts.ServerVersion = value
		case "unread":
			e.facts.Unread = append(e.facts.Unread, value)
		default:
			t.Fatalf("%s: what is %q?", file, line)
		}
	}
}

func decode[T any](t *testing.T, file, doc string) *T {
	t.Helper()
	var object T
	if err := yaml.UnmarshalStrict([]byte(doc), &object); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return &object
}
