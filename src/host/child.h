/*
 * child: the worker's side of worker.h.
 */
#ifndef SUTURE_CHILD_H
#define SUTURE_CHILD_H

#include <sys/types.h>

#include <lua.h>

/*
 * What every child does first: default SIGINT, no core files, death with its parent, /dev/null as stdin,
 * stderr as stdout. Ends the process when parent, the process that forked, is gone already, or when it fails.
 */
void child_settle(pid_t parent);

/* Pushes the function `send`, whose frames go to the descriptor out. */
void child_push_send(lua_State *L, int out);

/*
 * Call it in the process that fork made. Settles the process, calls the function at index body with `send` (frames go to the descriptor out),
 * and ends the process. parent is the process that forked: a child that has lost it ends at once.
 */
_Noreturn void child_run(lua_State *L, int body, int out, pid_t parent);

#endif
