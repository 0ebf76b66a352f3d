package networkplugin

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// setting is the value of a switch as it is written down.
type setting struct {
	// text is the value.
	text string
	// set says that it is written down at all.
	set bool
}

// flag returns what a command line says of a flag; the last one counts. A flag
// without a value is "true": that is how Go's flag packages read a boolean, for
// which a word that follows is no value.
func flag(c *corev1.Container, name string) setting {
	var found setting
	for _, list := range [][]string{c.Command, c.Args} {
		for _, arg := range list {
			// A shell's script is one argument with the whole command line in it.
			for word := range strings.FieldsSeq(arg) {
				dashless := strings.TrimLeft(word, "-")
				key, value, hasValue := strings.Cut(dashless, "=")
				if key != name || dashless == word {
					continue
				}
				if !hasValue {
					value = "true"
				}
				found = setting{expand(c, strings.Trim(value, `"'`)), true}
			}
		}
	}
	return found
}

// expand resolves an argument that is one reference to an environment variable, as the kubelet does.
func expand(c *corev1.Container, value string) string {
	name, ok := strings.CutPrefix(value, "$(")
	if name, isReference := strings.CutSuffix(name, ")"); ok && isReference {
		if v := env(c, name); v.set {
			return v.text
		}
	}
	return value
}

// elsewhere is the value of an environment variable that another object has.
const elsewhere = "(another object's)"

// env returns an environment variable; the last one of a name counts.
func env(c *corev1.Container, name string) setting {
	var found setting
	for i := range c.Env {
		if c.Env[i].Name == name {
			found = setting{c.Env[i].Value, true}
			if c.Env[i].ValueFrom != nil {
				found.text = elsewhere
			}
		}
	}
	return found
}

// boolean reads a switch; ok is false for what is neither true nor false.
func (s setting) boolean(byDefault bool) (value, ok bool) {
	if !s.set {
		return byDefault, true
	}
	value, err := strconv.ParseBool(strings.TrimSpace(s.text))
	return value, err == nil
}
