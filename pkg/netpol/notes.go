package netpol

// Note is something that the reader of an answer should know beside the verdict.
type Note string

const (
	// NoteSelf : both ends are the same pod.
	NoteSelf Note = "self"
	// NoteFinished : an end is a pod that has finished.
	NoteFinished Note = "finished"
	// NoteHostNetwork : an end is a pod on the host network.
	NoteHostNetwork Note = "host-network"
	// NoteOwnNode : the source is the destination pod's own node.
	NoteOwnNode Note = "own-node"
	// NoteNodeAddress : an end is a node's address.
	NoteNodeAddress Note = "node-address"
	// NoteFamiliesDiffer : the ends have no address family in common.
	NoteFamiliesDiffer Note = "families-differ"
	// NoteUnknownAddress : the verdict hangs on a pod's address, which is not known.
	NoteUnknownAddress Note = "unknown-address"
	// NoteUnknownLabels : the verdict hangs on labels of a namespace that is not declared.
	NoteUnknownLabels Note = "unknown-labels"
	// NoteUnreadable : the verdict hangs on something in a policy that cannot be read.
	NoteUnreadable Note = "unreadable-policy"
	// NoteNoPod : neither end is a pod.
	NoteNoPod Note = "no-pod"
	// NoteNoSuchPod : an end is a pod's index that does not exist.
	NoteNoSuchPod Note = "no-such-pod"
	// NoteInvalidAddress : an end is neither a pod nor an address.
	NoteInvalidAddress Note = "invalid-address"
	// NoteInvalidPort : the port is not between 1 and 65535.
	NoteInvalidPort Note = "invalid-port"
)

var noteTexts = map[Note]string{
	NoteSelf:           "a pod always reaches itself",
	NoteFinished:       "a finished pod has no traffic",
	NoteHostNetwork:    "what policies do to pods on the host network is undefined: most network plugins do not apply them, and see such pods as their node",
	NoteOwnNode:        "a pod's own node always reaches it",
	NoteNodeAddress:    "an end is a node's address: network plugins differ in whether an ipBlock matches it",
	NoteFamiliesDiffer: "the two ends have no address family in common, so that no packet can pass; the verdict is that of the policies",
	NoteUnknownAddress: "a pod's address is not known, and an ipBlock could hold it",
	NoteUnknownLabels:  "a namespace's labels are not known, and a namespaceSelector could match them",
	NoteUnreadable:     "something in a policy cannot be read, and could match",
	NoteNoPod:          "no pod at either end: NetworkPolicies say nothing about it",
	NoteNoSuchPod:      "there is no such pod",
	NoteInvalidAddress: "that is no address",
	NoteInvalidPort:    "ports are 1 to 65535",
}

// Text is the note as a sentence.
func (n Note) Text() string {
	if text, ok := noteTexts[n]; ok {
		return text
	}
	return string(n)
}
