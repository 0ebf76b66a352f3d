package apiserver

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sync/atomic"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Clients are the clients of one API server.
type Clients struct {
	// Kubernetes reads and writes whole objects.
	Kubernetes kubernetes.Interface
	// Metadata reads only the metadata of objects.
	Metadata metadata.Interface
	// Dynamic reads objects of kinds that are not Kubernetes' own.
	Dynamic dynamic.Interface
	// Context is the kubeconfig context; empty without a kubeconfig.
	Context string
	// Server is the API server's URL.
	Server string

	// answered is set once the server has answered anything at all.
	answered atomic.Bool
	// broken is set once a connection broke, or was refused, until the server lets something through again.
	broken atomic.Bool
}

// New makes the clients of the API server that the kubeconfig flags name. It
// sends nothing. Client-side rate limiting is off: the server's own priority
// and fairness decides.
func New(flags *genericclioptions.ConfigFlags) (*Clients, error) {
	config, err := flags.ToRESTConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %s", decoderInternals.ReplaceAllString(err.Error(), ""))
	}
	c := &Clients{Server: config.Host}
	if raw, err := flags.ToRawKubeConfigLoader().RawConfig(); err == nil {
		if c.Context = raw.CurrentContext; *flags.Context != "" {
			c.Context = *flags.Context
		}
		// Without any configuration client-go falls back to a server on this machine that nobody meant.
		if clientcmdapi.IsConfigEmpty(&raw) && *flags.APIServer == "" && config.Host == fallbackServer {
			return nil, ErrNoKubeconfig
		}
	}
	config = rest.CopyConfig(config)
	config.QPS = -1
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return &witness{next: next, clients: c} })
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.Host, err)
	}
	if config.ExecProvider != nil {
		httpClient.Transport = &impatient{httpClient.Transport}
	}
	if c.Kubernetes, err = kubernetes.NewForConfigAndClient(protobuf(config), httpClient); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.Host, err)
	}
	if c.Metadata, err = metadata.NewForConfigAndClient(metadata.ConfigFor(config), httpClient); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.Host, err)
	}
	if c.Dynamic, err = dynamic.NewForConfigAndClient(dynamic.ConfigFor(config), httpClient); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.Host, err)
	}
	return c, nil
}

// protobuf asks for the encoding that costs the server and the network least.
func protobuf(config *rest.Config) *rest.Config {
	c := rest.CopyConfig(config)
	c.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	c.ContentType = "application/vnd.kubernetes.protobuf"
	return c
}

// decoderInternals is what a decoder says of itself, which tells a user nothing.
var decoderInternals = regexp.MustCompile(` in scheme "[^"]*"`)

// fallbackServer is what client-go connects to where nothing is configured.
const fallbackServer = "http://localhost:8080"

// ErrNoKubeconfig says that nothing names an API server.
var ErrNoKubeconfig = errors.New("no kubeconfig: set KUBECONFIG, or give --kubeconfig or --server")

// witness notes what becomes of each try of a request. client-go repeats some by itself, and tells nobody.
type witness struct {
	next    http.RoundTripper
	clients *Clients
}

// RoundTrip implements http.RoundTripper.
func (w *witness) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(req)
	if err != nil {
		w.clients.broken.Store(true)
		noteDoubt(req.Context())
		return resp, err
	}
	w.clients.answered.Store(true)
	switch {
	case resp.StatusCode < http.StatusMultipleChoices:
		w.clients.broken.Store(false)
	case resp.StatusCode >= http.StatusInternalServerError:
		noteDoubt(req.Context())
	}
	return resp, nil
}

// WrappedRoundTripper lets client-go find the transport that is wrapped.
func (w *witness) WrappedRoundTripper() http.RoundTripper { return w.next }
