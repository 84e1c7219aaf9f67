#!/bin/sh
# Runs the specs: plain, under the sanitizers, with the collector always due; then fuzzers and linters, where they
# are installed. `make test` builds before it. The last line is the sum, "N passed, N failed, N skipped".
# A run leaves out what it has no part in: those of the build, those that only start other processes.
#
#   spec/run.sh [FILE...]      only these spec files, and no linters
#
# A run that ends without its own sum has died and counts as one failure.

cd "$(dirname "$0")/.." || exit 1
log=$(mktemp) || exit 1
SUTURE_STATE=$(mktemp -d) || exit 1
export SUTURE_STATE
trap 'rm -rf "$log" "$log.status" "$SUTURE_STATE"' EXIT

passed=0 failed=0 skipped=0 timeout=1500
export LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;./?/init.lua;;'
export LUA_CPATH='build/lib/lua/5.4/?.so;;'
unset LUA_INIT LUA_INIT_5_4 SUTURE_PATH NO_COLOR

count() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# suite NAME INTERPRETER [BUSTED OPTION...] -- FILE...
suite() {
    echo "== $1"
    interpreter=$2
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

linters() {
    for tool in luacheck cppcheck clang clang-format; do
        command -v $tool >/dev/null || { echo "no $tool: not linted" && count 0 0 1 && return; }
    done
    echo '== lint'
    if make --no-print-directory lint; then count 1 0 0; else count 0 1 0; fi
}

fuzz() {
    command -v clang >/dev/null || { echo 'no clang: not fuzzed' && count 0 0 1 && return; }
    echo '== fuzz'
    if make --no-print-directory fuzz FUZZ_SECONDS=3; then count 1 0 0; else count 0 1 0; fi
}

# shellcheck disable=SC2086
{
    suite 'specs' lua5.4 -- ${*:-spec}
    SUTURE_BIN=build/asan/suture suite 'specs under the sanitizers' build/asan/suture \
        --exclude-pattern=^house --exclude-pattern=^crash -- ${*:-spec}
    suite 'specs with the collector always due' lua5.4 \
        --helper=spec.support.stress --exclude-pattern=^cli -- ${*:-spec/bind spec/lua}
}
[ $# -gt 0 ] || fuzz
[ $# -gt 0 ] || linters

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
