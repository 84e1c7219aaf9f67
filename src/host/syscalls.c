/* syscalls: a filter made by libseccomp. */
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

/*
 * What libc, Lua, the images and the pipe need. The sanitizers ask for no more: what they try beyond it fails
 * with EPERM, which they put up with.
 */
static const int ALLOWED[] = {
    SCMP_SYS(read),          SCMP_SYS(pread64),      SCMP_SYS(write),
    SCMP_SYS(writev),        SCMP_SYS(close),        SCMP_SYS(lseek),
    SCMP_SYS(fstat),         SCMP_SYS(newfstatat),   SCMP_SYS(stat),
    SCMP_SYS(lstat),         SCMP_SYS(statx),        SCMP_SYS(fstatfs),
    SCMP_SYS(statfs),        SCMP_SYS(faccessat),    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),      SCMP_SYS(readlinkat),   SCMP_SYS(getcwd),
    SCMP_SYS(munmap),        SCMP_SYS(mremap),       SCMP_SYS(madvise),
    SCMP_SYS(msync),         SCMP_SYS(mincore),      SCMP_SYS(brk),
    SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),   SCMP_SYS(futex),        SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    SCMP_SYS(getrandom),     SCMP_SYS(getpid),       SCMP_SYS(gettid),
    SCMP_SYS(sched_yield),   SCMP_SYS(exit),         SCMP_SYS(exit_group),
};

/*
 * No program of ours makes these in a worker: who does is not ours any more. The list is short because each
 * rule costs time in every run; what is on neither list fails as well.
 */
static const int FATAL[] = {
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(clone),
    SCMP_SYS(clone3),
    SCMP_SYS(execve),
    SCMP_SYS(ptrace),
    SCMP_SYS(kill),
    SCMP_SYS(tkill),
    SCMP_SYS(tgkill),
    SCMP_SYS(socket),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(bpf),
};

/* A call without which nothing can be wrong is left out where the architecture has none. */
static bool add_all(scmp_filter_ctx filter, uint32_t action, const int calls[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (calls[i] >= 0 && seccomp_rule_add(filter, action, calls[i], 0) < 0)
            return false;
    return true;
}

/* The call, as long as none of the bits is set in that argument. */
static bool add_without(scmp_filter_ctx filter, int call, unsigned argument, uint64_t bits)
{
    struct scmp_arg_cmp none = SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, bits, 0);
    return call < 0 || seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &none) == 0;
}

static bool add_commands(scmp_filter_ctx filter)
{
    static const uint64_t commands[] = {F_GETFD, F_SETFD, F_GETFL};
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct scmp_arg_cmp same = SCMP_CMP64(1, SCMP_CMP_EQ, commands[i], 0);
        if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, &same) < 0)
            return false;
    }
    return true;
}

static bool add_opening(scmp_filter_ctx filter)
{
    const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
    return add_without(filter, SCMP_SYS(openat), 2, writing) &&
           add_without(filter, SCMP_SYS(open), 1, writing);
}

static bool fill(scmp_filter_ctx filter, bool may_open)
{
    return add_all(filter, SCMP_ACT_ALLOW, ALLOWED, COUNT(ALLOWED)) &&
           add_all(filter, SCMP_ACT_KILL_PROCESS, FATAL, COUNT(FATAL)) &&
           add_without(filter, SCMP_SYS(mmap), 2, PROT_EXEC) &&
           add_without(filter, SCMP_SYS(mprotect), 2, PROT_EXEC) && add_commands(filter) &&
           (!may_open || add_opening(filter));
}

bool syscalls_can_restrict(void)
{
    uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0U, &action) == 0;
}

bool syscalls_restrict(bool may_open)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return false;
    int result = fill(filter, may_open) ? seccomp_load(filter) : -EINVAL;
    seccomp_release(filter);
    errno = -result;
    return result == 0;
}
