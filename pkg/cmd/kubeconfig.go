package cmd

import (
	"flag"
	"net/url"
	"slices"
	"sync"

	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"

	"github.com/cis532/kubectl-cis532/pkg/report"
)

// kubeconfigFlags are the flags of every kubectl command.
type kubeconfigFlags struct {
	*genericclioptions.ConfigFlags
	set *pflag.FlagSet
}

// discoveryBurst and discoveryQPS are kubectl's own, for the little discovery there is.
const (
	discoveryBurst = 300
	discoveryQPS   = 50.0
)

func newKubeconfigFlags(streams Streams) *kubeconfigFlags {
	// A server's warnings are text from outside like any other.
	ioStreams := genericiooptions.IOStreams{In: streams.In, Out: streams.Out, ErrOut: report.NewTerminalWriter(streams.Err)}
	flags := genericclioptions.NewConfigFlags(true).
		WithDiscoveryBurst(discoveryBurst).
		WithDiscoveryQPS(discoveryQPS).
		WithWarningPrinter(ioStreams).
		WithWrapConfigFn(func(c *rest.Config) *rest.Config {
			// The server's priority and fairness decides, not a client's guess.
			c.QPS = -1
			return c
		})
	k := &kubeconfigFlags{ConfigFlags: flags, set: pflag.NewFlagSet("kubeconfig", pflag.ContinueOnError)}
	flags.AddFlags(k.set)
	return k
}

// clusterFlags lists the flags that were given and mean a cluster. --namespace
// is not one: it also says where objects of manifests go.
func (k *kubeconfigFlags) clusterFlags(flags *pflag.FlagSet) []string {
	var given []string
	k.set.VisitAll(func(f *pflag.Flag) {
		if f.Name != "namespace" && flags.Changed(f.Name) {
			given = append(given, "--"+f.Name)
		}
	})
	return given
}

// speedFlags are about how a cluster is asked, not about which one, nor as whom.
var speedFlags = []string{"cache-dir", "disable-compression", "request-timeout"}

// commandLine repeats which cluster was meant, and as whom, for the command
// that comes next: without them it would be about another cluster. Secrets are
// not repeated; a token has a word in its place, with which the command fails.
func (k *kubeconfigFlags) commandLine() string {
	var words []string
	k.set.VisitAll(func(f *pflag.Flag) {
		if !f.Changed || f.Name == "namespace" || slices.Contains(speedFlags, f.Name) {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, value := range values {
			switch f.Name {
			case "token":
				value = "TOKEN"
			case "server", "proxy-url":
				value = withoutPassword(value)
			}
			if f.NoOptDefVal != "" { // a boolean takes its value behind an equals sign only
				words = append(words, "--"+f.Name+"="+value)
			} else {
				words = append(words, "--"+f.Name, value)
			}
		}
	})
	return joinWords(words)
}

// withoutPassword hides the password that an address may have.
func withoutPassword(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.User == nil {
		return address
	}
	return parsed.Redacted()
}

var klogOnce sync.Once

// addVerbosityFlag adds klog's -v, and nothing else of it: logs go to stderr
// only when asked for.
func addVerbosityFlag(flags *pflag.FlagSet) {
	klogFlags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(klogFlags)
	klogOnce.Do(func() {
		for name, value := range map[string]string{"legacy_stderr_threshold_behavior": "false", "stderrthreshold": "INFO"} {
			_ = klogFlags.Set(name, value)
		}
	})
	v := klogFlags.Lookup("v")
	v.Usage = "number for the log level verbosity"
	flags.AddGoFlag(v)
}
