#!/bin/sh
# CIS Kubernetes Benchmark: 5.3.2
# Title: Ensure that all Namespaces have Network Policies defined
# Level: 2
#
# Gives each namespace without a NetworkPolicy one that cuts nothing, in the words of the automation guide and with
# the tags that its runner reads. Exit codes: 0 nothing had to change, or it was done; 1 a dry run would change something
# (with CIS532_EXIT_CODES=guide: or something was changed); 2 at least one namespace could not be done.
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

columns=custom-columns=RESULT:.result,NAME:.name,REASON:.reason

# Other words are often in VERBOSE, for other programs. It changes nothing but words here: as in the guide, they mean no.
(is_on VERBOSE "${VERBOSE:-false}") >/dev/null && verbose=true || verbose=false
# ${1+"$@"}, since posh has an empty "$@" for unset.
is_on SKIP_SYSTEM_NS "${SKIP_SYSTEM_NS:-true}" || set -- --include-system ${1+"$@"}
is_on DRY_RUN "${DRY_RUN:-false}" && dry_run=true || dry_run=false
case ${CIS532_EXIT_CODES:-runner} in
runner) changed=0 ;;
guide) changed=1 ;;
*) give_up "CIS532_EXIT_CODES is \"$(printf '%s' "$CIS532_EXIT_CODES" | plain)\": it takes runner or guide" "set CIS532_EXIT_CODES to runner or guide, or unset it" ;;
esac
find_plugin
tmp=$(mktemp -d 2>/dev/null) || give_up "no temporary directory could be made" "check TMPDIR"
trap 'rm -rf "$tmp"' EXIT
# Ctrl-C and timeout(1) interrupt the plugin too, which ends cleanly; a signal to the script alone waits for its end.
# What was done is reported either way.
trap : INT TERM HUP
trap 'exit 2' PIPE
# A question would go unseen. Without a terminal the plugin says what it would have asked, and ends.
[ ! -t 0 ] || exec </dev/null

# line SYMBOL NAME RESULT DETAILS is the guide's line of a namespace.
line() { printf '[%s] %-35s %-10s %s\n' "$@"; }

say "[*] Scanning Kubernetes namespaces..."
# Written last, it is what counts: an argument does not make a dry run real.
if [ "$dry_run" = true ]; then
	run fix ${1+"$@"} --dry-run=server
else
	run fix ${1+"$@"}
fi

total=0 pass=0 fixed=0 failed=0 exempt=0 system=0 skipped=0 left=0 strange=0
first_fixed="" first_failed="" first_left=""
while read -r result name reason; do
	total=$((total + 1))
	case $result in
	PASS)
		pass=$((pass + 1))
		line ✓ "$name" PASS "Already has a NetworkPolicy"
		;;
	FIXED)
		fixed=$((fixed + 1))
		[ "$fixed" -gt 10 ] || first_fixed="$first_fixed${first_fixed:+, }$name"
		case $reason in
		would*) dry_run=true && line + "$name" FIXED "[DRY-RUN] Policy would be applied" ;;
		*) line + "$name" FIXED "Policy applied successfully" ;;
		esac
		;;
	EXEMPT)
		exempt=$((exempt + 1))
		line ✓ "$name" SKIPPED "Exempt by annotation"
		;;
	SKIPPED)
		case $reason in
		"system namespace"*)
			system=$((system + 1))
			line ✓ "$name" SKIPPED "System namespace (skip_system_ns=True)"
			continue
			;;
		# As asked for, by --replace-guide-policy and --skip-gitops-managed: they fail as before.
		"no NetworkPolicy"* | "managed by "*)
			left=$((left + 1))
			[ "$left" -gt 10 ] || first_left="$first_left${first_left:+, }$name"
			line ✗ "$name" SKIPPED "Left without a NetworkPolicy: $reason"
			;;
		"isolated by "*) line ✓ "$name" SKIPPED "Accepted: policies of another kind isolate its pods" ;;
		"the guide's rules are left"*) line ✓ "$name" SKIPPED "Already has a NetworkPolicy, the guide's" ;;
		*) line ✓ "$name" SKIPPED "Excluded, or being deleted" ;;
		esac
		skipped=$((skipped + 1))
		;;
	ERROR)
		failed=$((failed + 1))
		[ "$failed" -gt 1 ] || first_failed="$name: $reason"
		line ✗ "$name" ERROR "$reason"
		;;
	*) strange=$((strange + 1)) ;;
	esac
done <"$tmp/rows"
total=$((total - strange))
applied=$fixed
[ "$dry_run" = false ] || applied=0

rule="================================================================================"
say ""
say "$rule"
say "CIS Benchmark 5.3.2 - NetworkPolicy Remediation Report"
say "$rule"
say "Timestamp: $(date +%Y-%m-%dT%H:%M:%S)"
say ""
say "SUMMARY STATISTICS:"
say "  Total Namespaces Processed:  $total"
say "  Already Had Policy:          $pass"
say "  Policies Applied:            $applied"
[ "$dry_run" = false ] || say "  Policies To Apply (dry run): $fixed"
say "  System Namespaces Skipped:   $system"
[ "$exempt" -eq 0 ] || say "  Exempt Namespaces:           $exempt"
[ "$skipped" -eq 0 ] || say "  Other Namespaces Skipped:    $skipped"
say "  Policy Application Failures: $failed"
say ""

warnings
if [ "$verbose" = true ]; then
	say "[INFO] Found $total total namespaces"
	# The plugin counts too, and a runner takes a count of what was not changed for a change.
	sed '/^warning: /d' "$tmp/talk" | plain | sed '/[Ff][Ii][Xx][Ee][Dd]/d; s/^/[INFO] /'
	case " ${1+$*} " in
	*" --policy"*) policy=another ;; # kubectl cis532 fix -o yaml prints those
	*) policy=allow-all ;;
	esac
	if [ "$dry_run" = true ] && [ "$fixed" -gt 0 ] && [ "$policy" = allow-all ]; then
		say "[DRY-RUN] What would be created in each of them:"
		"$plugin" policies allow-all -o yaml | sed '/^  namespace: /d'
	fi
fi
say "[CMD] $cmd"

if [ "$strange" -gt 0 ]; then
	give_up "kubectl cis532 fix printed no results" "the settings stand at the top of this script, the arguments in kubectl cis532 fix --help"
elif [ "$failed" -gt 0 ]; then
	hint=$(told hint)
	give_up "$failed namespace(s) could not be done: $first_failed" "${hint:-run with VERBOSE=true}"
elif [ "$code" -gt 1 ] || [ "$total" -eq 0 ] || { [ "$code" -ne 0 ] && [ "$fixed" -eq 0 ]; }; then
	reason=$(told error) hint=$(told hint)
	give_up "${reason:-kubectl cis532 fix ended with exit code $code}" "${hint:-run with VERBOSE=true}"
elif [ "$dry_run" = true ] && [ "$fixed" -gt 0 ]; then
	say "[FAIL] 5.3.2: nothing was changed (dry run)"
	say "[FAIL_REASON] dry run: $fixed namespace(s) would change: $first_fixed$(and_more "$fixed")"
	say "[FIX_HINT] run without DRY_RUN"
	exit 1
fi
[ "$fixed" -eq 0 ] || say "[FIXED] 5.3.2: $fixed namespace(s) changed: $first_fixed$(and_more "$fixed")"
if [ "$left" -gt 0 ]; then
	say "[FAIL] 5.3.2: $left namespace(s) were left without a NetworkPolicy"
	say "[FAIL_REASON] left without a NetworkPolicy: $first_left$(and_more "$left")"
	say "[FIX_HINT] run without the arguments that leave them out, or commit their policies to the repository that manages them (kubectl cis532 generate)"
	exit 1
elif [ "$fixed" -eq 0 ]; then
	say "[PASS] 5.3.2: no namespace that was looked at needed a NetworkPolicy"
	exit 0
fi
say "[PASS] 5.3.2: each namespace that was looked at has a NetworkPolicy"
exit "$changed"
