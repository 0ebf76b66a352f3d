package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestThePagesAreWhatTheCommandsAndRulesSay(t *testing.T) {
	commands, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]map[string]string{"reference": commands, "rules": rulePages()} {
		paths, err := filepath.Glob(filepath.Join("..", "..", "docs", dir, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got[filepath.Base(path)] = string(text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("docs/%s is not what the code says: run make generate-code (-want +got)\n%s", dir, diff)
		}
	}
}

func TestTheReferenceIsTheSameOnEveryMachine(t *testing.T) {
	var pages []map[string]string
	for _, home := range []string{"/home/somebody", "/home/else"} {
		t.Setenv("HOME", home)
		t.Setenv("KUBECONFIG", filepath.Join(home, "kubeconfig"))
		t.Setenv("KUBECACHEDIR", filepath.Join(home, "cache"))
		p, err := generate()
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, p)
		for name, text := range p {
			if strings.Contains(text, home) {
				t.Errorf("%s names %s", name, home)
			}
		}
	}
	if !maps.Equal(pages[0], pages[1]) {
		t.Error("the pages depend on the machine")
	}
}

func TestProseIsPlainAndKeepsIndentedText(t *testing.T) {
	got := prose("Skips kube-* and a_b.\n\n  kubectl cis532 audit *\n\nEnd.")
	want := "Skips kube-\\* and a\\_b.\n\n```\nkubectl cis532 audit *\n```\n\nEnd."
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
