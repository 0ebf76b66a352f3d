package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/report"
)

// helpTemplate is kubectl's order: what it is, examples, commands, own flags.
// The kubeconfig flags are listed by `options`, as for kubectl.
const helpTemplate = `{{with (or .Long .Short)}}{{wrapped .}}{{end}}

{{if .HasExample}}Examples:
{{.Example}}

{{end}}{{range $group := .Groups}}{{.Title}}
{{range $.Commands}}{{if eq .GroupID $group.ID}}  {{rpad .Name .NamePadding}} {{.Short}}
{{end}}{{end}}
{{end}}{{with ownFlags .}}Options:
{{.}}

{{end}}{{if not .HasParent}}` + exitCodesText + `

{{end}}Usage:
  {{useLine .}}

{{if .HasAvailableSubCommands}}Use "{{displayName}} COMMAND --help" for more information about a command.
{{end}}Use "{{displayName}} options" for the flags of all commands (--context, --kubeconfig, --as, ...).
`

// setHelp makes help texts as wide as the terminal that they are read on.
func setHelp(root *cobra.Command, width int) {
	cobra.AddTemplateFunc("wrapped", func(text string) string { return report.WrapParagraphs(text, width) })
	cobra.AddTemplateFunc("displayName", func() string { return displayName })
	cobra.AddTemplateFunc("useLine", useLine)
	cobra.AddTemplateFunc("ownFlags", func(cmd *cobra.Command) string {
		if !cmd.HasParent() {
			return ""
		}
		return strings.TrimRight(cmd.LocalNonPersistentFlags().FlagUsagesWrapped(width), "\n")
	})
	root.SetHelpTemplate(helpTemplate)
	root.SetHelpCommand(newHelpCommand())
}

// Help texts are wrapped at helpWidth columns or a narrower terminal's edge, but not below minHelpWidth.
const (
	helpWidth    = 110
	minHelpWidth = 60
)

// helpWidth is how wide help texts are.
func (g *globals) helpWidth() int {
	if g.streams.Width <= 0 {
		return helpWidth
	}
	return min(max(g.streams.Width-1, minHelpWidth), helpWidth)
}

// newHelpCommand is `help [COMMAND]`, which cobra's own would answer without an
// exit code for a command that does not exist.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]",
		Short:  "Print the help of a command",
		Hidden: true,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if len(args) == 0 {
				return root.Help()
			}
			for _, known := range root.Commands() {
				if known.Name() == args[0] && len(args) == 1 {
					known.InitDefaultHelpFlag()
					return known.Help()
				}
			}
			return usage(root, unknownCommand(root, strings.Join(args, " ")))
		},
	}
}

// useLine is the command as users type it.
func useLine(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return displayName + " COMMAND [flags]"
	}
	_, arguments, _ := strings.Cut(cmd.Use, " ")
	line := commandPath(cmd)
	if arguments != "" {
		line += " " + arguments
	}
	if cmd.HasAvailableLocalFlags() {
		line += " [flags]"
	}
	return line
}

// newOptionsCommand lists the flags of all commands, as `kubectl options` does.
func newOptionsCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "options",
		Short: "Print the flags that all commands have",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "The following flags can be passed to any command:\n\n%s",
				cmd.InheritedFlags().FlagUsagesWrapped(g.helpWidth()))
			return err
		},
	}
	return cmd
}
