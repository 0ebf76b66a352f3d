#!/bin/sh
# The whole cycle on a real API server: audit, dry run, fix, audit, fix again,
# roll back, audit. `make demo` builds what it needs and runs it. Each command
# is printed before it runs, and its exit code is checked.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)

dir=$(mktemp -d "${TMPDIR:-/tmp}/cis532-demo.XXXXXX")
cluster="$root/test/cluster/bin/testcluster"
stop() {
	"$cluster" down --dir "$dir/cluster" >/dev/null 2>&1 || true
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }

# run EXPECTED-EXIT-CODE COMMAND... prints a command, runs it, and checks its exit code.
run() {
	expected=$1
	shift
	say "\$ $*"
	code=0
	"$@" || code=$?
	if [ "$code" -ne "$expected" ]; then
		echo "demo: $* ended with exit code $code, not $expected" >&2
		exit 1
	fi
}

say "Starting a real API server (etcd and kube-apiserver, in $dir/cluster)"
"$cluster" up --dir "$dir/cluster" --rbac deploy/rbac-audit.yaml --rbac deploy/rbac-fix.yaml
export KUBECONFIG="$dir/cluster/kubeconfig"
export PATH="$root/bin:$dir/cluster/bin:$PATH"

run 0 kubectl apply -f testdata/shop
run 1 kubectl cis532 audit
run 1 kubectl cis532 fix --dry-run=server
run 1 kubectl cis532 fix
run 0 kubectl cis532 audit
run 0 kubectl cis532 fix
run 1 kubectl cis532 rollback
run 1 kubectl cis532 audit

say "Done: the API server is stopped and its state removed. To keep one:"
cat <<TEXT
  make cluster-up
  export KUBECONFIG="$root/.cluster/kubeconfig" PATH="$root/bin:$root/.cluster/bin:\$PATH"
  kubectl apply -f testdata/shop
  kubectl cis532 audit
  make cluster-down
TEXT
