//go:build unix

package cluster

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/cis532/kubectl-cis532/test/cluster/internal/lifeline"
)

// startAttempts bounds how often another port is tried: a port is free when it is
// chosen, and may be somebody else's when the server asks for it.
const startAttempts = 5

//go:embed audit-policy.yaml
var auditPolicy []byte

// apiServer is a kube-apiserver that runs as a child process.
type apiServer struct {
	*lifeline.Child
	url string
}

// startAPIServer starts kube-apiserver, which is this program under another name, and
// returns when it serves.
func startAPIServer(ctx context.Context, opts Options, etcdURL string, keys *pki, harness user) (*apiServer, error) {
	dir := opts.Dir
	if err := os.WriteFile(dir.path(auditPolicyFile), auditPolicy, 0o600); err != nil {
		return nil, fmt.Errorf("write audit policy: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own executable: %w", err)
	}
	for attempt := 1; ; attempt++ {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		server, err := tryAPIServer(self, apiServerArgs(opts, etcdURL, keys, port), dir)
		if err != nil {
			return nil, err
		}
		server.url = "https://127.0.0.1:" + port
		client, err := kubernetes.NewForConfig(restConfig(server.url, keys.ca, harness))
		if err != nil {
			server.Kill()
			return nil, fmt.Errorf("make client: %w", err)
		}
		err = waitReady(ctx, client, server)
		if err == nil {
			return server, nil
		}
		server.Kill()
		if attempt == startAttempts || !errors.Is(err, errEnded) || !lostPort(dir) {
			return nil, err
		}
	}
}

func tryAPIServer(self string, args []string, dir Dir) (*apiServer, error) {
	log, err := os.Create(dir.path(apiServerLog))
	if err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(self)
	cmd.Args = append([]string{"kube-apiserver"}, args...)
	cmd.Stdout, cmd.Stderr = log, log
	// Half of the start would go into collecting garbage. The user's own setting comes later and wins.
	cmd.Env = append([]string{"GOGC=400"}, os.Environ()...)
	child, err := lifeline.StartChild(cmd)
	if err != nil {
		return nil, err
	}
	return &apiServer{Child: child}, nil
}

func apiServerArgs(opts Options, etcdURL string, keys *pki, port string) []string {
	dir := opts.Dir
	args := []string{
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--secure-port=" + port,
		"--tls-cert-file=" + keys.cert,
		"--tls-private-key-file=" + keys.key,
		"--etcd-servers=" + etcdURL,
		"--authorization-mode=RBAC",
		"--token-auth-file=" + dir.path(tokenFile),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + keys.serviceAccountKey,
		"--service-account-signing-key-file=" + keys.serviceAccountKey,
		"--service-cluster-ip-range=10.96.0.0/16",
		// A loopback address is refused as the endpoint of the Service "kubernetes".
		"--endpoint-reconciler-type=none",
		// Nobody makes ServiceAccounts here, and pods would wait for theirs.
		"--disable-admission-plugins=ServiceAccount",
		"--allow-privileged=true",
		"--audit-policy-file=" + dir.path(auditPolicyFile),
		"--audit-log-path=" + dir.path(auditLog),
		// Written before the answer is complete, and never rotated away.
		"--audit-log-mode=blocking",
		"--audit-log-maxsize=10000",
	}
	return append(args, opts.APIServerArgs...)
}

// freePort asks the kernel for a loopback port that nobody uses.
func freePort() (string, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}

// lostPort says whether the server ended because somebody else took its port.
func lostPort(dir Dir) bool {
	log, err := os.ReadFile(dir.path(apiServerLog))
	return err == nil && strings.Contains(string(log), "address already in use")
}

func restConfig(server string, ca []byte, u user) *rest.Config {
	return &rest.Config{
		Host:            server,
		BearerToken:     u.token,
		TLSClientConfig: rest.TLSClientConfig{CAData: ca},
		QPS:             -1,
	}
}
