package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/cis532/kubectl-cis532/pkg/netpol/validation"
	"github.com/cis532/kubectl-cis532/pkg/netpol/validation/validationtest"
)

const (
	// validationPolicies is how many policies are compared; half of them are broken.
	validationPolicies = 2000
	// validationNamespaces is how many namespaces are compared.
	validationNamespaces = 400
	// validationConcurrency is how many requests are under way at a time.
	validationConcurrency = 8
	// validationSeed names the variable that repeats a run.
	validationSeed = "CIS532_VALIDATION_SEED"
)

var ownerReference = regexp.MustCompile(`^metadata\.ownerReferences\[\d+\]`)

// Offline validation says of generated policies what the API server says in a
// dry run: taken or refused, and for the same fields. What is taken has, after
// the server's defaulting, the spec that ours gives.
func TestOfflineValidationAgreesWithTheAPIServerOnPolicies(t *testing.T) {
	client, random := validationClient(t), validationRandom(t)
	namespace := validationNamespace(t, client)
	dryRun := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}
	cases := validationtest.Policies(random, namespace, validationPolicies)
	judge := validation.NetworkPolicy
	server := serverVersion(t, client)
	if server.LessThan(version.MajorMinor(1, 36)) {
		// It takes CIDRs that later ones refuse.
		judge = validation.NetworkPolicyBefore136
		for i, c := range cases {
			if len(judge(c.Policy)) == 0 {
				cases[i].Expect = validationtest.Taken
			}
		}
	}

	failures := make([]string, len(cases))
	taken := make([]bool, len(cases))
	inParallel(len(cases), func(i int) {
		c := cases[i]
		created, err := client.NetworkingV1().NetworkPolicies(namespace).Create(t.Context(), c.Policy, dryRun)
		ours := judge(c.Policy)
		if server.LessThan(version.MajorMinor(1, 37)) {
			// It does not say which of the owner references is meant.
			for _, e := range ours {
				e.Field = ownerReference.ReplaceAllString(e.Field, "metadata.ownerReferences")
			}
		}
		failures[i] = disagreement(ours, err, c.Expect)
		taken[i] = err == nil
		if err == nil && failures[i] == "" {
			// As JSON, where an empty list is an absent one; the recorded hash is of these bytes too.
			failures[i] = cmp.Diff(asJSON(created.Spec), asJSON(validation.Default(c.Policy).Spec))
		}
	})
	for i, failure := range failures {
		if failure != "" {
			t.Errorf("policy %d, %s: %s\n%.2000s", i, cases[i].Name, failure, asJSON(cases[i].Policy))
		}
	}
	logTotals(t, "policies", taken)
}

// The same for namespaces, where names are labels and finalizers stand in the spec.
func TestOfflineValidationAgreesWithTheAPIServerOnNamespaces(t *testing.T) {
	client, random := validationClient(t), validationRandom(t)
	dryRun := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}
	cases := validationtest.Namespaces(random, validationNamespaces)

	failures := make([]string, len(cases))
	taken := make([]bool, len(cases))
	inParallel(len(cases), func(i int) {
		c := cases[i]
		_, err := client.CoreV1().Namespaces().Create(t.Context(), c.Namespace, dryRun)
		failures[i] = disagreement(validation.Namespace(c.Namespace), err, c.Expect)
		taken[i] = err == nil
	})
	for i, failure := range failures {
		if failure != "" {
			t.Errorf("namespace %d, %s: %s\n%.2000s", i, cases[i].Name, failure, asJSON(cases[i].Namespace))
		}
	}
	logTotals(t, "namespaces", taken)
}

// disagreement compares what we say with what the server said and with what the
// maker of the case meant; it is empty if all agree.
func disagreement(ours field.ErrorList, theirs error, expect validationtest.Expectation) string {
	refused := theirs != nil
	switch {
	case refused && !apierrors.IsInvalid(theirs):
		return fmt.Sprintf("the server did not judge it: %v", theirs)
	case refused && expect == validationtest.Taken:
		return fmt.Sprintf("meant to be valid, but the server refuses it: %v", theirs)
	case !refused && expect == validationtest.Refused:
		return "meant to be broken, but the server takes it"
	}
	if diff := cmp.Diff(theirFields(theirs), ourFields(ours)); diff != "" {
		return fmt.Sprintf("fields (-server +ours):\n%sserver: %v\nours: %v", diff, theirs, ours.ToAggregate())
	}
	return ""
}

// theirFields are the fields that the server named, sorted. Of a namespace with
// a bad name it also refuses the label that it made from that name, which nobody
// wrote; ours does not repeat that.
func theirFields(err error) []string {
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details == nil {
		return nil
	}
	var fields []string
	named := slices.ContainsFunc(status.ErrStatus.Details.Causes, func(cause metav1.StatusCause) bool {
		return cause.Field == "metadata.name"
	})
	for _, cause := range status.ErrStatus.Details.Causes {
		madeFromName := status.ErrStatus.Details.Kind == "Namespace" && named && cause.Field == "metadata.labels"
		if !madeFromName {
			fields = append(fields, cause.Field)
		}
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

func ourFields(errs field.ErrorList) []string {
	var fields []string
	for _, err := range errs {
		fields = append(fields, err.Field)
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

func validationClient(t *testing.T) kubernetes.Interface {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", cluster.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.QPS = -1
	config.WarningHandler = rest.NoWarnings{}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// serverVersion is another than that of our libraries in `make test-matrix`.
func serverVersion(t *testing.T, client kubernetes.Interface) *version.Version {
	t.Helper()
	info, err := client.Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	return version.MustParseGeneric(info.GitVersion)
}

// validationRandom is seeded anew in each run, unless the environment says how.
func validationRandom(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv(validationSeed); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", validationSeed, err)
		}
	}
	t.Logf("%s=%d", validationSeed, seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// validationNamespace creates a namespace of its own for the test.
func validationNamespace(t *testing.T, client kubernetes.Interface) string {
	t.Helper()
	ns, err := client.CoreV1().Namespaces().Create(t.Context(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "validation-"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := client.CoreV1().Namespaces().Delete(ctx, ns.Name, metav1.DeleteOptions{}); err != nil {
			t.Errorf("namespace %q: delete: %v", ns.Name, err)
		}
	})
	return ns.Name
}

func inParallel(count int, do func(i int)) {
	var group errgroup.Group
	group.SetLimit(validationConcurrency)
	for i := range count {
		group.Go(func() error { do(i); return nil })
	}
	_ = group.Wait() // no function of the group returns an error
}

func asJSON(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(encoded)
}

// logTotals says how much was compared, and sees to it that both answers were given.
func logTotals(t *testing.T, what string, taken []bool) {
	t.Helper()
	count := 0
	for _, yes := range taken {
		if yes {
			count++
		}
	}
	t.Logf("%d %s compared: %d taken, %d refused", len(taken), what, count, len(taken)-count)
	if count < len(taken)/4 || count > len(taken)*3/4 {
		t.Errorf("one-sided: %d of %d taken", count, len(taken))
	}
}
