package v1alpha1

import (
	"fmt"
	"strings"
)

// Manager is a tool that keeps an object as a repository or a chart has it.
type Manager struct {
	// Tool is its name, as in "Argo CD".
	Tool string `json:"tool"`
	// Kind is what Name is one of, as in "application".
	Kind string `json:"kind,omitempty"`
	// Name is the application, Kustomization or release that the object belongs to, where the object says it.
	Name string `json:"name,omitempty"`
	// Evidence is the label or annotation that says so.
	Evidence string `json:"evidence"`
}

// String is how a sentence names it: Argo CD application "shop".
func (m Manager) String() string {
	if m.Name == "" {
		return m.Tool
	}
	return strings.TrimSpace(m.Tool+" "+m.Kind) + fmt.Sprintf(" %q", m.Name)
}
