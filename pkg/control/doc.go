// Package control is the control that this program is about, as the CIS
// benchmarks have it: the same question under different numbers. It holds their
// numbers and the control's texts, and says which benchmark a cluster's is.
//
// The package is pure data: it must not judge, read or print anything.
package control
