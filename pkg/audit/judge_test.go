package audit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

var errForbidden = errors.New("cannot list pods")

func scopeOf(names ...string) inventory.Scope { return inventory.Scope{Names: names} }

// annotated is namespace shop with annotations.
func annotated(annotations string) string {
	return `{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations: {` + annotations + `}}}`
}

func TestExemptions(t *testing.T) {
	lastSecond := time.Date(2026, time.November, 15, 23, 59, 59, 0, time.UTC)
	for _, tt := range []struct {
		name, annotations string
		withPolicy        bool
		opts              audit.Options
		verdict           v1alpha1.Verdict
		reason, finding   string
	}{
		{name: "with a reason", annotations: `cis532.io/exempt: "isolated by the mesh"`, verdict: "EXEMPT", reason: "isolated by the mesh"},
		{name: "until a day to come", annotations: `cis532.io/exempt: mesh, cis532.io/exempt-until: "2026-12-31"`, verdict: "EXEMPT", reason: "mesh (until 2026-12-31)"},
		{name: "on its last second", annotations: `cis532.io/exempt: mesh, cis532.io/exempt-until: "2026-11-15"`,
			opts: audit.Options{Now: lastSecond}, verdict: "EXEMPT", reason: "mesh (until 2026-11-15)"},
		{name: "a second later", annotations: `cis532.io/exempt: mesh, cis532.io/exempt-until: "2026-11-15"`,
			opts: audit.Options{Now: lastSecond.Add(time.Second)}, verdict: "FAIL", reason: "no NetworkPolicy; the exemption ended on 2026-11-15", finding: "invalid-exemption"},
		{name: "the last day is that of UTC, wherever the clock is", annotations: `cis532.io/exempt: mesh, cis532.io/exempt-until: "2026-11-15"`,
			opts: audit.Options{Now: lastSecond.In(time.FixedZone("far east", 14*3600))}, verdict: "EXEMPT", reason: "mesh (until 2026-11-15)"},
		{name: "a date that cannot be read", annotations: `cis532.io/exempt: mesh, cis532.io/exempt-until: "31.12.2026"`, verdict: "FAIL",
			reason: `no NetworkPolicy; annotation cis532.io/exempt-until is "31.12.2026", not a date as YYYY-MM-DD`, finding: "invalid-exemption"},
		{name: "a day that does not exist", annotations: `cis532.io/exempt: mesh, cis532.io/exempt-until: "2026-02-30"`, verdict: "FAIL",
			reason: `no NetworkPolicy; annotation cis532.io/exempt-until is "2026-02-30", not a date as YYYY-MM-DD`, finding: "invalid-exemption"},
		{name: "an empty date", annotations: `cis532.io/exempt: mesh, cis532.io/exempt-until: ""`, verdict: "FAIL",
			reason: `no NetworkPolicy; annotation cis532.io/exempt-until is "", not a date as YYYY-MM-DD`, finding: "invalid-exemption"},
		{name: "no reason", annotations: `cis532.io/exempt: " "`, verdict: "FAIL",
			reason: "no NetworkPolicy; annotation cis532.io/exempt gives no reason", finding: "invalid-exemption"},
		{name: "a date without an exemption", annotations: `cis532.io/exempt-until: "2026-12-31"`, verdict: "FAIL",
			reason: "no NetworkPolicy; annotation cis532.io/exempt-until without cis532.io/exempt", finding: "invalid-exemption"},
		{name: "ignored", annotations: `cis532.io/exempt: mesh`, opts: audit.Options{NoExemptions: true}, verdict: "FAIL", reason: "no NetworkPolicy"},
		{name: "an invalid one ignored", annotations: `cis532.io/exempt: ""`, opts: audit.Options{NoExemptions: true}, verdict: "FAIL", reason: "no NetworkPolicy"},
		{name: "on a namespace that passes", annotations: `cis532.io/exempt: mesh`, withPolicy: true, verdict: "EXEMPT", reason: "mesh", finding: "unused-exemption"},
		{name: "an invalid one on a namespace that passes", annotations: `cis532.io/exempt: ""`, withPolicy: true, verdict: "PASS",
			reason: "annotation cis532.io/exempt gives no reason", finding: "invalid-exemption"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			input := annotated(tt.annotations)
			if tt.withPolicy {
				input = doc(input, denyAll)
			}
			row := only(t, run(t, input, tt.opts))
			if row.Verdict != tt.verdict || row.Reason != tt.reason {
				t.Errorf("%s: %s\nwant %s: %s", row.Verdict, row.Reason, tt.verdict, tt.reason)
			}
			if tt.verdict == "EXEMPT" && row.Exemption == nil || tt.verdict != "EXEMPT" && row.Exemption != nil {
				t.Errorf("exemption %v with verdict %s", row.Exemption, row.Verdict)
			}
			var got []string
			for _, f := range row.Findings {
				if f.Rule == "invalid-exemption" || f.Rule == "unused-exemption" {
					got = append(got, f.Rule)
				}
			}
			if strings.Join(got, ",") != tt.finding {
				t.Errorf("findings %v, want %q", got, tt.finding)
			}
		})
	}
}

// ERROR, terminating, EXEMPT, SKIPPED, then judged.
func TestPrecedenceOfVerdicts(t *testing.T) {
	const exempt = `annotations: {cis532.io/exempt: mesh}`
	namespace := func(name, metadata, status string) string {
		return fmt.Sprintf(`{apiVersion: v1, kind: Namespace, metadata: {name: %s, %s}, status: {%s}}`, name, metadata, status)
	}
	for _, tt := range []struct {
		name, input string
		gap         bool
		verdict     v1alpha1.Verdict
		reason      string
	}{
		{"ERROR before terminating", namespace("kube-x", exempt, "phase: Terminating"), true, "ERROR", "cannot list"},
		{"terminating before EXEMPT", namespace("kube-x", exempt, "phase: Terminating"), false, "SKIPPED", "terminating"},
		{"a deletionTimestamp is terminating too", namespace("shop", `deletionTimestamp: "2026-11-15T10:00:00Z"`, ""), false, "SKIPPED", "terminating"},
		{"EXEMPT before SKIPPED", namespace("kube-x", exempt, ""), false, "EXEMPT", "mesh"},
		{"SKIPPED before judged", namespace("kube-x", "", ""), false, "SKIPPED", "system namespace (kube-*, by wildcard only)"},
		{"judged", namespace("shop", "", ""), false, "FAIL", "no NetworkPolicy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv := read(t, tt.input)
			if tt.gap {
				inv.Gaps = append(inv.Gaps, inventory.Gap{Err: errors.New("cannot list")})
			}
			row := only(t, audit.Run(inv, audit.Options{Now: now}))
			if row.Verdict != tt.verdict || row.Reason != tt.reason {
				t.Errorf("%s: %s, want %s: %s", row.Verdict, row.Reason, tt.verdict, tt.reason)
			}
		})
	}
}

// A bad document may hide a policy, but not one that was seen.
func TestAGapConcernsWhatHasNoPolicy(t *testing.T) {
	inv := read(t, doc(shop, denyAll, `{apiVersion: v1, kind: Namespace, metadata: {name: payments}}`))
	inv.Gaps = append(inv.Gaps, inventory.Gap{Err: errors.New("document 4: cannot be read")})
	report := audit.Run(inv, audit.Options{Now: now})
	got := fmt.Sprint(report.Verdict, " ", report.Namespaces[0].Verdict, " ", report.Namespaces[1].Verdict, " ", report.Errors)
	if want := "ERROR ERROR PASS [document 4: cannot be read]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSystemNamespaces(t *testing.T) {
	system := func(name string) string { return `{apiVersion: v1, kind: Namespace, metadata: {name: ` + name + `}}` }
	for _, tt := range []struct {
		namespace string
		scope     inventory.Scope
		verdict   v1alpha1.Verdict
		reason    string
	}{
		{"kube-system", inventory.Scope{}, "SKIPPED", "system namespace (kube-system)"},
		{"kube-prometheus-stack", inventory.Scope{}, "SKIPPED", "system namespace (kube-*, by wildcard only)"},
		{"openshift", inventory.Scope{}, "SKIPPED", "system namespace (openshift)"},
		{"openshift-ingress", inventory.Scope{}, "SKIPPED", "system namespace (openshift-*, by wildcard only)"},
		{"calico-system", inventory.Scope{}, "SKIPPED", "system namespace (calico-system)"},
		{"local-path-storage", inventory.Scope{}, "SKIPPED", "system namespace (local-path-storage)"},
		{"default", inventory.Scope{}, "FAIL", "no NetworkPolicy"},
		{"istio-system", inventory.Scope{}, "FAIL", "no NetworkPolicy"},
		{"cattle-monitoring-system", inventory.Scope{}, "FAIL", "no NetworkPolicy"},
		{"kube", inventory.Scope{}, "FAIL", "no NetworkPolicy"},
		{"kube-system", inventory.Scope{IncludeSystem: true}, "FAIL", "no NetworkPolicy"},
		{"kube-system", scopeOf("kube-system"), "FAIL", "no NetworkPolicy"},
		{"kube-system", inventory.Scope{Exclude: []string{"kube-s*"}}, "SKIPPED", "excluded (kube-s*)"},
		{"shop", inventory.Scope{Exclude: []string{"dev-*", "sh?p"}}, "SKIPPED", "excluded (sh?p)"},
		{"shop", inventory.Scope{Exclude: []string{"sho"}}, "FAIL", "no NetworkPolicy"},
	} {
		t.Run(tt.namespace+" "+tt.reason, func(t *testing.T) {
			row := only(t, run(t, system(tt.namespace), audit.Options{Scope: tt.scope}))
			if row.Verdict != tt.verdict || row.Reason != tt.reason {
				t.Errorf("%s: %s, want %s: %s", row.Verdict, row.Reason, tt.verdict, tt.reason)
			}
		})
	}
}

// What writes to a cluster does not judge a system namespace because it was named.
func TestNamingASystemNamespaceIsNotWantingItChanged(t *testing.T) {
	inv := read(t, `{apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}`)
	row := only(t, audit.Run(inv, audit.Options{Now: now, Scope: scopeOf("kube-system")}))
	if row.Verdict != v1alpha1.VerdictSkipped {
		t.Errorf("verdict %s, want SKIPPED", row.Verdict)
	}
}

func TestExemptCountsAsJudged(t *testing.T) {
	report := run(t, annotated("cis532.io/exempt: mesh"), audit.Options{})
	if report.Verdict != v1alpha1.VerdictPass || len(report.Errors) > 0 {
		t.Errorf("verdict %s %v, want PASS", report.Verdict, report.Errors)
	}
}
