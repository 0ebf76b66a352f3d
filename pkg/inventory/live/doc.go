// Package live reads an inventory from an API server: in parallel, only what
// is needed, never from a cache that may be stale (no resourceVersion=0), and
// without a request per namespace where the whole cluster is read. What was
// forbidden or failed is a gap in the inventory.
//
// The package must not write to the cluster, judge, or print.
package live
