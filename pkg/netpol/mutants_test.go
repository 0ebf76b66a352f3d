package netpol_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/tabwriter"
)

// mutant is a mistake: one piece of text of the package, replaced.
type mutant struct{ mistake, file, old, new string }

// mutants are the mistakes that other evaluators make, and those that this one could.
var mutants = []mutant{
	// How evaluators go wrong.
	{"unset policyTypes drop the policy", "policy.go", "return [ways]bool{in: true, out: len(spec.Egress) > 0}", "return [ways]bool{}"},
	{"unset policyTypes never mean Egress", "policy.go", "out: len(spec.Egress) > 0}", "out: false}"},
	{"unset policyTypes always mean Egress", "policy.go", "out: len(spec.Egress) > 0}", "out: true}"},
	{"unset policyTypes mean Egress for an empty list too", "policy.go", "out: len(spec.Egress) > 0}", "out: spec.Egress != nil}"},
	{"unset policyTypes mean Ingress only with ingress rules", "policy.go", "in: true, out:", "in: len(spec.Ingress) > 0, out:"},
	{"policyTypes are ignored", "policy.go", "if len(spec.PolicyTypes) == 0 {", "if true {"},
	{"namespaceSelector and podSelector of one peer are alternatives", "peer.go", "if p.pods != nil && result != never {\n\t\tresult &=", "if p.pods != nil {\n\t\tresult |="},
	{"a podSelector alone means every namespace", "peer.go", "result = matchIf(p.own == pod.ns)", "result = surely"},
	{"a namespaceSelector alone matches no pods", "peer.go", "if p.pods != nil && result != never {", "if p.pods == nil {\n\t\treturn never\n\t}\n\tif result != never {"},
	{"an ipBlock never matches pods", "peer.go", "return e.matchBlock(p.block, l)", "return e.matchBlock(p.block, l) & matchIf(e.pod == nil)"},
	{"the protocol is ignored where the port is absent", "ports.go", "case p.protocol != q.protocol:", "case p.protocol != q.protocol && (p.first != firstPort || p.last != lastPort):"},
	{"the protocol is ignored", "ports.go", "case p.protocol != q.protocol:", "case false:"},
	{"SCTP is read as TCP", "ports.go", "p.protocol = *given.Protocol", "p.protocol = *given.Protocol\n\t\tif p.protocol == corev1.ProtocolSCTP {\n\t\t\tp.protocol = corev1.ProtocolTCP\n\t\t}"},
	{"an absent protocol is UDP", "ports.go", "p = portRule{protocol: corev1.ProtocolTCP", "p = portRule{protocol: corev1.ProtocolUDP"},
	{"a named egress port is looked up at the source", "isolation.go", ".judge(out, dst, dst, l, q)", ".judge(out, dst, src, l, q)"},
	{"a named ingress port is looked up at the source", "isolation.go", ".judge(in, src, dst, l, q)", ".judge(in, src, src, l, q)"},
	{"endPort is exclusive", "ports.go", "p.first <= q.port && q.port <= p.last:", "p.first <= q.port && (q.port < p.last || p.first == p.last):"},
	{"endPort is ignored", "ports.go", "p.last = *given.EndPort", "if *given.EndPort < p.first || *given.EndPort > lastPort {\n\t\t\t\tp.last = *given.EndPort\n\t\t\t}"},
	{"no rules allow everything", "isolation.go", "granted := never\n\t\trules :=", "granted := matchIf(len(s.policies[i].policy.rules[w]) == 0)\n\t\trules :="},
	{"an empty from means nobody", "policy.go", "anyPeer: len(peers) == 0", "anyPeer: peers == nil"},
	{"an absent from means nobody", "policy.go", "anyPeer: len(peers) == 0", "anyPeer: false"},
	{"empty ports mean no port", "policy.go", "anyPort: len(ports) == 0", "anyPort: ports == nil"},
	// Selection.
	{"policies select pods of every namespace", "index.go", "ns := c.namespace(given.Namespace)\n\t\tp := readPolicy", "ns := c.namespace(\"shop\")\n\t\tp := readPolicy"},
	{"NotIn needs the key", "selector.go", "return !present || !slices.Contains(r.values, value)", "return present && !slices.Contains(r.values, value)"},
	{"DoesNotExist never matches", "selector.go", "return !present\n", "return false\n"},
	{"Exists always matches", "selector.go", "return present\n", "return true\n"},
	{"only the first requirement counts", "selector.go", "if !s.requirements[i].matches(value, present) {", "if i == 0 && !s.requirements[i].matches(value, present) {"},
	{"an invalid selector selects nothing", "selector.go", "if s.invalid {\n\t\treturn perhaps\n\t}\n\tfor", "if s.invalid {\n\t\treturn never\n\t}\n\tfor"},
	{"a policy is looked for under a pair that it does not demand", "subjects.go", "if len(r.values) == 1 && (", "if len(r.values) >= 1 && ("},
	{"selectors that differ in values are taken for one", "selector.go", "text = appendText(text, value)", "_ = value"},
	{"selectors that differ in operators are taken for one", "selector.go", "appendText(appendText(text, r.key), string(r.operator))", "appendText(text, r.key)"},
	{"kubernetes.io/metadata.name is a label like others", "selector.go", "case r.key == corev1.LabelMetadataName:", "case false:"},
	{"unknown labels are no labels", "selector.go", "case ns.labelsUnknown:", "case false:"},
	// Peers.
	{"except is ignored", "cidr.go", "case slices.ContainsFunc(b.except, ", "case false && slices.ContainsFunc(b.except, "},
	{"selectors match addresses outside", "peer.go", "case e.pod == nil:\n\t\t// Selectors \"select pods\": an address that is no pod's is never selected.\n\t\treturn never", "case e.pod == nil:\n\t\treturn matchIf(p.namespaces != nil && p.namespaces.everything())"},
	{"an unknown address is in no block", "ends.go", "case e.unknown:\n\t\treturn perhaps", "case e.unknown:\n\t\treturn never"},
	{"an unreadable CIDR holds nothing", "cidr.go", "case b.cidrInvalid:\n\t\treturn perhaps", "case b.cidrInvalid:\n\t\treturn never"},
	{"an unreadable except carves nothing out", "cidr.go", "case b.exceptInvalid:\n\t\treturn perhaps", "case b.exceptInvalid:\n\t\treturn surely"},
	{"leading zeros are refused", "cidr.go", "netutils.ParseCIDRSloppy(text)", "net.ParseCIDR(text)"},
	{"IPv4-mapped addresses stay IPv6", "model.go", "return addr.Unmap().WithZone(\"\")", "return addr.WithZone(\"\")"},
	{"a peer without anything matches nobody", "peer.go", "case p.invalid:\n\t\treturn perhaps", "case p.invalid:\n\t\treturn never"},
	// Both directions, all policies.
	{"only ingress is judged", "connect.go", "mayLeave(&s, &d, l, q) & mayEnter", "surely & mayEnter"},
	{"one direction is enough", "connect.go", "mayLeave(&s, &d, l, q) & mayEnter", "mayLeave(&s, &d, l, q) | mayEnter"},
	{"every policy must allow", "isolation.go", "if !s.certain {\n\t\treturn each | perhaps\n\t}\n\treturn allowed", "return each & allowed"},
	{"the first policy decides", "isolation.go", "allowed |= s.policies[i].match & granted\n", "allowed |= s.policies[i].match & granted\n\t\tif true {\n\t\t\tbreak\n\t\t}\n"},
	{"a policy that may select does not count", "isolation.go", "if !s.certain {\n\t\treturn each | perhaps\n\t}", "if !s.certain {\n\t\treturn surely\n\t}"},
	{"every family must allow", "connect.go", "first || m > best", "first || m < best"},
	{"any address counts in every family", "ends.go", "case l == laneAny:", "case true:"},
	// Ports.
	{"a named port has any protocol", "ports.go", "return c.Name == p.name && (", "return c.Name == p.name || c.Name == p.name && ("},
	{"sidecars' ports are missing", "model.go", "policy != nil && *policy == corev1.ContainerRestartPolicyAlways", "policy != nil && false"},
	{"every init container's ports count", "model.go", "policy != nil && *policy == corev1.ContainerRestartPolicyAlways", "policy == nil || true"},
	{"ranges that adjoin stay apart", "portset.go", "r.First <= last.Last+1 {", "r.First <= last.Last {"},
	{"a gap of one port is bridged", "portset.go", "r.First <= last.Last+1 {", "r.First <= last.Last+2 {"},
	// What is not judged.
	{"a pod may be cut off from itself", "connect.go", "case s.pod == d.pod:\n\t\t// Concepts: \"a pod cannot block access to itself\".\n", "case false:\n"},
	{"finished pods are judged", "connect.go", "case s.pod != nil && s.pod.Finished || d.pod != nil && d.pod.Finished:", "case false:"},
	{"finished pods keep their addresses", "index.go", "!given.Finished && !given.HostNetwork", "!given.HostNetwork"},
	{"host-network pods own their node's address", "index.go", "!given.Finished && !given.HostNetwork", "!given.Finished"},
	{"the own node is judged", "isolation.go", "return local | dst.pod.class", "return dst.pod.class"},
	{"every node is the own node", "ends.go", "return ok && src.addr[f] == addr", "return ok && f < families"},
	{"host-network pods are judged as pods", "isolation.go", "return local | perhaps | dst.pod", "return local | dst.pod"},
	{"host-network sources are judged as pods", "isolation.go", "return perhaps | src.pod", "return src.pod"},
	{"a host-network peer is surely its labels", "peer.go", "return perhaps & (p.matchHostPod(e.pod))", "return p.matchHostPod(e.pod)"},
	{"a host-network peer is no node", "peer.go", "return perhaps & (p.matchHostPod(e.pod))", "return perhaps & p.matchPod(e.pod) & matchIf(p.block == nil)"},
	// Posture.
	{"every IPv4 address is every address", "cidr.go", "return covers(spans, everyIPv4) && covers(spans, everyIPv6)", "return covers(spans, everyIPv4)"},
	{"every IPv6 address is every address", "cidr.go", "return covers(spans, everyIPv4) && covers(spans, everyIPv6)", "return covers(spans, everyIPv6)"},
	{"a hole of one address is overlooked", "cidr.go", "if next.Less(s.first) {", "if next.Next().Less(s.first) {"},
	{"the posture looks at the first port only", "posture.go", "slices.Compact(starts) {", "slices.Compact(starts)[:1] {"},
	{"the posture looks at TCP only", "posture.go", "for i := range protocols {\n\t\t// Between", "for i := range protocols[:1] {\n\t\t// Between"},
	{"named egress ports cover the ports of the pod itself", "posture.go", "case w == in:\n\t\treturn r.portsAt(subject).sure", "case true:\n\t\treturn r.portsAt(subject).sure"},
	{"blocks of different rules are not added up", "posture.go", "case everyAddress(spans):", "case false:"},
	{"the pods of the own namespace are every pod", "peer.go", "return p.namespaces != nil && p.namespaces.everyNamespace() &&", "return (p.namespaces == nil || p.namespaces.everyNamespace()) && p.block == nil && !p.invalid &&"},
	{"some pods of every namespace are every pod", "peer.go", "(p.pods == nil || p.pods.everything())", "true"},
	{"a policy without rules is open", "posture.go", "return PostureDenied\n", "return PostureOpen\n"},
	// The index and the matrices.
	{"pods that differ in ports are alike in a matrix", "kinds.go", "key = p.appendPorts(binary.AppendUvarint(key, uint64(len(p.Ports))))", "_ = p"},
	{"pods that differ in labels are alike in a matrix", "kinds.go", "s.labels = keys.sorted()", "s.labels = nil"},
	{"pods that differ in ports are isolated alike in a matrix", "kinds.go", "if w == in && list.namePorts(in) {", "if false {"},
	{"pods in different blocks are alike in a matrix", "kinds.go", "key = append(key, s.held(&e, b))", "_ = s.held(&e, b)"},
	{"host-network pods on different nodes are alike in a matrix", "matrix.go", "enter |= laneMatches(fromOwnNode(&s, &d)) << (2 * laneAny)", "_, _ = s, d"},
	{"an equal list of labels in another namespace is the same class", "class.go", "appendLabels(appendText(x.text[:0], ns.name), labels", "appendLabels(x.text[:0], labels"},
	{"the labels' values do not tell classes apart", "class.go", "to = appendText(append(to, 1), value)", "_, to = value, append(to, 1)"},
	{"what egress grants is not cut by what ingress grants", "allowed.go", "both.or(leave.and(enter))", "both.or(leave.or(enter))"},
	{"what a rule may match is granted", "ports.go", "case perhaps:\n\t\treturn grant{possible: g.possible}", "case perhaps:\n\t\treturn g"},
}

// TestEveryMistakeIsFound runs the tests with each mistake made, in an overlay, and expects them to fail.
func TestEveryMistakeIsFound(t *testing.T) {
	chosen := os.Getenv("CIS532_MUTANTS")
	if chosen == "" {
		t.Skip("CIS532_MUTANTS is not set (1, or a regular expression of mistakes): a run for each of them takes minutes")
	}
	if chosen == "1" {
		chosen = ""
	}
	wanted, err := regexp.Compile(chosen)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "MISTAKE\tKILLED BY")
	killed, tried := 0, 0
	for _, m := range mutants {
		if !wanted.MatchString(m.mistake) {
			continue
		}
		tried++
		by, err := m.killers(t.TempDir())
		switch {
		case err != nil:
			t.Errorf("%s: %v", m.mistake, err)
			by = []string{"(not tried)"}
		case len(by) == 0:
			t.Errorf("%s: survived", m.mistake)
			by = []string{"(survived)"}
		default:
			killed++
		}
		fmt.Fprintf(w, "%s\t%s\n", m.mistake, strings.Join(by, ", "))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d mistakes are found\n%s", killed, tried, table.String())
}

var failed = regexp.MustCompile(`(?m)^--- FAIL: Test(\w+)`)

// killers are the tests that fail with the mistake made.
func (m mutant) killers(dir string) ([]string, error) {
	original, err := filepath.Abs(m.file)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(original)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return nil, fmt.Errorf("the text to replace is there %d times in %s", n, m.file)
	}
	mutated := strings.Replace(string(text), m.old, m.new, 1)
	if strings.Contains(m.new, "net.ParseCIDR") {
		mutated = strings.Replace(strings.Replace(mutated, "\tnetutils \"k8s.io/utils/net\"\n", "", 1), "\t\"net/netip\"", "\t\"net\"\n\t\"net/netip\"", 1)
	}
	replacement := filepath.Join(dir, m.file)
	if err := os.WriteFile(replacement, []byte(mutated), 0o600); err != nil {
		return nil, err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: replacement}})
	if err != nil {
		return nil, err
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "test", "-vet=off", "-timeout=3m", "-overlay="+overlayFile, ".",
		"-rapid.checks=300", "-rapid.seed=532", "-rapid.nofailfile", "-rapid.shrinktime=1s")
	cmd.Env = append(os.Environ(), "CIS532_MUTANTS=", "CIS532_ORACLE=")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil, nil
	}
	var names []string
	for _, match := range failed.FindAllStringSubmatch(string(out), -1) {
		names = append(names, match[1])
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no test failed, yet:\n%s", out)
	}
	return names, nil
}
