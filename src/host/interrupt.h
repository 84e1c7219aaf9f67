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

#include <signal.h>
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

/*
 * Until interrupt_resume the first SIGINT is only noted, and what it finds in a system call that does not wait for
 * events is begun anew: for a parent that has children to wait for. A second one still ends the process.
 */
void interrupt_defer(void);

/* One that was noted, and every later one, raises again. */
void interrupt_resume(void);

/* From here on SIGUSR1 is the parent's way to pass a Ctrl-C on: it raises as the first SIGINT does and is not counted. */
void interrupt_heed_parent(void);

/* Whether a SIGINT waits to be raised. For code that waits in system calls; block SIGINT to trust it. */
bool interrupt_is_pending(void);

/* Blocks SIGINT and the parent's word for it, and returns the mask from before. */
sigset_t interrupt_block(void);

/* Raises "interrupted" now, in place of the one that waits. Never returns. */
int interrupt_raise(lua_State *L);

/*
 * host.hold(): raises "interrupted" where a SIGINT waits; one that comes from here on waits, however often, until
 * host.release(). For what is decided and has to be told. Each may be called again.
 */
int interrupt_hold(lua_State *L);
int interrupt_release(lua_State *L);

#endif
