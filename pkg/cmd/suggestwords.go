package cmd

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd/api"
)

// beginningWith keeps the names that a text may become.
func beginningWith(text string, names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, text) })
}

// completeWords completes one of some words.
func completeWords(words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
		return beginningWith(text, slices.Clone(words)), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeArgument completes the only argument of a verb.
func completeArgument(words []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return completeWords(words)(cmd, args, text)
	}
}

// completeList completes a flag that takes several words with commas between them.
func completeList(words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
		lead := text[:strings.LastIndex(text, ",")+1]
		var lists []string
		for _, word := range words {
			if name, _, _ := strings.Cut(word, "\t"); !slices.Contains(strings.Split(lead, ","), name) {
				lists = append(lists, lead+word)
			}
		}
		return beginningWith(text, lists), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeReport completes [FORMAT=]FILE: a format, and after it a file.
func completeReport(formats []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
		if strings.ContainsAny(text, `=./\`) {
			return nil, cobra.ShellCompDirectiveDefault
		}
		var words []string
		for _, format := range formats {
			words = append(words, format+"=")
		}
		return beginningWith(text, words), cobra.ShellCompDirectiveNoSpace
	}
}

// filesFollow lets shells offer files for a flag, which they do for no other.
var filesFollow = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)

// completeGlobals completes the flags of all verbs; those of a kubeconfig with what it or the cluster knows.
func completeGlobals(root *cobra.Command, g *globals) {
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	for _, flag := range []string{"cache-dir", "certificate-authority", "client-certificate", "client-key", "kubeconfig"} {
		_ = root.RegisterFlagCompletionFunc(flag, filesFollow)
	}
	_ = root.RegisterFlagCompletionFunc("color", completeWords(colorModes))
	_ = root.RegisterFlagCompletionFunc("namespace", completeNamespaceFlag(g))
	for flag, names := range map[string]func(api.Config) []string{
		"context": func(c api.Config) []string { return slices.Sorted(maps.Keys(c.Contexts)) },
		"cluster": func(c api.Config) []string { return slices.Sorted(maps.Keys(c.Clusters)) },
		"user":    func(c api.Config) []string { return slices.Sorted(maps.Keys(c.AuthInfos)) },
	} {
		_ = root.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
			config, err := g.kubeconfig.ToRawKubeConfigLoader().RawConfig()
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return beginningWith(text, names(config)), cobra.ShellCompDirectiveNoFileComp
		})
	}
}
