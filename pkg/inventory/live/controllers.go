package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// controllerList is a list of one kind of controllers, as templates.
type controllerList struct {
	resource string
	list     func(context.Context, metav1.ListOptions) (metav1.ListInterface, []inventory.Workload, error)
}

// template takes a controller as what its pods would be.
func template(kind string, obj metav1.Object, spec corev1.PodTemplateSpec) inventory.Workload {
	w := inventory.NewWorkload(kind, obj.GetNamespace(), obj.GetName(), spec.Labels, &spec.Spec)
	w.Controller = inventory.ControllerOf(obj)
	return w
}

// listControllers reads the controllers of a namespace, or of the cluster: the
// names by which people know their pods, and what pods they would make. What
// may not be read is an error beside the rest.
func (r *Reader) listControllers(ctx context.Context, namespace string) ([]inventory.Workload, error) {
	lists := r.controllerLists(namespace)
	found := make([][]inventory.Workload, len(lists))
	errs := make([]error, len(lists))
	var group errgroup.Group
	for i, l := range lists {
		group.Go(func() error {
			action := apiserver.Action{Verb: "list", Resource: l.resource, Namespace: namespace}
			errs[i] = r.pages(ctx, action, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
				page, workloads, err := l.list(ctx, opts)
				if opts.Continue == "" {
					found[i] = nil
				}
				found[i] = append(found[i], workloads...)
				return page, err
			})
			return nil
		})
	}
	_ = group.Wait()
	var all []inventory.Workload
	for _, workloads := range found {
		all = append(all, workloads...)
	}
	return all, oneProblem(errs)
}

// oneProblem makes one line of the lists that failed: a user who may not read
// controllers mostly may not read any kind of them.
func oneProblem(errs []error) error {
	var first *apiserver.Error
	var resources []string
	for _, err := range errs {
		var e *apiserver.Error
		if !errors.As(err, &e) {
			continue
		}
		if first == nil {
			first = e
		}
		resources = append(resources, e.Action.Resource)
	}
	if len(resources) < 2 {
		return errors.Join(errs...)
	}
	return fmt.Errorf("%w (nor %s)", first, strings.Join(resources[1:], ", "))
}

// controllersOf makes the list of one kind.
func controllersOf[L metav1.ListInterface, T any](resource string, list func(context.Context, metav1.ListOptions) (L, error),
	items func(L) []T, convert func(*T) inventory.Workload,
) controllerList {
	return controllerList{resource, func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, []inventory.Workload, error) {
		page, err := list(ctx, opts)
		if err != nil {
			return nil, nil, err
		}
		var workloads []inventory.Workload
		all := items(page)
		for i := range all {
			workloads = append(workloads, convert(&all[i]))
		}
		return page, workloads, nil
	}}
}

// ended says that a condition is the last that a Job gets.
func ended(c batchv1.JobCondition) bool {
	return c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed)
}

// controllerLists are the kinds that make pods.
func (r *Reader) controllerLists(namespace string) []controllerList {
	core, apps, batch := r.clients.Kubernetes.CoreV1(), r.clients.Kubernetes.AppsV1(), r.clients.Kubernetes.BatchV1()
	return []controllerList{
		controllersOf("deployments.apps", apps.Deployments(namespace).List,
			func(l *appsv1.DeploymentList) []appsv1.Deployment { return l.Items },
			func(o *appsv1.Deployment) inventory.Workload { return template("deployment", o, o.Spec.Template) }),
		controllersOf("replicasets.apps", apps.ReplicaSets(namespace).List,
			func(l *appsv1.ReplicaSetList) []appsv1.ReplicaSet { return l.Items },
			func(o *appsv1.ReplicaSet) inventory.Workload { return template("replicaset", o, o.Spec.Template) }),
		controllersOf("statefulsets.apps", apps.StatefulSets(namespace).List,
			func(l *appsv1.StatefulSetList) []appsv1.StatefulSet { return l.Items },
			func(o *appsv1.StatefulSet) inventory.Workload { return template("statefulset", o, o.Spec.Template) }),
		controllersOf("daemonsets.apps", apps.DaemonSets(namespace).List,
			func(l *appsv1.DaemonSetList) []appsv1.DaemonSet { return l.Items },
			func(o *appsv1.DaemonSet) inventory.Workload { return template("daemonset", o, o.Spec.Template) }),
		controllersOf("replicationcontrollers", core.ReplicationControllers(namespace).List,
			func(l *corev1.ReplicationControllerList) []corev1.ReplicationController { return l.Items },
			func(o *corev1.ReplicationController) inventory.Workload {
				return template("replicationcontroller", o, *cmp.Or(o.Spec.Template, &corev1.PodTemplateSpec{}))
			}),
		controllersOf("jobs.batch", batch.Jobs(namespace).List,
			func(l *batchv1.JobList) []batchv1.Job { return l.Items },
			func(o *batchv1.Job) inventory.Workload {
				w := template("job", o, o.Spec.Template)
				w.Over = slices.ContainsFunc(o.Status.Conditions, ended)
				return w
			}),
		controllersOf("cronjobs.batch", batch.CronJobs(namespace).List,
			func(l *batchv1.CronJobList) []batchv1.CronJob { return l.Items },
			func(o *batchv1.CronJob) inventory.Workload {
				return template("cronjob", o, o.Spec.JobTemplate.Spec.Template)
			}),
	}
}
