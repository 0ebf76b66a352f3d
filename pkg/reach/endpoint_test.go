package reach_test

import (
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/reach"
)

func TestParseRef(t *testing.T) {
	for _, tt := range []struct{ name, text, namespace, want string }{
		{"two parts are a pod in a namespace", "shop/web-0", "", "shop/pod/web-0"},
		{"three parts name the kind", "shop/deployment/web", "", "shop/deployment/web"},
		{"kinds may be short", "shop/deploy/web", "", "shop/deployment/web"},
		{"kinds may be plural", "data/statefulsets/db", "", "data/statefulset/db"},
		{"sts is a StatefulSet", "data/sts/db", "", "data/statefulset/db"},
		{"ds is a DaemonSet", "kube-system/ds/agent", "", "kube-system/daemonset/agent"},
		{"rs is a ReplicaSet", "shop/rs/web-5d4f", "", "shop/replicaset/web-5d4f"},
		{"rc is a ReplicationController", "shop/rc/old", "", "shop/replicationcontroller/old"},
		{"cj is a CronJob", "shop/cj/nightly", "", "shop/cronjob/nightly"},
		{"jobs are Jobs", "shop/jobs/import", "", "shop/job/import"},
		{"svc is a Service", "shop/svc/web", "", "shop/service/web"},
		{"po is a pod", "shop/po/web", "", "shop/pod/web"},
		{"kinds may be in any case", "shop/Deployment/web", "", "shop/deployment/web"},
		{"kinds may have their group", "shop/deployments.apps/web", "", "shop/deployment/web"},
		{"a name alone is a pod of the default namespace", "web", "shop", "shop/pod/web"},
		{"KIND/NAME is in the default namespace", "deploy/web", "shop", "shop/deployment/web"},
		{"a namespace that is given wins over the default", "data/db", "shop", "data/pod/db"},
		{"a known kind in first place wins over a namespace of that name", "pods/web", "shop", "shop/pod/web"},
		{"three parts reach into a namespace that is called like a kind", "jobs/pod/web", "", "jobs/pod/web"},
		{"an IPv4 address", "10.0.0.1", "", "10.0.0.1"},
		{"an IPv6 address", "fd00::1", "", "fd00::1"},
		{"an IPv6 address in long form is the same", "FD00:0:0:0:0:0:0:1", "", "fd00::1"},
		{"an IPv4 address written as IPv6 is the IPv4 address", "::ffff:10.0.0.1", "", "10.0.0.1"},
		{"the zone of an address is left out", "fe80::1%eth0", "", "fe80::1"},

		{"a name alone needs -n", "web", "", `error: "web" names no namespace: write NAMESPACE/web, or give -n`},
		{"KIND/NAME needs -n", "deploy/web", "", `error: "deploy/web" names no namespace: write NAMESPACE/deploy/web, or give -n`},
		{"a kind that is not known", "shop/ingress/web", "", `error: "shop/ingress/web": unknown kind "ingress" (known are pod, deployment, replicaset, statefulset, daemonset, job, cronjob, replicationcontroller, service)`},
		{"nothing", "", "shop", `error: "" is neither NAMESPACE/NAME, NAMESPACE/KIND/NAME nor an IP address`},
		{"an empty namespace", "/web", "shop", `error: "/web" is neither NAMESPACE/NAME, NAMESPACE/KIND/NAME nor an IP address`},
		{"an empty name", "shop/", "shop", `error: "shop/" is neither NAMESPACE/NAME, NAMESPACE/KIND/NAME nor an IP address`},
		{"an empty kind", "shop//web", "shop", `error: "shop//web" is neither NAMESPACE/NAME, NAMESPACE/KIND/NAME nor an IP address`},
		{"four parts", "a/b/c/d", "", `error: "a/b/c/d" is neither NAMESPACE/NAME, NAMESPACE/KIND/NAME nor an IP address`},
		{"a CIDR", "10.0.0.0/8", "", `error: "10.0.0.0/8" is a range: name one of its addresses`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ref, err := reach.ParseRef(tt.text, tt.namespace)
			got := ref.String()
			if err != nil {
				got = "error: " + err.Error()
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestMessagesAboutHostileEndsAreShort(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, text := range []string{long, long + "/" + long, "a/" + long + "/b", strings.Repeat("/", 1<<20), strings.Repeat("\xff", 1<<20)} {
		if _, err := reach.ParseRef(text, ""); err != nil && len(err.Error()) > 2000 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
		if _, err := reach.ParsePort(text); err == nil || len(err.Error()) > 2000 {
			t.Errorf("port: %v", err)
		}
	}
}

func TestParsePort(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a number is of TCP", "80", "80/TCP"},
		{"a number and a protocol", "53/UDP", "53/UDP"},
		{"protocols may be in lower case", "53/udp", "53/UDP"},
		{"SCTP", "3868/SCTP", "3868/SCTP"},
		{"a port's name", "http", "http/TCP"},
		{"a port's name and a protocol", "dns/UDP", "dns/UDP"},
		{"a name may begin with a digit", "9p", "9p/TCP"},
		{"the first port", "1", "1/TCP"},
		{"the last port", "65535", "65535/TCP"},
		{"leading zeros do not matter", "0080", "80/TCP"},

		{"no port", "0", `error: port "0": must be between 1 and 65535`},
		{"one too many", "65536", `error: port "65536": must be between 1 and 65535`},
		{"a negative one", "-1", `error: port "-1": must be between 1 and 65535`},
		{"more than 32 bits", "4294967376", `error: port "4294967376": must be between 1 and 65535`},
		{"nothing", "", `error: port "": must be between 1 and 65535`},
		{"only a protocol", "/TCP", `error: port "/TCP": must be between 1 and 65535`},
		{"a protocol that is not known", "80/ICMP", `error: port "80/ICMP": unknown protocol "ICMP" (known are TCP, UDP, SCTP)`},
		{"an empty protocol", "80/", `error: port "80/": unknown protocol "" (known are TCP, UDP, SCTP)`},
		{"two protocols", "80/TCP/UDP", `error: port "80/TCP/UDP": unknown protocol "TCP/UDP" (known are TCP, UDP, SCTP)`},
		{"a range", "80-90", `error: port "80-90": must be between 1 and 65535`},
		{"a hexadecimal number", "0x50", "0x50/TCP"},
		{"a name in upper case", "HTTP", `error: port "HTTP" is neither a number nor a port's name`},
		{"a name with a space", "a b", `error: port "a b" is neither a number nor a port's name`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			port, err := reach.ParsePort(tt.text)
			got := port.String()
			if err != nil {
				got = "error: " + err.Error()
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
