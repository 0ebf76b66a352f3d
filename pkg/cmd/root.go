package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cis532/kubectl-cis532/pkg/report"
)

// displayName is how users call the program.
const displayName = "kubectl cis532"

// globals is what every verb has.
type globals struct {
	streams    Streams
	kubeconfig *kubeconfigFlags
	color      string
	quiet      bool
	// hinted says that the smallest role was named already.
	hinted bool
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, args []string, streams Streams) int {
	root := NewRootCommand(streams)
	root.SetArgs(append([]string{}, args...)) // nil would be the process's own
	err := root.ExecuteContext(ctx)
	var reported outcomeError
	if err != nil && !errors.As(err, &reported) {
		for _, one := range apart(err) {
			streams.say("error: %v", one)
		}
		var usage usageError
		if errors.As(err, &usage) {
			_, _ = fmt.Fprintf(streams.Err, "See '%s --help' for usage.\n", usage.command)
		}
	}
	return exitCode(err)
}

// apart takes joined errors apart, so that each is told in a line of its own.
func apart(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error }) // only an error that is itself a list of errors
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, apart(one)...)
	}
	return all
}

// usageError is a command line that cannot be understood.
type usageError struct {
	command string
	err     error
}

// Error implements error.
func (e usageError) Error() string { return e.err.Error() }

// Unwrap returns what is wrong.
func (e usageError) Unwrap() error { return e.err }

// usage marks an error as one of the command line.
func usage(cmd *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	return usageError{command: commandPath(cmd), err: err}
}

// commandPath is the command as users type it.
func commandPath(cmd *cobra.Command) string {
	_, verb, _ := strings.Cut(cmd.CommandPath(), displayName)
	return displayName + verb
}

const rootLong = `Audit and fix CIS Kubernetes Benchmark 5.3.2: "Ensure that all Namespaces have Network Policies defined".

For each namespace it says whether it has a NetworkPolicy (the benchmark's letter), and how much isolation its policies
really give. What is missing it creates, live or as manifests, without cutting a connection; and it takes back what it
made.`

const rootExample = `  # Which namespaces have no NetworkPolicy, and what the others really isolate
  kubectl cis532 audit

  # What fix would create, checked by the API server but not stored
  kubectl cis532 fix --dry-run=server

  # The same as manifests: for kubectl, or for a GitOps repository
  kubectl cis532 generate | kubectl apply -f -

  # Remove what fix created, and nothing else
  kubectl cis532 rollback`

const exitCodesText = `Exit codes:
  0   audit: PASS. fix, rollback: nothing had to change
  1   audit: FAIL, or what --fail-on names. fix, rollback: changed, or in a dry run would (0 with --exit-zero)
  2   ERROR: could not decide or could not be done, bad usage, unreachable cluster`

// NewRootCommand returns the whole command line.
func NewRootCommand(streams Streams) *cobra.Command {
	g := &globals{streams: streams, kubeconfig: newKubeconfigFlags(streams)}
	root := &cobra.Command{
		Use:           "kubectl-cis532",
		Short:         "Audit and fix CIS Kubernetes Benchmark 5.3.2: a NetworkPolicy in every namespace",
		Long:          rootLong,
		Example:       rootExample,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: displayName},
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, g.validate(cmd))
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	root.PersistentFlags().AddFlagSet(g.kubeconfig.set)
	root.PersistentFlags().StringVar(&g.color, "color", "auto", "When to colour tables. One of: (auto, always, never). auto is on a terminal, unless NO_COLOR is set or TERM is dumb.")
	root.PersistentFlags().BoolVarP(&g.quiet, "quiet", "q", false, "Do not print summaries and hints on stderr. Warnings and errors stay.")
	addVerbosityFlag(root.PersistentFlags())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(cmd, suggestFlag(cmd, err))
	})
	root.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return usage(cmd, unknownCommand(cmd, args[0]))
	}
	completeGlobals(root, g)
	for _, group := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"See where a cluster or manifests stand:", []*cobra.Command{newAuditCommand(g), newReachCommand(g)}},
		{"Change a cluster, and take it back:", []*cobra.Command{newFixCommand(g), newRollbackCommand(g)}},
		{"Print policies:", []*cobra.Command{newGenerateCommand(g), newPoliciesCommand(g)}},
		{"Other commands:", []*cobra.Command{newCompletionCommand(g), newExplainCommand(g), newOptionsCommand(g), newVersionCommand(g)}},
	} {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title})
		for _, command := range group.commands {
			command.GroupID = group.title
			root.AddCommand(command)
		}
	}
	setHelp(root, g.helpWidth())
	return root
}

// validate checks the flags that every verb has.
func (g *globals) validate(cmd *cobra.Command) error {
	if cmd.Flags().Changed("namespace") && g.namespaceFlag(cmd) == "" {
		// An unset variable of a script must not come to mean all namespaces.
		return errors.New("-n/--namespace is empty")
	}
	if slices.Contains(colorModes, g.color) {
		return nil
	}
	return fmt.Errorf("invalid --color %q%s: must be auto, always or never", g.color, report.DidYouMean(g.color, colorModes))
}

// colorModes are the values of --color.
var colorModes = []string{"auto", "always", "never"}

// unknownCommand is the error for a verb that does not exist.
func unknownCommand(root *cobra.Command, got string) error {
	return fmt.Errorf("unknown command %q%s", got, report.DidYouMean(got, commandNames(root)))
}

// commandNames lists the verbs.
func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// suggestFlag adds the flag that was probably meant to the error for one that does not exist.
func suggestFlag(cmd *cobra.Command, err error) error {
	var notExist *pflag.NotExistError
	if !errors.As(err, &notExist) || len(notExist.GetSpecifiedName()) < 2 {
		return err
	}
	name := notExist.GetSpecifiedName()
	if slices.Contains(commandNames(cmd.Root()), name) {
		return fmt.Errorf("%w (did you mean the command %q?)", err, name)
	}
	var known []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	if near := report.Nearest(name, known); near != "" {
		return fmt.Errorf("%w (did you mean --%s?)", err, near)
	}
	return err
}

// namespaceFlag is -n, where it was given; the context's default does not narrow a run.
func (g *globals) namespaceFlag(cmd *cobra.Command) string {
	if !cmd.Flags().Changed("namespace") {
		return ""
	}
	return *g.kubeconfig.Namespace
}

// tell writes a summary or a hint, unless --quiet.
func (g *globals) tell(format string, args ...any) {
	if !g.quiet {
		g.streams.say(format, args...)
	}
}

// next writes the command that comes next.
func (g *globals) next(command string) {
	if command != "" {
		g.tell("next: %s", command)
	}
}

// warn writes a warning.
func (g *globals) warn(format string, args ...any) {
	g.streams.say("warning: "+format, args...)
}

// printer makes the printer of a verb's output.
func (g *globals) printer(flags *report.PrintFlags) (*report.Printer, error) {
	return flags.ToPrinter(report.TableOptions{Color: g.streams.color(g.color), Width: g.streams.Width}, g.streams.OutTerminal)
}
