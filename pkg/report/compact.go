package report

import (
	"slices"
	"strings"
)

// pairRow is a row of a matrix: who, the verdict, whom, and what passes.
type pairRow struct{ from, verdict, to, answer string }

// compactPairs makes the rows of a matrix short without leaving anything out:
// destinations of one namespace to which a source has the same answer become
// NAMESPACE/*, all of them *, and sources of one namespace with the same rows
// NAMESPACE/*. A workload's way to itself is in no row.
func compactPairs(rows []Row) [][]string {
	var sources []string
	bySource := map[string][]pairRow{}
	for _, row := range rows {
		r := pairRow{row.Cells[0], row.Cells[1], row.Cells[2], row.Cells[3]}
		if bySource[r.from] == nil {
			sources = append(sources, r.from)
		}
		bySource[r.from] = append(bySource[r.from], r)
	}
	for _, source := range sources {
		bySource[source] = compactDestinations(source, bySource[source])
	}
	var out [][]string
	for _, group := range byNamespace(sources) {
		if len(group) > 1 && sameRows(group, bySource) {
			everyone := namespaceOf(group[0]) + "/*"
			for _, r := range bySource[group[0]] {
				out = append(out, []string{everyone, r.verdict, r.to, r.answer})
			}
			continue
		}
		for _, source := range group {
			for _, r := range bySource[source] {
				out = append(out, []string{r.from, r.verdict, r.to, r.answer})
			}
		}
	}
	return out
}

// compactDestinations joins the rows of one source by destination namespace.
func compactDestinations(source string, rows []pairRow) []pairRow {
	alike := func(rows []pairRow) bool {
		return !slices.ContainsFunc(rows, func(r pairRow) bool { return r.verdict != rows[0].verdict || r.answer != rows[0].answer })
	}
	if len(rows) > 1 && alike(rows) {
		return []pairRow{{source, rows[0].verdict, "*", rows[0].answer}}
	}
	var out []pairRow
	for len(rows) > 0 {
		namespace := namespaceOf(rows[0].to)
		end := slices.IndexFunc(rows, func(r pairRow) bool { return namespaceOf(r.to) != namespace })
		if end < 0 {
			end = len(rows)
		}
		// In its own namespace a source is missing among the destinations.
		if (end > 1 || namespace == namespaceOf(source)) && alike(rows[:end]) {
			out = append(out, pairRow{source, rows[0].verdict, namespace + "/*", rows[0].answer})
		} else {
			out = append(out, rows[:end]...)
		}
		rows = rows[end:]
	}
	return out
}

// byNamespace groups references by namespace, in order of their first.
func byNamespace(refs []string) [][]string {
	var groups [][]string
	at := map[string]int{}
	for _, ref := range refs {
		namespace := namespaceOf(ref)
		i, seen := at[namespace]
		if !seen {
			i = len(groups)
			at[namespace] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], ref)
	}
	return groups
}

func sameRows(sources []string, rows map[string][]pairRow) bool {
	return !slices.ContainsFunc(sources, func(source string) bool {
		return !slices.EqualFunc(rows[source], rows[sources[0]], func(a, b pairRow) bool {
			return a.verdict == b.verdict && a.to == b.to && a.answer == b.answer
		})
	})
}

// namespaceOf is the namespace of NAMESPACE/KIND/NAME.
func namespaceOf(ref string) string {
	namespace, _, _ := strings.Cut(ref, "/")
	return namespace
}
