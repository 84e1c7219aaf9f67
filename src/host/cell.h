/*
 * cell: what a process shuts itself into before it runs a recipe.
 *
 * A recipe is Lua from anywhere, and Lua's machine is taken for breakable: the cell is what still holds when a
 * recipe runs code of its own in the worker. In the order in which it is closed:
 *
 *   limits      of processor time, address space, descriptors, written files (none), processes (none), locked
 *               memory (none), core files (none)
 *   privileges  none is gained any more
 *   Landlock    no file can be reached by name but those below the given folders, to read (landlock.h)
 *   seccomp     an allow-list of system calls (syscalls.h)
 *
 * Invariants, which the worker's code keeps and cites:
 *   1. Nothing of a recipe runs before the cell is closed; nothing that is needed later is left to be opened,
 *      but files of the given folders.
 *   2. A worker holds no descriptor that can write, but the pipe to its parent. It opens the target by itself,
 *      O_RDONLY, after it has closed all that it inherited: so it holds no lock, and it cannot give up its
 *      parent's. That is the same as a fork before any target was opened. The pages of the parent's mappings
 *      that it inherits are private copies.
 *   3. A worker has a Lua state of its own (guest.h). Of its parent's memory it holds a copy, which is as secret
 *      to the outside as the recipe's own values: both can leave by the pipe only.
 *   4. The cell is never opened again; it ends with the process.
 *   5. What the pipe brings is hostile: the parent bounds, checks and escapes it (suture.recipe.result).
 *
 * Without Landlock nothing can be opened at all: seccomp forbids it. Without seccomp Landlock and the limits
 * hold. Without both, a recipe is held by Lua alone.
 *
 * The limit of processor time is a net for a parent that has died or stopped: a worker has one thread, so
 * the parent's clock, which kills, always comes first.
 *
 * Under the address sanitizer, whose shadow takes terabytes, the address space has no limit; the one of the
 * Lua state (heap.h) stays.
 */
#ifndef SUTURE_CELL_H
#define SUTURE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What this system has to build a cell of. */
struct cell_offer {
    int landlock;       /* version; 0: none */
    bool seccomp;       /* filters by system call */
    bool address_space; /* the size of a process can be told (/proc), and so limited */
};

/*
 * seconds  of the wall clock that the parent grants; INFINITY for no limit
 * memory   bytes that may be taken beyond those that the process has now; SIZE_MAX for no limit
 */
struct cell_limits {
    double seconds;
    size_t memory;
};

struct cell_offer cell_probe(void);

/*
 * Closes the cell around this process, whose threads are this one. A part that the system does not offer is
 * left out; one that it offers and then refuses is a failure: the name of the part is returned, errno is set,
 * and the process must end. NULL when all is done.
 */
const char *cell_close(const struct cell_limits *limits, const char *const folders[], size_t count);

#endif
