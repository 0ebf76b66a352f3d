// Package browser tests the HTML reports in a real browser: Chromium, headless,
// driven over its DevTools protocol. It is a module of its own, so that what
// drives a browser is no dependency of the plugin. Run it with `make test-browser`.
package browser
