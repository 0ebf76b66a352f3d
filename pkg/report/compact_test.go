package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// Expanding the rows of a compact matrix gives back its pairs: nothing is lost, nothing added.
func TestCompactMatrixLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var names []string
		for i := range rapid.IntRange(2, 9).Draw(t, "workloads") {
			namespace := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "namespace")
			names = append(names, fmt.Sprintf("%s/pod/p%d", namespace, i))
		}
		verdicts := []v1alpha1.ReachVerdict{"allowed", "allowed", "denied", "unknown"}[:rapid.IntRange(1, 4).Draw(t, "verdicts")]
		var entries []v1alpha1.MatrixEntry
		for _, from := range names {
			for _, to := range names {
				if from != to {
					entries = append(entries, v1alpha1.MatrixEntry{From: from, To: to, Verdict: rapid.SampledFrom(verdicts).Draw(t, "verdict")})
				}
			}
		}
		m := &v1alpha1.ReachMatrix{Port: 80, Protocol: "TCP"}
		got := map[string]string{}
		for _, row := range CompactMatrix(m, slices.Values(entries)).Rows {
			for _, from := range meant(names, row.Cells[0]) {
				for _, destination := range strings.Split(row.Cells[3], ", ") {
					for _, to := range meant(names, destination) {
						if from == to {
							continue
						}
						if _, twice := got[from+" "+to]; twice {
							t.Errorf("%s to %s is in two rows", from, to)
						}
						got[from+" "+to] = row.Cells[1]
					}
				}
			}
		}
		for _, e := range entries {
			if got[e.From+" "+e.To] != string(e.Verdict) {
				t.Errorf("%s to %s: %q, want %s", e.From, e.To, got[e.From+" "+e.To], e.Verdict)
			}
		}
		if len(got) != len(entries) {
			t.Errorf("%d pairs, want %d", len(got), len(entries))
		}
	})
}

// meant are the workloads behind a cell of a compact matrix.
func meant(names []string, cell string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return cell != "*" && cell != name && cell != namespaceOf(name)+"/*"
	})
}

func TestExpectationsOfConnections(t *testing.T) {
	for _, tt := range []struct {
		port    string
		verdict v1alpha1.ReachVerdict
		want    string
	}{
		{"80/TCP", v1alpha1.ReachAllowed, "a/pod/x b/pod/y 80/TCP allow"},
		{"80/TCP", v1alpha1.ReachDenied, "a/pod/x b/pod/y 80/TCP deny"},
		{"80/TCP", v1alpha1.ReachUnknown, "# a/pod/x b/pod/y 80/TCP unknown"},
		{"TCP 80, UDP 53", v1alpha1.ReachAllowed, "# a/pod/x b/pod/y TCP 80, UDP 53 allowed"},
		{"everything", v1alpha1.ReachAllowed, "# a/pod/x b/pod/y everything allowed"},
	} {
		if got := expectation("a/pod/x", "b/pod/y", tt.port, tt.verdict); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
