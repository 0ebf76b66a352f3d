package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/cis532/kubectl-cis532/pkg/gitops"
	"github.com/cis532/kubectl-cis532/pkg/report"
)

// writeTree writes the policies as a GitOps tree, and says what became of it.
func (o *generateOptions) writeTree(ctx context.Context, policies []*networkingv1.NetworkPolicy) error {
	tree := gitops.Tree{Dir: o.outputDir, Print: func(w io.Writer, object runtime.Object) error {
		return report.WriteFile(w, "yaml", object)
	}}
	done, err := tree.Write(ctx, policies)
	o.explainTree(done)
	if err != nil {
		err = fmt.Errorf("--output-dir: %w", err)
	}
	return errors.Join(append(done.Kept, err)...)
}

func (o *generateOptions) explainTree(done gitops.Result) {
	parts := []string{fmt.Sprintf("%d new", done.New), fmt.Sprintf("%d unchanged", done.Same)}
	if done.Replaced > 0 {
		parts = append(parts, fmt.Sprintf("%d replaced", done.Replaced))
	}
	if len(done.Kept) > 0 {
		parts = append(parts, fmt.Sprintf("%d left as they are", len(done.Kept)))
	}
	summary := fmt.Sprintf("%s: files: %s", o.outputDir, strings.Join(parts, ", "))
	kustomization := done.Kustomization
	if kustomization.Lists > 0 {
		summary += fmt.Sprintf("; %s lists %d", kustomization.Name, kustomization.Lists)
	}
	if done.New+done.Same+done.Replaced+len(done.Kept)+kustomization.Lists > 0 {
		o.tell("%s", summary)
	}
	if kustomization.Beside != "" {
		o.warn("no %s was made: %s is not this tool's, and with a kustomization kubectl apply -k, Argo CD and Flux would deploy only what that lists "+
			"(a directory of its own would have one)", gitops.KustomizationFile, filepath.Join(o.outputDir, kustomization.Beside))
	}
	if len(kustomization.Missing) > 0 {
		file := filepath.Join(o.outputDir, kustomization.Name)
		if kustomization.Foreign {
			o.warn("%s was not made by this tool and is left as it is: these files are not among its resources", file)
		} else {
			o.warn("%s: these files are not among its resources", file)
		}
		for _, name := range kustomization.Missing {
			o.streams.say("- %s", name)
		}
	} else if kustomization.Name != "" && done.New+done.Replaced > 0 && len(done.Kept) == 0 {
		o.next("kubectl apply -k" + joinWords([]string{o.outputDir}) + o.kubeconfig.commandLine())
	}
}
