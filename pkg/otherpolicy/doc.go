// Package otherpolicy says what network policies of other kinds than networking.k8s.io/v1 NetworkPolicy do to the pods of a
// namespace: those of Cilium, of Calico, and the administrators' kinds of policy.networking.k8s.io.
//
// It answers four questions about one policy: which pods it selects ([Policy.Selects]), whether it may allow or deny
// something, or denies whatever is not allowed ([Policy.Effect]), and whether a NetworkPolicy that allows everything would
// take that away ([Policy.SwitchedOffByAllowAll]); and one about several: what they do to a pod together ([Together]). It
// follows no single connection; that is for package netpol, and only for NetworkPolicies.
//
// It is pure: it talks to no cluster, reads no file and has no clock. A [Policy] is never changed after [Read].
//
// # Caution
//
// What the input does not tell is [Perhaps]: the labels of a namespace that manifests do not declare, those of a service
// account, a selector that cannot be read. Where an answer could call a pod isolated that is not, the package says that it
// is not: [Effect].DefaultDeny is only set where it is certain, Allows and Denies wherever they are possible.
//
// # Sources
//
// Every rule cites the words or the code that it implements: "API:" marks the doc comments of
// sigs.k8s.io/network-policy-api v0.2.0, "Cilium:" and "Calico:" the documentation (docs.cilium.io, docs.tigera.io) or a file
// of the repositories cilium/cilium and projectcalico/calico.
package otherpolicy
