package reach_test

import (
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/reach"
)

// maxMessage bounds a message about any input, in bytes: three clipped texts and what is said about them.
const maxMessage = 2000

func FuzzExpect(f *testing.F) {
	for _, seed := range []string{
		"shop/web data/db 5432/TCP allow\n", "\ufeff# c\r\nshop/web data/db sql deny\r\n", "a b c\n", "\x00\xff shop/web 80 allow",
		"10.0.0.1 10.0.1.1 5432 allow\n::1 fe80::1%e 1/SCTP deny", "shop/svc/x data/svc/y 1 allow", strings.Repeat("x ", 3000),
		"web db 80 allow\n", "shop/deploy/web data/sts/db 65536/UDP deny", "/ // 0/ allow",
	} {
		f.Add(seed, "")
		f.Add(seed, "shop")
	}
	c := cluster(f, team)
	f.Fuzz(func(t *testing.T, text, namespace string) {
		if len(namespace) > 63 {
			t.Skip("no namespace has such a name")
		}
		r, err := c.Expect(strings.NewReader(text), namespace)
		if err != nil {
			t.Fatal(err)
		}
		s := r.Summary
		if s.Lines != s.Agreed+s.Differed+s.Unknown+s.Invalid || len(r.Mismatches) != s.Lines-s.Agreed {
			t.Errorf("the counts do not add up: %+v, %d mismatches", s, len(r.Mismatches))
		}
		last := 0
		for _, m := range r.Mismatches {
			if m.Line <= last || m.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d after %d", m.Line, last)
			}
			last = m.Line
			if len(m.Error)+len(m.From)+len(m.To)+len(m.Port)+len(m.Decided) > 2*maxMessage {
				t.Errorf("a long message: %+v", m)
			}
			if (m.Error == "") == (m.Got == "") {
				t.Errorf("neither an error nor an answer: %+v", m)
			}
		}
	})
}

func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{
		"shop/web", "shop/deploy/web", "web", "deploy/web", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", "fe80::1%", "10.0.0.0/8", "a/b/c/d", "", "/", "a//b",
		"\x1b[2J", "\xff/\xff", "Pods.v1/x", ".apps/x", "svc/x", "0", "1.2.3", "::/0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ref, err := reach.ParseRef(text, "")
		if err != nil {
			if len(err.Error()) > maxMessage {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
			return
		}
		// What is read can be written, and means the same then.
		again, err := reach.ParseRef(ref.String(), "")
		if err != nil || again != ref {
			t.Errorf("%q is %+v, but as %q it is %+v, %v", text, ref, ref.String(), again, err)
		}
	})
}

func FuzzParsePort(f *testing.F) {
	for _, seed := range []string{"80", "80/TCP", "53/udp", "http", "http/SCTP", "0", "65536", "-1", "+5", "99999999999999999999", "", "/", "80/", "80//", "0x50", "1e3", "٣", "80/TCP/TCP"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		port, err := reach.ParsePort(text)
		if err != nil {
			if len(err.Error()) > maxMessage {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
			return
		}
		if again, err := reach.ParsePort(port.String()); err != nil || again != port {
			t.Errorf("%q is %+v, but as %q it is %+v, %v", text, port, port.String(), again, err)
		}
		if port.IsAll() || port.Number < 0 || port.Number > 65535 || port.Number != 0 && port.Name != "" {
			t.Errorf("%q is %+v", text, port)
		}
	})
}
