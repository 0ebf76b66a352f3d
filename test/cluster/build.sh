#!/bin/sh
# Builds the test cluster: etcd, kube-apiserver and kubectl in one binary.
#
#   build.sh OUT
#
# The one place that knows how it is built, so that make, the tests and the demo
# share one entry in Go's build cache. Safe to run several times at once: OUT is
# replaced atomically, and reused where it is up to date.
set -eu

if [ $# -ne 1 ]; then
	echo "usage: build.sh OUT" >&2
	exit 2
fi
mkdir -p "$(dirname "$1")"
out=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")"

# kubernetes takes its version from the linker. A date would make every build another.
version=$(GOWORK=off go list -mod=readonly -m -f '{{.Version}}' k8s.io/kubernetes)
minor=${version#v1.}
ldflags="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
	ldflags="$ldflags -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*}"
	ldflags="$ldflags -X $package.gitCommit= -X $package.gitTreeState=clean"
done

# go build links anew unless it finds its own result at the place it writes to.
new=$out.new.$$
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM
if [ -x "$out" ]; then
	cp -p "$out" "$new"
fi
GOWORK=off go build -mod=readonly -buildvcs=false -ldflags "$ldflags" -o "$new" .
mv -f "$new" "$out"
