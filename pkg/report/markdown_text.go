package report

import (
	"regexp"
	"strings"
)

// markdownText makes a text from anywhere fit for a line or a cell of
// Markdown: it is shown as it is, in one line, and does nothing there. Nobody is
// mentioned, nothing is linked, no HTML comes through.
func markdownText(text string) string {
	text = strings.Join(strings.Fields(OneLine(text)), " ")
	text = markdownSpecial.Replace(text)
	// GitHub looks for these in the rendered text, where a backslash is gone: a space without width parts them.
	text = mention.ReplaceAllString(text, "${1}"+noWidth)
	text = issue.ReplaceAllString(text, "${1}"+noWidth+"${2}")
	text = reference.ReplaceAllString(text, "${1}"+noWidth+"${2}")
	return address.ReplaceAllString(text, "${1}"+noWidth+"${2}")
}

// noWidth is a space without width.
const noWidth = "&#8203;"

var (
	// markdownSpecial are the characters that mean something in the middle of a line.
	markdownSpecial = strings.NewReplacer(
		"&", "&amp;", "<", "&lt;", ">", "&gt;", `\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`,
	)
	// mention begins the name of a user or the number of an issue, and issue is the other way to write one.
	mention = regexp.MustCompile(`([@#])`)
	issue   = regexp.MustCompile(`(?i)\b(gh-)(\d)`)
	// reference is a merge request, a snippet, an epic, a milestone or a label of GitLab.
	reference = regexp.MustCompile(`(!|\$|&amp;|%|~)([0-9A-Za-z"])`)
	// address is what GitHub makes a link of.
	address = regexp.MustCompile(`(?i)(https?|ftp|mailto|xmpp|www)([:.])`)
)
