/*
 * worker: Lua code in a child process that hands back frames of bytes.
 */
#ifndef SUTURE_WORKER_H
#define SUTURE_WORKER_H

#include <lua.h>

/*
 * host.work(body, receive [, { timeout = SECONDS }]) -> outcome, detail
 *
 * Forks. In the child body(send) runs, and each send(string) hands one frame to the parent, where
 * receive(string) is called as it arrives. A frame has at most 1 GiB.
 *
 * The child has default SIGINT, no core files, /dev/null as stdin and stderr as stdout; it dies with
 * its parent. When body returns it ends with status 0, without finalizers and without closing its
 * Lua state; when body raises it prints the error to stderr and ends with status 1.
 *
 *   "done"               body returned
 *   "timeout"            the child was killed at the limit of the wall clock; none without timeout
 *   "died", detail       otherwise; detail is "status 1", "signal 9", "a frame was cut short" or
 *                        "a frame is too long"
 *
 * Raises for wrong arguments; "io" when no child can be made; "interrupted" after Ctrl-C; and what
 * receive raises. The child is killed and reaped before any of them, and always when it returns.
 * The time in which receive runs counts; it is not cut short.
 */
int worker_work(lua_State *L);

/*
 * host.confine(job, receive [, { timeout = SECONDS, memory = MIB, trust = BOOLEAN }]) -> outcome, detail
 *
 * The same for a recipe: the child is a guest (guest.h), and job a table of plain values. A frame has at most
 * as many bytes as the memory limit, or 1 GiB. More outcomes:
 *
 *   "limit", "memory" | "cpu" | "file size"       the child passed it
 *   "died", "a forbidden system call"             seccomp ended it
 */
int worker_confine(lua_State *L);

#endif
