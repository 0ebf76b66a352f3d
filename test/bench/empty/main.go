package main

import (
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
	"os"
)

func main() {
	c := &cobra.Command{Use: "x", Run: func(*cobra.Command, []string) {}}
	if c.Execute() != nil {
		os.Exit(1)
	}
}
