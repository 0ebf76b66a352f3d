// Package protolist reads the lists of an API server as they come, one item at a time: of a list of any length only one
// item is held, and of an item only the fields that are wanted.
//
// It knows how Kubernetes wraps protobuf (the envelope runtime.Unknown behind four bytes, see
// https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding) and nothing of what is in the items: they are
// decoded by the API's own types. It must not send requests.
package protolist
