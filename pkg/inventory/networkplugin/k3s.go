package networkplugin

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const (
	k3sName = "k3s"
	// k3sMark is in the versions of k3s' kubelets and servers.
	k3sMark = "+k3s"
	// k3sArgs is the annotation in which a node says how its k3s was started, options of the configuration
	// file included: a JSON list, in which a flag and its value are two items.
	k3sArgs = "k3s.io/node-args"
	// k3sOff switches the policy controller off. It is an option of servers, must be the same on all of
	// them, and agents take it from there.
	k3sOff = "--disable-network-policy"
)

// NeedsNodes says whether Recognise looks at nodes: only the servers of k3s have its mark in their version.
func (f Facts) NeedsNodes() bool { return strings.Contains(f.ServerVersion, k3sMark) }

// k3s recognises the policy controller inside of k3s (kube-router's). It runs
// whatever network there is: --flannel-backend=none alone does not stop it.
//
// Who disables it mostly runs another plugin: off is an answer only where all
// DaemonSets were looked at, or another plugin is there to be judged.
func (f Facts) k3s(anotherPlugin bool) *finding {
	var nodes []*corev1.Node
	for _, node := range f.Nodes {
		if node != nil && strings.Contains(node.Status.NodeInfo.KubeletVersion, k3sMark) {
			nodes = append(nodes, node)
		}
	}
	if len(nodes) == 0 {
		if !f.NeedsNodes() {
			return nil
		}
		fd := &finding{name: k3sName, object: clip("server version "+f.ServerVersion, maxQuoted)}
		if fd.answer = unknown("no node of k3s was seen"); f.unread("nodes") != "" {
			fd.answer = unknown("whether its policy controller is on is an annotation of nodes: %s", f.unread("nodes"))
		}
		return fd
	}
	var server *corev1.Node
	for _, node := range nodes {
		var args []string
		if json.Unmarshal([]byte(node.Annotations[k3sArgs]), &args) != nil {
			continue
		}
		if disabled(args) {
			fd := &finding{name: k3sName, object: nodeRef(node)}
			fd.answer = notEnforced("k3s was started with %s", k3sOff)
			if !f.Complete && !anotherPlugin {
				fd.answer = unknown("k3s was started with %s, and whether another plugin runs instead is not known", k3sOff)
			}
			return fd
		}
		if server == nil && slices.Contains(args, "server") {
			server = node
		}
	}
	if server == nil {
		fd := &finding{name: k3sName, object: nodeRef(nodes[0])}
		fd.answer = unknown("its kubelet is k3s', but no server's annotation %s says whether the policy controller is on", k3sArgs)
		return fd
	}
	fd := &finding{name: k3sName, object: nodeRef(server)}
	fd.answer = enforced("k3s was started without %s", k3sOff)
	return fd
}

func nodeRef(node *corev1.Node) string { return clip("Node "+node.Name, maxQuoted) }

// disabled says that the arguments switch the policy controller off; the last one counts.
func disabled(args []string) bool {
	off := false
	for i, arg := range args {
		key, value, hasValue := strings.Cut(arg, "=")
		if key != k3sOff {
			continue
		}
		if !hasValue && i+1 < len(args) {
			value = args[i+1]
		}
		parsed, err := strconv.ParseBool(value)
		// What follows a flag without a value is the next flag.
		off = parsed || err != nil
	}
	return off
}
