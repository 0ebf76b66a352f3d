package e2e

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// idle makes a Deployment that is scaled to 0 and a CronJob between two runs: both have no pods.
func (tm *team) idle(namespace string) {
	tm.t.Helper()
	none := int32(0)
	labels := func(app string) map[string]string { return map[string]string{"app": app} }
	job := podSpec()
	job.RestartPolicy = corev1.RestartPolicyNever
	_, err := tm.client.AppsV1().Deployments(tm.ns(namespace)).Create(tm.t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: appsv1.DeploymentSpec{
			Replicas: &none, Selector: &metav1.LabelSelector{MatchLabels: labels("web")},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels("web")}, Spec: podSpec()},
		},
	}, metav1.CreateOptions{})
	if err == nil {
		_, err = tm.client.BatchV1().CronJobs(tm.ns(namespace)).Create(tm.t.Context(), &batchv1.CronJob{
			ObjectMeta: metav1.ObjectMeta{Name: "report"}, Spec: batchv1.CronJobSpec{
				Schedule: "0 0 29 2 *", JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{
					Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels("report")}, Spec: job},
				}},
			},
		}, metav1.CreateOptions{})
	}
	if err != nil {
		tm.t.Fatal(err)
	}
}

// suspendedJob creates a Job that waits to be let go, as a queue of batch work has them.
func (tm *team) suspendedJob(namespace string) *batchv1.Job {
	tm.t.Helper()
	spec, wait := podSpec(), true
	spec.RestartPolicy = corev1.RestartPolicyNever
	job, err := tm.client.BatchV1().Jobs(tm.ns(namespace)).Create(tm.t.Context(), &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: "queued"}, Spec: batchv1.JobSpec{Suspend: &wait, Template: corev1.PodTemplateSpec{Spec: spec}},
	}, metav1.CreateOptions{})
	if err != nil {
		tm.t.Fatal(err)
	}
	return job
}

// failedJob creates a Job that has ended.
func (tm *team) failedJob(namespace string) {
	tm.t.Helper()
	job, now := tm.suspendedJob(namespace), metav1.Now()
	job.Status.StartTime = &now
	for _, condition := range []batchv1.JobConditionType{batchv1.JobFailureTarget, batchv1.JobFailed} {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{Type: condition, Status: corev1.ConditionTrue})
	}
	if _, err := tm.client.BatchV1().Jobs(job.Namespace).UpdateStatus(tm.t.Context(), job, metav1.UpdateOptions{}); err != nil {
		tm.t.Fatal(err)
	}
}

// listsControllers says that a run asked for controllers.
func listsControllers(events []testcluster.Event) bool {
	for _, e := range events {
		switch e.Resource {
		case "deployments", "replicasets", "statefulsets", "cronjobs", "jobs", "replicationcontrollers":
			return true
		}
	}
	return false
}

// What a controller would make is not dead. Controllers are read only where a policy selects no pod that is there.
func TestPoliciesForPodsOfIdleControllersAreNotDead(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "idle")
	tm.pod("idle", "cart")
	tm.create("idle", denyAll("default-deny"))
	if listsControllers(requests(t, tm, ok, "audit", "-l", tm.selector())) {
		t.Error("controllers were listed where every policy selects pods")
	}

	tm.idle("idle")
	tm.create("idle", policyOf("web", "web", ingress, egress))
	tm.create("idle", policyOf("report", "report", ingress, egress))
	for _, args := range [][]string{{"-l", tm.selector()}, {"-n", tm.ns("idle")}} {
		if r := row(t, audit(t, testcluster.Auditor, ok, args...), tm.ns("idle")); len(r.Findings) > 0 {
			t.Errorf("%v: %+v", args, r.Findings)
		}
	}
	if !listsControllers(requests(t, tm, ok, "audit", "-l", tm.selector())) {
		t.Error("controllers were not listed although policies select no pod")
	}

	tm.create("idle", policyOf("typo", "wbe", ingress, egress))
	r := row(t, audit(t, testcluster.Auditor, ok, "-l", tm.selector()), tm.ns("idle"))
	if f := finding(r, "dead-policy"); f == nil || len(r.Findings) != 1 || !strings.HasPrefix(f.Message, `NetworkPolicy "typo"`) {
		t.Errorf("%+v", r.Findings)
	}
}

// Without the controllers nobody knows whether a policy is dead: one warning says so, and nothing is found.
func TestWithoutTheRightToListControllersNoPolicyIsDead(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b")
	for _, name := range []string{"a", "b"} {
		tm.pod(name, "cart")
		tm.create(name, denyAll("default-deny"))
		tm.create(name, policyOf("typo", "wbe", ingress, egress))
	}
	user := tm.grant("", mayListPolicies, mayListNamespaces, mayListPods)
	got := cis532(t, testcluster.Admin, "audit", "-o", "json", "-l", tm.selector(), "--as", user)
	wantExit(t, got, ok)
	report := decode[v1alpha1.AuditReport](t, got.Stdout)
	for _, name := range []string{"a", "b"} {
		if r := row(t, report, tm.ns(name)); r.Verdict != v1alpha1.VerdictPass || len(r.Findings) > 0 {
			t.Errorf("%s: %s %+v", name, r.Verdict, r.Findings)
		}
	}
	if n := strings.Count(got.Stderr, "warning:"); n != 1 {
		t.Errorf("%d warnings:\n%s", n, got.Stderr)
	}
	wantText(t, got.Stderr, `warning: cannot list deployments.apps in all namespaces: forbidden for user "`+user+`" (nor `, "cronjobs.batch")
}
