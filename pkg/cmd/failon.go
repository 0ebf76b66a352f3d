package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// failOnFlags are --fail-on: findings that count as failure, whatever the benchmark's letter says.
type failOnFlags struct{ given []string }

// failOnSeverities are the words for severities: each means that and the worse ones.
var failOnSeverities = []v1alpha1.Severity{v1alpha1.SeverityHigh, v1alpha1.SeverityMedium, v1alpha1.SeverityLow}

func (f *failOnFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.given, "fail-on", nil,
		"Exit with 1 also where a rule finds something: a RULE (kubectl cis532 explain lists them), or high, medium or low for all findings of that severity or a worse one. The verdict does not change. Can be repeated.")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", completeList(failOnWords()))
}

func failOnWords() []string {
	var words []string
	for _, s := range failOnSeverities {
		words = append(words, string(s))
	}
	for _, r := range rules.All() {
		words = append(words, r.ID)
	}
	return words
}

func (f *failOnFlags) validate() error {
	for _, word := range f.given {
		if !slices.Contains(failOnWords(), word) {
			return fmt.Errorf("invalid --fail-on %q%s: it takes high, medium, low or a rule: %s", word,
				report.DidYouMean(word, failOnWords()), strings.Join(failOnWords()[len(failOnSeverities):], ", "))
		}
	}
	return nil
}

// counts says whether a finding counts as failure.
func (f *failOnFlags) counts(finding v1alpha1.Finding) bool {
	return slices.ContainsFunc(f.given, func(word string) bool {
		severity := v1alpha1.Severity(word)
		return word == finding.Rule || slices.Contains(failOnSeverities, severity) && rules.AtLeast(finding.Severity, severity)
	})
}
