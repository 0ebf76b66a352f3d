package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// gitopsFlags say what becomes of namespaces that a GitOps tool manages.
type gitopsFlags struct{ skip bool }

func (f *gitopsFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.skip, "skip-gitops-managed", false,
		"Skip the failing namespaces that Argo CD, Flux, Helm or the like manages, by the labels and annotations of their Namespace objects. They are shown as SKIPPED.")
}

// apply skips what is to be skipped, and counts it.
func (f *gitopsFlags) apply(judged *v1alpha1.AuditReport) (skipped int) {
	if f.skip {
		skipped = audit.SkipManaged(judged)
	}
	return skipped
}

// commandLine repeats the flag, for the command that comes next.
func (f *gitopsFlags) commandLine() string {
	if f.skip {
		return " --skip-gitops-managed"
	}
	return ""
}

// maxManagers is how many GitOps applications a run names on stderr, and maxNames how many namespaces of each.
const (
	maxManagers = 10
	maxNames    = 5
)

// explainManaged says of the namespaces that got a policy, and that a GitOps
// tool manages, where the policy belongs: a line for each of its applications.
func (g *globals) explainManaged(done *v1alpha1.FixReport) {
	names := map[string][]string{}
	var order []string
	for _, row := range done.Namespaces {
		if row.ManagedBy == nil || row.Result != v1alpha1.ResultFixed {
			continue
		}
		manager := row.ManagedBy.String()
		if names[manager] == nil {
			order = append(order, manager)
		}
		names[manager] = append(names[manager], row.Name)
	}
	for i, manager := range order {
		if i == maxManagers {
			g.warn("%d more applications or releases manage namespaces that got a policy: the rows say which", len(order)-i)
			return
		}
		all := names[manager]
		subject := fmt.Sprintf("namespace %s is", all[0])
		if len(all) > 1 {
			subject = fmt.Sprintf("%s (%s) are", report.Count(len(all), "namespace"), few(all))
		}
		g.warn("%s managed by %s, which may remove what its repository does not have: put the policy into it: %s generate %s --output-dir DIR",
			subject, manager, displayName, asArguments(all)+g.kubeconfig.commandLine())
	}
}

// few lists names, the first of many.
func few(names []string) string {
	if len(names) > maxNames {
		return strings.Join(names[:maxNames], ", ") + ", ..."
	}
	return strings.Join(names, ", ")
}

// asArguments writes names as arguments of a command, the first of many.
func asArguments(names []string) string {
	if len(names) > maxNames {
		return strings.Join(names[:maxNames], " ") + " ..."
	}
	return strings.Join(names, " ")
}
