package otherpolicy

// Set are policies, filed by the namespaces that they may have a say in.
type Set struct {
	clusterWide []*Policy
	byNamespace map[string][]*Policy
}

// NewSet files policies. Those without any effect are left out.
func NewSet(policies []*Policy) *Set {
	s := &Set{byNamespace: map[string][]*Policy{}}
	for _, p := range policies {
		switch {
		case !p.Counts():
		case p.namespaced:
			s.byNamespace[p.Namespace] = append(s.byNamespace[p.Namespace], p)
		default:
			s.clusterWide = append(s.clusterWide, p)
		}
	}
	return s
}

// In are the policies that live in a namespace, and those that live in none.
func (s *Set) In(namespace string) []*Policy {
	own := s.byNamespace[namespace]
	if len(own) == 0 {
		return s.clusterWide
	}
	all := make([]*Policy, 0, len(own)+len(s.clusterWide))
	return append(append(all, own...), s.clusterWide...)
}

// LivesIn says that the policy is an object of that namespace.
func (p *Policy) LivesIn(namespace string) bool { return p.namespaced && p.Namespace == namespace }

// IsEmpty says that no policy has any effect.
func (s *Set) IsEmpty() bool { return len(s.clusterWide)+len(s.byNamespace) == 0 }
