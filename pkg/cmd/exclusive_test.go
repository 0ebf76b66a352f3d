package cmd

import (
	"slices"
	"strings"
	"testing"
)

// Flags that exclude each other, with the exact messages. None of the command
// lines comes as far as the kubeconfig, which there is none of.
func TestFlagsThatExcludeEachOther(t *testing.T) {
	for line, want := range map[string]string{
		"audit a -n b":                                     "namespaces can be given as arguments or with -n/--namespace, not both",
		"audit -A -n a":                                    "-A/--all-namespaces cannot be used with -n/--namespace or namespaces as arguments",
		"audit -A a":                                       "-A/--all-namespaces cannot be used with -n/--namespace or namespaces as arguments",
		"audit -l a=b c":                                   "-l/--selector cannot be used with -n/--namespace or namespaces as arguments",
		"audit -l a=b -n c":                                "-l/--selector cannot be used with -n/--namespace or namespaces as arguments",
		"fix -A a":                                         "-A/--all-namespaces cannot be used with -n/--namespace or namespaces as arguments",
		"fix a -n b":                                       "namespaces can be given as arguments or with -n/--namespace, not both",
		"generate -l a=b c":                                "-l/--selector cannot be used with -n/--namespace or namespaces as arguments",
		"rollback -A -n a":                                 "-A/--all-namespaces cannot be used with -n/--namespace or namespaces as arguments",
		"audit -f a -k b":                                  "only one of -f/--filename and -k/--kustomize can be used",
		"audit -R":                                         "-R/--recursive needs -f/--filename",
		"generate -R -k a":                                 "-R/--recursive needs -f/--filename",
		"audit -f a --context b":                           "manifests (-f, -k) are read without a cluster: --context cannot be used with them",
		"audit -k a --server b":                            "manifests (-f, -k) are read without a cluster: --server cannot be used with them",
		"generate -f a --as b":                             "manifests (-f, -k) are read without a cluster: --as cannot be used with them",
		"generate -f a --kubeconfig b":                     "manifests (-f, -k) are read without a cluster: --kubeconfig cannot be used with them",
		"audit -f a --token b":                             "manifests (-f, -k) are read without a cluster: --token cannot be used with them",
		"audit -f a --concurrency 1":                       "manifests (-f, -k) are read without a cluster: --concurrency cannot be used with them",
		"fix -f a":                                         `fix changes a cluster; for manifests, use "kubectl cis532 generate -f"`,
		"audit -o name --report json=-":                    "--report json=- and -o name cannot both go to stdout",
		"fix -o yaml --report json=-":                      "--report json=- and -o yaml cannot both go to stdout",
		"audit --report json=- --report yaml=-":            "only one --report can go to stdout",
		"audit --report json=- --failing":                  "--failing chooses rows of the table: it cannot be used with --report json=-, which takes its place",
		"audit --report json=- --sort-by .name":            "--sort-by sorts rows of the table: it cannot be used with --report json=-, which takes its place",
		"audit --report json=- --no-headers":               "--no-headers is for the table: it cannot be used with --report json=-, which takes its place",
		"audit --report a.json --report json=a.json":       "two --report to the same file: a.json",
		"audit -o json --template x":                       "--template is for -o go-template and the like, not for -o json",
		"fix -o json --failing":                            "--failing chooses rows: it cannot be used with -o json",
		"fix -o name --sort-by .name":                      "--sort-by sorts rows: it cannot be used with -o name",
		"generate --output-dir a -o json":                  "--output-dir writes YAML: -o cannot be used with it",
		"generate --output-dir a --sort-by .metadata.name": "--output-dir writes a file per namespace: --sort-by cannot be used with it",
		"generate --output-dir a --no-headers":             "--output-dir writes a file per namespace: --no-headers cannot be used with it",
		"generate --output-dir a --template x":             "--output-dir writes a file per namespace: --template cannot be used with it",
		"fix --replace-guide-policy --policy allow-all":    "--replace-guide-policy gives the guide's policy the rules that it was meant to have: --policy and --policy-file cannot be used with it",
		"fix --policy allow-all --policy-file a":           "only one of --policy and --policy-file can be used",
		"fix --policy default-deny --policy allow-dns":     `invalid argument "allow-dns" for "--policy" flag: it takes one policy, and "default-deny" is given too: several are made from a --policy-file`,
		"generate --policy allow-all --policy-file a":      "only one of --policy and --policy-file can be used",
		"generate -f - --policy-file -":                    "standard input can be read only once: -f - and --policy-file - cannot be used together",
		"fix --dry-run server":                             "--dry-run takes its value behind an equals sign: --dry-run=server",
		"rollback --dry-run client a":                      "--dry-run takes its value behind an equals sign: --dry-run=client",
	} {
		t.Run(line, func(t *testing.T) {
			args := strings.Fields(line)
			stdout, stderr, code := run(t, args...)
			see := "See 'kubectl cis532 " + args[0] + " --help' for usage.\n"
			if code != ExitError || stdout != "" || stderr != "error: "+want+"\n"+see {
				t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
		})
	}
}

// A typo of a word that is known gets the word.
func TestTyposGetSuggestions(t *testing.T) {
	for line, want := range map[string]string{
		"audti": `"audit"`, "rolback": `"rollback"`, "generat": `"generate"`, "help audti": `"audit"`, "--version": `the command "version"`,
		"audit --faling": "--failing", "audit --output-dr": "", "audit --kubecnfig=a": "--kubeconfig", "--colour=never": "--color",
		"audit -o jsno": `"json"`, "audit -o yml": `"yaml"`, "fix -o wid": `"wide"`, "version -o ymal": `"yaml"`,
		"explain no-polcy": `"no-policy"`, "fix --policy allow-al": `"allow-all"`, "policies defalt-deny": `"default-deny"`, "explain rbac-aduit": `"rbac-audit"`, "explain exit-code": `"exit-codes"`,
		"fix --dry-run=sever": `"server"`, "rollback --dry-run=clinet": `"client"`, "--color=alwys": `"always"`, "completion zhs": `"zsh"`, "audit --report jsn=a": `"json"`,
	} {
		_, stderr, code := run(t, strings.Fields(line)...)
		if code != ExitError || want != "" && !strings.Contains(stderr, "(did you mean "+want+"?)") {
			t.Errorf("%s: exit code %d: %s", line, code, stderr)
		}
		if want == "" && slices.ContainsFunc(strings.Fields(stderr), func(word string) bool { return word == "(did" }) {
			t.Errorf("%s: suggests something: %s", line, stderr)
		}
	}
}
