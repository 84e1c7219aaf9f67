/* finding: see finding.h. */
#include "finding.h"

#include "arguments.h"
#include "bytes.h"
#include "errors.h"
#include "search.h"

#include <inttypes.h>
#include <lauxlib.h>

typedef bool (*searcher)(const struct pattern *, const unsigned char *, uint64_t, uint64_t,
                         uint64_t *);

/* Searches [from, to), which is inside; raises when what was read cannot be trusted. */
static bool look(lua_State *L, struct bytes *bytes, searcher search, const struct pattern *what,
                 uint64_t from, uint64_t to, uint64_t *off)
{
    bytes_range(L, bytes, from, to - from, "search");
    bool found = to > from && search(what, bytes_at(bytes, 0), from, to, off);
    bytes_current(L, bytes);
    return found;
}

static int find_once(lua_State *L, const char *function, searcher search)
{
    struct bytes *bytes = bytes_check(L, 1, function);
    uint64_t from, to, off;
    argument_most(L, bytes, function, 4);
    struct pattern what = argument_what(L, bytes, function, 2);
    argument_bounds(L, bytes, function, 3, &from, &to);
    if (!look(L, bytes, search, &what, from, to, &off)) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)off);
    lua_pushinteger(L, (lua_Integer)what.len);
    return 2;
}

/* b:find(what [, from [, to]]) -> offset, length | nil */
static int finding_find(lua_State *L)
{
    return find_once(L, "find", search_forward);
}

/* b:rfind(what [, from [, to]]) -> offset, length | nil */
static int finding_rfind(lua_State *L)
{
    return find_once(L, "rfind", search_backward);
}

/* Upvalues: the object, what, the next offset to look at, the end. */
static int matches_next(lua_State *L)
{
    struct bytes *bytes = lua_touserdata(L, lua_upvalueindex(1));
    struct pattern what = argument_what(L, bytes, "matches", lua_upvalueindex(2));
    uint64_t from = (uint64_t)lua_tointeger(L, lua_upvalueindex(3));
    uint64_t to = (uint64_t)lua_tointeger(L, lua_upvalueindex(4));
    uint64_t off;
    if (from >= to || !look(L, bytes, search_forward, &what, from, to, &off)) {
        lua_pushinteger(L, (lua_Integer)to);
        lua_replace(L, lua_upvalueindex(3));
        return 0;
    }
    lua_pushinteger(L, (lua_Integer)off + 1);
    lua_replace(L, lua_upvalueindex(3));
    lua_pushinteger(L, (lua_Integer)off);
    lua_pushinteger(L, (lua_Integer)what.len);
    return 2;
}

/* for off, len in b:matches(what [, from [, to]]) do */
static int finding_matches(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "matches");
    uint64_t from, to;
    argument_most(L, bytes, "matches", 4);
    argument_what(L, bytes, "matches", 2);
    argument_bounds(L, bytes, "matches", 3, &from, &to);
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)from);
    lua_pushinteger(L, (lua_Integer)to);
    lua_pushcclosure(L, matches_next, 4);
    return 1;
}

/* The number of matches in the bounds at index 3 and 4; *first is where the first one is. */
static uint64_t count_matches(lua_State *L, struct bytes *bytes, const char *function,
                              const struct pattern *what, uint64_t *first)
{
    uint64_t from, to, off, count = 0;
    argument_most(L, bytes, function, 4);
    argument_bounds(L, bytes, function, 3, &from, &to);
    bytes_range(L, bytes, from, to - from, "search");
    while (from < to && search_forward(what, bytes_at(bytes, 0), from, to, &off)) {
        if (!count++)
            *first = off;
        from = off + 1;
    }
    bytes_current(L, bytes);
    return count;
}

/* b:count(what [, from [, to]]) -> how many, overlapping ones included */
static int finding_count(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "count");
    struct pattern what = argument_what(L, bytes, "count", 2);
    uint64_t first;
    lua_pushinteger(L, (lua_Integer)count_matches(L, bytes, "count", &what, &first));
    return 1;
}

/* b:unique(what [, from [, to]]) -> offset, length; raises `notunique` */
static int finding_unique(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "unique");
    struct pattern what = argument_what(L, bytes, "unique", 2);
    struct error error;
    uint64_t first = 0;
    uint64_t count = count_matches(L, bytes, "unique", &what, &first);
    if (count != 1)
        errors_raise_kind(L, ERROR_NOTUNIQUE, image_name(bytes->image),
                          "found %" PRIu64 " matches where exactly one is wanted (size 0x%" PRIx64
                          ")",
                          count, bytes->size);
    if (!image_guard(bytes->image, bytes->off + first, what.len, &error))
        bytes_raise(L, bytes, &error);
    lua_pushinteger(L, (lua_Integer)first);
    lua_pushinteger(L, (lua_Integer)what.len);
    return 2;
}

void finding_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"find", finding_find},   {"rfind", finding_rfind},   {"matches", finding_matches},
        {"count", finding_count}, {"unique", finding_unique}, {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
