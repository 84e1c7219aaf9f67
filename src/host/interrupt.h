/*
 * interrupt: Ctrl-C for Lua code.
 *
 * While armed, the first SIGINT raises an error object of kind "interrupted" at the next instruction
 * of whichever coroutine is running, and a second one ends the process by the signal. A system call
 * is interrupted (EINTR), never restarted.
 *
 * What it does not reach: a C function that neither returns nor makes a system call (a long
 * string.find) goes on until it returns; finalizers run to their end. The second SIGINT ends both.
 */
#ifndef SUTURE_INTERRUPT_H
#define SUTURE_INTERRUPT_H

#include <stdbool.h>

#include <lua.h>

/*
 * Prepares a state: coroutine.resume, wrap and close are replaced by ones that note which coroutine
 * runs. Call it once for one state of the process, after luaL_openlibs, on the main thread.
 */
void interrupt_prepare(lua_State *L);

/* Takes SIGINT over, from whatever action it had. The next SIGINT counts as the first. */
void interrupt_arm(void);

/* Gives SIGINT its default action back. One that has not been raised yet is dropped. */
void interrupt_disarm(void);

/* Whether a SIGINT waits to be raised. For code that waits in system calls; block SIGINT to trust it. */
bool interrupt_is_pending(void);

/* Raises "interrupted" now, in place of the one that waits. Never returns. */
int interrupt_raise(lua_State *L);

#endif
