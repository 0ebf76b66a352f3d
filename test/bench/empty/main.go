// Command empty is what the benchmark compares start-up with: a cobra program that does nothing, with the imports of the
// plugin. What Go's packages do before main begins is the same in both.
package main

import (
	"os"

	_ "github.com/olekukonko/tablewriter"
	"github.com/spf13/cobra"
	_ "k8s.io/cli-runtime/pkg/genericclioptions"
	_ "k8s.io/client-go/dynamic"
	_ "k8s.io/client-go/kubernetes"
	_ "k8s.io/client-go/metadata"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	_ "k8s.io/kubectl/pkg/cmd/get"
	_ "k8s.io/kubectl/pkg/cmd/util"
	_ "k8s.io/kubectl/pkg/util/templates"

	_ "github.com/cis532/kubectl-cis532/pkg/english"
)

func main() {
	cmd := &cobra.Command{Use: "empty", Short: "Do nothing", Run: func(*cobra.Command, []string) {}}
	if cmd.Execute() != nil {
		os.Exit(1)
	}
}
