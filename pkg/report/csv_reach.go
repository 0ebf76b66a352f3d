package report

import (
	"errors"
	"strconv"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

func (w *csvWriter) reach(r *v1alpha1.ReachReport) error {
	err := w.Write([]string{
		"source", "destination", "via", "port", "protocol", "verdict", "allowed", "unknown",
		"egress", "egress_rules", "ingress", "ingress_rules", "notes",
	})
	for i := range r.Connections {
		if err != nil {
			return err
		}
		c := &r.Connections[i]
		port := ""
		if c.Port != 0 {
			port = strconv.Itoa(int(c.Port))
		}
		err = w.row(c.From, c.To, c.Via, port, c.Protocol, string(c.Verdict), strings.Join(c.Allowed, "\n"), strings.Join(c.Unknown, "\n"),
			decisionVerdict(c.Egress), ruleReferences(c.Egress), decisionVerdict(c.Ingress), ruleReferences(c.Ingress), strings.Join(c.Notes, "\n"))
	}
	return err
}

// ruleReferences are the rules that decided a direction, one in a line.
func ruleReferences(d *v1alpha1.DirectionDecision) string {
	if d == nil {
		return ""
	}
	rules := make([]string, len(d.Rules))
	for i, r := range d.Rules {
		rules[i] = r.Policy + " " + r.Rule
	}
	return strings.Join(rules, "\n")
}

func (w *csvWriter) matrix(m *v1alpha1.ReachMatrix) error {
	err := w.Write([]string{"source", "destination", "port", "protocol", "verdict", "allowed", "unknown"})
	port := ""
	if m.Port != 0 {
		port = strconv.Itoa(int(m.Port))
	}
	for i := range m.Entries {
		if err != nil {
			return err
		}
		e := &m.Entries[i]
		err = w.row(e.From, e.To, port, m.Protocol, string(e.Verdict), strings.Join(e.Allowed, "\n"), strings.Join(e.Unknown, "\n"))
	}
	return err
}

func (w *csvWriter) expectations(r *v1alpha1.ReachExpectations) error {
	err := w.Write([]string{"line", "source", "destination", "port", "expected", "got", "error", "decided_by"})
	if r.Summary.Lines == 0 {
		err = errors.Join(err, w.row("", "", "", "", "", "", nothingExpected, ""))
	}
	for i := range r.Mismatches {
		if err != nil {
			return err
		}
		m := &r.Mismatches[i]
		err = w.row(strconv.Itoa(m.Line), m.From, m.To, m.Port, string(m.Expected), string(m.Got), m.Error, m.Decided)
	}
	return err
}
