#!/bin/sh
# Runs a command of the harness with a folder to work in as its first argument: spec/crash/room.sh COMMAND... --
# becomes COMMAND FOLDER. What follows `--` comes after the folder.
#
# Root gets a small ext4 of its own in memory, so that syncs are quick and inode numbers come back in the order in which
# they were given up; it is mounted in a private namespace and goes away with the command. Others get a folder in TMPDIR.
# Where the root is no mount point (chroot), the namespace cannot be made private to its end; the mount is taken away.

set -eu

if [ "${CRASH_ROOM:-}" = '' ] && [ "$(id -u)" = 0 ] && [ -w /dev/shm ]; then
    for propagation in private unchanged; do
        ! unshare -m --propagation $propagation true 2>/dev/null ||
            CRASH_ROOM=private exec unshare -m --propagation $propagation sh "$0" "$@"
    done
fi

folder=$(mktemp -d)
trap 'cd /; umount "$folder" 2>/dev/null || :; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

private() {
    image=$(mktemp /dev/shm/suture-crash.XXXXXX)
    truncate -s 64M "$image"
    result=0
    { mkfs.ext4 -q -F "$image" && mount -o loop "$image" "$folder"; } 2>/dev/null || result=1
    rm -f "$image" # the mount keeps it
    return $result
}

[ "${CRASH_ROOM:-}" != private ] || private || echo "no file system of our own, working in $folder" >&2
mkdir "$folder/work"

command=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    command="$command '$1'"
    shift
done
[ $# -eq 0 ] || shift
eval "set -- $command '$folder/work' \"\$@\""
"$@"
