// Package networkplugin recognises the cluster's network plugin, and whether it
// is switched on to enforce NetworkPolicies, by the objects that the plugin
// itself leaves in a cluster. Each plugin is one entry of a table.
//
// A claim needs evidence. The name of a DaemonSet is none: its namespace must
// be one where only those who run the cluster install such things, it must have
// the plugin's container, and the plugin's label or image. What is not
// recognised, or could not be read, is Unknown.
//
// The package must not talk to a server or read files: the readers are in
// pkg/inventory/live and pkg/inventory/manifests.
package networkplugin
