package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/deploy"
	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

const explainLong = `Say what a finding means, why it matters and how to mend it; or explain a topic.

Without an argument it lists the rules and topics.`

const explainExample = `  kubectl cis532 explain
  kubectl cis532 explain no-policy

  # The smallest role for an auditor
  kubectl cis532 explain rbac-audit | kubectl apply -f -`

// topic is something beside the rules that can be explained.
type topic struct {
	name, summary string
	text          func() string
}

var topics = []topic{
	{"exit-codes", "what the exit codes mean", func() string { return exitCodesText + "\n" }},
	{"system-namespaces", "the namespaces that are skipped without --include-system", func() string {
		return strings.Join(inventory.SystemPatterns, "\n") + "\n"
	}},
	{"rbac-audit", "the smallest role for audit and generate, as a manifest", func() string { return deploy.RBACAudit }},
	{"rbac-fix", "the smallest role for fix and rollback, as a manifest (and one for fix --replace-guide-policy)", func() string { return deploy.RBACFix }},
}

func newExplainCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "explain [RULE|TOPIC]",
		Short:   "Say what a finding means and how to mend it; or print the roles, exit codes, system namespaces",
		Long:    explainLong,
		Example: explainExample,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(cmd, fmt.Errorf("one rule or topic at a time, not %d", len(args)))
			}
			return nil
		},
		ValidArgsFunction: completeArgument(explainable()),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listExplainable(g)
			}
			return explain(cmd, g, args[0])
		},
	}
}

// explainable lists what can be explained.
func explainable() []string {
	var names []string
	for _, r := range rules.All() {
		names = append(names, r.ID)
	}
	for _, t := range topics {
		names = append(names, t.name)
	}
	return names
}

func listExplainable(g *globals) error {
	table := report.Table{Columns: []string{"NAME", "SEVERITY", "SUMMARY"}}
	for _, r := range rules.All() {
		table.Rows = append(table.Rows, []string{r.ID, string(r.Severity), r.Summary})
	}
	for _, t := range topics {
		table.Rows = append(table.Rows, []string{t.name, "", t.summary})
	}
	return table.Write(g.streams.Out, report.TableOptions{Width: g.streams.Width})
}

func explain(cmd *cobra.Command, g *globals, name string) error {
	if r, ok := rules.Lookup(name); ok {
		_, err := io.WriteString(g.streams.Out, rulePage(r, g.helpWidth()))
		return err
	}
	for _, t := range topics {
		if t.name == name {
			_, err := io.WriteString(g.streams.Out, t.text())
			return err
		}
	}
	return usage(cmd, fmt.Errorf("unknown rule or topic %q%s", name, report.DidYouMean(name, explainable())))
}

// rulePage is all that is to be said about a rule.
func rulePage(r rules.Rule, width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "RULE:     %s\nSEVERITY: %s\nFINDS:    %s\n", r.ID, r.Severity, r.Summary)
	for _, part := range []struct{ title, text string }{{"WHAT", r.What}, {"WHY", r.Why}, {"REMEDY", r.Remedy}} {
		fmt.Fprintf(&b, "\n%s\n%s\n", part.title, indent(report.WrapParagraphs(part.text, width-2)))
	}
	fmt.Fprintf(&b, "\nEXAMPLE (found in namespace \"shop\")\n%s\n", indent(strings.TrimSpace(r.Example)))
	return b.String()
}

func indent(text string) string {
	return strings.ReplaceAll("  "+strings.ReplaceAll(text, "\n", "\n  "), "\n  \n", "\n\n")
}
