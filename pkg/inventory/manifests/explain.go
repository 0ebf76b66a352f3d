package manifests

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var yamlLine = regexp.MustCompile(`\bline (\d+)`)

// explainYAML makes one line of a parser's message, with the lines of the file
// and not of the document.
func explainYAML(doc document, err error) error {
	text := strings.Replace(oneLine(err.Error()), "unmarshal errors: ", "", 1)
	text = yamlLine.ReplaceAllStringFunc(text, func(found string) string {
		n, _ := strconv.Atoi(strings.TrimPrefix(found, "line "))
		return fmt.Sprintf("line %d", doc.line+n-1)
	})
	return errors.New(clip(text))
}

// explainTypeError names the field of a value of the wrong type. The decoder
// says of a map's value only which map it is in; and a bare y, n, on or off is
// a boolean in YAML 1.1, the most frequent of these mistakes.
func explainTypeError(raw []byte, err error) error {
	var value any
	if json.Unmarshal(raw, &value) == nil {
		if path, got := findNonString(value, ""); path != "" {
			return fmt.Errorf("%s: Invalid value: %v: must be a string (quote it)", path, got)
		}
	}
	found := typeError.FindStringSubmatch(oneLine(err.Error()))
	if found == nil {
		return errors.New(clip(oneLine(err.Error())))
	}
	got, path, wanted := found[1], found[2], found[3]
	return fmt.Errorf("%s: Invalid type: %s: must be %s", clip(path), typeNames[got], typeWanted(wanted))
}

var typeError = regexp.MustCompile(`^json: cannot unmarshal (\w+)(?: \S+)? into Go struct field \w*\.(\S+) of type (.+)$`)

// typeNames are JSON's types as the decoder calls them.
var typeNames = map[string]string{
	"bool": "a boolean", "number": "a number", "string": "a string", "array": "a list", "object": "an object",
}

// typeWanted says what to write for a value of a Go type.
func typeWanted(goType string) string {
	switch {
	case goType == "string" || isStringType[goType]:
		return "a string (quote it)"
	case goType == "bool":
		return "true or false, without quotes"
	case strings.HasPrefix(goType, "int") || strings.HasPrefix(goType, "float"):
		return "a number"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	default:
		return "an object"
	}
}

// isStringType are the types of the API that are strings underneath, in the fields that are read here.
var isStringType = map[string]bool{
	"v1.PolicyType": true, "v1.Protocol": true, "v1.LabelSelectorOperator": true, "v1.PodPhase": true,
	"v1.NamespacePhase": true, "v1.RestartPolicy": true, "v1.ContainerRestartPolicy": true, "v1.ServiceType": true,
}

// stringMaps are the fields whose values are strings by the API's types.
var stringMaps = map[string]bool{"labels": true, "annotations": true, "matchLabels": true}

func findNonString(value any, path string) (string, any) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range sortedKeys(value) {
			child := join(path, key)
			if m, ok := value[key].(map[string]any); ok && stringMaps[key] {
				for _, k := range sortedKeys(m) {
					switch m[k].(type) {
					case string, nil:
					case bool, float64:
						return clip(join(child, k)), m[k]
					default:
						return clip(join(child, k)), "an object or a list"
					}
				}
			}
			if p, v := findNonString(value[key], child); p != "" {
				return p, v
			}
		}
	case []any:
		for i, item := range value {
			if p, v := findNonString(item, fmt.Sprintf("%s[%d]", path, i)); p != "" {
				return p, v
			}
		}
	}
	return "", nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func sortedKeys(m map[string]any) []string {
	return slices.Sorted(maps.Keys(m))
}

// oneLine folds the lines of a library's message into one.
func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}

// maxQuoted bounds what a message repeats of the input, in bytes.
const maxQuoted = 400

func clip(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	return strings.ToValidUTF8(s[:maxQuoted], "") + "..."
}
