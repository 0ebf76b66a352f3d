//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/test/cluster/internal/cluster"
	"github.com/cis532/kubectl-cis532/test/cluster/internal/lifeline"
)

// harness runs the commands that are this program's own and gives the exit code.
func harness() int {
	root := &cobra.Command{
		Use:           "testcluster",
		Short:         "A real Kubernetes API server for tests: etcd, kube-apiserver and kubectl in one binary",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newRunCommand(), newUpCommand(), newDownCommand(),
		newComponentCommand("kubectl", kubectl), newComponentCommand("kube-apiserver", kubeAPIServer))
	if err := root.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	return 0
}

// flags are what run and up have in common.
type flags struct {
	dir           string
	rbac          []string
	apiServerArgs []string
	controllers   bool
	timeout       time.Duration
}

func (f *flags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.dir, "dir", "", "directory for all state; what an earlier cluster left there is removed")
	cmd.Flags().StringArrayVar(&f.rbac, "rbac", nil,
		"manifest to apply; its ClusterRoles kubectl-cis532-audit and -fix are bound to the users auditor and fixer (repeatable)")
	cmd.Flags().StringArrayVar(&f.apiServerArgs, "apiserver-arg", nil, "argument to add to kube-apiserver's (repeatable)")
	cmd.Flags().BoolVar(&f.controllers, "controllers", false,
		"run the namespace and resource quota controllers too: deleted namespaces go away, quotas count")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long the start may take")
}

func (f *flags) options() (cluster.Options, error) {
	dir, err := cluster.NewDir(f.dir)
	return cluster.Options{
		Dir:           dir,
		RBACFiles:     f.rbac,
		APIServerArgs: f.apiServerArgs,
		Controllers:   f.controllers,
		Timeout:       f.timeout,
	}, err
}

// args is the command line that gives these flags, with the directory made absolute.
func (f *flags) args(dir cluster.Dir) []string {
	args := []string{
		"--dir=" + string(dir), "--timeout=" + f.timeout.String(), fmt.Sprintf("--controllers=%t", f.controllers),
	}
	for _, file := range f.rbac {
		args = append(args, "--rbac="+file)
	}
	for _, arg := range f.apiServerArgs {
		args = append(args, "--apiserver-arg="+arg)
	}
	return args
}

// untilSignal is done when somebody wants the program to end.
func untilSignal() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}

func newRunCommand() *cobra.Command {
	var f flags
	var detached, remove bool
	cmd := &cobra.Command{
		Use:   "run --dir DIR",
		Short: "Run an empty cluster in the foreground, until interrupted or until the parent process ends",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := untilSignal()
			defer stop()
			if !detached {
				var cancel context.CancelFunc
				ctx, cancel = lifeline.WithParent(ctx)
				defer cancel()
			}
			opts, err := f.options()
			if err != nil {
				return err
			}
			opts.Remove = remove
			return cluster.Run(ctx, opts, cmd.OutOrStdout())
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&detached, "detached", false, "outlive the parent process")
	cmd.Flags().BoolVar(&remove, "rm", false, "remove the state at the end, unless the cluster failed")
	return cmd
}

func newUpCommand() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "up --dir DIR",
		Short: "Start an empty cluster in the background, in place of the one that DIR may have",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts, err := f.options()
			if err != nil {
				return err
			}
			ctx, stop := untilSignal()
			defer stop()
			state, err := cluster.Up(ctx, opts.Dir, append([]string{"run", "--detached"}, f.args(opts.Dir)...))
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), `cluster ready at %s
contexts: admin (current), auditor, fixer, nobody
use it:   export KUBECONFIG=%q PATH="%s:$PATH"
end it:   %s down --dir %q
`, state.Server, state.Kubeconfig, opts.Dir.Bin(), os.Args[0], string(opts.Dir))
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

func newDownCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "down --dir DIR",
		Short: "End the cluster of DIR, if there is one, and remove its state",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, err := cluster.NewDir(path)
			if err != nil {
				return err
			}
			return cluster.Down(dir)
		},
	}
	cmd.Flags().StringVar(&path, "dir", "", "directory of the cluster")
	return cmd
}

// newComponentCommand offers one of Kubernetes' programs, which parses its own command line.
func newComponentCommand(name string, run func()) *cobra.Command {
	return &cobra.Command{
		Use:                name,
		Short:              "Kubernetes' own " + name,
		DisableFlagParsing: true,
		Run: func(_ *cobra.Command, args []string) {
			os.Args = append([]string{name}, args...)
			run()
		},
	}
}
