package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// htmlFormat is one page that needs nothing but itself: no network, no other
// file. It holds the document once more as JSON, in the element of the id
// "report", for programs.
var htmlFormat = Format{
	Name:       "html",
	Extensions: []string{"htm"},
	Writes: func(document runtime.Object) bool {
		return writes[*v1alpha1.AuditReport](document) || writes[*v1alpha1.FixReport](document) || writes[*v1alpha1.RollbackReport](document)
	},
	Write: writeHTML,
}

//go:embed html
var htmlFiles embed.FS

// htmlTemplates are parsed when a page is written, and not by each command.
var htmlTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("html").Funcs(template.FuncMap{
		"lower":  func(v any) string { return strings.ToLower(fmt.Sprint(v)) },
		"plain":  func(v any) string { return plain(fmt.Sprint(v)) },
		"number": number, "reference": newReference,
	}).ParseFS(htmlFiles, "html/*.tmpl"))
})

func writeHTML(w io.Writer, document runtime.Object) error {
	var (
		name  string
		model any
		err   error
	)
	switch r := document.(type) {
	case *v1alpha1.AuditReport:
		name = "audit.tmpl"
		model, err = newAuditPage(r)
	case *v1alpha1.FixReport:
		name = "change.tmpl"
		model, err = newFixPage(r)
	case *v1alpha1.RollbackReport:
		name = "change.tmpl"
		model, err = newRollbackPage(r)
	default:
		err = fmt.Errorf("no page for %T", document)
	}
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := htmlTemplates().ExecuteTemplate(out, name, model); err != nil {
		return err
	}
	return out.Flush()
}

// htmlPage is what every page has.
type htmlPage struct {
	// Title is the tab's.
	Title string
	// Tone is the verdict's colour: pass, fail, error or caution.
	Tone string
	// Verdict is the one word, Statement what it means in one sentence.
	Verdict, Statement string
	// Errors are why the report is incomplete, Caveats what limits the verdict, Warnings what is doubtful beside it.
	Errors, Caveats, Warnings []string
	// Facts say what the report is about: cluster, time, scope.
	Facts []htmlFact
	// Policy is the Content-Security-Policy: nothing runs or is styled but what stands here, and nothing is loaded.
	Policy string
	Style  template.CSS
	Script template.JS
	// Data is the document.
	Data json.RawMessage
}

// htmlFact is a line of the head.
type htmlFact struct{ Name, Text, More string }

// newHTMLPage fills in what does not depend on the kind of the document.
func newHTMLPage(document runtime.Object, scripts ...string) (htmlPage, error) {
	data, err := htmlData(document)
	if err != nil {
		return htmlPage{}, err
	}
	style, script := htmlText("page.css"), ""
	for _, name := range append([]string{"theme.js"}, scripts...) {
		script += htmlText(name)
	}
	return htmlPage{
		Policy: "default-src 'none'; script-src " + hashSource(script) + "; style-src " + hashSource(style) +
			"; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		Style:  template.CSS(style),
		Script: template.JS(script),
		Data:   data,
	}, nil
}

// htmlText is an embedded file.
func htmlText(name string) string {
	text, err := htmlFiles.ReadFile("html/" + name)
	if err != nil {
		panic(err) // not embedded: no page could be written by this program
	}
	return string(text)
}

// hashSource allows exactly this text.
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// htmlData is the document as JSON without a character that ends a script, or
// that an editor would act upon: encoding/json escapes <, > and &, and what
// hides or turns text is escaped here.
func htmlData(document runtime.Object) (json.RawMessage, error) {
	data, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	text := string(data)
	if !strings.ContainsFunc(text, hostile) {
		return data, nil
	}
	var b strings.Builder
	for _, r := range text {
		if hostile(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return json.RawMessage(b.String()), nil
}
