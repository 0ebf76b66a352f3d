package netpol_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// TestCasesMadeByOthers answers every line of every case in the folder that CIS532_ORACLE names: a folder of folders, each
// with manifests.yaml and checks.txt (SOURCE DESTINATION PORT/PROTOCOL allow|deny).
func TestCasesMadeByOthers(t *testing.T) {
	root := os.Getenv("CIS532_ORACLE")
	if root == "" {
		t.Skip("CIS532_ORACLE names no folder of cases")
	}
	files, err := filepath.Glob(filepath.Join(root, "*", "*", "checks.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no */*/checks.txt in %s: %v", root, err)
	}
	agreed, lines := 0, 0
	for _, file := range files {
		folder := filepath.Dir(file)
		t.Run(filepath.Base(filepath.Dir(folder))+"/"+filepath.Base(folder), func(t *testing.T) {
			m := readFile(t, filepath.Join(folder, "manifests.yaml"))
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			here, right := 0, 0
			for number, line := range strings.Split(string(text), "\n") {
				line, _, _ = strings.Cut(line, "#")
				fields := strings.Fields(line)
				if len(fields) == 0 {
					continue
				}
				if len(fields) != 4 {
					t.Fatalf("line %d: %q", number+1, line)
				}
				here++
				if m.agrees(t, fields) {
					right++
				}
			}
			t.Logf("%d of %d lines agree", right, here)
			agreed, lines = agreed+right, lines+here
		})
	}
	t.Logf("cases made by others: %d of %d lines agree, in %d cases", agreed, lines, len(files))
}

func (m manifests) agrees(t *testing.T, fields []string) bool {
	t.Helper()
	port, protocol, _ := strings.Cut(fields[2], "/")
	number, err := strconv.ParseInt(port, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	want, ok := map[string]netpol.Verdict{"allow": netpol.Allowed, "deny": netpol.Denied}[fields[3]]
	if !ok {
		t.Fatalf("%q is neither allow nor deny", fields[3])
	}
	src, dst := m.endpoint(t, fields[0]), m.endpoint(t, fields[1])
	got := m.Connect(src, dst, int32(number), corev1.Protocol(protocol))
	if got.Verdict != want {
		t.Errorf("%s: %+v", strings.Join(fields, " "), got)
		return false
	}
	all := m.Allowed(src, dst)
	if all.Allowed.Contains(int32(number), corev1.Protocol(protocol)) != (want == netpol.Allowed) || !all.Unknown.IsEmpty() {
		t.Errorf("%s: of all ports: %+v", strings.Join(fields, " "), all)
		return false
	}
	return true
}
