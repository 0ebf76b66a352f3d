package reach_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
	"github.com/cis532/kubectl-cis532/pkg/reach"
)

// read reads manifests as the program does.
func read(t testing.TB, yaml string) *inventory.Inventory {
	t.Helper()
	inv, err := manifests.Read(t.Context(), manifests.Options{Paths: []string{"-"}, Stdin: strings.NewReader(yaml)})
	if err != nil {
		t.Fatal(err)
	}
	for _, gap := range inv.Gaps {
		t.Fatal(gap.Err)
	}
	return inv
}

func cluster(t testing.TB, yaml ...string) *reach.Cluster {
	t.Helper()
	return reach.New(read(t, strings.Join(yaml, "\n---\n")))
}

// ask asks as a user would: "SOURCE DESTINATION [PORT]".
func ask(c *reach.Cluster, question string) ([]v1alpha1.Connection, error) {
	words := append(strings.Fields(question), "")
	q, err := reach.ParseQuestion(words[0], words[1], words[2], "")
	if err != nil {
		return nil, err
	}
	return c.Ask(q)
}

// lines are connections, each in one line.
func lines(connections []v1alpha1.Connection) string {
	var b strings.Builder
	for _, c := range connections {
		port := strings.Join(c.Allowed, ", ")
		if len(c.Unknown) > 0 {
			port += " unknown " + strings.Join(c.Unknown, ", ")
		}
		if c.Port != 0 {
			port = reach.Port{Number: c.Port, Protocol: "TCP"}.String()
			port = strings.Replace(port, "TCP", c.Protocol, 1)
		}
		words := []string{c.From, c.To, port, string(c.Verdict)}
		if c.Via != "" {
			words = append(words, "via "+c.Via)
		}
		b.WriteString(strings.Join(words, " ") + "\n")
	}
	return b.String()
}

// answers is a table of questions with the whole answer, or the error.
type answers []struct{ name, question, want string }

func (table answers) check(t *testing.T, c *reach.Cluster) {
	t.Helper()
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			connections, err := ask(c, tt.question)
			got := lines(connections)
			if err != nil {
				got = "error: " + err.Error() + "\n"
			}
			if diff := cmp.Diff(strings.TrimSpace(tt.want), strings.TrimSpace(got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.question, diff)
			}
		})
	}
}

// team is two namespaces: in shop nothing is isolated, in data everything is,
// and only shop's web may reach the database.
const team = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: data}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}], hostIP: 192.168.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop, labels: {app: cart}}
spec: {nodeName: n1, containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.2, hostIP: 192.168.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data, labels: {app: db}}
spec: {nodeName: n2, containers: [{name: c, image: i, ports: [{name: sql, containerPort: 5432}, {name: gossip, containerPort: 7000, protocol: UDP}]}]}
status: {podIP: 10.0.1.1, podIPs: [{ip: 10.0.1.1}, {ip: "fd00::2"}], hostIP: 192.168.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: backup, namespace: data, labels: {app: backup}}
spec: {nodeName: n2, containers: [{name: c, image: i}]}
status: {phase: Succeeded, podIP: 10.0.1.9}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: data, labels: {app: agent}}
spec: {nodeName: n2, hostNetwork: true, containers: [{name: c, image: i}]}
status: {podIP: 192.168.0.2, hostIP: 192.168.0.2}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: data}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: {matchLabels: {app: web}}}]
    ports: [{port: sql}]
  - from: [{ipBlock: {cidr: 203.0.113.0/24}}]
    ports: [{port: 5432}]
  egress:
  - to: [{ipBlock: {cidr: 198.51.100.0/24}}]
    ports: [{port: 443}]
`
