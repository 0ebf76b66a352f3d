package manifests_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/cis532/kubectl-cis532/pkg/inventory/manifests"
)

// growing is an input that is made while it is read, and looks at the memory that is in use meanwhile.
type growing struct {
	part    func(i int) string
	parts   int
	next    int
	left    string
	size    int
	highest uint64
}

func (g *growing) Read(p []byte) (int, error) {
	for g.left == "" {
		if g.next == g.parts {
			return 0, io.EOF
		}
		g.left = g.part(g.next)
		g.next++
		g.size += len(g.left)
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		g.highest = max(g.highest, stats.HeapAlloc)
	}
	n := copy(p, g.left)
	g.left = g.left[n:]
	return n, nil
}

// What is not kept does not stay in memory: the input is several times of what is held at any time.
func TestMemoryDoesNotGrowWithTheInput(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	const parts = 200
	lines := strings.Repeat(strings.Repeat("text ", 200)+"\\n", 160)
	for name, part := range map[string]func(i int) string{
		"documents of YAML": func(i int) string {
			return fmt.Sprintf("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c-%d, namespace: shop}\ndata:\n  text: \"%s\"\n", i, lines)
		},
		"a List of JSON": func(i int) string {
			begin, end := ",", ""
			if i == 0 {
				begin = `{"apiVersion": "v1", "items": [`
			}
			if i == parts-1 {
				end = `], "kind": "List"}`
			}
			return begin + fmt.Sprintf(`{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c-%d", "namespace": "shop"}, "data": {"text": "%s"}}`, i, lines) + end
		},
	} {
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			in := &growing{part: part, parts: parts}
			inv, err := manifests.Read(context.Background(), manifests.Options{Paths: []string{"-"}, Stdin: in})
			if err != nil || len(inv.Gaps) > 0 || inv.Namespace("shop") == nil {
				t.Fatal(err, inv)
			}
			if held := int(in.highest) - int(before.HeapAlloc); held > in.size/2 {
				t.Errorf("%d MB were held of an input of %d MB", held>>20, in.size>>20)
			}
		})
	}
}
