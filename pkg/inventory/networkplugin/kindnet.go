package networkplugin

import (
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/version"
)

var (
	// kindTag is how kind tags its own kindnetd: day and commit.
	kindTag = regexp.MustCompile(`^v(20\d{6})-[0-9a-f]+$`)
	// kindnetWithPolicies is the first release of github.com/aojea/kindnet that enforces.
	kindnetWithPolicies = version.MustParseSemantic("v1.3.0")
)

// kind enforces from its v0.24.0 on, which came with the kindnetd of kindEnforces;
// the work on it began after kindDoesNot.
const (
	kindEnforces = "20240813"
	kindDoesNot  = "20240513"
)

// checkKindnet goes by the version of the image, as nothing else tells; and by
// --network-policy, which the standalone kindnet has.
func checkKindnet(ds daemonSet, _ Facts) answer {
	agent := container(ds.DaemonSet, "kindnet-cni")
	if on := flag(agent, "network-policy"); on.set {
		value, ok := on.boolean(true)
		switch {
		case !ok:
			return unknown("--network-policy is %s", quote(on.text))
		case !value:
			return notEnforced("it runs with --network-policy=false")
		}
		return enforced("it runs with --network-policy=true")
	}
	repository, tag := splitImage(agent.Image)
	if day := kindTag.FindStringSubmatch(tag); day != nil {
		switch {
		case day[1] >= kindEnforces:
			return enforced("kindnetd %s is of kind v0.24.0 or later", quote(tag))
		case day[1] <= kindDoesNot:
			return notEnforced("kindnetd %s is older than kind v0.24.0", quote(tag))
		}
	}
	if parsed, err := version.ParseSemantic(tag); err == nil && strings.HasSuffix(repository, "aojea/kindnetd") {
		if parsed.AtLeast(kindnetWithPolicies) {
			return enforced("kindnet %s enforces, as it does since v1.3.0", quote(tag))
		}
		return notEnforced("kindnet %s is older than v1.3.0", quote(tag))
	}
	return unknown("image %s does not tell whether this version enforces", quote(agent.Image))
}
