package reach

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
)

// maxLine bounds a line of an expectations file, in bytes.
const maxLine = 4096

// Expect compares connections with what a file expects of them: a line each,
// "SOURCE DESTINATION PORT/PROTOCOL allow|deny", with # comments. Every line is
// judged, also after one that is wrong; an error is one of reading.
func (c *Cluster) Expect(r io.Reader, defaultNamespace string) (*v1alpha1.ReachExpectations, error) {
	report := v1alpha1.NewReachExpectations()
	ends := newLookup(c, defaultNamespace)
	lines := bufio.NewReaderSize(r, maxLine)
	for number := 1; ; number++ {
		line, tooLong, err := readLine(lines)
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		switch expected, said := ends.expectLine(line, tooLong, report); {
		case !said:
		case expected.Error == "" && expected.Got == expected.Expected:
			expected.Line = number
			report.Agreed = append(report.Agreed, expected)
		default:
			expected.Line = number
			report.Mismatches = append(report.Mismatches, expected)
		}
		if last {
			return report, nil
		}
	}
}

// readLine reads a line without its end. Of one that is too long the rest is skipped.
func readLine(r *bufio.Reader) (line string, tooLong bool, err error) {
	data, err := r.ReadSlice('\n')
	line = string(data)
	for errors.Is(err, bufio.ErrBufferFull) {
		tooLong = true
		_, err = r.ReadSlice('\n')
	}
	return line, tooLong, err
}

// expectLine judges a line and counts it. It answers false where the line expects nothing.
func (l *lookup) expectLine(line string, tooLong bool, report *v1alpha1.ReachExpectations) (v1alpha1.Mismatch, bool) {
	fields := fieldsOf(line)
	if len(fields) == 0 && !tooLong {
		return v1alpha1.Mismatch{}, false
	}
	report.Summary.Lines++
	if tooLong {
		report.Summary.Invalid++
		return v1alpha1.Mismatch{Error: fmt.Sprintf("longer than %d bytes", maxLine)}, true
	}
	m, err := l.judgeLine(fields)
	switch {
	case err != nil:
		report.Summary.Invalid++
		m.Error = err.Error()
	case m.Got == m.Expected:
		report.Summary.Agreed++
	case m.Got == v1alpha1.ReachUnknown:
		report.Summary.Unknown++
	default:
		report.Summary.Differed++
	}
	return m, true
}

// fieldsOf splits a line; a field that begins with # begins a comment.
func fieldsOf(line string) []string {
	fields := strings.Fields(strings.TrimPrefix(line, "\ufeff"))
	for i, field := range fields {
		if strings.HasPrefix(field, "#") {
			return fields[:i]
		}
	}
	return fields
}

var expectedWords = map[string]v1alpha1.ReachVerdict{"allow": v1alpha1.ReachAllowed, "deny": v1alpha1.ReachDenied}

func (l *lookup) judgeLine(fields []string) (v1alpha1.Mismatch, error) {
	var m v1alpha1.Mismatch
	if len(fields) != 4 {
		return m, fmt.Errorf("%d fields, not 4: SOURCE DESTINATION PORT/PROTOCOL allow|deny", len(fields))
	}
	m.From, m.To, m.Port = clip(fields[0]), clip(fields[1]), clip(fields[2])
	expected, ok := expectedWords[fields[3]]
	if !ok {
		return m, fmt.Errorf("%q is neither allow nor deny", clip(fields[3]))
	}
	m.Expected = expected
	attempts, err := l.attempts(fields[0], fields[1], fields[2])
	if err != nil {
		return m, err
	}
	m.Got = l.cluster.quickVerdict(&attempts)
	if m.Got != m.Expected {
		m.Decided = l.cluster.decidedAttempts(&attempts, m.Expected)
	}
	return m, nil
}

// quickVerdict is the verdict of all attempts, without what decided it.
func (c *Cluster) quickVerdict(all *attempts) v1alpha1.ReachVerdict {
	var verdict v1alpha1.ReachVerdict
	for a := range all.all() {
		got := c.verdict(&a)
		if verdict != "" && got != verdict {
			return v1alpha1.ReachUnknown
		}
		verdict = got
	}
	return cmp.Or(verdict, v1alpha1.ReachUnknown)
}

// decidedAttempts says what decided the connections that are not as expected,
// of several the first.
func (c *Cluster) decidedAttempts(all *attempts, expected v1alpha1.ReachVerdict) string {
	var first *attempt
	others := 0
	for a := range all.all() {
		if c.verdict(&a) == expected {
			continue
		}
		others++
		if first == nil {
			first = &a
		}
	}
	if first == nil {
		return ""
	}
	connection := c.answer(*first)
	text := Decided(connection)
	if len(connection.Notes) > 0 {
		text += " (" + strings.Join(connection.Notes, "; ") + ")"
	}
	if all.len() > 1 {
		text = fmt.Sprintf("%d of %d connections: %s %s: %s", others, all.len(), connection.From, connection.To, text)
	}
	return text
}
