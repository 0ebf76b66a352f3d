#!/bin/sh
# Prints what CHANGELOG.md says of a release.
#
#   release-notes.sh TAG
set -eu

if [ $# -ne 1 ]; then
	echo "usage: release-notes.sh TAG" >&2
	exit 2
fi
awk -v version="${1#v}" '
	/^## / { if (found) exit; found = index($0, "## [" version "]") == 1; next }
	found { print }
	END { if (!found) { print "CHANGELOG.md has no section ## [" version "]" > "/dev/stderr"; exit 1 } }
' "$(dirname "$0")/../CHANGELOG.md"
