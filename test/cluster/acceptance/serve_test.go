//go:build unix

package acceptance

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeFile(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

const auditRole = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: kubectl-cis532-audit}
rules:
- {apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [list]}
`

const fixRole = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: kubectl-cis532-fix}
rules:
- {apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [list, create]}
`

func TestServes(t *testing.T) {
	dir := newDir(t)
	up(t, dir,
		"--rbac", writeFile(t, "audit.yaml", auditRole, 0o600),
		"--rbac", writeFile(t, "fix.yaml", fixRole, 0o600))

	t.Run("client and server have the version of the release", func(t *testing.T) {
		var version struct {
			ClientVersion, ServerVersion struct{ GitVersion, Major, Minor string }
		}
		if err := json.Unmarshal([]byte(kubectl(t, dir, "version", "-o", "json")), &version); err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSpace(must(t, "go", "list", "-m", "-f", "{{.Version}}", "k8s.io/kubernetes"))
		if version.ClientVersion.GitVersion != want || version.ServerVersion != version.ClientVersion {
			t.Errorf("got %+v, want %s twice", version, want)
		}
	})

	t.Run("each user has its rights and no others", func(t *testing.T) {
		for user, want := range map[string]string{
			"admin": "yes yes yes", "auditor": "yes no no", "fixer": "yes yes no", "nobody": "no no no",
		} {
			var got []string
			for _, verb := range []string{"list", "create", "delete"} {
				answer, _, _ := run(filepath.Join(dir, "bin", "kubectl"), "--kubeconfig", filepath.Join(dir, "kubeconfig"),
					"--context", user, "auth", "can-i", verb, "networkpolicies.networking.k8s.io", "-A")
				got = append(got, strings.TrimSpace(answer))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("user %s may list, create, delete: %v, want %s", user, got, want)
			}
		}
	})

	t.Run("admin is the current context and may impersonate", func(t *testing.T) {
		if got := kubectl(t, dir, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"); got != "admin" {
			t.Errorf("whoami: %q", got)
		}
		if got := kubectl(t, dir, "--as", "somebody", "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"); got != "somebody" {
			t.Errorf("whoami --as somebody: %q", got)
		}
	})

	t.Run("it is empty but for what every cluster begins with", func(t *testing.T) {
		got := kubectl(t, dir, "get", "namespaces,services,networkpolicies,pods", "-A", "-o", "name")
		want := "namespace/default\nnamespace/kube-node-lease\nnamespace/kube-public\nnamespace/kube-system\nservice/kubernetes\n"
		if got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})

	t.Run("a pod can be made without its ServiceAccount", func(t *testing.T) {
		kubectl(t, dir, "run", "web", "--image=web", "--labels=app=web")
	})

	t.Run("admission policies are enforced", func(t *testing.T) {
		kubectl(t, dir, "apply", "-f", writeFile(t, "policy.yaml", `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-secrets}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [secrets]}]
  validations: [{expression: "false", message: "not here"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-secrets}
spec: {policyName: no-secrets, validationActions: [Deny]}
`, 0o600))
		eventually(t, "a secret is refused", func() error {
			_, stderr, _ := run(filepath.Join(dir, "bin", "kubectl"), "--kubeconfig", filepath.Join(dir, "kubeconfig"),
				"create", "secret", "generic", "s", "--dry-run=server")
			if !strings.Contains(stderr, "not here") {
				return errors.New(stderr)
			}
			return nil
		})
	})

	t.Run("the audit log has a request as soon as it is answered", func(t *testing.T) {
		kubectl(t, dir, "delete", "networkpolicy", "unheard-of", "--ignore-not-found", "--dry-run=server")
		log, err := os.ReadFile(filepath.Join(dir, "audit.log"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(log)), "\n")
		last := lines[len(lines)-1]
		if !strings.Contains(last, `/networkpolicies/unheard-of`) || strings.Contains(string(log), `"username":"system:apiserver"`) {
			t.Errorf("last line: %s", last)
		}
	})

	t.Run("kubectl finds plugins on PATH", func(t *testing.T) {
		plugin := writeFile(t, "kubectl-hello", "#!/bin/sh\necho \"hello $*\"\nexit 3\n", 0o700)
		t.Setenv("PATH", filepath.Dir(plugin)+string(os.PathListSeparator)+os.Getenv("PATH"))
		stdout, _, code := run(filepath.Join(dir, "bin", "kubectl"), "hello", "world")
		if stdout != "hello world\n" || code != 3 {
			t.Errorf("got %q, exit code %d", stdout, code)
		}
		stdout, _, code = run(binary, "kubectl", "hello", "you")
		if stdout != "hello you\n" || code != 3 {
			t.Errorf("as a subcommand: got %q, exit code %d", stdout, code)
		}
	})
}

func TestControllers(t *testing.T) {
	dir := newDir(t)
	up(t, dir, "--controllers")

	kubectl(t, dir, "create", "namespace", "shop")
	kubectl(t, dir, "-n", "shop", "create", "quota", "none", "--hard=count/networkpolicies.networking.k8s.io=0")
	eventually(t, "the quota limits", func() error {
		if hard := kubectl(t, dir, "-n", "shop", "get", "quota", "none", "-o", "jsonpath={.status.hard}"); hard == "" {
			return errors.New("no status")
		}
		return nil
	})
	_, stderr, code := run(filepath.Join(dir, "bin", "kubectl"), "--kubeconfig", filepath.Join(dir, "kubeconfig"),
		"apply", "-f", writeFile(t, "policy.yaml", `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}}
`, 0o600))
	if code == 0 || !strings.Contains(stderr, "exceeded quota") {
		t.Errorf("exit code %d, %s; want the quota to refuse it", code, stderr)
	}

	kubectl(t, dir, "delete", "namespace", "shop", "--timeout=60s")
}
