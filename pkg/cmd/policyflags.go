package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/inventory/live"
	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// policyFlags say what namespaces get: a policy of the catalogue, or those of a file.
type policyFlags struct {
	entry baseline.Entry
	// file is the set of --policy-file; without a name where that was not given.
	file baseline.Set

	name, filename string
}

func (f *policyFlags) addFlags(cmd *cobra.Command) {
	f.name = baseline.DefaultEntry
	cmd.Flags().Var(&oneName{name: &f.name}, "policy", fmt.Sprintf(
		"The policy of the catalogue that namespaces get. One of: (%s). %s policies NAME says what it allows and blocks.", strings.Join(baseline.Names(), ", "), displayName))
	cmd.Flags().StringVar(&f.filename, "policy-file", "",
		"Give namespaces the NetworkPolicies of a file (- is standard input) instead: one or more, without a namespace. All of them are made in a namespace, or none.")
	_ = cmd.RegisterFlagCompletionFunc("policy", completeWords(entryCompletions()))
	_ = cmd.MarkFlagFilename("policy-file", "json", "yaml", "yml")
}

// oneName is the value of --policy. Given twice, the last would win without a word, and a namespace would get less isolation
// than somebody meant.
type oneName struct {
	name  *string
	given bool
}

func (n *oneName) String() string { return *n.name }

// Type is the word that help gives for the value.
func (*oneName) Type() string { return "string" }

// Set takes the name.
func (n *oneName) Set(name string) error {
	if n.given && name != *n.name {
		return fmt.Errorf("it takes one policy, and %q is given too: several are made from a --policy-file", *n.name)
	}
	*n.name, n.given = name, true
	return nil
}

// entryCompletions are the names of the catalogue, with what they are for.
func entryCompletions() []string {
	var names []string
	for _, e := range baseline.Catalogue {
		names = append(names, e.Name+"\t"+e.Purpose)
	}
	return names
}

// lookupEntry finds an entry of the catalogue. What it was given by is named in the error.
func lookupEntry(given, name string) (baseline.Entry, error) {
	entry, known := baseline.Lookup(name)
	if !known {
		return entry, fmt.Errorf("%s %q%s: it is one of %s", given, name, report.DidYouMean(name, baseline.Names()), strings.Join(baseline.Names(), ", "))
	}
	return entry, nil
}

// validate refuses flags that contradict each other.
func (f *policyFlags) validate(cmd *cobra.Command) error {
	var err error
	if f.entry, err = lookupEntry("invalid --policy", f.name); err != nil {
		return err
	}
	switch flags := cmd.Flags(); {
	case !flags.Changed("policy-file"):
		return nil
	case flags.Changed("policy"):
		return errors.New("only one of --policy and --policy-file can be used")
	case f.filename == "":
		return errors.New("--policy-file is empty")
	}
	return nil
}

// load reads the file, before anything is asked of a cluster.
func (f *policyFlags) load(streams Streams) error {
	if f.filename == "" {
		return nil
	}
	templates, err := manifests.ReadTemplates(f.filename, streams.In)
	if err != nil {
		return err
	}
	f.file = baseline.NewSet(fileSetName(f.filename), templates)
	return nil
}

// fileSetName is what the annotation cis532.io/policy says of policies of a
// file: the file's base name, which must not pass for an entry of the catalogue.
func fileSetName(filename string) string {
	name := filepath.Base(filename)
	if _, taken := baseline.Lookup(name); taken || filename == "-" {
		return "file"
	}
	return name
}

// setName is what reports call the policies, also where the file of them could not be read.
func (f *policyFlags) setName() string {
	if f.filename != "" {
		return fileSetName(f.filename)
	}
	return f.entry.Name
}

// readsStdin says that the policies come from standard input.
func (f *policyFlags) readsStdin() bool { return f.filename == "-" }

// unresolved is what the namespaces get where nothing is known of the cluster's DNS.
func (f *policyFlags) unresolved() baseline.Set {
	if f.file.Name != "" {
		return f.file
	}
	return f.entry.Set(baseline.DNS{})
}

// resolve says what the namespaces get. Where that hangs on the cluster's DNS,
// it is read; a nil reader has none.
func (f *policyFlags) resolve(ctx context.Context, g *globals, reader *live.Reader, inv *inventory.Inventory) (baseline.Set, error) {
	if f.file.Name != "" || !f.entry.NamesDNS() {
		return f.unresolved(), nil
	}
	if reader != nil {
		if err := reader.Complete(ctx, inv, live.More{DNS: true, DNSPods: true}); err != nil {
			return baseline.Set{}, err
		}
	}
	g.explainDNS(inv)
	return f.entry.Set(baseline.DNSOf(inv)), nil
}

// commandLine repeats the flags, for the command that comes next.
func (f *policyFlags) commandLine() string {
	switch {
	case f.filename != "":
		return joinWords([]string{"--policy-file", f.filename})
	case f.name != baseline.DefaultEntry:
		return joinWords([]string{"--policy", f.name})
	default:
		return ""
	}
}

// explainDNS says where the pods are allowed to ask for names, where that was not found out.
func (g *globals) explainDNS(inv *inventory.Inventory) {
	switch dns := baseline.DNSOf(inv); {
	case inv.DNS.Unknown != nil:
		g.warn("the cluster's DNS could not be read: the policy names where it is %s: %v", dns, inv.DNS.Unknown)
	case dns.Known():
		g.tell("DNS: %s", dns)
	default:
		g.tell("DNS: no DNS Service was found: the policy names where it is %s", dns)
	}
}
