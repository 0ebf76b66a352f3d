package audit

import (
	"fmt"
	"strings"
	"time"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/pkg/audit/rules"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// exemption reads the exemption of a namespace on a day. problem says why
// there is none although the annotations are there.
func exemption(ns *inventory.Namespace, now time.Time) (exempt *v1alpha1.Exemption, problem string) {
	reason, hasReason := ns.Annotations[rules.AnnotationExempt]
	until, hasUntil := ns.Annotations[rules.AnnotationExemptUntil]
	switch {
	case !hasReason && !hasUntil:
		return nil, ""
	case !hasReason:
		return nil, fmt.Sprintf("annotation %s without %s", rules.AnnotationExemptUntil, rules.AnnotationExempt)
	case strings.TrimSpace(reason) == "":
		return nil, fmt.Sprintf("annotation %s gives no reason", rules.AnnotationExempt)
	}
	e := &v1alpha1.Exemption{Reason: strings.TrimSpace(reason)}
	if !hasUntil {
		return e, ""
	}
	lastDay, err := time.Parse(time.DateOnly, strings.TrimSpace(until))
	if err != nil {
		return nil, fmt.Sprintf("annotation %s is %q, not a date as YYYY-MM-DD", rules.AnnotationExemptUntil, rules.Clip(until))
	}
	e.Until = lastDay.Format(time.DateOnly)
	if !now.UTC().Before(lastDay.AddDate(0, 0, 1)) {
		return nil, fmt.Sprintf("the exemption ended on %s", e.Until)
	}
	return e, ""
}
