package golden

import (
	"testing"
)

func TestAuditOfACompany(t *testing.T) {
	check(t, "audit-shop", concat(
		each("audit -f shop", "", "-o table", "-o wide", "-o name", "-o json", "-o yaml", "-o kyaml"),
		each("audit -f shop", "-n shop", "shop payments", "--include-system", "--exclude 'ship*'", "-l team=web", "--no-exemptions", "--quiet", "--exit-zero", "-A"),
	))
}

// The partners' namespaces have policies of another kind; and what a gate in a pipeline asks for.
func TestAuditOfPartnersAndGates(t *testing.T) {
	check(t, "audit-partners", concat(
		each("audit -f partners", "-o wide", "--accept cilium", "--accept calico", "--accept cilium --network-plugin calico", "-o yaml", "--accept cillium"),
		each("audit -f shop --network-plugin", "cilium", "flanel", "''"),
		each("audit -f shop --benchmark", "eks -o 'jsonpath={.control.id} {.control.benchmark}'", "gks", "''"),
		each("audit -f shop --fail-on", "high", "medium,low --failing", "shadowed-policy --failing -o name", "shadowed --failing", "unused-exemption --exit-zero", "info"),
		each("audit -f partners --fail-on", "baseline-only --exclude exchange", "host-network --exclude exchange"),
		lines("generate -f partners", "generate -f partners --accept cilium", "generate -f partners --ignore-other-policies",
			"reach -f partners partners/deploy/gateway exchange/deploy/broker 80", "reach -f partners --matrix 80/TCP",
			"reach -f partners --matrix", "reach -f partners partners/deploy/gateway exchange/deploy/broker 80 --ignore-other-policies"),
	))
}

func TestAuditOfNastyNamespaces(t *testing.T) {
	check(t, "audit-nasty", concat(
		each("audit -f nasty.yaml", "", "-o wide", "-o name", "-o json", "-o yaml", "-o kyaml"),
		each("audit -f nasty.yaml",
			"-o 'jsonpath={.namespaces[*].name}'",
			"-o 'jsonpath={range .namespaces[*]}{.name}{\"\\t\"}{.reason}{\"\\n\"}{end}'",
			"-o 'jsonpath-as-json={.namespaces[*].verdict}'",
			"-o jsonpath-file=names.jsonpath",
			"-o 'jsonpath={.nothing}'",
			"-o 'jsonpath={.nothing}' --allow-missing-template-keys=false",
			"-o 'go-template={{.verdict}}'",
			"-o 'go-template={{.verdict}}{{.verdict.nothing}}'",
			"-o 'go-template={{.nothing}}' --allow-missing-template-keys=false",
			"--sort-by '{.nothing}'",
			"--sort-by '{.posture}'",
			"-o go-template --template '{{len .namespaces}}'",
			"--template '{{.summary.fail}}'",
			"-o 'template={{.kind}}'",
			"-o go-template-file=rows.gotmpl",
			"-o templatefile=rows.gotmpl",
			"-o custom-columns=NAME:.name,VERDICT:.verdict,INGRESS:.posture.ingress",
			"-o custom-columns=NAME:.name,WHY:.reason",
			"-o custom-columns=NAME:.name --no-headers",
			"-o custom-columns-file=columns",
		),
		each("audit -f nasty.yaml --no-headers", "", "-o wide"),
		each("audit -f nasty.yaml --sort-by '{.verdict}'", "", "-o wide", "-o name", "-o 'jsonpath={.namespaces[*].name}'", "-o custom-columns=NAME:.name"),
		each("audit -f nasty.yaml --failing", "", "-o wide", "-o name", "-o json", "-o yaml", "-o 'go-template={{range .namespaces}}{{.name}} {{end}}{{.summary.namespaces}}'", "-o custom-columns=NAME:.name"),
	))
}

func TestReportsBesideTheTable(t *testing.T) {
	check(t, "audit-reports", []invocation{
		{line: "audit -f nasty.yaml open --report audit.json", files: []string{"audit.json"}},
		{line: "audit -f nasty.yaml open --report audit.yml", files: []string{"audit.yml"}},
		{line: "audit -f nasty.yaml open --report yaml=audit.txt --report audit.json -o name", files: []string{"audit.txt", "audit.json"}},
		{line: "audit -f nasty.yaml open --report json=-"},
		{line: "audit -f nasty.yaml csi lines bidi --report json=-", width: 80},
		{line: "audit -f nasty.yaml open --report yaml=- --report json=audit.json --quiet", files: []string{"audit.json"}},
	})
}

func TestAuditOnTerminals(t *testing.T) {
	var all []invocation
	for _, width := range []int{40, 80, 120, 200} {
		all = append(all,
			invocation{line: "audit -f nasty.yaml", width: width},
			invocation{line: "audit -f nasty.yaml bidi cjk combining csi ended lines", width: width},
			invocation{line: "audit -f shop -o wide", width: width},
		)
	}
	for _, format := range []string{"name", "json", "yaml", "kyaml", "'jsonpath={.namespaces[*].reason}'", "'go-template={{.verdict}}'", "custom-columns=NAME:.name,WHY:.reason"} {
		all = append(all, invocation{line: "audit -f nasty.yaml -o " + format, width: 80})
	}
	check(t, "audit-terminal", all)
}

func TestColour(t *testing.T) {
	const audit = "audit -f nasty.yaml open restricted cjk"
	check(t, "colour", []invocation{
		{line: audit, width: 80},
		{line: audit},
		{line: audit + " --color=always"},
		{line: audit + " --color=never", width: 80},
		{line: audit, width: 80, env: "NO_COLOR=1"},
		{line: audit, width: 80, env: "NO_COLOR="},
		{line: audit + " --color=always", width: 80, env: "NO_COLOR=1"},
		{line: audit, width: 80, env: "TERM=dumb"},
		{line: audit, width: 80, env: "TERM="},
		{line: audit, width: 80, env: "TERM= WT_SESSION=1"},
		{line: audit + " --color=always -o json"},
		{line: audit + " --color=always -o wide --no-headers"},
		{line: "explain", width: 80},
	})
}

func TestGenerate(t *testing.T) {
	check(t, "generate", concat(
		each("generate -f shop", "", "-o table", "-o wide", "-o name", "-o json", "-o yaml", "-o kyaml"),
		each("generate -f shop",
			"-o 'jsonpath={.items[*].metadata.namespace}'",
			"-o 'jsonpath-as-json={.items[*].metadata.name}'",
			"-o 'go-template={{range .items}}{{.metadata.namespace}} {{end}}'",
			"--template '{{.kind}}'",
			"-o custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name",
			"-o custom-columns=NAME:.metadata.name --no-headers",
			"--sort-by '{.metadata.namespace}' -o name",
			"-o table --no-headers",
		),
		each("generate -f shop shop", "-o json", "-o 'jsonpath={.metadata.name}'"),
		each("generate -f nasty.yaml restricted", "", "-o json", "-o name", "-o table", "--quiet"),
		[]invocation{
			{line: "generate -f nasty.yaml open --output-dir out", files: []string{"out/open.yaml", "out/kustomization.yaml"}},
			{line: "generate -f nasty.yaml open", width: 80},
		},
	))
}

func TestPolicies(t *testing.T) {
	check(t, "policies", concat(
		each("policies", "", "-o wide", "-o name", "--no-headers", "--sort-by '{.metadata.name}'", "-o custom-columns=NAME:.metadata.name"),
		each("policies", "allow-all", "allow-cluster", "default-deny", "default-deny-ingress", "default-deny-egress", "allow-same-namespace", "allow-dns"),
		each("policies allow-dns", "-o yaml", "-o json", "-o name", "-n shop -o yaml", "-o 'jsonpath={.spec.policyTypes}'", "-q -o name"),
		[]invocation{{line: "policies", width: 80}, {line: "policies default-deny", width: 80}},
		each("generate -f shop --policy", "default-deny -o table", "allow-dns orders", "allow-same-namespace -o name"),
		[]invocation{
			{line: "generate -f shop orders shop --policy-file -", stdin: template},
			{line: "generate -f shop orders shop --policy-file - -o table", stdin: template},
		},
	))
}

// template is a file of a team's own policies.
const template = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, labels: {team: web}, annotations: {cis532.io/run: somebody-elses, note: kept}}
spec: {podSelector: {}}
---
{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "items": [
  {"metadata": {"name": "web"}, "spec": {"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"ports": [{"port": 80}]}]}}]}
`

func TestHelp(t *testing.T) {
	check(t, "help", concat(
		lines("", "--help", "-h", "help", "options"),
		[]invocation{{line: "", width: 80}, {line: "fix -h", width: 80}, {line: "options", width: 70}},
	))
}

func TestHelpOfEachVerb(t *testing.T) {
	check(t, "help-verbs", concat(
		lines("help audit", "help fix", "help generate", "help rollback", "help policies", "help explain", "help version", "help completion", "help options"),
	))
}

func TestExplain(t *testing.T) {
	check(t, "explain", concat(
		lines("explain"), each("explain", "no-policy", "invalid-exemption", "unused-exemption", "exit-codes", "system-namespaces", "rbac-audit", "rbac-fix"),
		[]invocation{{line: "explain", width: 60}},
	))
}

func TestVersion(t *testing.T) {
	check(t, "version", lines("version --client", "version --client -o json", "version --client -o yaml"))
}

func TestCompletion(t *testing.T) {
	check(t, "completion", lines(
		"completion kubectl",
		"__complete ''", "__complete au", "__complete help ''", "__complete explain ''", "__complete explain no-policy ''",
		"__complete policies ''", "__complete policies allow-all ''", "__complete fix --policy ''", "__complete generate --policy default", "__complete audit -o ''", "__complete generate -o ''", "__complete fix -o ''", "__complete rollback -o ''", "__complete version -o ''",
		"__complete audit --color ''", "__complete fix --dry-run=", "__complete rollback --dry-run=", "__complete audit -", "__complete completion ''",
	))
}

// Without a cluster, every verb that needs one says how to name one.
func TestWithoutACluster(t *testing.T) {
	check(t, "no-cluster", concat(
		lines("audit", "fix", "fix --dry-run=server", "fix --dry-run=client", "generate", "rollback", "rollback --dry-run=server", "version", "version -o json"),
		[]invocation{{line: "fix", width: 80}},
	))
}

// What cannot be printed is refused before anything is asked of a cluster: the
// messages are not about the kubeconfig, which there is none of.
func TestRefused(t *testing.T) {
	check(t, "refused", concat(
		each("audit", "-o csv", "-o jsn", "-o jsonpath=", "-o 'jsonpath={.a'", "-o 'go-template={{.a'", "-o go-template", "-o custom-columns=", "-o custom-columns=NAME", "-o custom-columns-file=none", "-o jsonpath-file=none", "-o go-template-file=none"),
		each("audit", "-o json --template '{{.a}}'", "-o table --template '{{.a}}'", "--sort-by '{.a['",
			"--report csv=a", "--report a", "--report jsn=a", "--report =a", "--report json=", "--report -", "--report json=none/a", "--report json=shop",
			"--report json=- -o name", "--report json=- --report yaml=-", "--report json=- --failing", "--report json=- --sort-by .name", "--report json=- --no-headers", "--report a.json --report json=./a.json"),
		each("fix", "-o csv", "-o yaml --failing", "-o name --failing", "-o json --sort-by .name", "-o 'jsonpath={.kind}' --failing", "--sort-by '{.a['", "--report json=none/a",
			"--dry-run=sever", "--dry-run=true", "--dry-run=", "--dry-run server", "-f shop"),
		each("rollback", "-o csv", "--dry-run=clint", "--dry-run client", "--sort-by '{.a['", "--report json=none/a", "-f shop"),
		each("generate -f shop", "-o csv", "--failing", "--report a.json", "--output-dir=", "--output-dir out -o name", "--output-dir out --sort-by .a", "--output-dir out --template '{{.a}}'", "--output-dir out --no-headers"),
		each("fix", "--policy alow-all", "--policy=", "--policy-file=", "--policy allow-all --policy-file a", "--policy-file none.yaml", "--policy-file shop", "--policy-file nasty.yaml"),
		each("generate -f shop", "--policy deny", "--policy-file none.yaml"), lines("generate -f - --policy-file -"),
		each("policies", "defalt-deny", "allow-all allow-dns", "allow-all -o jsn", "-n 'a b'", "-o csv"),
		each("version", "-o wide", "-o jsn", "now"),
		lines("explain no-polcy", "explain exit-code", "explain a b", "completion", "completion bsh", "completion bash zsh", "options all", "help audti", "help audit fix", "audti", "--version", "--colour=always", "--color=alwys", "audit --colr=never", "audit --namespac=a", "-n '' audit"),
	))
}
