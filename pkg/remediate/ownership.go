package remediate

import (
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// resemblesOurs says that a policy has something of this tool's about it, so
// that somebody may expect rollback to remove it.
func resemblesOurs(np *networkingv1.NetworkPolicy) bool {
	if np.Labels[baseline.LabelManagedBy] == baseline.LabelManagedByValue || np.Annotations[baseline.AnnotationPolicy] != "" {
		return true
	}
	for _, entry := range baseline.Catalogue {
		if np.Name == entry.ObjectName() {
			return true
		}
	}
	return false
}

// trackers are more labels and annotations than those of inventory.ManagerOf
// by which others keep an object as they want it: what they track would come
// back, or is theirs to remove. Here the doubt is enough.
var trackers = []struct{ key, owner string }{
	{"kubectl.kubernetes.io/last-applied-configuration", "kubectl apply"},
	{"app.kubernetes.io/instance", "Argo CD or Helm"},
	{"applyset.kubernetes.io/part-of", "an ApplySet"},
	{"config.k8s.io/owning-inventory", "an inventory of kpt or cli-utils"},
}

// notOurs says why a policy is not this tool's to remove; empty where it is.
// Ours are: both labels, the annotation, a spec with the recorded hash,
// kubectl-cis532 as the manager that created it, and nobody else tracking it.
func notOurs(np *networkingv1.NetworkPolicy) string {
	if np.Labels[baseline.LabelManagedBy] != baseline.LabelManagedByValue {
		if baseline.IsGuides(np) && inventory.ManagerOf(np.Labels, np.Annotations) == nil && len(np.OwnerReferences) == 0 {
			return "it is the automation guide's: fix --replace-guide-policy makes it one that rollback removes, or delete it yourself"
		}
		return fmt.Sprintf("it does not carry the label %s=%s", baseline.LabelManagedBy, baseline.LabelManagedByValue)
	}
	if np.Labels[baseline.LabelBenchmark] != baseline.LabelBenchmarkValue {
		return fmt.Sprintf("it does not carry the label %s=%s", baseline.LabelBenchmark, baseline.LabelBenchmarkValue)
	}
	if np.Annotations[baseline.AnnotationPolicy] == "" {
		return fmt.Sprintf("it does not carry the annotation %s", baseline.AnnotationPolicy)
	}
	if manager := inventory.ManagerOf(np.Labels, np.Annotations); manager != nil {
		return fmt.Sprintf("it is managed by %s (%s)", manager, manager.Evidence)
	}
	for _, tracker := range trackers {
		_, label := np.Labels[tracker.key]
		_, annotation := np.Annotations[tracker.key]
		if label || annotation {
			return fmt.Sprintf("it is managed by %s (%s)", tracker.owner, tracker.key)
		}
	}
	if len(np.OwnerReferences) > 0 {
		return fmt.Sprintf("it belongs to %s %q", np.OwnerReferences[0].Kind, np.OwnerReferences[0].Name)
	}
	if !createdByUs(np) {
		return "it was not created by kubectl-cis532 (its labels were copied, or it was applied from a manifest)"
	}
	if manager := applierOf(np); manager != "" {
		return fmt.Sprintf("it was applied from a manifest too (server-side, by %s)", manager)
	}
	if hash := np.Annotations[baseline.AnnotationSpecHash]; hash == "" || hash != baseline.SpecHash(np) {
		return "it was changed after it was made"
	}
	return ""
}

// createdByUs says that the managed fields name this tool with a create. A
// server-side apply, also one under this tool's name, is operation Apply.
func createdByUs(np *networkingv1.NetworkPolicy) bool {
	for _, entry := range np.ManagedFields {
		if entry.Manager == baseline.FieldManager && entry.Operation == metav1.ManagedFieldsOperationUpdate && entry.Subresource == "" {
			return true
		}
	}
	return false
}

// applierOf names who has applied a policy server-side; empty where nobody has.
// Somebody has it in a manifest then, whoever created it: the labels of GitOps
// tools are not left by every pipeline that applies.
func applierOf(np *networkingv1.NetworkPolicy) string {
	for _, entry := range np.ManagedFields {
		if entry.Operation == metav1.ManagedFieldsOperationApply && entry.Subresource == "" {
			return entry.Manager
		}
	}
	return ""
}
