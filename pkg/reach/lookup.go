package reach

// lookup finds the ends of connections by their names, each once: a file of expectations asks about the same ends again and
// again.
type lookup struct {
	cluster          *Cluster
	defaultNamespace string
	bySource         map[string]foundSource
	byDestination    map[destinationText]foundDestinations
}

type destinationText struct{ to, port string }

type foundSource struct {
	targets []target
	// malformed is what is wrong with the text, missing that nothing has that name.
	malformed, missing error
}

type foundDestinations struct {
	attempts           []attempt
	malformed, missing error
}

func newLookup(c *Cluster, defaultNamespace string) *lookup {
	return &lookup{c, defaultNamespace, map[string]foundSource{}, map[destinationText]foundDestinations{}}
}

// attempts are those of a question, with the error that [ParseQuestion] would give, or [Cluster.attempts].
func (l *lookup) attempts(from, to, port string) (attempts, error) {
	source, destination := l.source(from), l.destination(destinationText{to, port})
	for _, err := range []error{source.malformed, destination.malformed, source.missing, destination.missing} {
		if err != nil {
			return attempts{}, err
		}
	}
	return together(source.targets, destination.attempts)
}

func (l *lookup) source(from string) foundSource {
	found, known := l.bySource[from]
	if !known {
		var ref Ref
		if ref, found.malformed = parseSource(from, l.defaultNamespace); found.malformed == nil {
			found.targets, found.missing = l.cluster.sources(ref)
		}
		l.bySource[from] = found
	}
	return found
}

func (l *lookup) destination(text destinationText) foundDestinations {
	found, known := l.byDestination[text]
	if !known {
		var ref Ref
		var port Port
		if ref, port, found.malformed = parseDestination(text.to, text.port, l.defaultNamespace); found.malformed == nil {
			found.attempts, found.missing = l.cluster.destinations(ref, port)
		}
		l.byDestination[text] = found
	}
	return found
}
