package report

import "testing"

func TestACapitalLetterIsNoTypo(t *testing.T) {
	for got, want := range map[string]string{"EKS": "eks", "Aks": "aks", "esk": "eks", "gek": "gke"} {
		if near := Nearest(got, []string{"cis", "eks", "gke", "aks", "openshift"}); near != want {
			t.Errorf("%s: %q, want %q", got, near, want)
		}
	}
}
