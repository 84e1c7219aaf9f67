#!/bin/sh
# Runs the specs: plain, under the sanitizers, with the collector always due; then fuzzers and linters, where they
# are installed. `make test` builds before it. The last line is the sum, "N passed, N failed, N skipped".
# A run leaves out what it has no part in; all of them go on at once.
#
#   sh spec/run.sh [FILE...]      only these spec files, and no linters
#
# A run that ends without its own sum has died and counts as one failure.

cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

timeout=1500
export LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;./?/init.lua;;'
export LUA_CPATH='build/lib/lua/5.4/?.so;;'
unset LUA_INIT LUA_INIT_5_4 SUTURE_PATH NO_COLOR

# Adds to the sum: passed, failed, skipped.
count() {
    echo "$1 $2 $3" >>"$work/sums"
}

# suite NAME INTERPRETER [BUSTED OPTION...] -- FILE...
suite() {
    echo "== $1"
    interpreter=$2
    log=$(mktemp -p "$work")
    shift 2
    {
        timeout "$timeout" "$interpreter" "$(command -v busted)" \
            --output=spec.support.summary --pattern=_spec "$@" 2>&1
        echo $? >"$log.status"
    } | tee "$log"
    tally "$(cat "$log.status")"
}

# Adds a suite's own last line; without one, or with a status that it does not explain, the run has died.
tally() {
    sum=$(tail -n 1 "$log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
    case "$1/$sum" in
        0/*' 0 '* | 1/*' '[1-9]*' '*) ;;
        *) echo "the run died (status $1)" && sum='0 1 0' ;;
    esac
    # shellcheck disable=SC2086
    count $sum
}

# check NAME TOOL COMMAND...: one more test, skipped where the tool is not installed.
check() {
    name=$1 tool=$2
    shift 2
    command -v "$tool" >/dev/null || { echo "no $tool: no $name" && count 0 0 1 && return; }
    echo "== $name"
    if "$@"; then count 1 0 0; else count 0 1 0; fi
}

# The specs that have a part in memory errors: all but those of the build and of the documents, and those in which
# other programs are looked at or C has no part that the others do not have.
for_sanitizers() {
    find spec -name '*_spec.lua' | sort | grep -vE \
        '^spec/(house|install|comparison|demo|documents)_spec|/(crash|compilers|cli_completion)_spec|^spec/scripts/' ||
        exit 1
    echo spec/scripts/mutated_spec.lua
}

# Each lane keeps records of its own.
# shellcheck disable=SC2086
plain() {
    export SUTURE_STATE="$work/plain"
    suite 'specs' lua5.4 -- ${*:-spec}
}

# shellcheck disable=SC2046
sanitized() {
    export SUTURE_STATE="$work/sanitized"
    [ $# -gt 0 ] || set -- $(for_sanitizers)
    SUTURE_BIN=build/asan/suture suite 'specs under the sanitizers' build/asan/suture -- "$@"
}

# shellcheck disable=SC2086
stressed() {
    export SUTURE_STATE="$work/stressed"
    suite 'specs with the collector always due' lua5.4 \
        --helper=spec.support.stress --exclude-pattern=^cli -- ${*:-spec/bind spec/lua}
    [ $# -eq 0 ] || return
    check fuzz clang make --no-print-directory fuzz FUZZ_SECONDS=3
    check lint clang-format make --no-print-directory lint
}

# Most specs wait for the disk or for each other's processes, so all lanes run at once; what the later ones print
# follows what the first one prints.
for lane in sanitized stressed; do
    { $lane "$@"; : >"$work/$lane.whole"; } >"$work/$lane.output" 2>&1 &
done
plain "$@"
wait
for lane in sanitized stressed; do
    cat "$work/$lane.output"
    [ -e "$work/$lane.whole" ] || { echo "the lane '$lane' died" && count 0 1 0; }
done

awk '{ passed += $1; failed += $2; skipped += $3 }
     END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 }' "$work/sums"
