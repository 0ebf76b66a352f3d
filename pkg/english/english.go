// Package english keeps kubectl's packages from loading their translations when the program starts: it speaks English
// whatever the locale, as all of it does that is not kubectl's, and the loading took a third of the time of starting.
//
// Whoever imports k8s.io/kubectl/pkg/cmd/get, whose texts ask for the translations as soon as the program runs, imports this
// package too.
package english

import "k8s.io/kubectl/pkg/util/i18n"

// Go initialises packages in the order of their import paths, each as soon as what it imports is ready: this one before any
// of k8s.io that asks for a translation. The error that is left away would say that they have been loaded already, which only
// costs time.
var _ = i18n.SetLoadTranslationsFunc(func() error { return nil })
