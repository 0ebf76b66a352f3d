// Package reach answers questions about connections between named things:
// pods, controllers, Services, addresses. It turns names into pods, asks
// pkg/netpol, and says which policies and rules decided.
//
// The package must not talk to a server, read files, print, or know what a
// policy means.
package reach
