/* fault: see fault.h. */
#include "fault.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static struct fault_map *volatile table;
static struct sigaction before;
static uintptr_t page_size;

static struct fault_map *owner(const unsigned char *address)
{
    for (struct fault_map *map = table; map; map = map->next)
        if (address >= map->base && (size_t)(address - map->base) < map->len)
            return map;
    return NULL;
}

/* Invariant 2. Returning re-runs the access, which then meets the restored action. */
static void give_back(void)
{
    sigaction(SIGBUS, &before, NULL);
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    int saved = errno;
    unsigned char *address = info->si_addr;
    struct fault_map *map = info->si_code == BUS_ADRERR ? owner(address) : NULL;
    if (!map) {
        give_back();
        errno = saved;
        return;
    }
    void *page = (void *)((uintptr_t)address & ~(page_size - 1));
    void *put = mmap(page, page_size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (put == MAP_FAILED)
        give_back();
    if (!map->hit)
        map->where = address;
    map->hit = 1;
    errno = saved;
}

static bool install(struct error *error)
{
    if (page_size)
        return true;
    struct sigaction action = {.sa_flags = SA_SIGINFO};
    action.sa_sigaction = on_bus_error;
    sigemptyset(&action.sa_mask);
    page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (sigaction(SIGBUS, &action, &before) == 0)
        return true;
    page_size = 0;
    return error_system(error, errno, NULL, "cannot catch SIGBUS");
}

bool fault_enter(struct fault_map *map, void *base, size_t len, struct error *error)
{
    if (!install(error))
        return false;
    map->base = base;
    map->len = len;
    map->hit = 0;
    map->where = NULL;
    map->next = table;
    table = map;
    return true;
}

void fault_leave(struct fault_map *map)
{
    for (struct fault_map *volatile *link = &table; *link; link = &(*link)->next) {
        if (*link != map)
            continue;
        *link = map->next;
        return;
    }
}
