#!/bin/sh
# Builds the archives of the last commit twice, in two clones at different
# places, and compares them byte by byte. Then the tests of test/release look
# into each archive, and install one as krew does.
#
# Go's build cache is shared: what is compared is how the parts are put together.
# COLD=1 gives the second build an empty cache, which takes about twenty minutes more.
set -eu
cd "$(dirname "$0")/.."

if [ -n "$(git status --porcelain)" ]; then
	echo "note: what is not committed is not part of it" >&2
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
build() { # FROM DIR
	git clone --quiet --no-hardlinks "$1" "$2"
	# goreleaser wants to know where the releases are; nothing is asked there.
	git -C "$2" remote set-url origin "https://$(sed -n 's/^module //p' go.mod).git"
	make -C "$2" release-snapshot
}
build . "$tmp/first"
(cd "$tmp/first" && ${GO:-go} tool -modfile=tools/goreleaser/go.mod goreleaser check)
if [ -n "${COLD:-}" ]; then
	export GOCACHE="$tmp/cache"
fi
build "$tmp/first" "$tmp/another/place" # the same commit, whatever happens here meanwhile
unset GOCACHE

compared=0
for file in "$tmp"/first/dist/*.tar.gz "$tmp"/first/dist/*.zip "$tmp/first/dist/checksums.txt"; do
	cmp "$file" "$tmp/another/place/dist/$(basename "$file")"
	compared=$((compared + 1))
done
echo "$compared files are the same, byte by byte"
CIS532_DIST="$tmp/first/dist" ${GO:-go} test -count=1 -timeout 20m -v -run '^TestArchive' ./test/release
