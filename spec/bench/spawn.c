/*
 * spawn: runs a command once and prints what it cost.
 *
 *   spawn COMMAND [ARGUMENT...]
 *
 * Prints one line: wall time and processor time in nanoseconds, peak memory in KiB, exit status. The command's
 * standard output goes to /dev/null.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t nanoseconds(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    pid_t child;
    int status;
    if (argc < 2)
        return 2;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    int64_t begin = now();
    int failure = posix_spawnp(&child, argv[1], &actions, NULL, argv + 1, environ);
    if (failure || wait4(child, &status, 0, &usage) < 0) {
        fprintf(stderr, "spawn: %s: %s\n", argv[1], strerror(failure ? failure : errno));
        return 1;
    }
    int64_t wall = now() - begin;
    printf("%" PRId64 " %" PRId64 " %ld %d\n", wall,
           nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime), usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
