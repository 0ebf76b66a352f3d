//go:build unix

// Command testcluster is etcd, kube-apiserver and kubectl in one binary: a real
// Kubernetes API server for tests, the demo and benchmarks, started in seconds.
//
// Called by the name kubectl or kube-apiserver it is that program.
package main

import (
	"os"
	"path/filepath"
)

func main() {
	switch filepath.Base(os.Args[0]) {
	case "kubectl":
		kubectl()
	case "kube-apiserver":
		kubeAPIServer()
	default:
		os.Exit(harness())
	}
}
