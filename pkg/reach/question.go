package reach

import (
	"errors"
	"fmt"
	"iter"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
)

// Question is one question about a connection.
type Question struct {
	From, To Ref
	// Port is what the connection goes to; the zero value asks for all ports.
	Port Port
}

// ParseQuestion reads the two ends and the port; an empty port asks for all.
func ParseQuestion(from, to, port, defaultNamespace string) (Question, error) {
	var q Question
	var err error
	if q.From, err = parseSource(from, defaultNamespace); err != nil {
		return q, err
	}
	q.To, q.Port, err = parseDestination(to, port, defaultNamespace)
	return q, err
}

func parseSource(from, defaultNamespace string) (Ref, error) {
	ref, err := ParseRef(from, defaultNamespace)
	if err != nil {
		return ref, fmt.Errorf("source %w", err)
	}
	if ref.Kind == serviceKind {
		return ref, fmt.Errorf("source %s: a Service makes no connections: name its pods", ref)
	}
	return ref, nil
}

func parseDestination(to, port, defaultNamespace string) (Ref, Port, error) {
	ref, err := ParseRef(to, defaultNamespace)
	if err != nil {
		return ref, Port{}, fmt.Errorf("destination %w", err)
	}
	if port == "" {
		return ref, Port{}, nil
	}
	p, err := ParsePort(port)
	return ref, p, err
}

// attempt is a connection that a question means, down to the pod and its port.
type attempt struct {
	from, to target
	// port is a number; IsAll where all ports are asked for.
	port Port
	// via is the Service and its port, where the destination is one.
	via string
}

// errNoPods : a Service's selector picks no pod.
var errNoPods = errors.New("its selector picks no pod")

// maxAttempts bounds the connections that one question may mean.
const maxAttempts = 1_000_000

// attempts are the connections that a question means: from each source to each destination.
type attempts struct {
	sources []target
	// destinations are attempts whose source is not set.
	destinations []attempt
}

func (a *attempts) len() int { return len(a.sources) * len(a.destinations) }

func (a *attempts) all() iter.Seq[attempt] {
	return func(yield func(attempt) bool) {
		for _, from := range a.sources {
			for _, connection := range a.destinations {
				connection.from = from
				if !yield(connection) {
					return
				}
			}
		}
	}
}

// attempts turns a question into connections.
func (c *Cluster) attempts(q Question) (attempts, error) {
	sources, err := c.sources(q.From)
	if err != nil {
		return attempts{}, err
	}
	destinations, err := c.destinations(q.To, q.Port)
	if err != nil {
		return attempts{}, err
	}
	return together(sources, destinations)
}

func together(sources []target, destinations []attempt) (attempts, error) {
	a := attempts{sources, destinations}
	if a.len() > maxAttempts {
		return a, fmt.Errorf("%d sources and %d destinations make %d connections, more than %d: name pods", len(sources), len(destinations), a.len(), maxAttempts)
	}
	return a, nil
}

func (c *Cluster) sources(from Ref) ([]target, error) {
	found, err := c.find(from)
	if err != nil {
		return nil, fmt.Errorf("source %w", err)
	}
	return found, nil
}

// destinations are attempts without their source.
func (c *Cluster) destinations(to Ref, port Port) ([]attempt, error) {
	found, err := c.findPorts(to, port)
	if err != nil {
		return nil, fmt.Errorf("destination %w", err)
	}
	return found, nil
}

func (c *Cluster) findPorts(ref Ref, port Port) ([]attempt, error) {
	if s := c.service(ref); s != nil {
		return c.throughService(s, port)
	}
	if ref.Kind == serviceKind {
		return nil, c.notFound(ref)
	}
	found, err := c.find(ref)
	if err != nil {
		return nil, err
	}
	var all []attempt
	for _, to := range found {
		ports, err := c.portsAt(to, port)
		if err != nil {
			return nil, err
		}
		for _, port := range ports {
			all = append(all, attempt{to: to, port: port})
		}
	}
	return all, nil
}

// service returns the Service that a reference means, by its name or its address.
func (c *Cluster) service(ref Ref) *inventory.Service {
	if ref.Addr.IsValid() {
		if _, isPod := c.policies.PodAt(ref.Addr); isPod {
			return nil
		}
		return c.byAddr[ref.Addr]
	}
	if ref.Kind != serviceKind {
		return nil
	}
	return c.services[ref.Namespace+"/"+ref.Name]
}

// throughService turns a connection to a Service into connections to its pods'
// target ports, as it is judged: "Service traffic is judged after the Service
// address became a pod address and target port". A headless Service translates
// nothing: its name is its pods' addresses.
func (c *Cluster) throughService(s *inventory.Service, asked Port) ([]attempt, error) {
	name := s.Namespace + "/" + serviceKind + "/" + s.Name
	switch {
	case s.ExternalName != "":
		return nil, fmt.Errorf("%s stands for the DNS name %q, outside of what policies can be asked about", name, clip(s.ExternalName))
	case len(s.Selector) == 0:
		return nil, fmt.Errorf("%s has no selector: its endpoints are made by somebody else; name an address of theirs", name)
	}
	pods := c.targets(c.servicePods[s])
	if len(pods) == 0 {
		return nil, fmt.Errorf("%s: %w", name, errNoPods)
	}
	var all []attempt
	if s.Headless && asked.Name == "" {
		for _, pod := range pods {
			all = append(all, attempt{to: pod, port: asked, via: name})
		}
		return all, nil
	}
	ports, err := servicePorts(s, name, asked)
	if err != nil {
		return nil, err
	}
	for _, port := range ports {
		via := fmt.Sprintf("%s %d/%s", name, port.Port, protocolOf(port))
		for _, pod := range pods {
			targets, err := c.portsAt(pod, targetPort(port))
			if errors.Is(err, errNoSuchPort) {
				// The endpoints controller leaves such a pod out for this port.
				continue
			}
			if err != nil {
				return nil, err
			}
			for _, target := range targets {
				all = append(all, attempt{to: pod, port: target, via: via})
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no container of its pods declares the target port", name)
	}
	return all, nil
}

// servicePorts picks the ports of a Service that are meant: one, or all. A
// headless Service has names for ports, but numbers mean the pods' own.
func servicePorts(s *inventory.Service, name string, port Port) ([]corev1.ServicePort, error) {
	switch {
	case len(s.Ports) == 0:
		return nil, fmt.Errorf("%s has no ports", name)
	case port.IsAll():
		return s.Ports, nil
	}
	offered := ""
	for _, p := range s.Ports {
		if protocolOf(p) == port.Protocol && (port.Name != "" && p.Name == port.Name || port.Name == "" && p.Port == port.Number) {
			return []corev1.ServicePort{p}, nil
		}
		offered += fmt.Sprintf(" %d/%s", p.Port, protocolOf(p))
	}
	return nil, fmt.Errorf("%s has no port %s (it has%s)", name, port, offered)
}

func protocolOf(p corev1.ServicePort) corev1.Protocol {
	if p.Protocol == "" {
		return corev1.ProtocolTCP
	}
	return p.Protocol
}

// targetPort is the pod's port behind a Service's: by default the same number.
func targetPort(p corev1.ServicePort) Port {
	switch {
	case p.TargetPort.Type == intstr.String && p.TargetPort.StrVal != "":
		return Port{Name: p.TargetPort.StrVal, Protocol: protocolOf(p)}
	case p.TargetPort.Type == intstr.Int && p.TargetPort.IntVal != 0:
		return Port{Number: p.TargetPort.IntVal, Protocol: protocolOf(p)}
	default:
		return Port{Number: p.Port, Protocol: protocolOf(p)}
	}
}

// errNoSuchPort : no container of the pod declares a port of that name.
var errNoSuchPort = errors.New("no container declares such a port")

// portsAt turns a port's name into its numbers at a pod.
func (c *Cluster) portsAt(to target, port Port) ([]Port, error) {
	if port.Name == "" {
		return []Port{port}, nil
	}
	if to.index < 0 {
		return nil, fmt.Errorf("%s: port %q: only a pod's ports have names", to.name, port.Name)
	}
	var numbers []Port
	for _, p := range c.workloads[to.index].Ports {
		protocol := p.Protocol
		if protocol == "" {
			protocol = corev1.ProtocolTCP
		}
		if p.Name == port.Name && protocol == port.Protocol {
			numbers = append(numbers, Port{Number: p.Port, Protocol: protocol})
			break
		}
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("%s: port %s: %w", to.name, port, errNoSuchPort)
	}
	return numbers, nil
}
