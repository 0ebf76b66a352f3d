package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// A thousand namespaces: the counts are right. The times are only told.
func TestAThousandNamespaces(t *testing.T) {
	const namespaces, covered = 1000, 100
	c := startWhole(t)
	tm := newTeamIn(t, c)
	inParallel(namespaces, func(i int) {
		name := fmt.Sprintf("n%04d", i)
		tm.add(name, nil)
		if i < covered {
			tm.create(name, denyAll("default-deny"))
		}
	})
	timed := func(exit int, args ...string) testcluster.Result {
		t.Helper()
		start := time.Now()
		got := c.Run(nil, plugin, append(args, "--context="+testcluster.Fixer)...)
		t.Logf("kubectl cis532 %v: %s", args, time.Since(start).Round(10*time.Millisecond))
		wantExit(t, got, exit)
		return got
	}
	wantAudit := func(exit, pass, fail int) {
		t.Helper()
		s := decode[v1alpha1.AuditReport](t, timed(exit, "audit", "-o", "json", "-l", tm.selector()).Stdout).Summary
		if s != (v1alpha1.AuditSummary{Namespaces: namespaces, Pass: pass, Fail: fail}) {
			t.Errorf("audit: %+v", s)
		}
	}

	wantAudit(found, covered, namespaces-covered)
	report := decode[v1alpha1.FixReport](t, timed(found, "fix", "--report", "json=-", "-l", tm.selector()).Stdout)
	if report.Summary != (v1alpha1.FixSummary{Namespaces: namespaces, Pass: covered, Fixed: namespaces - covered}) {
		t.Errorf("fix: %+v", report.Summary)
	}
	for _, row := range report.Namespaces {
		if row.Result == v1alpha1.ResultFixed && !isTrue(row.Verified) {
			t.Fatalf("not verified: %+v", row)
		}
	}
	wantAudit(ok, namespaces, 0)
	back := decode[v1alpha1.RollbackReport](t, timed(found, "rollback", "--report", "json=-", "-l", tm.selector()).Stdout)
	if back.Summary != (v1alpha1.RollbackSummary{Namespaces: namespaces - covered, Removed: namespaces - covered}) {
		t.Errorf("rollback: %+v", back.Summary)
	}
	wantAudit(found, covered, namespaces-covered)
}
