package otherpolicy

// Match says whether a policy selects a pod. The bits are chosen so that & is "and" (the lesser) and | is "or" (the
// greater) of Kleene's three-valued logic.
type Match uint8

const (
	// Never : it surely does not.
	Never Match = 0b00
	// Perhaps : what was read does not tell.
	Perhaps Match = 0b01
	// Surely : it does.
	Surely Match = 0b11
)

// String is for messages.
func (m Match) String() string {
	switch m {
	case Never:
		return "never"
	case Surely:
		return "surely"
	default:
		return "perhaps"
	}
}

func matchIf(b bool) Match {
	if b {
		return Surely
	}
	return Never
}

// negated is Kleene's "not": what is not known stays so.
func (m Match) negated() Match {
	switch m {
	case Never:
		return Surely
	case Surely:
		return Never
	default:
		return Perhaps
	}
}
