package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// helpTemplate is kubectl's order: what it is, examples, commands, own flags.
// The kubeconfig flags are listed by `options`, as for kubectl.
const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}{{end}}

{{if .HasExample}}Examples:
{{.Example}}

{{end}}{{if .HasAvailableSubCommands}}Available Commands:
{{range .Commands}}{{if .IsAvailableCommand}}  {{rpad .Name .NamePadding}} {{.Short}}
{{end}}{{end}}
{{end}}{{with ownFlags .}}Options:
{{.}}

{{end}}{{if not .HasParent}}` + exitCodesText + `

{{end}}Usage:
  {{useLine .}}

{{if .HasAvailableSubCommands}}Use "{{displayName}} COMMAND --help" for more information about a command.
{{end}}Use "{{displayName}} options" for the flags of all commands (--context, --kubeconfig, --as, ...).
`

func setHelp(root *cobra.Command) {
	cobra.AddTemplateFunc("displayName", func() string { return displayName })
	cobra.AddTemplateFunc("useLine", useLine)
	cobra.AddTemplateFunc("ownFlags", func(cmd *cobra.Command) string {
		if !cmd.HasParent() {
			return ""
		}
		return strings.TrimRight(cmd.LocalNonPersistentFlags().FlagUsagesWrapped(helpWidth), "\n")
	})
	root.SetHelpTemplate(helpTemplate)
	root.SetHelpCommand(&cobra.Command{Hidden: true})
}

// helpWidth is where help texts are wrapped, in columns.
const helpWidth = 110

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
func newOptionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "options",
		Short: "Print the flags that all commands have",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "The following flags can be passed to any command:\n\n%s",
				cmd.InheritedFlags().FlagUsagesWrapped(helpWidth))
			return err
		},
	}
	return cmd
}
