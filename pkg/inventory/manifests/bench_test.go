package manifests_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

// objects are as many namespaces with what is in one: pods, their controllers, services, policies, and what the audit does not look at.
func objects(namespaces int) []string {
	var all []string
	add := func(apiVersion, kind, namespace, name, rest string) {
		if namespace != "" {
			namespace = "  namespace: " + namespace + "\n"
		}
		all = append(all, fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata:\n%s  name: %s\n  labels:\n    app.kubernetes.io/name: %[4]s\n    tier: backend\n%s", apiVersion, kind, namespace, name, rest))
	}
	pod := "containers:\n- name: c\n  image: registry.example.com/team/app:1.2.3\n  args:\n  - --listen=:8080\n  env:\n" +
		strings.Repeat("  - name: SETTING\n    value: of it\n", 6) + "  ports:\n  - name: http\n    containerPort: 8080\n  resources:\n    limits:\n      memory: 256Mi\n"
	indented := func(text string) string {
		return "  " + strings.TrimSpace(strings.ReplaceAll(text, "\n", "\n  ")) + "\n"
	}
	for i := range namespaces {
		ns := fmt.Sprintf("team-%d", i)
		add("v1", "Namespace", "", ns, "")
		for j := range 10 {
			name := fmt.Sprintf("app-%d", j)
			add("v1", "Pod", ns, name, "spec:\n"+indented(pod)+"status:\n  phase: Running\n  podIP: 10.0.0.1\n")
			add("apps/v1", "Deployment", ns, name, "spec:\n  replicas: 2\n  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: "+name+"\n    spec:\n"+indented(indented(indented(pod))))
			add("v1", "Service", ns, name, "spec:\n  selector:\n    app.kubernetes.io/name: "+name+"\n  ports:\n  - port: 80\n    targetPort: http\n")
			add("networking.k8s.io/v1", "NetworkPolicy", ns, name, "spec:\n  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: "+name+"\n  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - podSelector: {}\n")
			add("v1", "ConfigMap", ns, name, "data:\n  app.conf: |\n"+strings.Repeat("    setting = the value of it\n", 60))
		}
	}
	return all
}

func BenchmarkRead(b *testing.B) {
	all := objects(60)
	var list []any
	for _, object := range all {
		list = append(list, asAny(b, object))
	}
	dump, err := json.MarshalIndent(map[string]any{"apiVersion": "v1", "kind": "List", "metadata": map[string]any{"resourceVersion": ""}, "items": list}, "", "    ")
	if err != nil {
		b.Fatal(err)
	}
	var yamlDump strings.Builder
	yamlDump.WriteString("apiVersion: v1\nitems:\n")
	for _, object := range all {
		yamlDump.WriteString("- " + strings.TrimSpace(strings.ReplaceAll(object, "\n", "\n  ")) + "\n")
	}
	yamlDump.WriteString("kind: List\nmetadata:\n  resourceVersion: \"\"\n")
	for name, text := range map[string][]byte{
		"documents of YAML": []byte(strings.Join(all, "---\n")), "a List of JSON": dump, "a List of YAML": []byte(yamlDump.String()),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{"-"}, Stdin: bytes.NewReader(text)})
				if err != nil || len(inv.Gaps) > 0 || len(inv.Namespaces) != 60 {
					b.Fatal(err, inv)
				}
				runtime.KeepAlive(inv)
			}
		})
	}
}

func asAny(tb testing.TB, text string) any {
	tb.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		tb.Fatal(err)
	}
	return value
}
