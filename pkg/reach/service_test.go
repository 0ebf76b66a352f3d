package reach_test

import "testing"

// services are those of two pods, which call their HTTP port the same but not by number, and of nothing.
const services = `
apiVersion: v1
kind: Pod
metadata: {name: blue, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}, {name: quic, containerPort: 8443, protocol: UDP}]}]}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: green, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 9090}]}]}
status: {podIP: 10.0.0.2}
---
apiVersion: v1
kind: Pod
metadata: {name: other, namespace: data, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.3}
---
apiVersion: v1
kind: Pod
metadata: {name: done, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
status: {podIP: 10.0.0.4, phase: Failed}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  clusterIP: 10.96.0.1
  selector: {app: web}
  ports:
  - {name: http, port: 80, targetPort: http}
  - {name: plain, port: 81, targetPort: 8181}
  - {name: same, port: 82}
  - {name: quic, port: 443, protocol: UDP, targetPort: quic}
  - {name: gone, port: 83, targetPort: gone}
---
apiVersion: v1
kind: Service
metadata: {name: pods, namespace: shop}
spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: external, namespace: shop}
spec: {type: ExternalName, externalName: db.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: manual, namespace: shop}
spec: {clusterIP: 10.96.0.2, ports: [{port: 443}]}
---
apiVersion: v1
kind: Service
metadata: {name: empty, namespace: shop}
spec: {selector: {app: nothing}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: portless, namespace: shop}
spec: {selector: {app: web}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}, {port: 82}]}]}
`

func TestServicesAsDestination(t *testing.T) {
	answers{
		{"a target port by name is another number at each pod", "data/other shop/svc/web 80", `
data/pod/other shop/pod/blue 8080/TCP allowed via shop/service/web 80/TCP
data/pod/other shop/pod/green 9090/TCP denied via shop/service/web 80/TCP`},
		{"a target port by number", "data/other shop/svc/web 81", `
data/pod/other shop/pod/blue 8181/TCP denied via shop/service/web 81/TCP
data/pod/other shop/pod/green 8181/TCP denied via shop/service/web 81/TCP`},
		{"no target port is the same number", "data/other shop/svc/web 82", `
data/pod/other shop/pod/blue 82/TCP allowed via shop/service/web 82/TCP
data/pod/other shop/pod/green 82/TCP allowed via shop/service/web 82/TCP`},
		{"a port by its name at the Service", "data/other shop/svc/web plain", `
data/pod/other shop/pod/blue 8181/TCP denied via shop/service/web 81/TCP
data/pod/other shop/pod/green 8181/TCP denied via shop/service/web 81/TCP`},
		{"a pod that has no such target port is left out", "data/other shop/svc/web 443/UDP", `
data/pod/other shop/pod/blue 8443/UDP denied via shop/service/web 443/UDP`},
		{"a target port that no pod has", "data/other shop/svc/web 83", "error: destination shop/service/web: no container of its pods declares the target port"},
		{"the target port is no port of the Service", "data/other shop/svc/web 8080", "error: destination shop/service/web has no port 8080/TCP (it has 80/TCP 81/TCP 82/TCP 443/UDP 83/TCP)"},
		{"another protocol is another port", "data/other shop/svc/web 443/TCP", "error: destination shop/service/web has no port 443/TCP (it has 80/TCP 81/TCP 82/TCP 443/UDP 83/TCP)"},
		{"all ports are those of the Service", "data/other shop/svc/web", `
data/pod/other shop/pod/blue 8080/TCP allowed via shop/service/web 80/TCP
data/pod/other shop/pod/green 9090/TCP denied via shop/service/web 80/TCP
data/pod/other shop/pod/blue 8181/TCP denied via shop/service/web 81/TCP
data/pod/other shop/pod/green 8181/TCP denied via shop/service/web 81/TCP
data/pod/other shop/pod/blue 82/TCP allowed via shop/service/web 82/TCP
data/pod/other shop/pod/green 82/TCP allowed via shop/service/web 82/TCP
data/pod/other shop/pod/blue 8443/UDP denied via shop/service/web 443/UDP`},
		{"the cluster address means the Service", "data/other 10.96.0.1 82", `
data/pod/other shop/pod/blue 82/TCP allowed via shop/service/web 82/TCP
data/pod/other shop/pod/green 82/TCP allowed via shop/service/web 82/TCP`},
		{"a headless Service translates no number", "data/other shop/svc/pods 8080", `
data/pod/other shop/pod/blue 8080/TCP allowed via shop/service/pods
data/pod/other shop/pod/green 8080/TCP allowed via shop/service/pods`},
		{"a headless Service knows names", "data/other shop/svc/pods http", `
data/pod/other shop/pod/blue 8080/TCP allowed via shop/service/pods 80/TCP
data/pod/other shop/pod/green 9090/TCP denied via shop/service/pods 80/TCP`},
		{"all ports of a headless Service are all of its pods", "data/other shop/svc/pods", `
data/pod/other shop/pod/blue TCP 82, TCP 8080 allowed via shop/service/pods
data/pod/other shop/pod/green TCP 82, TCP 8080 allowed via shop/service/pods`},
		{"an ExternalName is outside", "data/other shop/svc/external 80", `error: destination shop/service/external stands for the DNS name "db.example.com", outside of what policies can be asked about`},
		{"without a selector somebody else makes the endpoints", "data/other shop/svc/manual 443", "error: destination shop/service/manual has no selector: its endpoints are made by somebody else; name an address of theirs"},
		{"and so by its address", "data/other 10.96.0.2 443", "error: destination shop/service/manual has no selector: its endpoints are made by somebody else; name an address of theirs"},
		{"without pods there is nothing to connect to", "data/other shop/svc/empty 80", "error: destination shop/service/empty: its selector picks no pod"},
		{"without ports too", "data/other shop/svc/portless 80", "error: destination shop/service/portless has no ports"},
		{"a Service that does not exist", "data/other shop/svc/wbe 80", "error: destination shop/service/wbe not found"},
		{"a Service by a pod's name", "data/other shop/svc/blue 80", "error: destination shop/service/blue not found (did you mean shop/pod/blue?)"},
		{"a pod by a Service's name", "data/other shop/web 80", "error: destination shop/pod/web not found (did you mean shop/service/web?)"},
	}.check(t, cluster(t, services))
}
