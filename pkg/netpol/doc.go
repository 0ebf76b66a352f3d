// Package netpol says what networking.k8s.io/v1 NetworkPolicies mean: which pods they isolate, which connections they
// allow, and how much isolation is left when all of them are added up.
//
// It is pure: it talks to no cluster, reads no file and has no clock. A [Cluster] is indexed once, by [New], from plain
// namespaces, pods and policies; it is never changed afterwards and may be asked from many goroutines.
//
// # Three values
//
// What the input does not tell is unknown, never "denied" and never "allowed": the address of a pod that is still a
// template, the labels of a namespace that the manifests do not declare, a selector, port or CIDR that cannot be read, and what
// the API leaves undefined (policies and pods on the host network). For one direction: a rule that surely allows makes
// it [Allowed]; else a rule that may match makes it [Unknown]; else it is [Denied]. A connection is denied when either
// direction denies it, else unknown when either is unknown, else allowed.
//
// # Sources
//
// Every rule cites the words that it implements: "API:" marks the doc comments of k8s.io/api/networking/v1 (which are
// the NetworkPolicy API reference), "Concepts:" the page Network Policies of the Kubernetes documentation
// (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
package netpol
