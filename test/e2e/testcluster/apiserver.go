package testcluster

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// APIServer is another kube-apiserver of a cluster, on the same store: one of several, as production has them. It can be
// killed and started again while the cluster's own goes on serving.
type APIServer struct {
	// Server is its URL, which stays the same. The cluster's users and its authority are known there.
	Server string

	cluster *Cluster
	// etcd is where it finds the store.
	etcd string
	// dir has the logs, those of each life apart: a kill may leave a last line that is half.
	dir   string
	lives int
	cmd   *exec.Cmd
	// lifeline is what the process hangs on: the kernel closes it with us.
	lifeline *os.File
}

// AddAPIServer starts another kube-apiserver, with its logs in dir. Kill it before the cluster is stopped.
func (c *Cluster) AddAPIServer(dir string) (*APIServer, error) {
	return c.AddAPIServerBehind(dir, c.Etcd)
}

// AddAPIServerBehind is AddAPIServer with another way to the store: a URL at which the cluster's etcd is reached.
func (c *Cluster) AddAPIServerBehind(dir, etcd string) (*APIServer, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	s := &APIServer{Server: "https://" + listener.Addr().String(), cluster: c, etcd: etcd, dir: dir}
	return s, errors.Join(listener.Close(), s.Start())
}

// Start starts the server at its address and returns when it is ready.
func (s *APIServer) Start() error {
	s.lives++
	log, err := os.Create(s.path("log"))
	if err != nil {
		return fmt.Errorf("start kube-apiserver: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start kube-apiserver: %w", errors.Join(err, log.Close()))
	}
	s.cmd = exec.Command(filepath.Join(s.cluster.BinDir, "kubectl"), s.args()...)
	s.cmd.Args[0] = "kube-apiserver" // the binary is all of Kubernetes' programs, by the name that it is called by
	s.cmd.Env = append(os.Environ(), "GOGC=400", "TEST_CLUSTER_LIFELINE=3")
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.ExtraFiles = log, log, []*os.File{read}
	err = s.cmd.Start()
	if err = errors.Join(err, read.Close(), log.Close()); err != nil {
		return fmt.Errorf("start kube-apiserver: %w", errors.Join(err, write.Close()))
	}
	s.lifeline = write
	return s.waitReady()
}

func (s *APIServer) waitReady() error {
	for end := time.Now().Add(startTimeout); ; time.Sleep(100 * time.Millisecond) {
		answer := s.cluster.Kubectl(Admin, "get", "--raw", "/readyz", "--server="+s.Server)
		if answer.ExitCode == 0 {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("kube-apiserver is not ready: %s%s", answer.Stderr, tail(s.path("log")))
		}
	}
}

// Kill ends the server at once (SIGKILL) and waits until it is gone: what it had begun stays begun, and nobody is told.
func (s *APIServer) Kill() error {
	err := s.cmd.Process.Kill()
	_ = s.cmd.Wait() // says that it was killed
	return errors.Join(err, s.lifeline.Close())
}

// AuditLog gives the requests that this server was asked for, in all its lives. What it was at when it was killed is missing.
func (s *APIServer) AuditLog() ([]Event, error) {
	var all []Event
	for life := 1; life <= s.lives; life++ {
		content, err := os.ReadFile(s.pathOf(life, "audit.log"))
		if err != nil {
			return nil, fmt.Errorf("audit log: %w", err)
		}
		events, err := parseAuditLog(content)
		if err != nil {
			return nil, err
		}
		all = append(all, events...)
	}
	return all, nil
}

func (s *APIServer) path(name string) string { return s.pathOf(s.lives, name) }

func (s *APIServer) pathOf(life int, name string) string {
	return filepath.Join(s.dir, fmt.Sprintf("kube-apiserver-%d.%s", life, name))
}

// args are those of the cluster's own server (test/cluster/internal/cluster), but for the address and the audit log.
func (s *APIServer) args() []string {
	_, port, _ := net.SplitHostPort(s.Server[len("https://"):])
	in := func(name string) string { return filepath.Join(s.cluster.dir, name) }
	return []string{
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--secure-port=" + port,
		"--tls-cert-file=" + in("pki/server.crt"),
		"--tls-private-key-file=" + in("pki/server.key"),
		"--etcd-servers=" + s.etcd,
		"--authorization-mode=RBAC",
		"--token-auth-file=" + in("tokens.csv"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + in("pki/service-account.key"),
		"--service-account-signing-key-file=" + in("pki/service-account.key"),
		"--service-cluster-ip-range=10.96.0.0/16",
		"--endpoint-reconciler-type=none",
		"--disable-admission-plugins=ServiceAccount",
		"--allow-privileged=true",
		"--audit-policy-file=" + in("audit-policy.yaml"),
		"--audit-log-path=" + s.path("audit.log"),
		"--audit-log-mode=blocking",
		"--audit-log-maxsize=10000",
	}
}
