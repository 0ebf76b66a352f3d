// Package validation answers one question about a manifest: would the API
// server of Kubernetes 1.37 refuse this NetworkPolicy or this Namespace?
//
// It is for objects that no API server has seen yet: files, pipes, Git
// repositories. Objects that were read from a cluster are never refused (older
// releases took what newer ones refuse); [Warnings] says what is odd about them.
//
// The rules are those of the create request. What the server clears or sets
// itself is not judged; each error names the field by the path that the server
// would name. Where the server's rule is available as a library (object
// metadata, label selectors, CIDRs, port names) that library is the rule; the
// others are written down here with the sentence of the API documentation that
// they come from.
//
// The package is pure: no client, no clock, no environment, no output. It must
// not decide what a policy means (that is package netpol) and must not read
// files. What stands in a message was written by others: every echoed value is
// quoted and cut to a bounded length.
package validation
