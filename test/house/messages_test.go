package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// troubleshooting is the page that has every message of trouble, and the way out.
const troubleshooting = "../../docs/troubleshooting.md"

// speaking are the functions whose first text is trouble that a user is told.
var speaking = []string{"errors.New", "fmt.Errorf", "warn"}

// silent are texts that no user sees, or that only repeat what another message says, with the reason.
var silent = map[string]string{
	"not as kubectl writes it": "the text is read as a whole then",
	"not read any further: %w": "another error has ended the reading before",
}

// verbs are the places that are filled in, and what stands around them.
var verbs = regexp.MustCompile(`"?%[-+# 0-9.*]*[a-zA-Z]"?`)

// minWords is how much of a text must be its own for the page to have it: less only puts an object before another error.
const minWords = 2

func TestThePageHasEveryMessage(t *testing.T) {
	page, err := os.ReadFile(troubleshooting)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(strings.ReplaceAll(string(page), `\|`, "|")), " ")
	found := 0
	for literal, at := range messages(t) {
		own := longest(verbs.Split(literal, -1))
		if len(strings.Fields(own)) < minWords || silent[literal] != "" {
			continue
		}
		found++
		if !strings.Contains(text, own) {
			t.Errorf("%s: docs/troubleshooting.md does not have %q", at, own)
		}
	}
	if found < 100 {
		t.Errorf("only %d messages were found", found)
	}
}

// messages are the texts of trouble in the program, with where they are.
func messages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, dir := range []string{"../../pkg", "../../cmd"} {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) == 0 || !slices.Contains(speaking, name(call.Fun)) {
					return true
				}
				if literal, ok := call.Args[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
					if text, err := strconv.Unquote(literal.Value); err == nil {
						all[text] = files.Position(literal.Pos()).String()
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// name is PACKAGE.FUNCTION, or only the method's name.
func name(fun ast.Expr) string {
	selector, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if id, ok := selector.X.(*ast.Ident); ok && (id.Name == "errors" || id.Name == "fmt") {
		return id.Name + "." + selector.Sel.Name
	}
	return selector.Sel.Name
}

// longest is the longest of some texts, without the punctuation around it.
func longest(texts []string) string {
	best := ""
	for _, text := range texts {
		if text = strings.Trim(text, " :;,()"); len(text) > len(best) {
			best = text
		}
	}
	return strings.Join(strings.Fields(best), " ")
}
