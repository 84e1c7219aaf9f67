/*
 * stretches: a long search in stretches, between which Ctrl-C is heard.
 *
 * A signal handler can only leave a hook behind, and hooks run where Lua does. So a search through more than a
 * stretch calls a Lua function that does nothing after each stretch: what waits there is raised.
 */
#ifndef SUTURE_STRETCHES_H
#define SUTURE_STRETCHES_H

#include "bytes.h"

#include <lua.h>

/* One stretch of [from, to) of an object: the places where a match may begin, and where the last of them ends. */
struct stretch {
    uint64_t from;
    uint64_t next; /* where the stretch after it begins */
    uint64_t to;   /* next + len - 1, or less at the end of the range */
};

/* The first stretch of a range that is not empty, for what is len bytes long. */
struct stretch stretch_first(uint64_t from, uint64_t to, size_t len);

/* The last one. */
struct stretch stretch_last(uint64_t from, uint64_t to, size_t len);

/*
 * Between two stretches: raises what a hook raises, and `closed`, `stale` or `range` where a hook has ended the object
 * or [from, to) is no longer in it.
 */
void stretch_pause(lua_State *L, struct bytes *bytes, uint64_t from, uint64_t to);

#endif
