package reach_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

func TestExpect(t *testing.T) {
	c := cluster(t, team, maybe)
	type summary = v1alpha1.ExpectationSummary
	type mismatch = v1alpha1.Mismatch
	const yes, no, perhaps = v1alpha1.ReachAllowed, v1alpha1.ReachDenied, v1alpha1.ReachUnknown
	for _, tt := range []struct {
		name, text string
		want       summary
		mismatches []mismatch
	}{
		{"lines that hold", "shop/web data/db 5432/TCP allow\nshop/cart data/db 5432/TCP deny\n", summary{Lines: 2, Agreed: 2}, nil},
		{"the last line may have no end", "shop/web data/db 5432/TCP allow", summary{Lines: 1, Agreed: 1}, nil},
		{"comments and blank lines do not count", "# who\n\n  \t\nshop/web data/db 5432/TCP allow # the shop\n#shop/web data/db 1/TCP allow\n", summary{Lines: 1, Agreed: 1}, nil},
		{"fields may be apart by any blanks", "  shop/web\t data/db   5432 \t allow  ", summary{Lines: 1, Agreed: 1}, nil},
		{"lines may end as on Windows", "shop/web data/db 5432/TCP allow\r\n# \r\nshop/cart data/db 5432/TCP deny\r\n", summary{Lines: 2, Agreed: 2}, nil},
		{"a byte order mark is not read", "\ufeffshop/web data/db 5432/TCP allow\n", summary{Lines: 1, Agreed: 1}, nil},
		{"ports may have names", "shop/web data/db sql allow\n", summary{Lines: 1, Agreed: 1}, nil},
		{"addresses are ends too", "203.0.113.9 data/db 5432 allow\n192.0.2.1 data/db 5432 deny\n", summary{Lines: 2, Agreed: 2}, nil},
		{"a line that does not hold says what decides", "shop/web data/db 5432/TCP deny\n\nshop/cart data/db 5432/TCP allow\n", summary{Lines: 2, Differed: 2}, []mismatch{
			{Line: 1, From: "shop/web", To: "data/db", Port: "5432/TCP", Expected: no, Got: yes, Decided: "egress: no policy selects the source; ingress: data/db ingress[0]"},
			{Line: 3, From: "shop/cart", To: "data/db", Port: "5432/TCP", Expected: yes, Got: no, Decided: "ingress: no rule of data/db, data/deny"},
		}},
		{"unknown is not what was expected", "elsewhere/x maybe/deploy/api 80 deny", summary{Lines: 1, Unknown: 1}, []mismatch{
			{Line: 1, From: "elsewhere/x", To: "maybe/deploy/api", Port: "80", Expected: no, Got: perhaps,
				Decided: "ingress: unknown whether it matches: maybe/labelled ingress[0] (a pod's address is not known, and an ipBlock could hold it; a namespace's labels are not known, and a namespaceSelector could match them)"},
		}},
		{"a bad line does not hide the others", "shop/web data/db 5432/TCP\nshop/cart data/db 5432/TCP deny\nshop/web data/db 5432/TCP allow deny\n", summary{Lines: 3, Agreed: 1, Invalid: 2}, []mismatch{
			{Line: 1, Error: "3 fields, not 4: SOURCE DESTINATION PORT/PROTOCOL allow|deny"},
			{Line: 3, Error: "5 fields, not 4: SOURCE DESTINATION PORT/PROTOCOL allow|deny"},
		}},
		{"a word that is neither", "shop/web data/db 5432/TCP Allow", summary{Lines: 1, Invalid: 1}, []mismatch{
			{Line: 1, From: "shop/web", To: "data/db", Port: "5432/TCP", Error: `"Allow" is neither allow nor deny`},
		}},
		{"an end that is not there", "shop/wbe data/db 5432/TCP deny\nshop/web data/bd 5432/TCP deny\n", summary{Lines: 2, Invalid: 2}, []mismatch{
			{Line: 1, From: "shop/wbe", To: "data/db", Port: "5432/TCP", Expected: no, Error: "source shop/pod/wbe not found"},
			{Line: 2, From: "shop/web", To: "data/bd", Port: "5432/TCP", Expected: no, Error: "destination data/pod/bd not found"},
		}},
		{"an unknown protocol", "shop/web data/db 5432/ICMP deny", summary{Lines: 1, Invalid: 1}, []mismatch{
			{Line: 1, From: "shop/web", To: "data/db", Port: "5432/ICMP", Expected: no, Error: `port "5432/ICMP": unknown protocol "ICMP" (known are TCP, UDP, SCTP)`},
		}},
		{"a port's name that the destination has not", "shop/web data/db http deny", summary{Lines: 1, Invalid: 1}, []mismatch{
			{Line: 1, From: "shop/web", To: "data/db", Port: "http", Expected: no, Error: "destination data/pod/db: port http/TCP: no container declares such a port"},
		}},
		{"a line that is too long", strings.Repeat("x", 5000) + "\nshop/web data/db 5432/TCP allow\n" + strings.Repeat("# ", 50_000) + "\n", summary{Lines: 3, Agreed: 1, Invalid: 2}, []mismatch{
			{Line: 1, Error: "longer than 4096 bytes"},
			{Line: 3, Error: "longer than 4096 bytes"},
		}},
		{"nothing at all", "", summary{}, nil},
		{"nothing but comments", "# later\n", summary{}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := c.Expect(strings.NewReader(tt.text), "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Summary); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append([]mismatch{}, tt.mismatches...), got.Mismatches); diff != "" {
				t.Errorf("mismatches (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExpectTakesTheDefaultNamespace(t *testing.T) {
	got, err := cluster(t, team).Expect(strings.NewReader("web data/db 5432 allow\npod/cart data/db 5432 deny\n"), "shop")
	if err != nil || got.Summary.Agreed != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestExpectSaysWhereReadingFailed(t *testing.T) {
	broken := errors.New("broken pipe")
	_, err := cluster(t, team).Expect(iotest.DataErrReader(&failing{"shop/web data/db 5432 allow\n", broken}), "")
	if !errors.Is(err, broken) || err.Error() != "line 2: broken pipe" {
		t.Errorf("got %v", err)
	}
}

// failing gives a text and then an error.
type failing struct {
	text string
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.text == "" {
		return 0, f.err
	}
	n := copy(p, f.text)
	f.text = f.text[n:]
	return n, nil
}

// Where a name means several connections of different verdicts, it is neither allowed nor denied.
func TestExpectOfSeveralConnectionsThatDiffer(t *testing.T) {
	got, err := cluster(t, deployment, replicas, around, blocked).Expect(strings.NewReader("shop/deploy/web data/sts/db 5432/TCP allow\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []v1alpha1.Mismatch{{
		Line: 1, From: "shop/deploy/web", To: "data/sts/db", Port: "5432/TCP", Expected: v1alpha1.ReachAllowed, Got: v1alpha1.ReachUnknown,
		Decided: "1 of 2 connections: shop/pod/web-1-b data/statefulset/db: ingress: no rule of data/db",
	}}
	if diff := cmp.Diff(want, got.Mismatches); diff != "" {
		t.Errorf("mismatches (-want +got):\n%s", diff)
	}
}
