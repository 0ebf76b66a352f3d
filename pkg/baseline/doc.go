// Package baseline is the catalogue of policies that this tool can give a
// namespace: what each allows and blocks, and the NetworkPolicy objects
// themselves, with the labels and annotations by which they are known again.
//
// The package must not talk to a server, read the clock, or print.
package baseline
