package reach

import "strings"

// kinds maps what users write for a kind, as for kubectl, to the kind in lower case.
var kinds = map[string]string{
	"pod": "pod", "pods": "pod", "po": "pod",
	"deployment": "deployment", "deployments": "deployment", "deploy": "deployment",
	"replicaset": "replicaset", "replicasets": "replicaset", "rs": "replicaset",
	"statefulset": "statefulset", "statefulsets": "statefulset", "sts": "statefulset",
	"daemonset": "daemonset", "daemonsets": "daemonset", "ds": "daemonset",
	"replicationcontroller": "replicationcontroller", "replicationcontrollers": "replicationcontroller", "rc": "replicationcontroller",
	"job": "job", "jobs": "job",
	"cronjob": "cronjob", "cronjobs": "cronjob", "cj": "cronjob",
	"service": serviceKind, "services": serviceKind, "svc": serviceKind,
}

const (
	podKind     = "pod"
	serviceKind = "service"
)

// lookupKind returns the kind that a word means; a group behind a dot (deployments.apps) is taken.
func lookupKind(word string) (kind string, ok bool) {
	word, _, _ = strings.Cut(strings.ToLower(word), ".")
	kind, ok = kinds[word]
	return kind, ok
}

// nameable says that users can name a controller, given as KIND/NAME: a Node,
// say, that controls its static pods, or an operator's own kind they cannot.
func nameable(controller string) bool {
	word, _, _ := strings.Cut(controller, "/")
	kind, ok := kinds[word]
	return ok && kind == word && kind != podKind && kind != serviceKind
}
