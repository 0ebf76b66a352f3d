package cmd

import (
	"context"
	"slices"
	"sync"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/remediate"
	"github.com/cis532/kubectl-cis532/pkg/version"
)

// What the verbs do with NetworkPolicies, beside the lists that came before. delete is how fix takes its own back.
var (
	fixVerbs      = []string{"create", "get", "watch", "delete"}
	replaceVerbs  = []string{"update", "get"}
	rollbackVerbs = []string{"delete"}
)

// maxMissing bounds how many missing permissions are told one by one.
const maxMissing = 10

// preflight tells, before anything is written, what the user may not do in those namespaces, as the questions that `kubectl
// auth can-i` answers; and returns who the run is, for the report. A dry run changes nothing, and asks nothing: one at the
// server is told by the requests themselves.
func (c *change) preflight(ctx context.Context, clients *apiserver.Clients, verbs, namespaces []string) v1alpha1.ReportMetadata {
	trail := v1alpha1.ReportMetadata{ToolVersion: version.Get().GitVersion}
	if c.dryRun != v1alpha1.DryRunNone || len(namespaces) == 0 {
		return trail
	}
	var asked sync.WaitGroup
	asked.Go(func() { trail.User = clients.Whoami(ctx) })
	missing := remediate.Preflight(ctx, clients, verbs, namespaces, c.server.concurrency)
	asked.Wait()
	if len(c.scope.Names) == 0 {
		missing = together(missing, len(namespaces))
	}
	for i, permission := range missing {
		if i == maxMissing {
			c.warn("and %d more permissions are missing", len(missing)-i)
			break
		}
		c.warn("missing permission: %s%s", permission, c.kubeconfig.commandLine())
	}
	if len(missing) > 0 {
		c.hintRole("rbac-fix")
	}
	return trail
}

// together makes one question of a verb that is missing in each of several namespaces: a run that was not narrowed to names
// is meant for all of them, and a line each would hide which verbs they are.
func together(missing []remediate.Permission, namespaces int) []remediate.Permission {
	count := map[string]int{}
	for _, permission := range missing {
		count[permission.Verb]++
	}
	var told []remediate.Permission
	for _, permission := range missing {
		if namespaces > 1 && count[permission.Verb] == namespaces {
			permission.Namespace = ""
		}
		if !slices.Contains(told, permission) {
			told = append(told, permission)
		}
	}
	return told
}

// sign puts down who the run is.
func sign(metadata *v1alpha1.ReportMetadata, trail v1alpha1.ReportMetadata) {
	metadata.User, metadata.ToolVersion = trail.User, trail.ToolVersion
}
