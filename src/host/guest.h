/*
 * guest: the child in which a recipe's Lua runs: a Lua state of its own, and a cell around it.
 */
#ifndef SUTURE_GUEST_H
#define SUTURE_GUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include <lua.h>

#include "cell.h"

/* The status of a guest that had no memory left even to say so. */
#define GUEST_STATUS_MEMORY 3

/*
 * limits   of the cell, and of the Lua state
 * trusted  no cell, no limit of memory, the standard error of the parent
 */
struct guest {
    struct cell_limits limits;
    bool trusted;
};

/*
 * Call it in the process that fork made. Settles the process as child.h does; a guest that is not trusted has
 * /dev/null for all three standard descriptors. Closes every other descriptor but `out`. Then, in a new Lua
 * state with all libraries and the embedded modules,
 *
 *     require "suture.recipe.inside" (job, send, seal)
 *
 * where job is a plain copy of the value at that index of L, send(string) hands a frame to the parent, and
 * seal(folders) closes the cell but for reading below those folders (nothing when trusted); it raises when
 * that fails, and ends the process when it is called again. The process ends with status 0 when the call
 * returns, GUEST_STATUS_MEMORY or 1 when it raises.
 */
_Noreturn void guest_run(lua_State *L, int job, const struct guest *guest, int out, pid_t parent);

#endif
