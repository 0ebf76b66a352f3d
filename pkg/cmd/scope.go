package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// scopeFlags say which namespaces a verb is about.
type scopeFlags struct {
	allNamespaces bool
	selector      string
	exclude       []string
	includeSystem bool
}

func (f *scopeFlags) addFlags(cmd *cobra.Command, g *globals) {
	cmd.Flags().BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "All namespaces. It is the default: the control is about the whole cluster.")
	cmd.Flags().StringVarP(&f.selector, "selector", "l", "", "Only namespaces whose labels match, supports '=', '==', '!=', 'in', 'notin' (e.g. -l team=a,env!=dev).")
	cmd.Flags().StringArrayVar(&f.exclude, "exclude", nil, "Skip the namespaces whose names match a glob (e.g. 'dev-*'). They are shown as SKIPPED. Can be repeated.")
	_ = cmd.RegisterFlagCompletionFunc("exclude", completeNamespaceFlag(g))
	cmd.Flags().BoolVar(&f.includeSystem, "include-system", false, "Do not skip system namespaces (kube-system, openshift-*, ...).")
}

// toScope checks the flags against each other. namespace is -n, if it was given.
func (f *scopeFlags) toScope(args []string, namespace string) (inventory.Scope, error) {
	scope := inventory.Scope{Exclude: f.exclude, IncludeSystem: f.includeSystem}
	for _, name := range args {
		if !slices.Contains(scope.Names, name) {
			scope.Names = append(scope.Names, name)
		}
	}
	switch {
	case len(args) > 0 && namespace != "":
		return scope, errors.New("namespaces can be given as arguments or with -n/--namespace, not both")
	case f.allNamespaces && (len(args) > 0 || namespace != ""):
		return scope, errors.New("-A/--all-namespaces cannot be used with -n/--namespace or namespaces as arguments")
	case f.selector != "" && (len(args) > 0 || namespace != ""):
		return scope, errors.New("-l/--selector cannot be used with -n/--namespace or namespaces as arguments")
	case namespace != "":
		scope.Names = []string{namespace}
	}
	for _, name := range scope.Names {
		if err := validNamespace(name); err != nil {
			return scope, err
		}
	}
	if f.selector != "" {
		selector, err := labels.Parse(f.selector)
		if err != nil {
			return scope, fmt.Errorf("invalid -l/--selector %q: %w", f.selector, err)
		}
		scope.Selector = selector
	}
	return scope, scope.Validate()
}

// validNamespace refuses what no namespace can be called.
func validNamespace(name string) error {
	if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
		return fmt.Errorf("invalid namespace %q: %s", name, problems[0])
	}
	return nil
}

// commandLine repeats the scope, for the command that comes next.
func (f *scopeFlags) commandLine(scope inventory.Scope) string {
	var words []string
	words = append(words, scope.Names...)
	if f.selector != "" {
		words = append(words, "-l", f.selector)
	}
	for _, glob := range f.exclude {
		words = append(words, "--exclude", glob)
	}
	if scope.IncludeSystem {
		words = append(words, "--include-system")
	}
	return joinWords(words)
}

// joinWords makes a command line of words, each with a space before it.
func joinWords(words []string) string {
	var b strings.Builder
	for _, word := range words {
		b.WriteByte(' ')
		b.WriteString(shellQuote(word))
	}
	return b.String()
}

// shellQuote makes a text one word of a shell's command line.
func shellQuote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,", r)
	}
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
