package house

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

const repository = "../.."

// foreign are directories of what was built or downloaded, and of what tests compare with.
var foreign = []string{".git", ".cluster", "bin", "dist", "node_modules", "testdata", "vendor"}

// page is what a Markdown file links to, and what can be linked to in it.
type page struct {
	links   []string
	anchors []string
}

func TestEveryLinkOfThePagesLeadsSomewhere(t *testing.T) {
	pages := markdown(t)
	found := 0
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		for _, link := range pages[name].links {
			if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
				continue // the network is not asked
			}
			found++
			if problem := broken(pages, name, link); problem != "" {
				t.Errorf("%s: %s: %s", name, link, problem)
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d links were found", found)
	}
}

// Whoever begins with the README finds each page, as does who begins in docs.
func TestEveryPageCanBeReached(t *testing.T) {
	pages := markdown(t)
	for _, start := range []string{"README.md", "docs/README.md"} {
		reached := map[string]bool{}
		next := []string{start}
		for len(next) > 0 {
			name := next[0]
			next = next[1:]
			if reached[name] {
				continue
			}
			reached[name] = true
			for _, link := range pages[name].links {
				if file, _ := target(name, link); strings.HasSuffix(file, ".md") && !strings.Contains(link, "://") {
					next = append(next, file)
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(pages)) {
			if strings.HasPrefix(name, "docs/") && name != "docs/README.md" && !reached[name] {
				t.Errorf("no way leads from %s to %s", start, name)
			}
		}
	}
}

func TestBrokenLinksAreFound(t *testing.T) {
	pages := map[string]page{"docs/a.md": {anchors: []string{"one-idea"}}}
	for link, want := range map[string]string{
		"#one-idea": "", "a.md#one-idea": "", "../README.md": "", "rules": "",
		"#two": "no such heading", "none.md": "no such file", "../../outside.md": "outside of the repository", "a.md#two": "no such heading",
	} {
		if got := broken(pages, "docs/a.md", link); got != want {
			t.Errorf("%s: got %q, want %q", link, got, want)
		}
	}
	got := parse([]byte("# One `idea`, twice!\n\n## Same\n\n## Same\n\n[a](b.md) ![c](d.svg)\n\n| t |\n| --- |\n| [e](f.md#g) |\n\n```\n[no](link.md)\n```\n"))
	if !slices.Equal(got.links, []string{"b.md", "d.svg", "f.md#g"}) || !slices.Equal(got.anchors, []string{"one-idea-twice", "same", "same-1"}) {
		t.Errorf("%+v", got)
	}
}

// broken says what is wrong with a link of a page, or "".
func broken(pages map[string]page, from, link string) string {
	file, anchor := target(from, link)
	if strings.HasPrefix(file, "..") {
		return "outside of the repository"
	}
	if _, err := os.Stat(filepath.Join(repository, filepath.FromSlash(file))); err != nil {
		if _, known := pages[file]; !known {
			return "no such file"
		}
	}
	if anchor != "" && !slices.Contains(pages[file].anchors, anchor) {
		return "no such heading"
	}
	return ""
}

// target is the file that a link of a page means, from the repository's root, and the anchor in it.
func target(from, link string) (file, anchor string) {
	file, anchor, _ = strings.Cut(link, "#")
	if plain, err := url.PathUnescape(file); err == nil {
		file = plain
	}
	if file == "" {
		return from, anchor
	}
	return path.Join(path.Dir(from), file), anchor
}

// markdown are the project's own Markdown files, by their paths.
func markdown(t *testing.T) map[string]page {
	t.Helper()
	all := map[string]page{}
	err := filepath.WalkDir(repository, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains(foreign, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(repository, name)
		all[filepath.ToSlash(relative)] = parse(source)
		return err
	})
	if err != nil || len(all) < 40 {
		t.Fatalf("%d pages: %v", len(all), err)
	}
	return all
}

func parse(source []byte) page {
	var p page
	document := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	_ = ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.Image:
			p.links = append(p.links, string(n.Destination))
		case *ast.Heading:
			p.anchors = append(p.anchors, anchor(words(n, source), p.anchors))
		}
		return ast.WalkContinue, nil
	})
	return p
}

// words are the text of a node and of what is in it.
func words(node ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if leaf, ok := n.(*ast.Text); ok && entering {
			b.Write(leaf.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// anchor is what GitHub makes of a heading, with a number where there is one of that name already.
func anchor(heading string, before []string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
	unique := name
	for i := 1; slices.Contains(before, unique); i++ {
		unique = fmt.Sprintf("%s-%d", name, i)
	}
	return unique
}
