package report

import (
	"iter"
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// answer is what a matrix says of one pair: the verdict, and what passes.
type answer struct {
	verdict v1alpha1.ReachVerdict
	ports   string
}

// answered is all destinations for which a source has the same answer.
type answered struct {
	answer
	destinations []string
}

// sourceRows are the rows of one source, or of all sources of a namespace.
type sourceRows struct {
	source string
	rows   []answered
}

// compactPairs makes the pairs of a matrix short without leaving anything out:
// a source has one row for each answer, with all destinations that have it.
// Destinations of one namespace with the same answer become NAMESPACE/*, those
// of several *, and sources of one namespace with the same rows NAMESPACE/*. A
// workload's way to itself is in no row. Pairs of one source follow each other.
func compactPairs(entries iter.Seq[v1alpha1.MatrixEntry], ports func(*v1alpha1.MatrixEntry) string) []sourceRows {
	var all []sourceRows
	var source string
	var pairs []pair
	end := func() {
		if len(pairs) > 0 {
			all = append(all, sourceRows{source, compactDestinations(source, pairs)})
		}
		pairs = pairs[:0]
	}
	for e := range entries {
		if e.From != source {
			end()
			source = e.From
		}
		pairs = append(pairs, pair{e.To, answer{e.Verdict, ports(&e)}})
	}
	end()
	return compactSources(all)
}

// pair is one destination and the answer for it.
type pair struct {
	to string
	answer
}

// compactDestinations joins the pairs of one source by answer.
func compactDestinations(source string, pairs []pair) []answered {
	var rows []answered
	add := func(a answer, destination string) {
		i := slices.IndexFunc(rows, func(r answered) bool { return r.answer == a })
		if i < 0 {
			i = len(rows)
			rows = append(rows, answered{answer: a})
		}
		rows[i].destinations = append(rows[i].destinations, destination)
	}
	namespaces := byNamespace(pairs, func(p pair) string { return p.to })
	if len(namespaces) > 1 && alike(pairs) {
		add(pairs[0].answer, "*")
		return rows
	}
	for _, group := range namespaces {
		// In its own namespace a source is missing among the destinations.
		namespace := namespaceOf(group[0].to)
		if (len(group) > 1 || namespace == namespaceOf(source)) && alike(group) {
			add(group[0].answer, namespace+"/*")
			continue
		}
		for _, p := range group {
			add(p.answer, p.to)
		}
	}
	slices.SortStableFunc(rows, func(a, b answered) int {
		return slices.Index(verdictOrder, a.verdict) - slices.Index(verdictOrder, b.verdict)
	})
	return rows
}

var verdictOrder = []v1alpha1.ReachVerdict{v1alpha1.ReachAllowed, v1alpha1.ReachUnknown, v1alpha1.ReachDenied}

func alike(pairs []pair) bool {
	return !slices.ContainsFunc(pairs, func(p pair) bool { return p.answer != pairs[0].answer })
}

// compactSources joins the sources of a namespace where all have the same rows.
func compactSources(all []sourceRows) []sourceRows {
	var out []sourceRows
	for _, group := range byNamespace(all, func(s sourceRows) string { return s.source }) {
		differs := func(s sourceRows) bool {
			return !slices.EqualFunc(s.rows, group[0].rows, func(a, b answered) bool {
				return a.answer == b.answer && slices.Equal(a.destinations, b.destinations)
			})
		}
		if len(group) > 1 && !slices.ContainsFunc(group, differs) {
			group = []sourceRows{{namespaceOf(group[0].source) + "/*", group[0].rows}}
		}
		out = append(out, group...)
	}
	return out
}

// byNamespace groups by the namespace of a reference, in order of their first.
func byNamespace[T any](all []T, ref func(T) string) [][]T {
	var groups [][]T
	at := map[string]int{}
	// Mostly the next is of the same namespace.
	last, i := "", -1
	for _, one := range all {
		if namespace := namespaceOf(ref(one)); namespace != last || i < 0 {
			var seen bool
			if i, seen = at[namespace]; !seen {
				i = len(groups)
				at[namespace] = i
				groups = append(groups, nil)
			}
			last = namespace
		}
		groups[i] = append(groups[i], one)
	}
	return groups
}

// namespaceOf is the namespace of NAMESPACE/KIND/NAME.
func namespaceOf(ref string) string {
	namespace, _, _ := strings.Cut(ref, "/")
	return namespace
}
