package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/cis532/kubectl-cis532/test/bench/fill"
)

// The sizes of the clusters.
const (
	smallCluster  = 500
	middleCluster = 1000
)

// found and changed are the plugin's exit code where there was something to find, or something was changed.
const found, changed = 1, 1

// startup measures what a program costs that does nothing.
func (b *bench) startup() error {
	empty := program{name: "an empty cobra program", args: []string{b.bin("empty")}}
	for _, args := range [][]string{{"--help"}, {"version", "--client"}} {
		what := "`" + strings.Join(args[:1], " ") + "`"
		samples, err := b.alternate(4*b.rounds, program{name: what, args: append([]string{b.bin("cis532")}, args...)}, empty)
		if err != nil {
			return err
		}
		b.add(atMost(what, "an empty cobra program with the same imports", 1.3, samples[0], samples[1]))
	}
	return nil
}

// fix measures what writes: on 500 namespaces with nothing in them.
func (b *bench) fix() error {
	if err := fill.Namespaces(b.ctx, b.client, 0, smallCluster); err != nil {
		return err
	}
	names, manifests := b.bin("names"), b.bin("baseline.yaml")
	file, err := os.Create(names)
	if err != nil {
		return err
	}
	if err := fill.Names(file, 0, smallCluster); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	run := func(name string, exit int, args ...string) program {
		return program{name: name, args: append([]string{b.bin(args[0])}, args[1:]...), exit: exit}
	}
	fix := run("`fix`", changed, "cis532", "fix", "--exclude", "default")
	rollback := run("`rollback`", changed, "cis532", "rollback")
	create := run("minimal create", 0, "minimal", "create", names)
	remove := run("minimal delete", 0, "minimal", "delete", names)
	generated, err := b.once(run("generate", 0, "cis532", "generate", "--exclude", "default"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(manifests, []byte(generated.said()+"\n"), 0o600); err != nil {
		return err
	}
	samples, err := b.alternate(b.rounds, fix, rollback, create, remove)
	if err != nil {
		return err
	}
	b.add(
		atMost("`fix`, 500 namespaces, verified", "a minimal client-go program that creates the same objects, 16 at a time", 1.5, samples[0], samples[2]),
		atMost("`rollback`, 500 namespaces", "a minimal client-go program that deletes them, 16 at a time", 1.5, samples[1], samples[3]),
	)
	b.note("`minimal create` said: %s; `minimal delete`: %s.", samples[2][0].said(), samples[3][0].said())
	apply := run("kubectl apply", 0, "kubectl", "apply", "-f", manifests)
	samples, err = b.alternate(min(2, b.rounds), fix, rollback, apply, remove)
	if err != nil {
		return err
	}
	b.add(faster("`fix`, 500 namespaces, verified", "`kubectl apply -f` of the same manifests", 8, samples[0], samples[2]))
	return nil
}

// audit is the plugin's audit of the whole cluster, which has failing namespaces or not.
func (b *bench) audit() program {
	return program{name: "`audit`", args: []string{b.bin("cis532"), "audit"}, exit: found}
}

// small measures an audit of 500 namespaces.
func (b *bench) small() error {
	if b.only != "" {
		if err := fill.Namespaces(b.ctx, b.client, 0, smallCluster); err != nil {
			return err
		}
	}
	if err := b.fillUp(0, smallCluster); err != nil {
		return err
	}
	samples, err := b.alternate(b.rounds, b.audit())
	if err != nil {
		return err
	}
	guide := program{name: "the guide's way", args: []string{"sh", "-c", guidesAudit, "guide", b.bin("kubectl")}}
	slow, err := b.once(guide)
	if err != nil {
		return err
	}
	if !strings.Contains(slow.said(), fmt.Sprintf("checked %d", smallCluster)) {
		return fmt.Errorf("the guide's way: %s", slow.said())
	}
	b.add(
		faster("`audit`, 500 namespaces", "the guide's way: two kubectl calls a namespace (once, without a warm-up)", 100, samples[0], []sample{slow}),
		below("peak memory of `audit`, 500 namespaces, 500 policies, 1,000 pods", 80, samples[0]),
	)
	return nil
}

// guidesAudit asks for each namespace whether it has a policy, as the guide's script does: once whether it is there, once for
// its policies.
const guidesAudit = `
checked=0 failed=0
for ns in $("$1" get namespaces --no-headers -o custom-columns=NAME:.metadata.name); do
  case $ns in kube-*|default) continue ;; esac
  "$1" get namespace "$ns" >/dev/null || exit 1
  n=$("$1" get networkpolicy -n "$ns" --no-headers 2>/dev/null | wc -l)
  checked=$((checked + 1))
  [ "$n" -gt 0 ] || failed=$((failed + 1))
done
echo "checked $checked failed $failed"
`

// fillUp gives namespaces that are there their policies and pods.
func (b *bench) fillUp(from, to int) error {
	if err := fill.Policies(b.ctx, b.client, from, to); err != nil {
		return err
	}
	return fill.Pods(b.ctx, b.client, from, to)
}

// growth measures an audit of a thousand namespaces, and of ten thousand.
func (b *bench) growth() error {
	from := smallCluster
	if b.only != "" {
		from = 0
	}
	grow := func(to int) error {
		if err := fill.Namespaces(b.ctx, b.client, from, to); err != nil {
			return err
		}
		defer func() { from = to }()
		return b.fillUp(from, to)
	}
	if err := grow(middleCluster); err != nil {
		return err
	}
	before, err := b.alternate(b.rounds, b.audit())
	if err != nil {
		return err
	}
	if err := grow(b.large); err != nil {
		return err
	}
	list := program{name: "minimal list", args: []string{b.bin("minimal"), "list"}}
	get := program{name: "kubectl get networkpolicy -A -o json", args: []string{b.bin("kubectl"), "get", "networkpolicy", "-A", "-o", "json"}}
	asJSON := b.audit()
	asJSON.name, asJSON.args = "`audit -o json`", append(asJSON.args, "-o", "json")
	samples, err := b.alternate(b.rounds, b.audit(), list, get, asJSON)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("`audit`, %d namespaces, %d policies, %d pods", b.large, b.large, 2*b.large)
	b.add(
		atMost(what, "a minimal client-go program that makes the same lists in parallel", 1.5, samples[0], samples[1]),
		faster(what, "`kubectl get networkpolicy -A -o json` alone", 1, samples[0], samples[2]),
		faster(strings.Replace(what, "audit", "audit -o json", 1), "the same", 1, samples[3], samples[2]),
		below("peak memory of "+what, 150, samples[0]),
		grows(fmt.Sprintf("time of `audit`, %d -> %d namespaces", middleCluster, b.large), 11, median(before[0], wall).Seconds(), median(samples[0], wall).Seconds(), "s"),
		grows(fmt.Sprintf("peak memory of `audit`, %d -> %d namespaces", middleCluster, b.large), 11, float64(peak(before[0]))/1e6, float64(peak(samples[0]))/1e6, "MB"),
	)
	b.note("`minimal list` said: %s, and took %d MB at its peak; the plugin sends the same lists, and one each for DaemonSets, the API groups and the version.",
		samples[1][0].said(), peak(samples[1])/1e6)
	return nil
}

// files measures the reading of manifests.
func (b *bench) files() error {
	path := b.bin("manifests.yaml")
	if err := fill.Manifests(path, b.manifests); err != nil {
		return err
	}
	audit := program{name: "`audit -f`", args: []string{b.bin("cis532"), "audit", "-f", path}}
	decode := program{name: "bare decode", args: []string{b.bin("decode"), path}}
	// Minutes each: what a warm-up could change would not be seen.
	samples := make([][]sample, 2)
	for range min(1, b.rounds) {
		for i, p := range []program{audit, decode} {
			s, err := b.once(p)
			if err != nil {
				return err
			}
			samples[i] = append(samples[i], s)
			fmt.Fprintf(os.Stderr, "%-40s %v\n", p.name, describe([]sample{s}))
		}
	}
	create := program{name: "kubectl create --dry-run=client", args: []string{b.bin("kubectl"), "create", "--dry-run=client", "--validate=false", "-o", "name", "-f", path}}
	slow, err := b.once(create)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%-40s %v\n", create.name, describe([]sample{slow}))
	what := fmt.Sprintf("`audit -f` of %d MB of manifests", b.manifests/1e6)
	b.add(
		faster(what, "`kubectl create --dry-run=client` of the same (once, without a warm-up)", 1, samples[0], []sample{slow}),
		atMost(what, "a bare YAML decode of the same", 2, samples[0], samples[1]),
	)
	b.note("%s took %d MB at its peak, the bare decode, which keeps nothing, %d MB, kubectl %d MB.", what,
		peak(samples[0])/1e6, peak(samples[1])/1e6, slow.Memory/1e6)
	return nil
}

// connection finds what Go's benchmark says of a connection.
var connection = regexp.MustCompile(`BenchmarkAgainstTheNaiveEvaluator/(\w+)\S*\s.*?([0-9.]+) ns/connection`)

// netpol measures answers about connections, without the program around them.
func (b *bench) netpol() error {
	cmd := exec.CommandContext(b.ctx, "go", "test", "./pkg/netpol", "-run", "^$", "-bench", "AgainstTheNaiveEvaluator", "-benchtime", "2s")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%w: %s%s", err, output, stderr.String())
	}
	each := map[string]float64{}
	for _, m := range connection.FindAllStringSubmatch(string(output), -1) {
		if each[m[1]], err = strconv.ParseFloat(m[2], 64); err != nil {
			return err
		}
	}
	for _, c := range []struct{ name, what string }{{"matrix", "`reach --matrix`, 2,000 pods: a pair"}, {"lines", "`reach --expect`, 100,000 lines: a line"}} {
		if each[c.name] == 0 || each["naive"] == 0 {
			return fmt.Errorf("no result for %s:\n%s", c.name, output)
		}
		const goal = 100
		ratio := each["naive"] / each[c.name]
		b.add(row{
			what: c.what, against: "the naive evaluator of the tests", goal: fmt.Sprintf("at least %d x faster", goal),
			measured: fmt.Sprintf("%.0f x faster", ratio), met: ratio >= goal, absolute: fmt.Sprintf("%.0f / %.0f ns", each[c.name], each["naive"]),
		})
	}
	b.note("Answers about connections are measured in `pkg/netpol`, the making of the index included, without the reading of objects and lines.")
	return nil
}
