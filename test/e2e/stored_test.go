package e2e

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// store puts a NetworkPolicy into the cluster's store, past the API server: as an older one has left it, that still took what
// is refused today.
func (tm *team) store(namespace, name, spec string) {
	tm.t.Helper()
	object := `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"` + name + `","namespace":"` + tm.ns(namespace) +
		`","uid":"5c15a0d2-0000-4000-8000-000000000000","creationTimestamp":"2024-02-29T12:00:00Z"},"spec":` + spec + `}`
	// One call of etcd's: PutRequest{key: 1, value: 2} of etcdserverpb.KV/Put. Its HTTP gateway does not work behind a port that the kernel chose.
	var request []byte
	for i, field := range []string{"/registry/networkpolicies/" + tm.ns(namespace) + "/" + name, object} {
		request = append(request, byte(i+1)<<3|2)
		request = binary.AppendUvarint(request, uint64(len(field)))
		request = append(request, field...)
	}
	frame := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(request))), request...)
	post, err := http.NewRequestWithContext(tm.t.Context(), http.MethodPost, tm.cluster.Etcd+"/etcdserverpb.KV/Put", bytes.NewReader(frame))
	if err != nil {
		tm.t.Fatal(err)
	}
	post.Header.Set("Content-Type", "application/grpc")
	post.Header.Set("TE", "trailers")
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(post)
	if err != nil {
		tm.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		tm.t.Fatal(err)
	}
	if status := resp.Header.Get("Grpc-Status") + resp.Trailer.Get("Grpc-Status"); status != "0" {
		tm.t.Fatalf("etcd: status %s: %s", status, resp.Header.Get("Grpc-Message")+resp.Trailer.Get("Grpc-Message"))
	}
	until(tm.t, "the server has the policy", func() bool {
		_, err := tm.client.NetworkingV1().NetworkPolicies(tm.ns(namespace)).Get(tm.t.Context(), name, metav1.GetOptions{})
		return err == nil
	})
}

// Policies that the API server would refuse today are judged by what they mean, with a warning, and never end the run.
func TestStoredPoliciesThatWouldBeRefusedTodayAreJudged(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "cidr", "selector", "fine")
	for _, name := range []string{"cidr", "selector", "fine"} {
		tm.pod(name, "web")
	}
	tm.create("fine", denyAll("default-deny"))
	tm.store("cidr", "old", `{"podSelector":{},"policyTypes":["Ingress","Egress"],"ingress":[{"from":[{"ipBlock":{"cidr":"010.1.2.3/8"}}]}]}`)
	tm.store("selector", "broken", `{"podSelector":{"matchExpressions":[{"key":"app","operator":"Like","values":["web"]}]},"policyTypes":["Ingress","Egress"]}`)

	got := cis532(t, testcluster.Auditor, "audit", "-o", "json", "-l", tm.selector())
	wantExit(t, got, ok)
	report := decode[v1alpha1.AuditReport](t, got.Stdout)
	if r := row(t, report, tm.ns("cidr")); r.Verdict != v1alpha1.VerdictPass || r.Posture.Ingress != v1alpha1.PostureRestricted || r.Posture.Egress != v1alpha1.PostureDenied {
		t.Errorf("cidr: %s %+v", r.Verdict, r.Posture)
	}
	// The letter is met; nobody can say whom an unreadable selector selects.
	r := row(t, report, tm.ns("selector"))
	if unknown := (v1alpha1.DirectionalPosture{Ingress: v1alpha1.PostureUnknown, Egress: v1alpha1.PostureUnknown}); r.Verdict != v1alpha1.VerdictPass || *r.Posture != unknown ||
		r.Policies[0].SelectedPods != nil || len(r.Findings) > 0 {
		t.Errorf("selector: %+v, findings %+v", r, r.Findings)
	}
	wantText(t, got.Stderr, `warning: NetworkPolicy "`+tm.ns("cidr")+`/old": `, "010.1.2.3/8",
		`warning: NetworkPolicy "`+tm.ns("selector")+`/broken": spec.podSelector cannot be read: "Like" is not a valid label selector operator: what it selects is unknown`)
}
