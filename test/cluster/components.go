//go:build unix

package main

import (
	"os"
	_ "time/tzdata" // kube-apiserver validates the time zones of CronJobs

	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectlcmd "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"

	"github.com/cis532/kubectl-cis532/test/cluster/internal/lifeline"
)

// kubectl is Kubernetes' own main function of that program, plugins on PATH included.
func kubectl() {
	if err := cli.RunNoErrOutput(kubectlcmd.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err)
	}
}

// kubeAPIServer is Kubernetes' own main function of that program, except that it
// does not outlive the harness that started it.
func kubeAPIServer() {
	lifeline.HangOn()
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
