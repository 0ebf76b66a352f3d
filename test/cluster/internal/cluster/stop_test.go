//go:build unix

package cluster

import (
	"os/exec"
	"testing"

	"github.com/cis532/kubectl-cis532/test/cluster/internal/lifeline"
)

// etcd ends the process, without a word, where it meets a directory that is being removed: once in many runs, by its clock.
func TestNothingServesOnceStopped(t *testing.T) {
	dir, err := NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	etcd, url, err := startEtcd(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	server, err := lifeline.StartChild(exec.Command("sleep", "600"))
	if err != nil {
		t.Fatal(err)
	}
	c := &running{server: &apiServer{Child: server}, etcd: etcd, etcdURL: url}
	select {
	case <-etcd.Server.StopNotify():
		t.Fatal("etcd ended before it was stopped")
	case <-server.Done():
		t.Fatal("the server ended before it was stopped")
	default:
	}
	c.stop()
	select {
	case <-etcd.Server.StopNotify():
	default:
		t.Error("etcd still works in the directory")
	}
	select {
	case <-server.Done():
	default:
		t.Error("the server still runs")
	}
}
