//go:build unix

package cluster

import (
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// user is somebody who may log in with a token.
type user struct {
	name  string
	group string
	token string
	// role is the ClusterRole that the user is bound to where a manifest brings it.
	role string
}

// harnessUser sets the cluster up and runs the controllers; the audit log leaves it out.
const harnessUser = "test-cluster"

// newUsers gives everybody a token of this start. The first is the kubeconfig's current context.
func newUsers() []user {
	users := []user{
		{name: "admin", group: "system:masters"},
		{name: "auditor", role: "kubectl-cis532-audit"},
		{name: "fixer", role: "kubectl-cis532-fix"},
		{name: "nobody"},
		{name: harnessUser, group: "system:masters"},
	}
	for i := range users {
		users[i].token = rand.Text()
	}
	return users
}

// writeTokens writes the file for kube-apiserver's --token-auth-file.
func writeTokens(path string, users []user) error {
	var csv strings.Builder
	for _, u := range users {
		fmt.Fprintf(&csv, "%s,%s,%s,%q\n", u.token, u.name, u.name, u.group)
	}
	return os.WriteFile(path, []byte(csv.String()), 0o600)
}

// writeKubeconfig writes a kubeconfig with one context for each of the users.
func writeKubeconfig(path, server string, ca []byte, users []user) error {
	const cluster = "test"
	config := clientcmdapi.NewConfig()
	config.Clusters[cluster] = &clientcmdapi.Cluster{Server: server, CertificateAuthorityData: ca}
	config.CurrentContext = users[0].name
	for _, u := range users {
		config.AuthInfos[u.name] = &clientcmdapi.AuthInfo{Token: u.token}
		config.Contexts[u.name] = &clientcmdapi.Context{Cluster: cluster, AuthInfo: u.name}
	}
	return clientcmd.WriteToFile(*config, path)
}

// split parts the people who use the cluster from the harness itself.
func split(users []user) (people, harness []user) {
	for _, u := range users {
		if u.name == harnessUser {
			harness = append(harness, u)
		} else {
			people = append(people, u)
		}
	}
	return people, harness
}
