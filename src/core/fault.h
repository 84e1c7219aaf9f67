/*
 * fault: a SIGBUS inside one of our mappings becomes an error, not a death.
 *
 * A file that another process truncates takes the pages behind its new end away from every mapping. The
 * handler puts an anonymous page of zeros where the missing one was, marks the map as hit, and lets the
 * interrupted instruction run on. The owner of the map looks at fault_hit after each access, and never
 * trusts what it read, nor flushes, once that is true.
 *
 * Invariants:
 *   1. Every mapping of a file that this process touches is in the table from before its first access
 *      until after its last one.
 *   2. Only a BUS_ADRERR whose address lies in the table is ours; any other is given back to the action
 *      that stood before ours (by default: death).
 *   3. The table is changed by one thread only; the handler merely walks it, at any instant.
 *
 * The table is the one global of the core.
 */
#ifndef SUTURE_FAULT_H
#define SUTURE_FAULT_H

#include "error.h"

#include <signal.h>
#include <stddef.h>

/* One mapping, embedded in its owner, which must not move while it is in the table. */
struct fault_map {
    unsigned char *base;           /* first byte, on a page boundary */
    size_t len;                    /* bytes, as mapped */
    volatile sig_atomic_t hit;     /* 1 once a page of it was missing */
    unsigned char *volatile where; /* the first missing byte that was touched */
    struct fault_map *volatile next;
};

/*
 * Enters the map [base, base + len) into the table and, the first time, installs the handler.
 * Raises `io` when the handler cannot be installed; nothing is entered then.
 */
bool fault_enter(struct fault_map *map, void *base, size_t len, struct error *error);

/* Takes the map out of the table; harmless for a map that is not in it. Call it before munmap. */
void fault_leave(struct fault_map *map);

/* Whether a page of the map was missing at some access. */
static inline bool fault_hit(const struct fault_map *map)
{
    return map->hit != 0;
}

#endif
