package report

import (
	"strconv"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// htmlBar is a bar that shows how namespaces are divided.
type htmlBar struct {
	// ID is unique on the page, Title says what is divided.
	ID, Title string
	// Text says in words all that the bar shows.
	Text     string
	Segments []htmlSegment
}

// htmlSegment is a part of a bar.
type htmlSegment struct {
	// Name is the verdict or posture, Class the one that gives it its colour, Pattern what is drawn over it.
	Name, Class, Pattern string
	Count                int
	// X and Width are in percent of the bar.
	X, Width string
}

// htmlKind is one of the things that a bar divides by, and its line of the legend.
type htmlKind struct{ name, pattern, meaning string }

// htmlVerdicts are in the order of the bar. Parts that differ in little but
// their colour have a pattern as well.
var htmlVerdicts = []htmlKind{
	{string(v1alpha1.VerdictFail), "", "no NetworkPolicy"},
	{string(v1alpha1.VerdictError), "hatch", "could not be judged: evidence is missing"},
	{string(v1alpha1.VerdictPass), "", "at least one NetworkPolicy"},
	{string(v1alpha1.VerdictAccepted), "dots", "isolated by a policy of another kind, which the run accepts"},
	{string(v1alpha1.VerdictExempt), "lines", "exempt by annotation"},
	{string(v1alpha1.VerdictSkipped), "", "not judged: system, terminating or excluded"},
}

// htmlPostures are from the weakest to the strongest.
var htmlPostures = []htmlKind{
	{string(v1alpha1.PostureOpen), "", "no policy selects the pods"},
	{string(v1alpha1.PostureAllowAll), "dots", "selected, and everything is allowed"},
	{string(v1alpha1.PostureClusterWide), "", "every pod of the cluster is allowed"},
	{string(v1alpha1.PosturePartial), "lines", "some pods are isolated, some are not"},
	{string(v1alpha1.PostureRestricted), "", "only what rules name is allowed"},
	{string(v1alpha1.PostureDenied), "", "nothing is allowed"},
	{string(v1alpha1.PostureNotApplicable), "", "only pods on the host network, which no policy isolates"},
	{string(v1alpha1.PostureUnknown), "hatch", "a fact is missing that would be needed to say"},
}

// leastWidth keeps one namespace among thousands visible.
const leastWidth = 0.006

// newHTMLBar divides a bar by counts.
func newHTMLBar(id, title string, kinds []htmlKind, counts map[string]int) htmlBar {
	bar := htmlBar{ID: id, Title: title}
	total := 0
	for _, k := range kinds {
		total += counts[k.name]
	}
	sum := 0.0
	weight := func(n int) float64 { return max(float64(n)/float64(total), leastWidth) }
	for _, k := range kinds {
		if n := counts[k.name]; n > 0 {
			sum += weight(n)
		}
	}
	percent := func(part float64) string { return strconv.FormatFloat(100*part/sum, 'f', 3, 64) + "%" }
	var words []string
	x := 0.0
	for _, k := range kinds {
		n := counts[k.name]
		if n == 0 {
			continue
		}
		bar.Segments = append(bar.Segments, htmlSegment{
			Name: k.name, Class: kindClass(k.name), Pattern: k.pattern, Count: n, X: percent(x), Width: percent(weight(n)),
		})
		words = append(words, number(n)+" "+k.name)
		x += weight(n)
	}
	if bar.Text = "none"; len(words) > 0 {
		bar.Text = strings.Join(words, ", ")
	}
	return bar
}

// kindClass is the CSS class of a verdict or posture.
func kindClass(name string) string { return "k-" + strings.ToLower(name) }

// htmlLegend is a line below a bar: what its colour means, and the counts.
type htmlLegend struct {
	Name, Class, Pattern, Meaning string
	// Counts is one for each bar.
	Counts []int
}

// newHTMLLegend has a line for each kind that one of the bars shows, and for those of always.
func newHTMLLegend(kinds []htmlKind, always []v1alpha1.Verdict, bars ...map[string]int) []htmlLegend {
	var legend []htmlLegend
	for _, k := range kinds {
		line := htmlLegend{Name: k.name, Class: kindClass(k.name), Pattern: k.pattern, Meaning: k.meaning}
		shown := false
		for _, v := range always {
			shown = shown || string(v) == k.name
		}
		for _, counts := range bars {
			line.Counts = append(line.Counts, counts[k.name])
			shown = shown || counts[k.name] > 0
		}
		if shown {
			legend = append(legend, line)
		}
	}
	return legend
}
