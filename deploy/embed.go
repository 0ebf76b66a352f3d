// Package deploy carries the RBAC manifests that are shipped, so that the
// program can print them where a permission is missing.
//
// The package must not contain anything but the manifests.
package deploy

import _ "embed"

// RBACAudit is the smallest role for audit, generate and reach.
//
//go:embed rbac-audit.yaml
var RBACAudit string

// RBACFix is the smallest role for fix and rollback, and the one that fix --replace-guide-policy needs beside it.
//
//go:embed rbac-fix.yaml
var RBACFix string
