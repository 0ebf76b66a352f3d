package baseline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
)

// The labels that every object of this tool carries.
const (
	LabelBenchmark      = "cis-benchmark"
	LabelBenchmarkValue = "5.3.2"
	LabelManagedBy      = "app.kubernetes.io/managed-by"
	LabelManagedByValue = "kubectl-cis532"
)

// The annotations that objects of this tool carry. The last two are only on
// objects that were created live: manifests stay the same from release to release.
const (
	// AnnotationPolicy is the entry of the catalogue.
	AnnotationPolicy = "cis532.io/policy"
	// AnnotationSpecHash is SpecHash of the policy as it was made.
	AnnotationSpecHash = "cis532.io/spec-sha256"
	// AnnotationRun is the id of the run that created the object.
	AnnotationRun = "cis532.io/run"
	// AnnotationToolVersion is the version of the tool that created the object.
	AnnotationToolVersion = "cis532.io/tool-version"
)

// FieldManager is the name under which this tool writes to a cluster.
const FieldManager = "kubectl-cis532"

// SpecHash is the SHA-256, in lower-case hex, of the policy's spec as the API
// server's defaulting leaves it, written as JSON; empty for a spec that JSON
// cannot express, which no API server hands out.
func SpecHash(np *networkingv1.NetworkPolicy) string {
	spec, err := json.Marshal(validation.Default(np).Spec)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(spec)
	return hex.EncodeToString(sum[:])
}
