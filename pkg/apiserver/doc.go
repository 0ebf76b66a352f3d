// Package apiserver is how this program talks to an API server: clients from
// the kubeconfig flags, requests that are tried again while that can help, and
// errors that say in one line what was refused, to whom, and the way out.
//
// The package must not know namespaces, policies or verdicts.
package apiserver
