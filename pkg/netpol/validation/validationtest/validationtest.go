// Package validationtest makes NetworkPolicies and Namespaces to test
// validation with: valid ones with a liking for the edges, ones broken in one
// named way, and wild ones of which nothing is promised. The same seed makes the
// same objects. It is for tests only, and must not decide itself what is valid:
// that is for the tests to compare.
package validationtest

import (
	"fmt"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// Expectation is what the maker of a case meant it to be.
type Expectation int

const (
	// Unknown : made of random pieces; whatever the server says.
	Unknown Expectation = iota
	// Taken : meant to be valid.
	Taken
	// Refused : meant to be broken.
	Refused
)

// Case is one generated policy.
type Case struct {
	// Name says in words what is special about it, for messages.
	Name   string
	Policy *networkingv1.NetworkPolicy
	Expect Expectation
}

// NamespaceCase is one generated namespace.
type NamespaceCase struct {
	Name      string
	Namespace *corev1.Namespace
	Expect    Expectation
}

// Policies makes count policies for one namespace, of every five: two broken,
// each way of [breakages] in turn; two valid, each way of [edges] in turn; one
// wild, which is about as likely valid as not. Every policy that keeps the name
// it was made with has its own.
func Policies(r *rand.Rand, namespace string, count int) []Case {
	cases := make([]Case, 0, count)
	broken, valid := 0, 0
	for i := range count {
		name := fmt.Sprintf("policy-%d", i)
		c := Case{Name: "wild", Expect: Unknown}
		switch i % 5 {
		case 0, 2:
			b := breakages[broken%len(breakages)]
			broken++
			c = Case{Name: b.name, Policy: validPolicy(r, namespace, name), Expect: Refused}
			b.apply(r, c.Policy)
		case 1, 3:
			e := edges[valid%len(edges)]
			valid++
			c = Case{Name: e.name, Policy: validPolicy(r, namespace, name), Expect: Taken}
			e.apply(r, c.Policy)
		default:
			c.Policy = wildPolicy(r, namespace, name)
		}
		cases = append(cases, c)
	}
	return cases
}

// Namespaces makes count namespaces, every other one broken.
func Namespaces(r *rand.Rand, count int) []NamespaceCase {
	cases := make([]NamespaceCase, 0, count)
	for i := range count {
		ns := &corev1.Namespace{}
		ns.Name = fmt.Sprintf("namespace-%d", i)
		list, expect := namespaceEdges, Taken
		if i%2 == 0 {
			list, expect = namespaceBreakages, Refused
		}
		m := list[i/2%len(list)]
		m.apply(r, ns)
		cases = append(cases, NamespaceCase{Name: m.name, Namespace: ns, Expect: expect})
	}
	return cases
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// chance is true in n of 100 cases.
func chance(r *rand.Rand, n int) bool { return r.IntN(100) < n }

func ptr[T any](v T) *T { return &v }
