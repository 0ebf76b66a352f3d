package netpol_test

import (
	"fmt"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/cis532/kubectl-cis532/pkg/netpol"
)

// shop is a namespace in which web may reach db by its port "sql", and nobody else may.
func shop() *netpol.Cluster {
	sql := intstr.FromString("sql")
	return netpol.New(
		[]netpol.Namespace{{Name: "shop"}},
		[]netpol.Pod{
			{Namespace: "shop", Name: "web", Labels: map[string]string{"app": "web"}, IPs: []netip.Addr{netip.MustParseAddr("10.0.0.1")}},
			{
				Namespace: "shop", Name: "db", Labels: map[string]string{"app": "db"}, IPs: []netip.Addr{netip.MustParseAddr("10.0.0.2")},
				Ports: []netpol.ContainerPort{{Name: "sql", Port: 5432}},
			},
		},
		[]*networkingv1.NetworkPolicy{{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "db"},
			Spec: networkingv1.NetworkPolicySpec{
				PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": "db"}},
				Ingress: []networkingv1.NetworkPolicyIngressRule{{
					From:  []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}}},
					Ports: []networkingv1.NetworkPolicyPort{{Port: &sql}},
				}},
			},
		}})
}

func ExampleCluster_Connect() {
	c := shop()
	web, db := netpol.AtPod(0), netpol.AtPod(1)
	answer := c.Connect(web, db, 5432, corev1.ProtocolTCP)
	fmt.Println(answer.Verdict, answer.Ingress.Reason, answer.Ingress.Rules)

	answer = c.Connect(netpol.AtAddress(netip.MustParseAddr("203.0.113.9")), db, 5432, corev1.ProtocolTCP)
	fmt.Println(answer.Verdict, answer.Ingress.Reason, answer.Ingress.Policies)
	// Output:
	// allowed rule [shop/db ingress[0]]
	// denied no-rule [shop/db]
}

func ExampleCluster_Allowed() {
	c := shop()
	web, db := netpol.AtPod(0), netpol.AtPod(1)
	fmt.Println("web to db:", c.Allowed(web, db).Allowed)
	fmt.Println("db to web:", c.Allowed(db, web).Allowed)
	// Output:
	// web to db: TCP 5432
	// db to web: everything
}

func ExampleCluster_Matrix() {
	names := []string{"web", "db"}
	m := shop().Matrix([]int{0, 1}, 80, corev1.ProtocolTCP)
	for src := range m.Len() {
		for dst := range m.Len() {
			fmt.Println(names[src], names[dst], m.Verdict(src, dst))
		}
	}
	// Output:
	// web web allowed
	// web db denied
	// db web allowed
	// db db allowed
}

func ExampleCluster_Posture() {
	c := shop()
	for i, name := range []string{"web", "db"} {
		fmt.Println(name, c.Posture(i, netpol.Ingress), c.Posture(i, netpol.Egress))
	}
	fmt.Println("a new pod", c.NewPodPosture("shop", netpol.Ingress))
	// Output:
	// web open open
	// db restricted open
	// a new pod open
}
