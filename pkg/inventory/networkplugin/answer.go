package networkplugin

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// answer is what was found out about one plugin.
type answer struct {
	enforcement v1alpha1.Enforcement
	// reason follows the name of the object; empty where that says it all.
	reason string
}

func enforced(format string, args ...any) answer {
	return answer{v1alpha1.EnforcementEnforced, fmt.Sprintf(format, args...)}
}

func notEnforced(format string, args ...any) answer {
	return answer{v1alpha1.EnforcementNotEnforced, fmt.Sprintf(format, args...)}
}

func unknown(format string, args ...any) answer {
	return answer{v1alpha1.EnforcementUnknown, fmt.Sprintf(format, args...)}
}

// maxEvidence bounds a line of evidence, and maxQuoted what it repeats of one value, in bytes.
const (
	maxEvidence = 500
	maxQuoted   = 80
)

// quote repeats a value of the cluster's.
func quote(value string) string { return fmt.Sprintf("%q", clip(value, maxQuoted)) }

// clip makes one bounded line of a text, without characters that cannot be seen.
func clip(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len("...")], "") + "..."
}
