/* canary: see canary.h. */
#include "canary.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define PRESENT ((uint64_t)1 << 63)
#define SWAPPED ((uint64_t)1 << 62)
#define OF_FILE ((uint64_t)1 << 61)

void canary_arm(struct canary *canary, unsigned char *byte)
{
    canary->page = byte;
    *canary->page = *canary->page;
}

bool canary_alive(const struct canary *canary)
{
    uint64_t entry;
    if (!canary->page)
        return true;
    /* Opened each time: a descriptor that a fork inherits would show the parent's pages. */
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true;
    uint64_t number = (uint64_t)(uintptr_t)canary->page / (uint64_t)sysconf(_SC_PAGESIZE);
    ssize_t got = pread(fd, &entry, sizeof entry, (off_t)(number * sizeof entry));
    close(fd);
    if (got != (ssize_t)sizeof entry)
        return true;
    return entry & SWAPPED || (entry & PRESENT && !(entry & OF_FILE));
}

void canary_disarm(struct canary *canary)
{
    uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (canary->page)
        madvise((void *)((uintptr_t)canary->page & ~(size - 1)), size, MADV_DONTNEED);
    canary->page = NULL;
}
