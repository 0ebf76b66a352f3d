package networkplugin

// plugin is how a network plugin is recognised by its DaemonSet, and what its switches say.
type plugin struct {
	// name is what reports and --network-plugin call it.
	name string
	// namespaces are where its DaemonSet counts (see MayRunIn).
	namespaces []string
	// containers must all be there, by name.
	containers []string
	// labels are "key=value", images the ends of repositories; one of either must be there, on the
	// DaemonSet or its pods: mirrors rename images, and some installers change labels.
	labels, images []string
	// settings is the ConfigMap beside the DaemonSet that holds its switches; empty where there is none.
	settings string
	// without says that it enforces nothing by itself.
	without bool
	// check reads the switches; nil for a plugin that enforces whenever it runs.
	check func(daemonSet, Facts) answer
}

// plugins are all that is recognised, in the order in which a DaemonSet that
// looks like several is taken: Canal is Calico beside flannel in one.
//
// Names of namespaces, containers, labels and images are those of the projects'
// own manifests and charts, and of the distributions that ship them (GKE, EKS,
// AKS, RKE2, k0s, OpenShift).
var plugins = []plugin{
	{
		name:       "canal",
		namespaces: []string{"kube-system"},
		containers: []string{"calico-node", "kube-flannel"},
		labels:     []string{"k8s-app=canal"},
		images:     []string{"calico/node", "calico-node", "mirrored-calico-node", "hardened-calico"},
	},
	{
		name:       "calico",
		namespaces: []string{"calico-system", "kube-system"},
		containers: []string{"calico-node"},
		labels:     []string{"k8s-app=calico-node"},
		images:     []string{"calico/node", "calico-node", "mirrored-calico-node", "hardened-calico"},
	},
	{
		// GKE calls its DaemonSet anetd. Helm installs it into any namespace; these are the usual ones.
		name:       "cilium",
		namespaces: []string{"kube-system", "cilium", "cilium-system"},
		containers: []string{"cilium-agent"},
		labels:     []string{"k8s-app=cilium", "app.kubernetes.io/name=cilium-agent"},
		images:     []string{"cilium/cilium", "mirrored-cilium-cilium"},
		settings:   "cilium-config",
		check:      checkCilium,
	},
	{
		// None of its feature gates is about NetworkPolicies: AntreaPolicy is about Antrea's own kinds.
		name:       "antrea",
		namespaces: []string{"kube-system"},
		containers: []string{"antrea-agent"},
		labels:     []string{"component=antrea-agent"},
		images:     []string{"antrea-agent-ubuntu", "antrea-agent-ubi", "antrea-ubuntu", "antrea-ubi"},
	},
	{
		name:       "kube-router",
		namespaces: []string{"kube-system"},
		containers: []string{"kube-router"},
		labels:     []string{"k8s-app=kube-router"},
		images:     []string{"kube-router"},
		check:      checkKubeRouter,
	},
	{
		name:       "ovn-kubernetes",
		namespaces: []string{"openshift-ovn-kubernetes", "ovn-kubernetes"},
		containers: []string{"ovn-controller"},
		labels:     []string{"app=ovnkube-node"},
		images:     []string{"ovn-daemonset", "ovn-kube-ubuntu", "ovn-kube-fedora"},
	},
	{
		name:       "openshift-sdn",
		namespaces: []string{"openshift-sdn"},
		containers: []string{"sdn"},
		labels:     []string{"app=sdn"},
		check:      checkOpenShiftSDN,
	},
	{
		name:       "weave",
		namespaces: []string{"kube-system"},
		containers: []string{"weave"},
		labels:     []string{"name=weave-net"},
		images:     []string{"weave-kube"},
		check:      checkWeave,
	},
	{
		name:       "azure-npm",
		namespaces: []string{"kube-system"},
		containers: []string{"azure-npm"},
		labels:     []string{"k8s-app=azure-npm"},
		images:     []string{"azure-npm"},
	},
	{
		name:       "kube-network-policies",
		namespaces: []string{"kube-system"},
		containers: []string{policyContainer},
		labels:     []string{"k8s-app=kube-network-policies", "app.kubernetes.io/name=kube-network-policies"},
		images:     []string{policyContainer},
	},
	{
		name:       "kindnet",
		namespaces: []string{"kube-system"},
		containers: []string{"kindnet-cni"},
		labels:     []string{"k8s-app=kindnet", "app=kindnet"},
		images:     []string{"kindnetd"},
		check:      checkKindnet,
	},
	{
		name:       "aws-vpc-cni",
		namespaces: []string{"kube-system"},
		containers: []string{"aws-node"},
		labels:     []string{"k8s-app=aws-node"},
		images:     []string{"amazon-k8s-cni"},
		settings:   autoModeSettings.Name,
		check:      checkAWS,
	},
	{
		name:       "flannel",
		namespaces: []string{"kube-flannel", "kube-system"},
		containers: []string{"kube-flannel"},
		labels:     []string{"app=flannel", "k8s-app=flannel"},
		images: []string{
			"flannel-io/flannel", "flannel/flannel", "flannelcni/flannel", "coreos/flannel", "hardened-flannel",
			"mirrored-flannel-io-flannel", "mirrored-flannelcni-flannel", "mirrored-coreos-flannel",
		},
		without: true,
		check:   checkFlannel,
	},
	// It has no DaemonSet: it is part of each node's process.
	{name: k3sName},
}
