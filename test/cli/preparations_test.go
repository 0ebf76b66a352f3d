package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// preparations are what the files of a transcript cannot say, by its name.
var preparations = map[string]func(dir string) error{
	"YAML that is nested too deep": func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "deep.yaml"), []byte(strings.Repeat("[", 100_000)), 0o644)
	},
	"JSON that is nested too deep": func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "deep.json"), []byte(strings.Repeat(`{"a":`, 100_000)), 0o644)
	},
	"a very long name": func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "long.yaml"), []byte("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"+
			"metadata: {name: "+strings.Repeat("x", 5000)+", namespace: shop}\nspec: {podSelector: {}}\n"), 0o644)
	},
	"a directory that links to itself": func(dir string) error {
		return os.Symlink(".", filepath.Join(dir, "loop"))
	},
	"a link that leads nowhere": func(dir string) error {
		return os.Symlink("nowhere.yaml", filepath.Join(dir, "link.yaml"))
	},
	"a link to itself": func(dir string) error {
		return os.Symlink("link.yaml", filepath.Join(dir, "link.yaml"))
	},
	"a directory without files": func(dir string) error {
		return os.Mkdir(filepath.Join(dir, "empty"), 0o755)
	},
	"a kubeconfig that is a directory": func(dir string) error {
		return os.Mkdir(filepath.Join(dir, "kube"), 0o755)
	},
	"a pipe in a directory": func(dir string) error {
		if err := os.Mkdir(filepath.Join(dir, "deploy"), 0o755); err != nil {
			return err
		}
		return syscall.Mkfifo(filepath.Join(dir, "deploy", "pipe.yaml"), 0o644)
	},
}
