/* cell: limits, then the parts that the kernel keeps. */
#include "cell.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "landlock.h"
#include "syscalls.h"

/* Files that a recipe can have open at one time. */
#define MOST_FILES 64

/* Address space beyond what is asked for: stacks, malloc's own pages, the copy of a large frame. */
#define SLACK ((size_t)64 << 20)

/* Seconds by which the processor's limit is behind the parent's clock. */
#define GRACE 2

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

#define SIZES "/proc/self/statm"

/* Bytes of address space that the process has; 0 where nobody tells. */
static size_t size_now(void)
{
    char text[64] = "";
    int fd = open(SIZES, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t len = read(fd, text, sizeof text - 1);
    close(fd);
    return len > 0 ? (size_t)strtoul(text, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

struct cell_offer cell_probe(void)
{
    return (struct cell_offer){
        .landlock = landlock_version(),
        .seccomp = syscalls_can_restrict(),
        .address_space = access(SIZES, R_OK) == 0,
    };
}

/* Never above what the system grants already. */
static bool limit(int resource, rlim_t value)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)resource, &now) != 0)
        return false;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
        value = now.rlim_max;
    now = (struct rlimit){value, value};
    return setrlimit((__rlimit_resource_t)resource, &now) == 0;
}

static bool limit_time(double seconds)
{
    if (seconds > 1e9)
        return true;
    rlim_t whole = (rlim_t)ceil(seconds) + GRACE;
    struct rlimit time = {whole, whole + GRACE};
    struct rlimit now;
    if (getrlimit(RLIMIT_CPU, &now) == 0 && now.rlim_max != RLIM_INFINITY && now.rlim_max < whole)
        return true;
    return setrlimit(RLIMIT_CPU, &time) == 0;
}

static bool limit_space(size_t memory)
{
    size_t size = size_now();
    if (HAS_SANITIZER || size == 0 || memory > SIZE_MAX / 2)
        return true;
    return limit(RLIMIT_AS, size + memory + SLACK);
}

static bool limit_all(const struct cell_limits *limits)
{
    return limit_time(limits->seconds) && limit_space(limits->memory) && limit(RLIMIT_CORE, 0) &&
           limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_MEMLOCK, 0) &&
           limit(RLIMIT_MSGQUEUE, 0) && limit(RLIMIT_NOFILE, MOST_FILES);
}

const char *cell_close(const struct cell_limits *limits, const char *const folders[], size_t count)
{
    bool has_landlock = landlock_version() > 0;
    if (!limit_all(limits))
        return "limits";
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return "no new privileges";
    if (has_landlock && !landlock_restrict(folders, count))
        return "Landlock";
    if (syscalls_can_restrict() && !syscalls_restrict(has_landlock))
        return "seccomp";
    return NULL;
}
