/*
 * child: the worker's side of worker.h.
 */
#ifndef SUTURE_CHILD_H
#define SUTURE_CHILD_H

#include <sys/types.h>

#include <lua.h>

/*
 * Call it in the process that fork made. Settles signals, limits and standard descriptors as
 * worker.h says, calls the function at index body with `send` (frames go to the descriptor out),
 * and ends the process. parent is the process that forked: a child that has lost it ends at once.
 */
_Noreturn void child_run(lua_State *L, int body, int out, pid_t parent);

#endif
