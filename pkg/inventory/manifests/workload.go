package manifests

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// controller is what an object that makes pods says about them.
type controller struct {
	meta     *metav1.ObjectMeta
	template corev1.PodTemplateSpec
	// replicas is how many; nil where the kind does not say.
	replicas *int32
	// finished says that it will make no more pods.
	finished bool
}

// controllers reads the kinds that make pods.
var controllers = map[schema.GroupVersionKind]func(object) (controller, error){
	appsv1.SchemeGroupVersion.WithKind("Deployment"): reads(func(o *appsv1.Deployment) controller {
		return controller{meta: &o.ObjectMeta, template: o.Spec.Template, replicas: o.Spec.Replicas}
	}),
	appsv1.SchemeGroupVersion.WithKind("ReplicaSet"): reads(func(o *appsv1.ReplicaSet) controller {
		return controller{meta: &o.ObjectMeta, template: o.Spec.Template, replicas: o.Spec.Replicas}
	}),
	appsv1.SchemeGroupVersion.WithKind("StatefulSet"): reads(func(o *appsv1.StatefulSet) controller {
		return controller{meta: &o.ObjectMeta, template: o.Spec.Template, replicas: o.Spec.Replicas}
	}),
	appsv1.SchemeGroupVersion.WithKind("DaemonSet"): reads(func(o *appsv1.DaemonSet) controller {
		return controller{meta: &o.ObjectMeta, template: o.Spec.Template}
	}),
	corev1.SchemeGroupVersion.WithKind("ReplicationController"): reads(func(o *corev1.ReplicationController) controller {
		return controller{meta: &o.ObjectMeta, template: *cmp.Or(o.Spec.Template, &corev1.PodTemplateSpec{}), replicas: o.Spec.Replicas}
	}),
	batchv1.SchemeGroupVersion.WithKind("Job"): reads(func(o *batchv1.Job) controller {
		return controller{meta: &o.ObjectMeta, template: o.Spec.Template, replicas: o.Spec.Parallelism, finished: hasFinished(o)}
	}),
	batchv1.SchemeGroupVersion.WithKind("CronJob"): reads(func(o *batchv1.CronJob) controller {
		return controller{meta: &o.ObjectMeta, template: o.Spec.JobTemplate.Spec.Template, replicas: o.Spec.JobTemplate.Spec.Parallelism}
	}),
}

func reads[T any](convert func(*T) controller) func(object) (controller, error) {
	return func(obj object) (controller, error) {
		var o T
		if err := unmarshal(obj, &o, false); err != nil {
			return controller{}, err
		}
		return convert(&o), nil
	}
}

// formerController says that a kind that makes pods is written for an API that servers have dropped, and which one they take.
func formerController(gvk schema.GroupVersionKind) (current schema.GroupVersion, former bool) {
	if !strings.Contains(gvk.Version, "beta") && !strings.Contains(gvk.Version, "alpha") {
		return current, false
	}
	for known := range controllers {
		if known.Kind == gvk.Kind && (gvk.Group == known.Group || gvk.Group == "extensions") {
			return known.GroupVersion(), true
		}
	}
	return current, false
}

func podTaker(obj object) taker {
	var pod corev1.Pod
	if err := unmarshal(obj, &pod, false); err != nil {
		return refuse(err)
	}
	w, err := newWorkload(obj, &pod.ObjectMeta)
	if err != nil {
		return refuse(err)
	}
	pod.Namespace, pod.Name = obj.namespace, w.Name
	w.Workload = inventory.NewPodWorkload(&pod)
	return func(c *collector, _ place, _ object) error {
		c.workloads = append(c.workloads, w)
		return nil
	}
}

// controllerTaker reads a controller as one of the pods that it would make; with
// no replicas it makes none now. Its pods have no address yet.
func controllerTaker(obj object, read func(object) (controller, error)) taker {
	ctl, err := read(obj)
	if err != nil {
		return refuse(err)
	}
	w, err := newWorkload(obj, ctl.meta)
	if err != nil {
		return refuse(err)
	}
	w.Workload = inventory.NewWorkload(strings.ToLower(obj.gvk.Kind), obj.namespace, w.Name, ctl.template.Labels, &ctl.template.Spec)
	w.Controller = inventory.ControllerOf(ctl.meta)
	w.Finished = ctl.finished
	idle := ctl.replicas != nil && *ctl.replicas == 0
	return func(c *collector, _ place, _ object) error {
		if idle {
			c.idle = append(c.idle, w.Workload)
			return nil
		}
		c.workloads = append(c.workloads, w)
		return nil
	}
}

// hasFinished says that a Job is over, as a dump of a cluster shows it.
func hasFinished(job *batchv1.Job) bool {
	return slices.ContainsFunc(job.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed)
	})
}

// newWorkload takes the name and the owner from the metadata.
func newWorkload(obj object, meta *metav1.ObjectMeta) (workload, error) {
	w := workload{gvk: obj.gvk}
	switch {
	case meta.Name != "":
		w.Name = meta.Name
	case meta.GenerateName != "":
		w.Name = meta.GenerateName + "*"
	default:
		return w, errNoName
	}
	if owner := metav1.GetControllerOf(meta); owner != nil {
		group, err := schema.ParseGroupVersion(owner.APIVersion)
		if err != nil {
			return w, fmt.Errorf("metadata.ownerReferences: %w", err)
		}
		w.owner = &identity{group.Group, owner.Kind, obj.namespace, owner.Name}
	}
	return w, nil
}
