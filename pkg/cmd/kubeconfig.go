package cmd

import (
	"flag"
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
