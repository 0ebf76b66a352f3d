package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// installPlugin makes the objects of one of the examples by which network plugins are recognised, until the test ends. It
// gives what the example says of them.
func (tm *team) installPlugin(name string) v1alpha1.NetworkPlugin {
	tm.t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "pkg", "inventory", "networkplugin", "testdata", name+".yaml"))
	if err != nil {
		tm.t.Fatal(err)
	}
	parts := strings.Split(string(content), "\n---\n")
	for _, part := range parts[1:] {
		tm.createPluginObject([]byte(part))
	}
	var want v1alpha1.NetworkPlugin
	for line := range strings.Lines(parts[0]) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), ": "); key {
		case "# want":
			plugin, enforcement, _ := strings.Cut(value, " ")
			want.Name, want.Enforcement = strings.TrimPrefix(plugin, "-"), v1alpha1.Enforcement(enforcement)
		case "# evidence":
			want.Evidence = value
		}
	}
	return want
}

func (tm *team) createPluginObject(text []byte) {
	tm.t.Helper()
	ctx := tm.t.Context()
	var meta metav1.PartialObjectMetadata
	if err := yaml.Unmarshal(text, &meta); err != nil {
		tm.t.Fatal(err)
	}
	_, err := tm.client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: meta.Namespace}}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		tm.t.Fatal(err)
	}
	switch meta.Kind {
	case "DaemonSet":
		ds := &appsv1.DaemonSet{}
		if err = yaml.UnmarshalStrict(text, ds); err != nil {
			break
		}
		// The examples leave out what nothing is recognised by.
		ds.Spec.Selector = &metav1.LabelSelector{MatchLabels: ds.Spec.Template.Labels}
		_, err = tm.client.AppsV1().DaemonSets(ds.Namespace).Create(ctx, ds, metav1.CreateOptions{})
	case "ConfigMap":
		cm := &corev1.ConfigMap{}
		if err = yaml.UnmarshalStrict(text, cm); err != nil {
			break
		}
		_, err = tm.client.CoreV1().ConfigMaps(cm.Namespace).Create(ctx, cm, metav1.CreateOptions{})
	default:
		tm.t.Fatalf("an object of kind %q", meta.Kind)
	}
	if err != nil {
		tm.t.Fatal(err)
	}
	tm.t.Cleanup(func() {
		if got := tm.cluster.Kubectl(testcluster.Admin, "delete", "-n", meta.Namespace, meta.Kind+"/"+meta.Name, "--wait=false"); got.ExitCode != 0 {
			tm.t.Errorf("clean up: %s", got.Stderr)
		}
	})
}

// A cluster has one network plugin: the cases take turns in a cluster of their own.
func TestNetworkPluginOfALiveCluster(t *testing.T) {
	t.Parallel()
	c := startWhole(t)
	shared := newTeamIn(t, c, "shop")
	shared.create("shop", denyAll("default-deny"))
	in := func(t *testing.T) *team {
		own := *shared
		own.t = t
		return &own
	}

	for _, plugin := range []string{"cilium", "cilium-that-never-enforces", "aws-vpc-cni", "aws-vpc-cni-whose-agent-has-no-flag", "flannel", "calico"} {
		t.Run(plugin, func(t *testing.T) {
			tm := in(t)
			want := tm.installPlugin(plugin)
			got := tm.cis532(testcluster.Auditor, "audit", "-o", "json")
			wantExit(t, got, ok)
			report := decode[v1alpha1.AuditReport](t, got.Stdout)
			if diff := cmp.Diff(want, report.NetworkPlugin); diff != "" {
				t.Errorf("plugin (-want +got):\n%s", diff)
			}
			wantNoText(t, got.Stderr, "is unknown")
			f := finding(row(t, report, tm.ns("shop")), "not-enforced")
			if want.Enforcement != v1alpha1.EnforcementNotEnforced {
				if f != nil || want.Enforcement != v1alpha1.EnforcementEnforced {
					t.Errorf("%+v: %+v", want, f)
				}
				return
			}
			if f == nil || f.Severity != v1alpha1.SeverityHigh {
				t.Fatalf("%+v", report.Namespaces)
			}
			wantText(t, f.Message, "nobody enforces the policy: network plugin "+want.Name)
			wantText(t, got.Stderr, "warning: network plugin "+want.Name+" does not enforce NetworkPolicies: "+want.Evidence)
			tm.audit(testcluster.Auditor, found, "--fail-on", "not-enforced")
		})
	}

	t.Run("none that is known is unknown, and no finding", func(t *testing.T) {
		tm := in(t)
		got := tm.cis532(testcluster.Auditor, "audit", "-o", "json")
		wantExit(t, got, ok)
		report := decode[v1alpha1.AuditReport](t, got.Stdout)
		if report.NetworkPlugin.Enforcement != v1alpha1.EnforcementUnknown || len(row(t, report, tm.ns("shop")).Findings) > 0 {
			t.Errorf("%+v", report)
		}
		wantText(t, got.Stderr, "whether anybody enforces NetworkPolicies is unknown: ", "--network-plugin NAME")
		wantText(t, report.Source.ServerVersion, "v1.")
	})

	t.Run("a name overrules what is there, and spares the requests", func(t *testing.T) {
		tm := in(t)
		tm.installPlugin("flannel")
		for _, e := range requests(t, tm, ok, "audit", "-l", tm.selector(), "--network-plugin", "calico") {
			if e.Resource == "daemonsets" || e.Resource == "configmaps" || e.Resource == "nodes" {
				t.Errorf("%s %s", e.Verb, e.RequestURI)
			}
		}
		report := tm.audit(testcluster.Auditor, ok, "--network-plugin", "calico")
		if p := report.NetworkPlugin; p.Name != "calico" || p.Enforcement != v1alpha1.EnforcementEnforced || finding(row(t, report, tm.ns("shop")), "not-enforced") != nil {
			t.Errorf("%+v", p)
		}
		got := tm.cis532(testcluster.Auditor, "audit", "--network-plugin", "calcio")
		wantExit(t, got, troubled)
		wantText(t, got.Stderr, `did you mean "calico"?`)
	})

	t.Run("DaemonSets that may not be listed", func(t *testing.T) {
		tm := in(t)
		tm.installPlugin("flannel")
		user := tm.grant("", mayListPolicies, mayListNamespaces, mayListPods)
		got := tm.cis532(testcluster.Admin, "audit", "-o", "json", "--as", user)
		wantExit(t, got, ok)
		p := decode[v1alpha1.AuditReport](t, got.Stdout).NetworkPlugin
		if p.Enforcement != v1alpha1.EnforcementUnknown {
			t.Errorf("%+v", p)
		}
		wantText(t, p.Evidence, `cannot list daemonsets.apps in all namespaces: forbidden for user "`+user+`"`)
		wantText(t, got.Stderr, "whether anybody enforces NetworkPolicies is unknown: "+p.Evidence)
	})

	t.Run("a ConfigMap that may not be read", func(t *testing.T) {
		tm := in(t)
		tm.installPlugin("cilium-that-never-enforces")
		user := tm.grant("", mayListPolicies, mayListNamespaces, mayListPods, mayList("apps", "daemonsets"))
		report := tm.audit(testcluster.Admin, ok, "--as", user)
		if p := report.NetworkPlugin; p.Name != "cilium" || p.Enforcement != v1alpha1.EnforcementUnknown || finding(row(t, report, tm.ns("shop")), "not-enforced") != nil {
			t.Errorf("%+v", p)
		}
		wantText(t, report.NetworkPlugin.Evidence, `cannot get configmaps "cilium-config" in namespace "kube-system": forbidden for user "`+user+`"`)
	})
}
