package reach

import (
	"fmt"
	"net/netip"
	"strings"
)

// Ref is one end of a connection as users name it.
type Ref struct {
	// Addr is an IP address; the other fields are empty then.
	Addr netip.Addr
	// Namespace, Kind and Name are an object, Kind in lower case.
	Namespace, Kind, Name string
}

// String is NAMESPACE/KIND/NAME, or the address.
func (r Ref) String() string {
	if r.Addr.IsValid() {
		return r.Addr.String()
	}
	return r.Namespace + "/" + r.Kind + "/" + r.Name
}

// ParseRef reads NAMESPACE/NAME (a pod), NAMESPACE/KIND/NAME, an IP address,
// and where a namespace is given as the default also NAME and KIND/NAME. A
// known kind in first place wins over a namespace of that name.
func ParseRef(text, defaultNamespace string) (Ref, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return Ref{Addr: addr.Unmap().WithZone("")}, nil
	}
	if _, err := netip.ParsePrefix(text); err == nil {
		return Ref{}, fmt.Errorf("%q is a range: name one of its addresses", text)
	}
	parts := strings.Split(text, "/")
	for _, part := range parts {
		if part == "" {
			return Ref{}, badRef(text)
		}
	}
	needsNamespace := func(r Ref) (Ref, error) {
		if defaultNamespace == "" {
			return Ref{}, fmt.Errorf("%q names no namespace: write NAMESPACE/%s, or give -n", clip(text), clip(text))
		}
		r.Namespace = defaultNamespace
		return r, nil
	}
	switch len(parts) {
	case 1:
		return needsNamespace(Ref{Kind: podKind, Name: parts[0]})
	case 2:
		if kind, ok := lookupKind(parts[0]); ok {
			return needsNamespace(Ref{Kind: kind, Name: parts[1]})
		}
		return Ref{Namespace: parts[0], Kind: podKind, Name: parts[1]}, nil
	case 3:
		kind, ok := lookupKind(parts[1])
		if !ok {
			return Ref{}, fmt.Errorf("%q: unknown kind %q (known are pod, deployment, replicaset, statefulset, daemonset, job, cronjob, replicationcontroller, service)",
				clip(text), clip(parts[1]))
		}
		return Ref{Namespace: parts[0], Kind: kind, Name: parts[2]}, nil
	}
	return Ref{}, badRef(text)
}

func badRef(text string) error {
	return fmt.Errorf("%q is neither NAMESPACE/NAME, NAMESPACE/KIND/NAME nor an IP address", clip(text))
}

// maxQuoted bounds what a message repeats of the input, in bytes.
const maxQuoted = 200

func clip(text string) string {
	if len(text) <= maxQuoted {
		return text
	}
	return strings.ToValidUTF8(text[:maxQuoted], "") + "..."
}
