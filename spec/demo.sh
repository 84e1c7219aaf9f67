#!/bin/sh
# The demonstration behind `make demo`: a program with an executable stack is
# patched by a recipe, watched by readelf, stat and sha256sum. Each step is
# checked here; the first that is not as it should be ends the demo with status 1.

set -eu
export LC_ALL=C

root=$(pwd)
suture=$root/build/suture
recipe=$root/scripts/elf/exec-stack-off.lua

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
cd "$folder"
export SUTURE_STATE="$folder/state"

fail() {
    echo "demo: FAILED: $*" >&2
    exit 1
}

step() {
    printf '\n== %s\n' "$*"
}

# Shows a command, runs it, and demands its exit status.
shown() {
    wanted=$1
    shift
    printf '$ %s\n' "$(printf '%s ' "$@" | sed "s|$root/build/||; s|$root/||g; s| *\$||")"
    status=0
    "$@" || status=$?
    [ "$status" -eq "$wanted" ] || fail "status $status instead of $wanted"
    [ "$wanted" -eq 0 ] || printf '(status %s)\n' "$status"
}

stack_is() {
    flags=$(readelf -lW hello | awk '$1 == "GNU_STACK" { print $(NF - 1) }')
    printf '$ readelf -lW hello | grep GNU_STACK\n'
    readelf -lW hello | grep GNU_STACK
    [ "$flags" = "$1" ] || fail "the stack is $flags, not $1"
}

says_hello() {
    printf '$ ./hello\n'
    answer=$(./hello) || fail "the program does not run"
    echo "$answer"
    [ "$answer" = "hello from a patched program" ] || fail "the program says something else"
}

step "a program that asks for an executable stack"
cat > hello.c <<'END'
#include <stdio.h>
int main(void)
{
    puts("hello from a patched program");
    return 0;
}
END
shown 0 cc -z execstack -o hello hello.c
stack_is RWE
original=$(sha256sum hello)

step "suture check: what would change? (nothing is written)"
before=$(sha256sum < hello)
shown 1 "$suture" check "$recipe" hello > verdict
cat verdict
grep -q applicable verdict || fail "check does not find the recipe applicable"
[ "$(sha256sum < hello)" = "$before" ] || fail "check has changed the file"

step "suture run: patch it"
shown 0 "$suture" run "$recipe" hello
stack_is RW
says_hello

step "suture run again: already so, and the file is not touched"
identity=$(stat -c 'inode %i, modified %y' hello)
echo "$identity"
shown 0 "$suture" run "$recipe" hello
stat -c 'inode %i, modified %y' hello
[ "$(stat -c 'inode %i, modified %y' hello)" = "$identity" ] || fail "the second run has touched the file"

step "a script that changes bytes and then fails: nothing reaches the file"
cat > fails.lua <<'END'
local suture = require "suture"
local b <close> = assert(suture.open "hello")
b:fill(0, 64, 0xcc)
print("pending bytes:", (b:pending()))
error "a bug in the script"
END
cat fails.lua
before=$(sha256sum hello)
echo "$before"
shown 1 "$suture" fails.lua
sha256sum hello
[ "$(sha256sum hello)" = "$before" ] || fail "the failed script has changed the file"
says_hello

step "suture revert: the program as it was compiled"
shown 0 "$suture" revert hello
sha256sum hello
[ "$(sha256sum hello)" = "$original" ] || fail "the revert has not brought the original back"

printf '\ndemo: everything as it should be\n'
