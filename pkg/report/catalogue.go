package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/baseline"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// Catalogue is the view of the catalogue of policies. Its documents are their
// manifests, its names those of the entries. All that it says of what a policy
// does is computed.
func Catalogue(entries []baseline.Entry, namespace string) View {
	v := View{
		Columns:     []string{"NAME", "RESTRICTS", "INGRESS", "EGRESS", "FOR"},
		WideColumns: []string{"POLICY"},
		RowsAsNames: true,
	}
	for _, e := range entries {
		set := e.Set(baseline.DNS{})
		effects := set.Effects()
		np := e.Policy(namespace)
		v.Rows = append(v.Rows, Row{
			Cells:     []string{e.Name, restricts(set), passing(effects, netpol.Ingress), passing(effects, netpol.Egress), e.Purpose},
			WideCells: []string{e.ObjectName()},
			Name:      e.Name,
			Object:    np,
		})
		v.Documents = append(v.Documents, np)
	}
	return v
}

// shortPeers are the peers as a table's cell has room for them.
var shortPeers = strings.NewReplacer("pods of the same namespace", "own namespace", "pods of other namespaces", "other namespaces",
	"nodes and the API server", "nodes", "addresses outside the cluster", "outside", "the cluster's DNS", "DNS")

// passing sums up a direction in a cell.
func passing(effects []baseline.Effect, direction netpol.Direction) string {
	everything := !slices.ContainsFunc(effects, func(e baseline.Effect) bool {
		return e.Direction == direction && e.Extent != baseline.ExtentAll
	})
	switch peers := baseline.Passing(effects, direction); {
	case everything:
		return "everything"
	case len(peers) == 0:
		return "nothing"
	default:
		return shortPeers.Replace(strings.Join(peers, ", "))
	}
}

func restricts(set baseline.Set) string {
	directions := set.Restricts()
	if len(directions) == 0 {
		return "no"
	}
	texts := make([]string, len(directions))
	for i, d := range directions {
		texts[i] = string(d)
	}
	return strings.Join(texts, ", ")
}

// WriteEntry writes all that is to be said about one policy of the catalogue.
func WriteEntry(w io.Writer, e baseline.Entry, width int) error {
	set := e.Set(baseline.DNS{})
	_, err := fmt.Fprintf(w, "NAME:       %s\nPOLICY:     %s\nFOR:        %s\nRESTRICTS:  %s\n\nWHAT IT ALLOWS AND BLOCKS (of pods that no other policy selects)\n",
		e.Name, e.ObjectName(), e.Purpose, restricts(set))
	if err != nil {
		return err
	}
	table := Table{Columns: []string{"DIRECTION", "PEER", "TRAFFIC"}}
	for _, effect := range set.Effects() {
		preposition := "from "
		if effect.Direction == netpol.Egress {
			preposition = "to "
		}
		table.Rows = append(table.Rows, []string{string(effect.Direction), preposition + effect.Peer, string(effect.Extent)})
	}
	if err := table.Write(w, TableOptions{Width: width}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\nA pod's traffic with itself, and what comes from its own node (kubelet probes), is always allowed.\n\nTO KNOW BEFORE\n%s\n",
		WrapParagraphs(e.Advice, width))
	return err
}
