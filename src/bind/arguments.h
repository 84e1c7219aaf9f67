/*
 * arguments: checked conversion of what scripts pass.
 *
 * Index 1 of a method call is the object; messages count arguments without it. An argument that is nil is
 * not an absent one: it raises. Integers may be floats with an integral value; strings never count as
 * numbers, nor numbers as strings.
 */
#ifndef SUTURE_ARGUMENTS_H
#define SUTURE_ARGUMENTS_H

#include "bytes.h"
#include "pattern.h"

#include <lua.h>

/* Whether the caller passed an argument at that index, be it nil. */
static inline bool argument_given(lua_State *L, int index)
{
    return lua_gettop(L) >= index;
}

/* An integer of any sign, or a raised `argument`. `noun` names it in the message. */
lua_Integer argument_integer(lua_State *L, const struct bytes *bytes, const char *function,
                             int index, const char *noun);

/* An offset or a length: a negative one raises `range` ("offset -1 is negative"). */
uint64_t argument_offset(lua_State *L, const struct bytes *bytes, const char *function, int index,
                         const char *noun);

/* A string, or a raised `argument`. */
const char *argument_string(lua_State *L, const struct bytes *bytes, const char *function,
                            int index, const char *noun, size_t *len);

/* A string without a NUL byte, or a raised `argument`. */
const char *argument_word(lua_State *L, const struct bytes *bytes, const char *function, int index,
                          const char *noun);

/* A byte value 0 .. 255 for offset off, or a raised `argument` that names the offset. */
unsigned char argument_byte(lua_State *L, const struct bytes *bytes, const char *function,
                            int index, uint64_t off);

/*
 * An integer for offset off that lies in [low, high], or a raised `argument`: "bad argument #2 to 'u8'
 * (256 is not in 0 .. 255)" with the offset.
 */
lua_Integer argument_value(lua_State *L, const struct bytes *bytes, const char *function, int index,
                           uint64_t off, lua_Integer low, lua_Integer high);

/*
 * A string or a pattern as pattern; it points into the value, which the stack keeps alive. An empty one
 * and any other type raise `argument`.
 */
struct pattern argument_what(lua_State *L, const struct bytes *bytes, const char *function,
                             int index);

/* Raises `argument` when there are more than `most` arguments (the object included). */
void argument_most(lua_State *L, const struct bytes *bytes, const char *function, int most);

/* The optional bounds [from, to) at index and index + 1; whole object where absent. Raises `range`. */
void argument_bounds(lua_State *L, struct bytes *bytes, const char *function, int index,
                     uint64_t *from, uint64_t *to);

#endif
