package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// meddler is what stands between the plugin and the API server. next answers
// as the server does.
type meddler func(w http.ResponseWriter, r *http.Request, next http.Handler)

// startProxy puts a meddler before the shared cluster's API server and gives
// the kubeconfig of a user who talks to it.
func startProxy(t *testing.T, user string, meddle meddler) string {
	t.Helper()
	return startProxyOf(t, cluster, user, meddle)
}

// startProxyOf puts a meddler before a cluster's API server.
func startProxyOf(t *testing.T, c *testcluster.Cluster, user string, meddle meddler) string {
	t.Helper()
	return startProxyTo(t, c, c.Server, user, http1, meddle)
}

// protocol is what the plugin speaks with a proxy: API servers offer HTTP/2, and much that stands before them does not.
type protocol bool

const (
	http1 protocol = false
	http2 protocol = true
)

// startProxyTo puts a meddler before one of a cluster's API servers. What is not answered there is not answered by the
// proxy either: the connection breaks.
func startProxyTo(t *testing.T, c *testcluster.Cluster, address, user string, speaks protocol, meddle meddler) string {
	t.Helper()
	config, err := clientcmd.LoadFromFile(c.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(config.Clusters[config.Contexts[user].Cluster].CertificateAuthorityData)
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 64},
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { meddle(w, r, forward) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = bool(speaks)
	server.StartTLS()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return writeKubeconfig(t, &clientcmdapi.Cluster{
		Server: server.URL,
		CertificateAuthorityData: pem.EncodeToMemory(&pem.Block{
			Type: "CERTIFICATE", Bytes: server.Certificate().Raw,
		}),
	}, config.AuthInfos[user])
}

// writeKubeconfig writes a kubeconfig with one context, called proxy.
func writeKubeconfig(t *testing.T, c *clientcmdapi.Cluster, user *clientcmdapi.AuthInfo) string {
	t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["proxy"] = c
	config.AuthInfos["proxy"] = user
	config.Contexts["proxy"] = &clientcmdapi.Context{Cluster: "proxy", AuthInfo: "proxy"}
	config.CurrentContext = "proxy"
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// isPolicyRequest says that a request is about NetworkPolicies, with the method.
func isPolicyRequest(r *http.Request, method string) bool {
	return r.Method == method && strings.Contains(r.URL.Path, "/networkpolicies")
}

// isPolicyList says that a request lists NetworkPolicies; a watch is none.
func isPolicyList(r *http.Request) bool {
	return isPolicyRequest(r, http.MethodGet) && strings.HasSuffix(r.URL.Path, "/networkpolicies") && !r.URL.Query().Has("watch")
}

// namespaceOf is the namespace of a request.
func namespaceOf(r *http.Request) string {
	_, rest, _ := strings.Cut(r.URL.Path, "/namespaces/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// dropAnswer lets the server act and then breaks the connection.
func dropAnswer(r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// refuse answers as an API server in trouble does.
func refuse(w http.ResponseWriter, code int, reason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","reason":"`+reason+
		`","message":"`+message+`","code":`+strconv.Itoa(code)+`}`)
}

// stall answers nothing until the plugin gives up. Only once the body is read
// does the server see that nobody waits any more.
func stall(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}
