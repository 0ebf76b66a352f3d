package e2e

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// The store forgets the state of which the first page was a part (etcd is compacted, as API servers have it every five
// minutes): the server itself answers 410 to the second, and the list begins anew.
func TestAListWhoseStateWasCompactedBeginsAnew(t *testing.T) {
	t.Parallel()
	// Else the server answers older states from its memory, as long as it has them.
	c, err := testcluster.Start(testcluster.Options{APIServerArgs: []string{"--feature-gates=ListFromCacheSnapshot=false"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	tm := newTeamIn(t, c, "covered", "bare", "covered-too", "uncovered-meanwhile")
	for _, name := range []string{"covered", "covered-too", "uncovered-meanwhile"} {
		tm.create(name, denyAll("default-deny"))
	}
	var once sync.Map
	var gone counter
	kubeconfig := startProxyOf(t, c, testcluster.Auditor, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Query().Has("continue") {
			if _, done := once.LoadOrStore(r.URL.Path, true); !done {
				if isPolicyList(r) {
					// What the first page showed is no longer so.
					if got := c.Kubectl(testcluster.Admin, "delete", "networkpolicy", "default-deny", "-n", tm.ns("uncovered-meanwhile")); got.ExitCode != 0 {
						t.Error(got.Stderr)
					}
				}
				newest := c.Kubectl(testcluster.Admin, "create", "configmap", fmt.Sprint("newest-", gone.next()), "-o", "jsonpath={.metadata.resourceVersion}")
				revision, err := strconv.ParseInt(newest.Stdout, 10, 64)
				if err != nil {
					t.Error(err, newest.Stderr)
				}
				if err := compact(c.Etcd, revision); err != nil {
					t.Error(err)
				}
				seen := &statusOf{ResponseWriter: w}
				onePage(seen, r, next)
				if seen.status != http.StatusGone {
					t.Errorf("%s: the server answered %d to the next page, not 410", r.URL, seen.status)
				}
				return
			}
		}
		onePage(w, r, next)
	})
	got := through(t, kubeconfig, "audit", "-o", "json", "-l", tm.selector())
	wantExit(t, got, found)
	if _, lists := once.Load("/apis/networking.k8s.io/v1/networkpolicies"); !lists || gone.total() < 2 {
		t.Fatalf("%d lists met a compacted state, among them that of policies: %t", gone.total(), lists)
	}
	verdicts := map[string]v1alpha1.Verdict{}
	for _, row := range decode[v1alpha1.AuditReport](t, got.Stdout).Namespaces {
		verdicts[row.Name] = row.Verdict
	}
	for name, want := range map[string]v1alpha1.Verdict{
		"covered": v1alpha1.VerdictPass, "covered-too": v1alpha1.VerdictPass, "bare": v1alpha1.VerdictFail,
		"uncovered-meanwhile": v1alpha1.VerdictFail,
	} {
		if verdicts[tm.ns(name)] != want {
			t.Errorf("%s: %s, want %s", name, verdicts[tm.ns(name)], want)
		}
	}
}

// statusOf remembers how a request was answered.
type statusOf struct {
	http.ResponseWriter
	status int
}

func (s *statusOf) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// compact makes a store forget all states before a revision, which is what API servers give as resourceVersion: etcd's
// KV.Compact, by hand.
func compact(etcd string, revision int64) error {
	const revisionField, physicalField = 1, 2
	message := protowire.AppendVarint(protowire.AppendTag(nil, revisionField, protowire.VarintType), uint64(revision))
	message = protowire.AppendVarint(protowire.AppendTag(message, physicalField, protowire.VarintType), 1)
	frame := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)

	request, err := http.NewRequest(http.MethodPost, etcd+"/etcdserverpb.KV/Compact", bytes.NewReader(frame))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("TE", "trailers")
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	// An answer that is nothing but an error has it in the header.
	if status := cmp.Or(response.Trailer.Get("Grpc-Status"), response.Header.Get("Grpc-Status")); status != "0" {
		return fmt.Errorf("compact to %d: %s, gRPC status %s: %s%s", revision, response.Status, status,
			response.Trailer.Get("Grpc-Message"), response.Header.Get("Grpc-Message"))
	}
	return nil
}
