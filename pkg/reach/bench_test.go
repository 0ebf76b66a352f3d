package reach_test

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/inventory"
	"github.com/cis532/kubectl-cis532/pkg/netpol"
	"github.com/cis532/kubectl-cis532/pkg/reach"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// estate is 20 teams with 100 pods each and 25 policies each. With controllers,
// ten pods each belong to one; without, each pod stands for itself.
func estate(controllers bool) *inventory.Inventory {
	inv := &inventory.Inventory{}
	http := intstr.FromString("http")
	for team := range 20 {
		name := fmt.Sprintf("team-%02d", team)
		ns := &inventory.Namespace{Name: name, Labels: map[string]string{"kubernetes.io/metadata.name": name, "stage": fmt.Sprint(team % 3)}, Declared: true}
		for i := range 25 {
			ns.Policies = append(ns.Policies, &networkingv1.NetworkPolicy{
				ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: fmt.Sprint("policy-", i)},
				Spec: networkingv1.NetworkPolicySpec{
					PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": fmt.Sprint("app-", i%10)}},
					PolicyTypes: []networkingv1.PolicyType{"Ingress"},
					Ingress: []networkingv1.NetworkPolicyIngressRule{{
						Ports: []networkingv1.NetworkPolicyPort{{Port: &http}},
						From: []networkingv1.NetworkPolicyPeer{
							{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": fmt.Sprint("app-", i*7%10)}}},
							{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"stage": fmt.Sprint(i % 3)}}},
							{IPBlock: &networkingv1.IPBlock{CIDR: "203.0.113.0/24"}},
						},
					}},
				},
			})
		}
		inv.Namespaces = append(inv.Namespaces, ns)
		for i := range 100 {
			app := fmt.Sprint("app-", i/10)
			w := inventory.Workload{Kind: "pod", Name: fmt.Sprintf("%s-%d", app, i), Pod: netpol.Pod{
				Namespace: name, Name: fmt.Sprintf("pod/%s-%d", app, i), Labels: map[string]string{"app": app}, NodeName: fmt.Sprint("n", i),
				IPs: []netip.Addr{netip.AddrFrom4([4]byte{10, 0, byte(team), byte(i + 1)})}, Ports: []netpol.ContainerPort{{Name: "http", Protocol: "TCP", Port: 8080}},
			}}
			if controllers {
				w.Controller = "statefulset/" + app
			}
			inv.Workloads = append(inv.Workloads, w)
		}
	}
	return inv
}

// BenchmarkExpect compares 100,000 lines.
func BenchmarkExpect(b *testing.B) {
	inv := estate(false)
	var text strings.Builder
	for i := range 100_000 {
		from, to := inv.Workloads[i*7919%2000], inv.Workloads[i*104729%2000]
		fmt.Fprintf(&text, "%s/%s %s/%s 8080/TCP allow\n", from.Namespace, from.Name, to.Namespace, to.Name)
	}
	c := reach.New(inv)
	b.ReportAllocs()
	for b.Loop() {
		r, err := c.Expect(strings.NewReader(text.String()), "")
		if err != nil || r.Summary.Lines != 100_000 || r.Summary.Invalid != 0 {
			b.Fatal(r.Summary, err)
		}
		b.ReportMetric(float64(len(r.Mismatches)), "mismatches")
	}
}

func BenchmarkNew(b *testing.B) {
	inv := estate(true)
	b.ReportAllocs()
	for b.Loop() {
		reach.New(inv)
	}
}

// BenchmarkMatrix makes the matrix of 2,000 pods, and goes through its pairs or writes them.
func BenchmarkMatrix(b *testing.B) {
	write := map[string]func(*reach.Matrix) error{
		"pairs": func(m *reach.Matrix) error {
			for range m.Entries() {
			}
			return nil
		},
		"name": func(m *reach.Matrix) error { return report.WriteMatrixNames(io.Discard, m.Report(), m.Entries()) },
		"table": func(m *reach.Matrix) error {
			flags := report.NewPrintFlags(false)
			printer, err := flags.ToPrinter(report.TableOptions{}, false)
			if err != nil {
				return err
			}
			return printer.Print(report.CompactMatrix(m.Report(), m.Entries()), io.Discard)
		},
	}
	for _, controllers := range []bool{true, false} {
		c := reach.New(estate(controllers))
		for _, port := range []reach.Port{{Number: 8080, Protocol: "TCP"}, {}} {
			for _, what := range []string{"pairs", "table", "name"} {
				ports := port.String()
				if port.IsAll() {
					ports = "all"
				}
				b.Run(fmt.Sprintf("grouped=%v/port=%s/%s", controllers, strings.ReplaceAll(ports, "/", "-"), what), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						m, err := c.Matrix(port, "")
						if err != nil {
							b.Fatal(err)
						}
						if err := write[what](m); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
