package reach

import (
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Port is a port as users name it; the zero value is all ports.
type Port struct {
	// Number is 1 to 65535; 0 where Name is given, or for all ports.
	Number int32
	// Name is a port's name at the destination.
	Name string
	// Protocol is TCP, UDP or SCTP.
	Protocol corev1.Protocol
}

// IsAll says that all ports are meant.
func (p Port) IsAll() bool { return p.Number == 0 && p.Name == "" }

// String is PORT/PROTOCOL.
func (p Port) String() string {
	if p.Name != "" {
		return p.Name + "/" + string(p.Protocol)
	}
	return fmt.Sprintf("%d/%s", p.Number, p.Protocol)
}

// ParsePort reads PORT[/PROTOCOL]: a number or a port's name, and TCP where
// nothing is said.
func ParsePort(text string) (Port, error) {
	port, protocol, given := strings.Cut(text, "/")
	p := Port{Protocol: corev1.ProtocolTCP}
	if given {
		p.Protocol = corev1.Protocol(strings.ToUpper(protocol))
		switch p.Protocol {
		case corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP:
		default:
			return Port{}, fmt.Errorf("port %q: unknown protocol %q (known are TCP, UDP, SCTP)", clip(text), clip(protocol))
		}
	}
	number, err := strconv.ParseInt(port, 10, 32)
	switch {
	case err == nil && number >= 1 && number <= 65535:
		p.Number = int32(number)
	case err == nil || port == "" || strings.Trim(port, "0123456789+-") == "":
		return Port{}, fmt.Errorf("port %q: must be between 1 and 65535", clip(text))
	case !isPortName(port):
		return Port{}, fmt.Errorf("port %q is neither a number nor a port's name", clip(text))
	default:
		p.Name = port
	}
	return p, nil
}

// isPortName says that a text could be a container port's name.
func isPortName(text string) bool {
	return len(text) <= 63 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
