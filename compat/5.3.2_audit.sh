#!/bin/sh
# CIS Kubernetes Benchmark: 5.3.2
# Title: Ensure that all Namespaces have Network Policies defined
# Level: 2
#
# Says which namespaces have no NetworkPolicy, in the words of the automation guide and with the tags that
# its runner reads. It never changes the cluster. Exit codes: 0 PASS, 1 FAIL, 2 could not be decided.
#
# Settings, as environment variables:
#   SKIP_SYSTEM_NS    true (default) leaves system namespaces alone, false does not
#   DRY_RUN           true has the API server check each change without storing it (default: false; the audit never changes anything)
#   VERBOSE           true says more (default: false)
#   KUBECONFIG        as for kubectl
#   CIS532_BIN        the plugin, where it is not kubectl-cis532 on the PATH or krew's
#   CIS532_TIMEOUT    how long to go on (default: 45s: a change that was begun may take 10 s more, and the runner ends a script after 60 s)
#   CIS532_EXIT_CODES runner (default) or guide: what a remediation that changed something exits with, 0 or 1
# Arguments are handed to kubectl cis532: --context prod, -l team=payments, --exclude 'dev-*', ...
#
# It needs no kubectl and no jq. docs/guide.md says more.
set -u
LC_ALL=C
export LC_ALL

# begin: the same in both scripts

say() { printf '%s\n' "$*"; }

# plain makes text from elsewhere safe: a runner cannot take it for a tag, nor a terminal for a command.
plain() { tr '\133\135' '()' | tr -d '\000-\011\013-\037\177-\377'; }

# give_up REASON HINT ends the run where nothing can be said about the namespaces. It never says what a runner takes for success.
give_up() {
	say "[ERROR] $1"
	say "[FAIL] 5.3.2: error"
	say "[FAIL_REASON] $1"
	say "[FIX_HINT] $2"
	exit 2
}

# is_on NAME VALUE says whether a setting is on. What is neither on nor off ends the run: nobody knows what was meant.
is_on() {
	case $2 in
	[Tt]rue | TRUE | [Yy]es | YES | [Oo]n | ON | [1-9]) return 0 ;;
	[Ff]alse | FALSE | [Nn]o | NO | [Oo]ff | OFF | 0) return 1 ;;
	esac
	give_up "$1 is \"$(printf '%s' "$2" | plain)\": it takes true or false" "set $1 to true or false, or unset it"
}

# find_plugin sets plugin. Under sudo the PATH is often without krew's directory.
find_plugin() {
	if [ -n "${CIS532_BIN:-}" ]; then
		plugin=$CIS532_BIN
		command -v "$plugin" >/dev/null 2>&1 && return
		give_up "CIS532_BIN is \"$(printf '%s' "$plugin" | plain)\", which cannot be executed" "name the executable kubectl-cis532 in CIS532_BIN"
	fi
	for found in kubectl-cis532 "${KREW_ROOT:-${HOME:-}/.krew}/bin/kubectl-cis532"; do
		plugin=$found # yash keeps a loop's own variable to itself
		command -v "$plugin" >/dev/null 2>&1 && return
	done
	give_up "kubectl-cis532 not found in PATH" "install the plugin kubectl-cis532, or name its executable in CIS532_BIN"
}

# run VERB FLAG... runs the plugin: its rows are in rows, what else it says in talk, its exit code in code.
run() {
	cmd=$(printf 'kubectl cis532 %s' "$*" | plain)
	verb=$1 code=0
	shift
	# Written last, it is what counts: each namespace is a row here, whatever the arguments.
	"$plugin" "$verb" --timeout "${CIS532_TIMEOUT:-45s}" ${1+"$@"} --failing=false --no-headers -o "$columns" >"$tmp/raw" 2>"$tmp/talk" || code=$?
	plain <"$tmp/raw" >"$tmp/rows" || give_up "no temporary file could be written" "check TMPDIR"
}

# warnings passes on what the plugin warns of. A runner takes a count of what was not changed for a change, if it says so.
warnings() { sed -n 's/^warning: //p' "$tmp/talk" | plain | sed '/[Ff][Ii][Xx][Ee][Dd]/d; s/^/[WARN] /'; }

# told WORD is the first line that the plugin began with the word.
told() { sed -n "s/^$1: //p" "$tmp/talk" | sed 1q | plain; }

# and_more COUNT says how many of so many are not in a list of the first ten.
and_more() { [ "$1" -le 10 ] || printf ', and %d more' "$(($1 - 10))"; }

# end: the same in both scripts

columns=custom-columns=VERDICT:.verdict,NAME:.name,REASON:.reason

# Other words are often in VERBOSE, for other programs. It changes nothing but words here: as in the guide, they mean no.
(is_on VERBOSE "${VERBOSE:-false}") >/dev/null && verbose=true || verbose=false
# ${1+"$@"}, since posh has an empty "$@" for unset.
is_on SKIP_SYSTEM_NS "${SKIP_SYSTEM_NS:-true}" || set -- --include-system ${1+"$@"}
find_plugin
tmp=$(mktemp -d 2>/dev/null) || give_up "no temporary directory could be made" "check TMPDIR"
trap 'rm -rf "$tmp"' EXIT
# Ctrl-C and timeout(1) interrupt the plugin too, which ends cleanly; a signal to the script alone waits for its end.
# What was done is reported either way.
trap : INT TERM HUP
trap 'exit 2' PIPE
# A question would go unseen. Without a terminal the plugin says what it would have asked, and ends.
[ ! -t 0 ] || exec </dev/null

run audit ${1+"$@"}

total=0 pass=0 failing=0 undecided=0 accepted=0 exempt=0 system=0 skipped=0 strange=0
first_failing="" first_undecided=""
while read -r verdict name reason; do
	total=$((total + 1))
	case $verdict in
	PASS) pass=$((pass + 1)) ;;
	FAIL)
		failing=$((failing + 1))
		[ "$failing" -gt 10 ] || first_failing="$first_failing${first_failing:+, }$name"
		;;
	ERROR)
		undecided=$((undecided + 1))
		[ "$undecided" -gt 1 ] || first_undecided="$name: $reason"
		;;
	ACCEPTED) accepted=$((accepted + 1)) ;;
	EXEMPT) exempt=$((exempt + 1)) ;;
	SKIPPED)
		case $reason in
		"system namespace"*) system=$((system + 1)) ;;
		*) skipped=$((skipped + 1)) ;;
		esac
		;;
	*) strange=$((strange + 1)) ;;
	esac
done <"$tmp/rows"

if [ "$failing" -gt 0 ]; then
	say "[-] FAIL: The following $failing namespace(s) do not have a NetworkPolicy defined:"
	sed -n 's/^FAIL  *\([^ ]*\).*/    - \1/p' "$tmp/rows"
fi
if [ "$undecided" -gt 0 ]; then
	say "[ERROR] The following $undecided namespace(s) could not be checked:"
	sed -n 's/^ERROR  *\([^ ]*\)  */    - \1: /p' "$tmp/rows"
fi

# PASS is what the plugin and its rows both say; anything else is not.
if [ "$((undecided + strange))" -gt 0 ] || [ "$code" -gt 1 ]; then
	result=ERROR
elif [ "$failing" -gt 0 ] || [ "$code" -ne 0 ]; then
	result=FAIL
elif [ "$((pass + accepted + exempt))" -gt 0 ]; then
	result=PASS
	say "[+] PASS: All $pass checked namespaces have at least one NetworkPolicy defined"
else
	result=ERROR
fi

[ "$accepted" -eq 0 ] || say "[INFO] $accepted more namespace(s) accepted: policies of another kind isolate their pods"
[ "$exempt" -eq 0 ] || say "[INFO] $exempt more namespace(s) exempt by annotation"
[ "$system" -eq 0 ] || say "[INFO] $system system namespace(s) skipped, though the benchmark exempts none (SKIP_SYSTEM_NS=false checks them)"
[ "$skipped" -eq 0 ] || say "[INFO] $skipped more namespace(s) skipped: excluded, or being deleted"
warnings
# The guide's own policy meets the control and cuts traffic: its scripts called that a plain PASS.
cut=$(sed -n 's/^[0-9][0-9]* findings\{0,1\} (.*[ :]false-allow-all \([0-9][0-9]*\).*/\1/p' "$tmp/talk" | sed 1q)
[ -z "$cut" ] || say "[WARN] $cut finding(s) false-allow-all: a policy that cuts everything but pods, as the guide's own does (kubectl cis532 fix --replace-guide-policy --dry-run=server)"
if [ "$verbose" = true ]; then
	say "[INFO] Found $total total namespaces"
	sed '/^warning: /d' "$tmp/talk" | plain | sed 's/^/[INFO] /'
fi
say "[CMD] $cmd"

case $result in
PASS)
	say "[PASS] 5.3.2: each of $pass checked namespaces has a NetworkPolicy"
	exit 0
	;;
FAIL)
	reason="$failing namespace(s) without a NetworkPolicy: $first_failing$(and_more "$failing")"
	hint="run 5.3.2_remediate.sh, or: kubectl cis532 fix --dry-run=server"
	if [ "$failing" -eq 0 ]; then
		reason="findings beside the verdict count as failure" hint="$cmd"
	fi
	say "[FAIL] 5.3.2: $failing of $((pass + failing)) checked namespaces have no NetworkPolicy"
	say "[FAIL_REASON] $reason"
	say "[FIX_HINT] $hint"
	exit 1
	;;
esac
reason=$(told error)
[ "$undecided" -eq 0 ] || reason="$undecided namespace(s) could not be checked: $first_undecided"
hint=$(told hint)
if [ "$strange" -gt 0 ]; then
	reason="kubectl cis532 audit printed no verdicts" hint="the settings stand at the top of this script, the arguments in kubectl cis532 audit --help"
fi
give_up "${reason:-kubectl cis532 audit ended with exit code $code}" "${hint:-run with VERBOSE=true}"
