package e2e

import (
	"crypto/rand"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

func TestAuditorMayAuditAndGenerateButNotFix(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "bare")
	audit(t, testcluster.Auditor, found, "-l", tm.selector())
	wantExit(t, cis532(t, testcluster.Auditor, "generate", "-l", tm.selector()), ok)
	wantExit(t, cis532(t, testcluster.Auditor, "fix", "-l", tm.selector(), "--dry-run=client"), found)

	for _, dryRun := range []string{"none", "server"} {
		report := fix(t, testcluster.Auditor, troubled, "-l", tm.selector(), "--dry-run="+dryRun)
		row := fixed(t, report, tm.ns("bare"))
		if row.Result != v1alpha1.ResultError {
			t.Errorf("dry run %s: %+v", dryRun, row)
		}
		wantText(t, row.Reason, `cannot create networkpolicies.networking.k8s.io "cis-default-allow" in namespace "`+tm.ns("bare")+`": forbidden for user "auditor"`)
	}
	tm.wantPolicies("bare")
}

func TestAuditorCannotRollBack(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	row := rolledBack(t, rollback(t, testcluster.Auditor, troubled, "-l", tm.selector()), tm.ns("a"))
	wantText(t, row.Reason, "cannot delete networkpolicies.networking.k8s.io", `forbidden for user "auditor"`)
	tm.wantPolicies("a", baselineName)
}

func TestNobodyGetsErrorAndAWayOut(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	const (
		policies   = `cannot list networkpolicies.networking.k8s.io in all namespaces: forbidden for user "nobody"`
		namespaces = `cannot list namespaces at the cluster scope: forbidden for user "nobody"`
	)
	for name, args := range map[string][]string{
		"audit":                  {"audit"},
		"audit -A":               {"audit", "-A"},
		"audit -l":               {"audit", "-l", tm.selector()},
		"generate":               {"generate"},
		"fix":                    {"fix"},
		"fix --dry-run=client":   {"fix", "--dry-run=client"},
		"rollback":               {"rollback"},
		"rollback -l":            {"rollback", "-l", tm.selector()},
		"audit -o json":          {"audit", "-o", "json"},
		"fix --report json=-":    {"fix", "--report", "json=-"},
		"audit --exit-zero too":  {"audit", "--exit-zero"},
		"audit --quiet still is": {"audit", "--quiet"},
	} {
		t.Run(name, func(t *testing.T) {
			got := cis532(t, testcluster.Nobody, args...)
			wantExit(t, got, troubled)
			wantText(t, got.Stderr, policies, namespaces)
			wantNoText(t, got.Stdout, "PASS")
			role := "explain rbac-audit | kubectl apply -f -"
			if args[0] == "fix" || args[0] == "rollback" {
				role = "explain rbac-fix | kubectl apply -f -"
			}
			if args[len(args)-1] != "--quiet" {
				wantText(t, got.Stderr, role, "-n NAMESPACE")
			}
		})
	}
	t.Run("audit -n names the namespace", func(t *testing.T) {
		got := cis532(t, testcluster.Nobody, "audit", "-n", tm.ns("a"))
		wantExit(t, got, troubled)
		wantText(t, unaligned(got.Stdout), tm.ns("a")+" ERROR")
		wantText(t, got.Stdout, `forbidden for user "nobody"`)
	})
}

func TestTheHintedRoleIsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	for _, topic := range []string{"rbac-audit", "rbac-fix"} {
		role := cis532(t, testcluster.Nobody, "explain", topic)
		wantExit(t, role, ok)
		applied := cluster.KubectlInput(strings.NewReader(role.Stdout), testcluster.Admin, "apply", "--dry-run=server", "-f", "-")
		wantExit(t, applied, 0)
		// The shared cluster was set up with the shipped files: the same object changes nothing.
		wantText(t, applied.Stdout, "unchanged (server dry run)")
	}
}

func TestKubeconfigFlags(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "bare")
	config, err := clientcmd.LoadFromFile(cluster.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	rightCA, wrongCA := filepath.Join(dir, "right.pem"), filepath.Join(dir, "wrong.pem")
	stranger := httptest.NewTLSServer(nil)
	defer stranger.Close()
	for path, content := range map[string][]byte{
		rightCA: config.Clusters["test"].CertificateAuthorityData,
		wrongCA: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: stranger.Certificate().Raw}),
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, []byte("apiVersion: v1\nkind: Config\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	token := config.AuthInfos[testcluster.Auditor].Token
	bare := []string{"--kubeconfig", empty, "--server", cluster.Server}

	for _, c := range []struct {
		name   string
		args   []string
		exit   int
		stderr string
		// oneLine says that nothing else may be on stderr.
		oneLine bool
	}{
		{"--context chooses the user", []string{"--context", testcluster.Nobody}, troubled, `user "nobody"`, false},
		{"--user chooses another user of the kubeconfig", []string{"--user", testcluster.Nobody}, troubled, `user "nobody"`, false},
		{"--as acts as a user without rights", []string{"--as", "alice"}, troubled, `user "alice"`, false},
		{"--as acts as a user with rights", []string{"--as", testcluster.Auditor}, found, "", false},
		{"--as-group acts with a group's rights", []string{"--as", "alice", "--as-group", "system:masters"}, found, "", false},
		{"who may not impersonate is told so", []string{"--context", testcluster.Nobody, "--as", "alice"}, troubled, `user "nobody" may not impersonate others (--as`, false},
		{"--server, --token and --certificate-authority need no kubeconfig", append(bare, "--token", token, "--certificate-authority", rightCA), found, "", false},
		{"--insecure-skip-tls-verify takes any certificate", append(bare, "--token", token, "--insecure-skip-tls-verify"), found, "", false},
		{"a wrong --certificate-authority is one line", append(bare, "--token", token, "--certificate-authority", wrongCA), troubled, "certificate signed by unknown authority", true},
		{"a wrong --tls-server-name is one line", append(bare, "--token", token, "--certificate-authority", rightCA, "--tls-server-name", "other.example"), troubled, "other.example", true},
		{"a wrong --token is one line", append(bare, "--token", "wrong", "--certificate-authority", rightCA), troubled, "does not accept the credentials", true},
		{"a --request-timeout that suffices", []string{"--request-timeout", "30s"}, found, "", false},
		{"an unknown --context is one line", []string{"--context", "nowhere"}, troubled, `context "nowhere" does not exist`, true},
		{"an unreachable --server is one line with the address", []string{"--server", "https://127.0.0.1:1"}, troubled, "cannot reach the API server https://127.0.0.1:1", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cluster.Run(nil, plugin, append([]string{"audit", "-l", tm.selector()}, c.args...)...)
			wantExit(t, got, c.exit)
			wantText(t, got.Stderr, c.stderr)
			if c.oneLine {
				wantOneLine(t, got.Stderr)
			}
			if c.exit == troubled {
				wantNoText(t, got.Stdout, "PASS", "FAIL")
			} else {
				wantText(t, unaligned(got.Stdout), tm.ns("bare")+" FAIL")
			}
		})
	}
}

// grant gives a new user a ClusterRole's rights: in one namespace, or where
// that is empty in all. It returns when the server acts on it.
func (tm *team) grant(namespace string, rules ...rbacv1.PolicyRule) (user string) {
	tm.t.Helper()
	user = "user-" + strings.ToLower(rand.Text()[:8])
	meta := metav1.ObjectMeta{Name: user, Namespace: namespace}
	subjects := []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: user}}
	ctx, rbac := tm.t.Context(), tm.client.RbacV1()
	var err error
	if namespace == "" {
		if _, err = rbac.ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: rules}, metav1.CreateOptions{}); err == nil {
			_, err = rbac.ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{ObjectMeta: meta, Subjects: subjects,
				RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: user}}, metav1.CreateOptions{})
		}
	} else {
		if _, err = rbac.Roles(namespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: rules}, metav1.CreateOptions{}); err == nil {
			_, err = rbac.RoleBindings(namespace).Create(ctx, &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: subjects,
				RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: user}}, metav1.CreateOptions{})
		}
	}
	if err != nil {
		tm.t.Fatal(err)
	}
	for _, rule := range rules {
		for _, verb := range rule.Verbs {
			tm.awaitRight(user, authorizationv1.ResourceAttributes{
				Namespace: namespace, Verb: verb, Group: rule.APIGroups[0], Resource: rule.Resources[0],
			})
		}
	}
	return user
}

func (tm *team) awaitRight(user string, right authorizationv1.ResourceAttributes) {
	tm.t.Helper()
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: user, ResourceAttributes: &right}}
	until(tm.t, "user "+user+" may "+right.Verb+" "+right.Resource, func() bool {
		answer, err := tm.client.AuthorizationV1().SubjectAccessReviews().Create(tm.t.Context(), review, metav1.CreateOptions{})
		if err != nil {
			tm.t.Fatal(err)
		}
		return answer.Status.Allowed
	})
}

// until waits for something to come true.
func until(t *testing.T, what string, isTrue func() bool) {
	t.Helper()
	const poll = 20 * time.Millisecond
	for end := time.Now().Add(deadline); !isTrue(); <-time.After(poll) {
		if time.Now().After(end) {
			t.Fatalf("waited %s in vain: %s", deadline, what)
		}
	}
}

var (
	mayListPolicies   = mayList("networking.k8s.io", "networkpolicies")
	mayFixPolicies    = rbacv1.PolicyRule{APIGroups: []string{"networking.k8s.io"}, Resources: []string{"networkpolicies"}, Verbs: []string{"get", "list", "watch", "create", "delete"}}
	mayListNamespaces = mayList("", "namespaces")
	mayListPods       = mayList("", "pods")
	mayGetNamespaces  = rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"namespaces"}, Verbs: []string{"get"}}
)

// mayList is the right to list some resources of an API group.
func mayList(group string, resources ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: []string{"list"}}
}

// Users who have rights in one namespace only get right answers about it with
// -n or its name, and no answer about the cluster.
func TestUserOfOneNamespace(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "mine", "bare", "other")
	tm.create("mine", denyAll("default-deny"))
	tm.create("other", denyAll("default-deny"))
	lister := tm.grant(tm.ns("mine"), mayListPolicies)
	bareLister := tm.grant(tm.ns("bare"), mayListPolicies)
	getter := tm.grant(tm.ns("bare"), mayListPolicies, mayGetNamespaces)
	fixer := tm.grant(tm.ns("bare"), mayFixPolicies, mayGetNamespaces)

	for _, c := range []struct {
		name    string
		user    string
		args    []string
		exit    int
		verdict string
		says    []string
	}{
		{"a listed policy is PASS, the exemption unknown", lister, []string{"audit", "-n", tm.ns("mine")}, ok, tm.ns("mine") + " PASS",
			[]string{`cannot get namespaces "` + tm.ns("mine") + `"`, "whether it is exempt is unknown", "cannot list pods", "the isolation behind the verdicts is unknown"}},
		{"the same by name", lister, []string{"audit", tm.ns("mine")}, ok, tm.ns("mine") + " PASS", []string{"whether it is exempt is unknown"}},
		{"no policy, and no right to see whether it is exempt", bareLister, []string{"audit", "-n", tm.ns("bare")}, troubled, tm.ns("bare") + " ERROR",
			[]string{`cannot get namespaces "` + tm.ns("bare") + `": forbidden for user`}},
		{"with get on the namespace it is FAIL", getter, []string{"audit", "-n", tm.ns("bare")}, found, tm.ns("bare") + " FAIL", []string{"no NetworkPolicy"}},
		{"somebody else's namespace is ERROR", lister, []string{"audit", "-n", tm.ns("other")}, troubled, tm.ns("other") + " ERROR",
			[]string{`cannot list networkpolicies.networking.k8s.io in namespace "` + tm.ns("other") + `"`}},
		{"one's own beside somebody else's", lister, []string{"audit", tm.ns("mine"), tm.ns("other")}, troubled, tm.ns("mine") + " PASS", []string{"ERROR"}},
		{"the whole cluster is ERROR, and -n is the way out", lister, []string{"audit"}, troubled, "", []string{
			`cannot list networkpolicies.networking.k8s.io in all namespaces: forbidden for user "` + lister + `"`, "-n NAMESPACE"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cis532(t, testcluster.Admin, append(c.args, "--as", c.user)...)
			wantExit(t, got, c.exit)
			wantText(t, unaligned(got.Stdout), c.verdict)
			wantText(t, got.Stdout+got.Stderr, c.says...)
		})
	}

	report := fix(t, testcluster.Admin, found, "-n", tm.ns("bare"), "--as", fixer)
	if row := fixed(t, report, tm.ns("bare")); row.Result != v1alpha1.ResultFixed || !isTrue(row.Verified) {
		t.Errorf("fix with rights in one namespace: %+v", row)
	}
	rollback(t, testcluster.Admin, found, tm.ns("bare"), "--as", fixer)
	tm.wantPolicies("bare")
}

// Without the right to list namespaces nobody knows which ones -l selects:
// nothing may be removed on a guess.
func TestRollbackWithSelectorRemovesNothingWithoutTheRightToListNamespaces(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	fix(t, testcluster.Fixer, found, "-l", tm.selector())
	user := tm.grant("", mayFixPolicies)
	for _, selector := range []string{"team=of-nobody", tm.selector()} {
		got := cis532(t, testcluster.Admin, "rollback", "-l", selector, "--as", user)
		wantExit(t, got, troubled)
		wantText(t, got.Stderr, `cannot list namespaces at the cluster scope: forbidden for user "`+user+`"`)
		tm.wantPolicies("a", baselineName)
	}
}

func TestNamesThatDoNotExist(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a")
	missing := tm.ns("missing")
	for _, verb := range []string{"audit", "generate", "fix", "rollback"} {
		for _, args := range [][]string{{verb, missing}, {verb, "-n", missing}, {verb, tm.ns("a"), missing, "--dry-run=client"}} {
			if args[len(args)-1] == "--dry-run=client" && (verb == "audit" || verb == "generate") {
				args = args[:len(args)-1]
			}
			got := cis532(t, testcluster.Fixer, args...)
			wantExit(t, got, troubled)
			wantText(t, got.Stdout+got.Stderr, `cannot get namespaces "`+missing+`": not found`)
		}
	}
	got := cis532(t, testcluster.Fixer, "audit", "../../etc")
	wantExit(t, got, troubled)
	wantText(t, got.Stderr, `invalid namespace "../../etc"`)
}
