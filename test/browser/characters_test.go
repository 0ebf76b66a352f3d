package browser

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chromedp/cdproto/emulation"
	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// TestTheScriptShowsEachCharacterAsTheProgramDoes compares the row that the
// program writes with the one that the script makes of the document.
func TestTheScriptShowsEachCharacterAsTheProgramDoes(t *testing.T) {
	var all strings.Builder
	for r := range rune(0x20000) {
		if utf8.ValidRune(r) && r != '\n' {
			all.WriteRune(r)
		}
	}
	report := audited(v1alpha1.NamespaceAudit{Name: "shop", Verdict: v1alpha1.VerdictSkipped, Reason: all.String()})
	const reason = "document.querySelector('#rows .reason bdi').textContent"
	program := ask[string](open(t, report, "", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})), reason)
	script := ask[string](open(t, report, ""), reason)
	if utf8.RuneCountInString(program) < 0x1f000 {
		t.Fatalf("only %d characters were written", utf8.RuneCountInString(program))
	}
	if program != script {
		t.Error(cmp.Diff(strings.Split(program, `\u`), strings.Split(script, `\u`)))
	}
}
