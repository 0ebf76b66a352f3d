#!/bin/sh
# Runs the end-to-end suite against API servers of other versions of Kubernetes,
# one after the other, and prints a row of docs/compatibility.md for each.
#
#   test-matrix.sh [VERSION...]      such as 1.36.3; without any, those of docs/compatibility.md
#
# Each version's server is built from its own source, as test/cluster builds its:
# a copy of that module with the versions that kubernetes' own go.mod names. The
# first build of one takes about ten minutes; it is kept in test/cluster/bin/matrix.
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}
[ $# -gt 0 ] || set -- 1.34.4 1.35.4 1.36.3 1.37.1

root=$PWD
matrix=$root/test/cluster/bin/matrix

# generate VERSION DIR: the module for a version.
generate() {
	own=$($GO mod download -json "k8s.io/kubernetes@v$1" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')
	staging=v0.${1#1.}
	rm -rf "$2"
	mkdir -p "$2"
	cp -R test/cluster/build.sh test/cluster/*.go test/cluster/internal "$2"
	# What changed between the versions: in 1.35 one more argument, in 1.36 an error.
	quotas="$2/internal/controllers/controllers.go"
	case $1 in
	1.34.*) sed -i 's/\(NewQuotaConfigurationForControllers(.*\), typed)$/\1), error(nil)/' "$quotas" ;;
	1.35.*) sed -i 's/\(NewQuotaConfigurationForControllers(.*, typed)\)$/\1, error(nil)/' "$quotas" ;;
	esac
	{
		sed -n '/^module /p; /^go /p' test/cluster/go.mod
		sed -n '/^godebug /p' "$own"
		echo "require k8s.io/kubernetes v$1"
		awk '$1 == "go.etcd.io/etcd/client/v3" {print "require go.etcd.io/etcd/server/v3 " $2}' "$own"
		awk -v version="$staging" '$2 == "=>" && $3 ~ /^\.\/staging\// {print "replace " $1 " => " $1 " " version}' "$own"
	} >"$2/go.mod"
	(cd "$2" && GOWORK=off GOFLAGS=-mod=mod $GO mod tidy)
}

status=0
rows=
for version in "$@"; do
	dir=$matrix/v$version
	# Each time: what test/cluster's code became since is part of it.
	generate "$version" "$dir/source"
	echo "building the API server of $version"
	"$dir/source/build.sh" "$dir/testcluster"
	echo "testing against $version"
	result="passed"
	CIS532_TESTCLUSTER="$dir/testcluster" $GO test -count=1 -timeout 60m -v ./test/e2e >"$dir/log" 2>&1 || {
		result="**failed**"
		status=1
		grep -E '^ *--- FAIL|^panic:|^FAIL' "$dir/log" || tail -n 20 "$dir/log"
	}
	count() { grep -c "^--- $1" "$dir/log" || true; }
	etcd=$(cd "$dir/source" && GOWORK=off $GO list -m -f '{{.Version}}' go.etcd.io/etcd/server/v3)
	rows="$rows| $version | ${etcd#v} | $result: $(count PASS) tests passed, $(count FAIL) failed, $(count SKIP) skipped | $(date -u +%Y-%m-%d) |
"
	echo "log: $dir/log"
done
echo
printf '%s' "$rows"
exit $status
