package browser

import (
	"fmt"
	"reflect"
	"testing"

	k8sruntime "k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// nasty are texts that end, begin or escape something in one of the languages of a page.
func nasty() []string {
	var texts []string
	for _, begin := range []string{
		"", "</script>", "</SCRIPT\t>", "<!--", "--!>", "]]>", "</title>", "</style>", "</svg>", "</desc>", "</noscript>", "</textarea>", "<plaintext>", `"`, "'", "`", `\`, `\"`,
		"\x00", "\u2028", "\u202e", "\xff", "&lt;", "&#0;", "%3C", "{{", "${", "#", "?a=b&c=", "url(", "}*{", "\r\n\r\n",
	} {
		for _, then := range []string{
			"<img src=x onerror=window.owned=1>", "<script>window.owned=1</script>", ` onfocus=window.owned=1 autofocus x="`, `;window.owned=1;//`,
			"<svg/onload=window.owned=1>", "<iframe srcdoc='<script>parent.owned=1</script>'>", "javascript:window.owned=1",
		} {
			texts = append(texts, begin+then)
		}
	}
	return texts
}

// fill puts texts, in turn, into each string that there is in a value, and
// gives each list two elements.
func fill(v reflect.Value, text func() string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() && v.Type().Field(i).Name != "TypeMeta" && f.Type() != reflect.TypeFor[v1alpha1.ReportMetadata]() {
				fill(f, text)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.String:
		v.SetString(text())
	}
}

func TestAnyTextInAnyFieldStaysText(t *testing.T) {
	texts := nasty()
	if len(texts) < 200 {
		t.Fatalf("only %d texts", len(texts))
	}
	next := 0
	text := func() string { next++; return texts[next%len(texts)] }
	for i := range 6 {
		audit, fix, rollback := v1alpha1.NewAuditReport(), v1alpha1.NewFixReport(), v1alpha1.NewRollbackReport()
		for _, document := range []k8sruntime.Object{audit, fix, rollback} {
			fill(reflect.ValueOf(document).Elem(), text)
		}
		audit.Metadata.User, fix.Metadata.User, rollback.Metadata.User = text(), text(), text()
		audit.Metadata.ToolVersion, fix.Metadata.ToolVersion, rollback.Metadata.ToolVersion = text(), text(), text()
		for range len(texts) / 6 {
			var ns v1alpha1.NamespaceAudit
			fill(reflect.ValueOf(&ns).Elem(), text)
			audit.Namespaces = append(audit.Namespaces, ns)
		}
		for _, document := range []k8sruntime.Object{audit, fix, rollback} {
			t.Run(fmt.Sprintf("%s %d", document.GetObjectKind().GroupVersionKind().Kind, i), func(t *testing.T) {
				tb := open(t, document, "#text=<img src=x onerror=window.owned=1>&rule=\"'>&ns=")
				if document == audit {
					ask[bool](tb, "document.querySelector('#filters').reset(), document.getElementById('all').click(), true")
				}
				expect(tb, "window.owned || 0", 0)
				expect(tb, "document.scripts.length", 2)
				expect(tb, "document.querySelectorAll('img, iframe, object, embed, base, link, textarea, plaintext, style:not(head style), title:not(head title, svg title), [style], [autofocus]').length", 0)
				expect(tb, "[...document.querySelectorAll('*')].flatMap((e) => [...e.attributes]).filter((a) => a.name.startsWith('on') || ['href', 'xlink:href', 'src', 'action', 'formaction', 'srcdoc', 'data'].includes(a.name) && !/^(#|https:)/.test(a.value)).length", 0)
				expect(tb, "[...document.querySelectorAll('[id]')].length - new Set([...document.querySelectorAll('[id]')].map((e) => e.id)).size", 0)
				expect(tb, "document.querySelector('footer') !== null && document.getElementById('report').parentElement === document.body", true)
			})
		}
	}
}
