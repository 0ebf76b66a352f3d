package report

import "github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"

const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	faint  = "\x1b[2m"
	reset  = "\x1b[0m"
)

// colors are the cells that get a colour when they stand alone in their cell.
var colors = map[string]string{
	string(v1alpha1.VerdictPass):    green,
	string(v1alpha1.VerdictFail):    red,
	string(v1alpha1.VerdictError):   red,
	string(v1alpha1.VerdictExempt):  yellow,
	string(v1alpha1.VerdictSkipped): faint,
	string(v1alpha1.ResultFixed):    green,
	string(v1alpha1.ResultRemoved):  green,
	string(v1alpha1.ResultKept):     yellow,
	string(v1alpha1.ReachAllowed):   green,
	string(v1alpha1.ReachDenied):    red,
	string(v1alpha1.ReachUnknown):   yellow,
}

// colorize colours verdicts and results in the second column, where each table has them.
func colorize(rows [][]string) {
	for _, row := range rows {
		if len(row) < 2 {
			continue
		}
		if color, ok := colors[row[1]]; ok {
			row[1] = color + row[1] + reset
		}
	}
}
