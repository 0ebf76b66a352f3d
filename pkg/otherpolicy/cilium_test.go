package otherpolicy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/otherpolicy"
)

// cnp is a CiliumNetworkPolicy in namespace shop, ccnp a clusterwide one.
func cnp(spec string) string {
	return "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: x, namespace: shop}, spec: " + spec + "}"
}

func ccnp(spec string) string {
	return "{apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {name: x}, spec: " + spec + "}"
}

// selecting is an endpointSelector, of a policy that is not clusterwide.
func selecting(selector string) string {
	return cnp("{endpointSelector: {" + selector + "}, ingress: [{}]}")
}

func everywhere(selector string) string {
	return ccnp("{endpointSelector: {" + selector + "}, ingress: [{}]}")
}

var (
	payments   = otherpolicy.Namespace{Name: "payments", Labels: map[string]string{"team": "money"}}
	undeclared = otherpolicy.Namespace{Name: "shop", LabelsUnknown: true}
	onHost     = otherpolicy.Pod{Labels: web.Labels, HostNetwork: true}
	template   = otherpolicy.Pod{Labels: map[string]string{"app": "web", "app.kubernetes.io/name": "web", "pod-template-hash": "1"}}
)

// selections are what a policy selects.
type selections []struct {
	name, text string
	ns         otherpolicy.Namespace
	pod        otherpolicy.Pod
	want       otherpolicy.Match
	// undecided is a part of the only reason; empty where there is none.
	undecided string
}

func (all selections) test(t *testing.T) {
	t.Helper()
	for _, tt := range all {
		t.Run(tt.name, func(t *testing.T) {
			p := policy(t, tt.text)
			if got := p.Selects(tt.ns, tt.pod); got != tt.want {
				t.Errorf("selects %v, want %v", got, tt.want)
			}
			reasons := strings.Join(p.Undecided(), "\n")
			if tt.undecided == "" && reasons != "" || !strings.Contains(reasons, tt.undecided) {
				t.Errorf("undecided: %q, want %q", reasons, tt.undecided)
			}
		})
	}
}

func TestCiliumSelectsEndpoints(t *testing.T) {
	const never, perhaps, surely = otherpolicy.Never, otherpolicy.Perhaps, otherpolicy.Surely
	selections{
		{"an empty selector takes every pod", selecting(""), shop, web, surely, ""},
		{"but not of another namespace", selecting(""), payments, web, never, ""},
		{"a clusterwide one takes every pod of every namespace", everywhere(""), payments, web, surely, ""},
		{"pods on the host network have their host's identity", everywhere(""), shop, onHost, never, ""},
		{"a node selector selects no pod", ccnp("{nodeSelector: {}, ingress: [{}]}"), shop, web, never, ""},
		{"nor a pod on the host network", ccnp("{nodeSelector: {}, ingress: [{}]}"), shop, onHost, never, ""},
		{"a label", selecting("matchLabels: {app: web}"), shop, web, surely, ""},
		{"another value", selecting("matchLabels: {app: db}"), shop, web, never, ""},
		{"a label that the pod does not have", selecting("matchLabels: {tier: web}"), shop, web, never, ""},
		{"a label of Kubernetes", selecting(`matchLabels: {"k8s:app": web}`), shop, web, surely, ""},
		{"a label of any source", selecting(`matchLabels: {"any:app": web}`), shop, web, surely, ""},
		{"a label of a container runtime is not read", selecting(`matchLabels: {"container:app": web}`), shop, web, perhaps, "only labels of Kubernetes are read"},
		{"a reserved label is no pod's", everywhere(`matchLabels: {"reserved:host": ""}`), shop, web, never, ""},
		{"the same by its short form", everywhere(`matchExpressions: [{key: $host, operator: Exists}]`), shop, web, never, ""},
		{"not a reserved label is every pod's", everywhere(`matchExpressions: [{key: "reserved:host", operator: DoesNotExist}]`), shop, web, surely, ""},
		{"reserved:all is undecided", everywhere(`matchLabels: {"reserved:all": ""}`), shop, web, perhaps, "older versions"},
		{"In", selecting("matchExpressions: [{key: app, operator: In, values: [db, web]}]"), shop, web, surely, ""},
		{"NotIn", selecting("matchExpressions: [{key: app, operator: NotIn, values: [db, web]}]"), shop, web, never, ""},
		{"NotIn without the key", selecting("matchExpressions: [{key: tier, operator: NotIn, values: [db]}]"), shop, web, surely, ""},
		{"Exists", selecting("matchExpressions: [{key: app, operator: Exists}]"), shop, web, surely, ""},
		{"DoesNotExist", selecting("matchExpressions: [{key: app, operator: DoesNotExist}]"), shop, web, never, ""},
		{"an operator that there is not", selecting("matchExpressions: [{key: app, operator: Is, values: [web]}]"), shop, web, perhaps, `"Is" is no operator`},
		{"a key that is none", selecting(`matchLabels: {"a b": web}`), shop, web, perhaps, "a b"},
		{"the namespace by its label", everywhere("matchLabels: {io.kubernetes.pod.namespace: shop}"), shop, web, surely, ""},
		{"the namespace by its label with a source", everywhere(`matchLabels: {"k8s:io.kubernetes.pod.namespace": shop}`), payments, web, never, ""},
		{"not the namespace", everywhere(`matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [kube-system]}]`), shop, web, surely, ""},
		{"the namespace of a namespaced policy is its own, whatever it says", selecting(`matchLabels: {"k8s:io.kubernetes.pod.namespace": payments}`), shop, web, surely, ""},
		{"and no other by that", selecting(`matchLabels: {"k8s:io.kubernetes.pod.namespace": payments}`), payments, web, never, ""},
		{"a label of the namespace", everywhere("matchLabels: {io.cilium.k8s.namespace.labels.team: retail}"), shop, web, surely, ""},
		{"with a source", everywhere(`matchLabels: {"k8s:io.cilium.k8s.namespace.labels.team": money}`), shop, web, never, ""},
		{"of an undeclared namespace", everywhere("matchLabels: {io.cilium.k8s.namespace.labels.team: retail}"), undeclared, web, perhaps, ""},
		{"whose name is known", everywhere("matchLabels: {io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name: shop}"), undeclared, web, surely, ""},
		{"the service account", everywhere("matchLabels: {io.cilium.k8s.policy.serviceaccount: default}"), shop, web, surely, ""},
		{"another service account", everywhere("matchLabels: {io.cilium.k8s.policy.serviceaccount: admin}"), shop, web, never, ""},
		{"an unknown service account", everywhere("matchLabels: {io.cilium.k8s.policy.serviceaccount: admin}"), shop, template, perhaps, ""},
		{"the cluster", everywhere("matchLabels: {io.cilium.k8s.policy.cluster: default}"), shop, web, perhaps, "the cluster's name is not read"},
		{"a label that Cilium leaves out", selecting(`matchLabels: {pod-template-hash: "1"}`), shop, template, perhaps, "leaves it out"},
		{"one that it keeps", selecting("matchLabels: {app.kubernetes.io/name: web}"), shop, template, surely, ""},
		{"neither selector is refused", cnp("{ingress: [{}]}"), shop, web, perhaps, "spec.endpointSelector: missing"},
		{"both selectors are refused", ccnp("{endpointSelector: {}, nodeSelector: {}, ingress: [{}]}"), shop, web, perhaps, "both"},
	}.test(t)
}

func TestCiliumDecidesByDefaultDenyAndRules(t *testing.T) {
	const isolated, nothing = "denies, default deny", "nothing"
	const some = "allows, denies, default deny"
	in := func(rules string) string { return cnp("{endpointSelector: {}, " + rules + "}") }
	for _, tt := range []struct{ name, text, ingress string }{
		{"an empty rule lets nothing pass", in("ingress: [{}]"), isolated},
		{"an empty section is none", in("ingress: []"), nothing},
		{"no section", in(""), nothing},
		{"an empty list of peers is nobody", in("ingress: [{fromEndpoints: []}]"), isolated},
		{"some pods", in("ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]"), some},
		{"all pods of the namespace", in("ingress: [{fromEndpoints: [{}]}]"), some},
		{"all pods of all namespaces still leave out the world", ccnp("{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}"), some},
		{"the entity cluster too", in("ingress: [{fromEntities: [cluster]}]"), some},
		{"the entity world leaves out the cluster", in("ingress: [{fromEntities: [world]}]"), some},
		{"the entity all is everything", in("ingress: [{fromEntities: [all]}]"), "allows"},
		{"world and cluster together are everything", in("ingress: [{fromEntities: [world, cluster]}]"), "allows, denies"},
		{"so they are in two rules", in("ingress: [{fromEntities: [world]}, {fromEntities: [cluster]}]"), "allows, denies"},
		{"so are the pods of every namespace and all addresses",
			in("ingress: [{fromEndpoints: [{matchExpressions: [{key: 'k8s:io.kubernetes.pod.namespace', operator: Exists}]}]}, {fromCIDR: [0.0.0.0/0]}]"), "allows, denies"},
		{"so are pods of any namespace but one that may not exist",
			ccnp("{endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [none]}]}], toPorts: [{}]}, {fromCIDR: [0.0.0.0/1, 128.0.0.0/1]}]}"), "allows, denies"},
		{"all addresses but some are not everything", in("ingress: [{fromEntities: [cluster]}, {fromCIDRSet: [{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}]}]"), some},
		{"unless another block has them", in("ingress: [{fromEntities: [cluster]}, {fromCIDRSet: [{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}, {cidr: 10.0.0.0/7}]}]"), "allows, denies"},
		{"a group of CIDRs may be all of them", in("ingress: [{fromEntities: [cluster]}, {fromCIDRSet: [{cidrGroupRef: vpn}]}]"), "allows, denies"},
		{"a CIDR means no pods", in("ingress: [{fromCIDR: [0.0.0.0/0]}]"), some},
		{"some ports of everybody", in("ingress: [{toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]"), some},
		{"some ports of all", in("ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]"), some},
		{"every port of everybody", in("ingress: [{toPorts: [{ports: [{port: '0', protocol: ANY}]}]}]"), "allows, denies"},
		{"every port of TCP only", in("ingress: [{toPorts: [{ports: [{port: '0', protocol: TCP}]}]}]"), some},
		{"every port of TCP and UDP", in("ingress: [{toPorts: [{ports: [{port: '1', endPort: 65535, protocol: TCP}, {port: '1', endPort: 65535, protocol: UDP}]}]}]"), "allows, denies"},
		{"rules of layer 7 are not everything", in("ingress: [{fromEntities: [all], toPorts: [{ports: [{port: '1', endPort: 65535}], rules: {http: [{}]}}]}]"), some},
		{"pings of everybody", in("ingress: [{icmps: [{fields: [{type: 8, family: IPv4}]}]}]"), some},
		{"default deny switched off", in("enableDefaultDeny: {ingress: false}, ingress: [{fromEntities: [cluster]}]"), "allows"},
		{"default deny switched on without rules", in("enableDefaultDeny: {ingress: true}"), isolated},
		{"default deny switched on beside rules for all", in("enableDefaultDeny: {ingress: true}, ingress: [{fromEntities: [all]}]"), "allows"},
		{"a denial of some isolates by default deny", in("ingressDeny: [{fromEntities: [world]}]"), isolated},
		{"a denial of some without default deny", in("enableDefaultDeny: {ingress: false}, ingressDeny: [{fromEntities: [world]}]"), "denies"},
		{"a denial of all without default deny", in("enableDefaultDeny: {ingress: false}, ingressDeny: [{fromEntities: [all]}]"), isolated},
		{"a denial of all comes before what is allowed", in("ingress: [{fromEntities: [all]}], ingressDeny: [{fromEntities: [all]}]"), some},
		{"a denial of some leaves the rest open", in("ingress: [{fromEntities: [all]}], ingressDeny: [{fromEntities: [world]}]"), "allows, denies"},
		{"two kinds of peers in a rule are refused", in("ingress: [{fromEntities: [cluster], fromCIDR: [10.0.0.0/8]}]"), "allows, denies"},
		{"a CIDR that is none is refused", in("ingress: [{fromCIDR: [ten]}]"), "allows, denies"},
		{"an entity that there is not is refused", in("ingress: [{fromEntities: [friends]}]"), "allows, denies"},
		{"the other direction is not touched", in("egress: [{}]"), nothing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := policy(t, tt.text)
			if got := strings.TrimPrefix(strings.Split(effects(p), ";")[0], "ingress: "); got != tt.ingress {
				t.Errorf("got %q, want %q", got, tt.ingress)
			}
			mirrored := policy(t, strings.NewReplacer("ingress", "egress", "egress", "ingress", "fromE", "toE", "fromC", "toC").Replace(tt.text))
			if got := strings.Split(effects(mirrored), "; egress: ")[1]; got != tt.ingress {
				t.Errorf("mirrored: got %q, want %q", got, tt.ingress)
			}
			if p.Counts() != (effects(p) != "ingress: nothing; egress: nothing") {
				t.Errorf("counts: %v", p.Counts())
			}
		})
	}
}

func TestCiliumEgressHasPeersOfItsOwn(t *testing.T) {
	for _, tt := range []struct{ name, rules, want string }{
		{"a name", "[{toFQDNs: [{matchName: example.org}]}]", "allows, denies, default deny"},
		{"every name, and the cluster", "[{toFQDNs: [{matchPattern: '*'}]}, {toEntities: [cluster]}]", "allows, denies"},
		{"a service", "[{toServices: [{k8sService: {serviceName: db}}]}]", "allows, denies, default deny"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := policy(t, cnp("{endpointSelector: {}, egress: "+tt.rules+"}"))
			if diff := cmp.Diff("ingress: nothing; egress: "+tt.want, effects(p)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCiliumSpecsAddUp(t *testing.T) {
	specs := func(specs string) string {
		return "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: x, namespace: shop}, specs: " + specs + "}"
	}
	for _, tt := range []struct{ name, text, want string }{
		{"both deny by default", specs("[{endpointSelector: {matchLabels: {app: a}}, ingress: [{}]}, {endpointSelector: {matchLabels: {app: b}}, ingress: [{}]}]"),
			"ingress: denies, default deny; egress: nothing"},
		{"one of two does, for its pods", specs("[{endpointSelector: {matchLabels: {app: a}}, ingress: [{}]}, {endpointSelector: {matchLabels: {app: b}}, egress: [{}]}]"),
			"ingress: denies; egress: denies"},
		{"one does for all pods", specs("[{endpointSelector: {}, ingress: [{}]}, {endpointSelector: {matchLabels: {app: b}}, egress: [{}]}]"),
			"ingress: denies, default deny; egress: denies"},
		{"one opens what the other denies", specs("[{endpointSelector: {}, ingress: [{}]}, {endpointSelector: {matchLabels: {app: b}}, ingress: [{fromEntities: [all]}]}]"),
			"ingress: allows, denies; egress: nothing"},
		{"one for nodes is left out", specs("[{endpointSelector: {}, ingress: [{}]}, {nodeSelector: {}, ingress: [{fromEntities: [all]}]}]"),
			"ingress: denies, default deny; egress: nothing"},
		{"null is nothing", specs("[null, {endpointSelector: {}, ingress: [{}]}]"), "ingress: denies, default deny; egress: nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, effects(policy(t, tt.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The examples of docs.cilium.io, "Layer 3 Policies", "Deny Policies" and "Using Cilium's deny policies".
func TestCiliumsDocumentedExamples(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"ingress allow from the same namespace", cnp("{endpointSelector: {matchLabels: {role: backend}}, ingress: [{fromEndpoints: [{matchLabels: {role: frontend}}]}]}"),
			"ingress: allows, denies, default deny; egress: nothing"},
		{"ingress allow all endpoints", cnp("{endpointSelector: {matchLabels: {role: victim}}, ingress: [{fromEndpoints: [{}]}]}"),
			"ingress: allows, denies, default deny; egress: nothing"},
		{"egress default deny", cnp("{endpointSelector: {matchLabels: {role: restricted}}, egress: [{}]}"),
			"ingress: nothing; egress: denies, default deny"},
		{"ingress default deny", cnp("{endpointSelector: {matchLabels: {role: restricted}}, ingress: [{}]}"),
			"ingress: denies, default deny; egress: nothing"},
		{"deny from outside the cluster", ccnp("{endpointSelector: {}, ingressDeny: [{fromEntities: [world]}], ingress: [{fromEntities: [all]}]}"),
			"ingress: allows, denies; egress: nothing"},
		{"intercept all DNS without default deny",
			ccnp("{endpointSelector: {matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [kube-system]}]}, enableDefaultDeny: {egress: false, ingress: false}, egress: [{toEndpoints: [{matchLabels: {'k8s:io.kubernetes.pod.namespace': kube-system, k8s-app: kube-dns}}], toPorts: [{ports: [{port: '53', protocol: ANY}], rules: {dns: [{matchPattern: '*'}]}}]}]}"),
			"ingress: nothing; egress: allows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, effects(policy(t, tt.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
