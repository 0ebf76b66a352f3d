package readme

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const picture = "docs/images/terminal.svg"

// The README's picture is what the commands print today, byte by byte.
func TestThePictureIsOfToday(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "terminal.svg")
	draw := exec.CommandContext(t.Context(), "go", "run", "./hack/picture", "-o", fresh)
	draw.Dir = root
	if output, err := draw.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	got, err := os.ReadFile(fresh)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(root, picture))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("the picture is old: run `make picture` and look at it (-want +got):\n%s", diff)
	}
}

// A picture of a repository must do nothing: well-formed, of a few elements, without scripts or anything from elsewhere.
func TestThePictureIsNothingButAPicture(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, picture))
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(strings.NewReader(string(text)))
	elements := []string{"svg", "title", "desc", "style", "rect", "text", "tspan"}
	attributes := []string{"xmlns", "viewBox", "width", "height", "role", "aria-labelledby", "id", "class", "x", "y", "rx", "space"}
	seen := map[string]bool{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		seen[element.Name.Local] = true
		if !slices.Contains(elements, element.Name.Local) {
			t.Errorf("an element %s", element.Name.Local)
		}
		for _, attribute := range element.Attr {
			if !slices.Contains(attributes, attribute.Name.Local) {
				t.Errorf("an attribute %s of %s", attribute.Name.Local, element.Name.Local)
			}
		}
	}
	for _, element := range elements {
		if !seen[element] {
			t.Errorf("no %s in the picture", element)
		}
	}
	for _, elsewhere := range []string{"url(", "@import", "<!"} {
		if strings.Contains(string(text), elsewhere) {
			t.Errorf("the picture has %s", elsewhere)
		}
	}
}
