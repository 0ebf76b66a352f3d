package control

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Facts is what a cluster shows of whose it is. Nothing of it is asked for only to recognise the benchmark.
type Facts struct {
	// ServerVersion is the API server's gitVersion, such as v1.34.2-eks-508b6b3; empty where it is not known.
	ServerVersion string
	// Server is the URL of the API server.
	Server string
	// APIGroups are the API groups that it serves; empty where they are not known.
	APIGroups []string
}

var (
	// eksVersion is the version of Amazon's service: a commit follows. Of EKS Distro, which anybody may run, a release
	// follows: v1.27.1-eks-1-27-4.
	eksVersion = regexp.MustCompile(`-eks-[0-9a-f]{7,40}$`)
	// gkeVersion is Google's. Its products for other places than Google's have it too.
	gkeVersion = regexp.MustCompile(`-gke\.\d+`)
)

// aksHosts is the domain of the API servers of AKS, whose version is upstream's.
const aksHosts = ".azmk8s.io"

// openShiftGroups are served by OpenShift. One alone may be a resource definition that somebody installed.
var openShiftGroups = []string{"config.openshift.io", "project.openshift.io"}

// Recognise returns the benchmark of a cluster. What is not surely another's is [CIS].
func Recognise(f Facts) Benchmark {
	switch {
	case eksVersion.MatchString(f.ServerVersion):
		return EKS
	case gkeVersion.MatchString(f.ServerVersion):
		return GKE
	case isAKS(f.Server):
		return AKS
	case isOpenShift(f.APIGroups):
		return OpenShift
	default:
		return CIS
	}
}

func isAKS(server string) bool {
	u, err := url.Parse(server)
	return err == nil && strings.HasSuffix(strings.ToLower(u.Hostname()), aksHosts)
}

func isOpenShift(groups []string) bool {
	for _, group := range openShiftGroups {
		if !slices.Contains(groups, group) {
			return false
		}
	}
	return true
}
