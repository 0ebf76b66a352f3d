package reach

import (
	"slices"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// EndpointNamespace returns the namespace whose endpoints a text may become, as ParseRef reads it; empty as long as the
// text does not say.
func EndpointNamespace(text, defaultNamespace string) string {
	first, _, more := strings.Cut(text, "/")
	if _, isKind := lookupKind(first); !more || isKind && defaultNamespace != "" {
		return defaultNamespace
	}
	return first
}

// Suggest lists the endpoints that a text may become, in order, each as ParseRef reads it. Services are destinations
// only. The pods of a controller are listed once the text asks for pods: they are many, and the controller means them.
func Suggest(inv *inventory.Inventory, text, defaultNamespace string, destination bool) []string {
	s := suggestions{text: text}
	namespace := EndpointNamespace(text, defaultNamespace)
	if namespace == "" || namespace != defaultNamespace || strings.HasPrefix(text, namespace+"/") {
		s.lead = namespace + "/"
	}
	rest := strings.TrimPrefix(text, s.lead)
	s.word, _, s.hasKind = strings.Cut(rest, "/")
	s.kind, _ = lookupKind(s.word)
	for _, list := range [][]inventory.Workload{inv.Workloads, inv.Templates} {
		for i := range list {
			if w := &list[i]; w.Namespace == namespace && !w.Finished {
				s.add(w.Kind, w.Name, nameable(w.Controller))
			}
		}
	}
	for i := range inv.Services {
		if svc := &inv.Services[i]; destination && svc.Namespace == namespace {
			s.add(serviceKind, svc.Name, false)
		}
	}
	slices.Sort(s.found)
	return slices.Compact(s.found)
}

// suggestions are the words that a text may become.
type suggestions struct {
	text string
	// lead is NAMESPACE/ where the text has it, or needs it.
	lead string
	// word is what follows it, up to a slash; kind is the kind that it means, if it means one.
	word, kind string
	hasKind    bool
	found      []string
}

// add takes an object in each form that the text may become. made says that a controller stands for it.
func (s *suggestions) add(kind, name string, made bool) {
	asked := s.hasKind && s.kind == kind
	if !made || asked {
		s.offer(kind + "/" + name)
	}
	if asked {
		// The kind as the user writes it.
		s.offer(s.word + "/" + name)
	}
	if kind == podKind && s.word != "" {
		s.offer(name)
	}
}

func (s *suggestions) offer(rest string) {
	if word := s.lead + rest; strings.HasPrefix(word, s.text) {
		s.found = append(s.found, word)
	}
}
