/*
 * dumping: bytes and differences as text, in pieces, for the Lua half.
 *
 *   core.hexdump(b, off, len, width, fold, marking [, mark_off, mark_len]) -> iterator
 *       [off, off + len) in the layout of hexdump.h. marking: "none", "stars" or "colour"; marked is what is
 *       pending, or that range of b instead.
 *   core.pending_diff(b, width, context, is_coloured) -> iterator
 *       what is pending, in the layout of hexdiff.h
 *   core.pair_diff(old, new, width, context, is_coloured) -> iterator
 *       where two objects, no views, differ at equal offsets
 *   core.pair_list(old, new, most, before, between, between, behind) -> iterator
 *       the same differences as lines of the caller's: an offset, up to `most` of the old bytes and of the
 *       new ones in hex, and the four strings around them; a long difference makes several
 *   core.compare(a, a_off, b, b_off, len) -> offset in a of the next difference, bytes that differ | nil
 *   core.digits(b, off, len [, spaced]) -> the bytes in hex, nothing or a blank between them; asks only for
 *       missing pages, not for the file's size
 *
 * An iterator, called again and again, gives strings of whole lines, some of which may be empty, and then
 * nil. It takes bounded memory and a bounded time for each. It raises what reading the object raises, and
 * `stale` when the size of one has changed since it was made.
 */
#ifndef SUTURE_DUMPING_H
#define SUTURE_DUMPING_H

#include <lua.h>

/* Adds these to the module table at the top. */
void dumping_register(lua_State *L);

#endif
