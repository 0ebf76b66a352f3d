// Package house checks how the packages of this module depend on each other:
// the picture of docs/architecture.md, as a test.
//
// It must not know what the packages do.
package house

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// goPackage is what `go list -json` says of a package.
type goPackage struct {
	ImportPath string
	Name       string
	Doc        string
	Module     struct{ Path string }
	// GoFiles are its files; a directory of tests alone has none.
	GoFiles []string
	// Imports are those of the package, without those of its tests.
	Imports []string
}

// layers are the packages of the house, from the top; a package may import those
// of lower layers only. A name stands for the packages below it, unless they
// are named themselves.
var layers = [][]string{
	{"cmd"},
	{"pkg/cmd"},
	{"pkg/report", "pkg/remediate", "pkg/audit", "pkg/reach", "pkg/inventory/live", "pkg/inventory/manifests", "pkg/gitops"},
	{"pkg/baseline"},
	{"pkg/inventory", "pkg/apiserver"},
	{"pkg/otherpolicy"},
	{"pkg/netpol", "pkg/control"},
	{"pkg/api", "pkg/version", "pkg/english", "deploy"},
}

// sameLayer are the arrows within a layer that are meant: to parts of the package itself.
var sameLayer = map[string][]string{
	"pkg/netpol":    {"pkg/netpol"},
	"pkg/audit":     {"pkg/audit"},
	"pkg/inventory": {"pkg/inventory"},
	"pkg/api":       {"pkg/api"},
	"pkg/apiserver": {"pkg/apiserver"},
}

// pure packages import none of the project's own that talk to anybody.
var pure = []string{"pkg/audit", "pkg/control", "pkg/netpol", "pkg/otherpolicy", "pkg/baseline", "pkg/inventory", "pkg/api"}

// impure is what they must not reach, directly or by way of another.
var impure = []string{"pkg/apiserver", "pkg/inventory/live", "pkg/inventory/manifests", "pkg/remediate", "pkg/report", "pkg/cmd"}

// noNames are package names that say nothing of what is in them.
var noNames = []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "lib", "tools"}

func TestArrowsRunOneWay(t *testing.T) {
	problems := check(load(t))
	for _, problem := range problems {
		t.Error(problem)
	}
}

func TestWrongArrowsAreFound(t *testing.T) {
	const module = "example.com/m"
	in := func(importPath, doc string, imports ...string) goPackage {
		p := goPackage{ImportPath: module + "/" + importPath, Name: path.Base(importPath), Doc: doc, GoFiles: []string{"doc.go"}}
		p.Module.Path = module
		for _, i := range imports {
			p.Imports = append(p.Imports, module+"/"+i)
		}
		return p
	}
	for name, c := range map[string]struct {
		packages []goPackage
		want     string
	}{
		"a sound house":              {[]goPackage{in("pkg/cmd", "Package cmd.", "pkg/audit"), in("pkg/audit", "Package audit.", "pkg/netpol"), in("pkg/netpol", "Package netpol.")}, ""},
		"an arrow that goes up":      {[]goPackage{in("pkg/netpol", "Package netpol.", "pkg/audit"), in("pkg/audit", "Package audit.")}, "pkg/netpol imports pkg/audit"},
		"an arrow between siblings":  {[]goPackage{in("pkg/report", "Package report.", "pkg/audit"), in("pkg/audit", "Package audit.")}, "pkg/report imports pkg/audit"},
		"a package outside":          {[]goPackage{in("pkg/flows", "Package flows.")}, "pkg/flows: it has no place"},
		"a package without comment":  {[]goPackage{in("pkg/audit", "")}, "pkg/audit: no package comment"},
		"a package that says naught": {[]goPackage{in("pkg/cmd/util", "Package util.")}, `pkg/cmd/util: "util" does not say`},
		"a pure package that is not, by way of another": {
			[]goPackage{in("pkg/audit", "Package audit.", "pkg/inventory"), in("pkg/inventory", "Package inventory.", "pkg/apiserver"), in("pkg/apiserver", "Package apiserver.")},
			"pkg/audit is pure and reaches pkg/apiserver",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(check(c.packages), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// check returns what is wrong with the packages.
func check(packages []goPackage) []string {
	var problems []string
	imports := map[string][]string{}
	for _, p := range packages {
		name := inModule(p, p.ImportPath)
		for _, imported := range p.Imports {
			if imported = inModule(p, imported); imported != "" {
				imports[name] = append(imports[name], imported)
			}
		}
	}
	for _, p := range packages {
		name := inModule(p, p.ImportPath)
		if slices.Contains(noNames, p.Name) || slices.Contains(noNames, path.Base(name)) {
			problems = append(problems, fmt.Sprintf("%s: %q does not say what is in the package", name, p.Name))
		}
		if p.Doc == "" && len(p.GoFiles) > 0 {
			problems = append(problems, name+": no package comment")
		}
		if !strings.HasPrefix(name, "pkg/") && !strings.HasPrefix(name, "cmd/") {
			continue // tests and generators may use everything
		}
		from, _ := place(name)
		if from < 0 {
			problems = append(problems, name+": it has no place in the house: add it to test/house and docs/architecture.md")
			continue
		}
		for _, imported := range imports[name] {
			if to, _ := place(imported); to < from || to == from && !allowedBeside(name, imported) {
				problems = append(problems, fmt.Sprintf("%s imports %s: arrows run one way, downwards", name, imported))
			}
		}
		if _, owner := place(name); slices.Contains(pure, owner) {
			for _, reached := range reach(imports, name) {
				if _, target := place(reached); slices.Contains(impure, target) {
					problems = append(problems, fmt.Sprintf("%s is pure and reaches %s", name, reached))
				}
			}
		}
	}
	return problems
}

// inModule is the import path below the module; empty for a package of another module.
func inModule(p goPackage, importPath string) string {
	below, ok := strings.CutPrefix(importPath, p.Module.Path+"/")
	if !ok {
		return ""
	}
	return below
}

// place is a package's layer, and the name under which it stands there. The longest name decides.
func place(name string) (layer int, owner string) {
	layer = -1
	for i, names := range layers {
		for _, n := range names {
			if (name == n || strings.HasPrefix(name, n+"/")) && len(n) > len(owner) {
				layer, owner = i, n
			}
		}
	}
	return layer, owner
}

// allowedBeside says that an arrow within a layer is meant.
func allowedBeside(from, to string) bool {
	_, owner := place(from)
	_, target := place(to)
	return slices.Contains(sameLayer[owner], target)
}

// reach lists what a package imports, directly or by way of others.
func reach(imports map[string][]string, from string) []string {
	var reached []string
	next := slices.Clone(imports[from])
	for len(next) > 0 {
		name := next[0]
		next = next[1:]
		if !slices.Contains(reached, name) {
			reached = append(reached, name)
			next = append(next, imports[name]...)
		}
	}
	return reached
}

// load asks Go for the packages of the module. An import cycle is an error of its own.
func load(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Doc,Module,GoFiles,Imports", "./...")
	cmd.Dir = "../.."
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var packages []goPackage
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("only %d packages: is this the module?", len(packages))
	}
	return packages
}
