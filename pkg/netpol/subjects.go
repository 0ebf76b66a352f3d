package netpol

import (
	"slices"

	"k8s.io/apimachinery/pkg/selection"
)

// subjects are the podSelectors of a namespace's policies, each distinct one once.
//
// Which of them select a pod is found without asking all: most demand a label and its value, so they are filed under one
// such pair.
type subjects struct {
	byPair map[[2]string][]*subject
	rest   []*subject
	keys   []string // of all labels that they ask for, in order
}

// subject is a podSelector and the policies that have it.
type subject struct {
	id       int
	selector *selector
	policies []*policy
}

// fileSubjects files each podSelector under the rarest pair of label and value that it demands.
func fileSubjects(policies []*policy) subjects {
	distinct := distinctSubjects(policies)
	count := map[[2]string]int{}
	var keys labelKeys
	for _, s := range distinct {
		keys.add(s.selector)
		for _, pair := range s.selector.demands() {
			count[pair]++
		}
	}
	filed := subjects{byPair: make(map[[2]string][]*subject, len(count)), keys: keys.sorted()}
	for _, s := range distinct {
		pairs := s.selector.demands()
		if len(pairs) == 0 {
			filed.rest = append(filed.rest, s)
			continue
		}
		rarest := slices.MinFunc(pairs, func(a, b [2]string) int { return count[a] - count[b] })
		filed.byPair[rarest] = append(filed.byPair[rarest], s)
	}
	return filed
}

func distinctSubjects(policies []*policy) []*subject {
	var distinct []*subject
	byText := map[string]*subject{}
	for _, p := range policies {
		text := p.subject.String()
		s := byText[text]
		if s == nil {
			s = &subject{id: len(distinct), selector: p.subject}
			byText[text] = s
			distinct = append(distinct, s)
		}
		s.policies = append(s.policies, p)
	}
	return distinct
}

// demands are the pairs of a label and a value without which the selector matches nothing.
func (s *selector) demands() [][2]string {
	var pairs [][2]string
	for i := range s.requirements {
		r := &s.requirements[i]
		if len(r.values) == 1 && (r.operator == selection.In || r.operator == selection.Equals) {
			pairs = append(pairs, [2]string{r.key, r.values[0]})
		}
	}
	return pairs
}

// selecting lists the podSelectors that select, surely or perhaps, a pod with those labels.
func (s *subjects) selecting(labels map[string]string) []*subject {
	var list []*subject
	ask := func(filed []*subject) {
		for _, one := range filed {
			if one.selector.matchLabels(labels) != never {
				list = append(list, one)
			}
		}
	}
	ask(s.rest)
	if len(s.byPair) > 0 {
		for key, value := range labels {
			ask(s.byPair[[2]string{key, value}])
		}
	}
	slices.SortFunc(list, func(a, b *subject) int { return a.id - b.id })
	return list
}
