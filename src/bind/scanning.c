/* scanning: see scanning.h. */
#include "scanning.h"

#include "arguments.h"
#include "bytes.h"
#include "errors.h"
#include "patterns.h"
#include "stretches.h"
#include "sweep.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#define HITS_META "suture.hits"

/* What a scan holds in memory that is not Lua's; freed when the object is. */
static struct hits *push_hits(lua_State *L)
{
    struct hits *hits = lua_newuserdatauv(L, sizeof *hits, 0);
    *hits = (struct hits){0};
    luaL_setmetatable(L, HITS_META);
    return hits;
}

static int hits_gc(lua_State *L)
{
    hits_free(luaL_checkudata(L, 1, HITS_META));
    return 0;
}

static _Noreturn void bad_what(lua_State *L, const struct bytes *bytes, const char *problem)
{
    errors_raise_argument(L, image_name(bytes->image), "scan", 1, "'%s' %s",
                          luaL_tolstring(L, -2, NULL), problem);
}

/* The string or pattern at the top, which has its name below it; raises for anything else, and when it is empty. */
static struct pattern check_what(lua_State *L, const struct bytes *bytes)
{
    struct pattern what = {0};
    char problem[64];
    if (lua_type(L, -1) == LUA_TSTRING) {
        what.value = (const unsigned char *)lua_tolstring(L, -1, &what.len);
    } else if (!patterns_test(L, -1, &what)) {
        snprintf(problem, sizeof problem, "must be a string or a pattern, got %s",
                 luaL_typename(L, -1));
        bad_what(L, bytes, problem);
    }
    if (!what.len)
        bad_what(L, bytes, "is empty");
    return what;
}

/*
 * Copies the table at 2 into lists of names and of what they stand for, at the top, so that neither can go
 * away in the meantime; their number.
 */
static size_t copy_table(lua_State *L, const struct bytes *bytes)
{
    lua_Integer count = 0;
    lua_newtable(L);
    lua_newtable(L);
    int names = lua_gettop(L) - 1, values = names + 1;
    lua_pushnil(L);
    while (lua_next(L, 2)) {
        check_what(L, bytes);
        lua_rawseti(L, values, ++count);
        lua_pushvalue(L, -1);
        lua_rawseti(L, names, count);
    }
    return (size_t)count;
}

/* The patterns of the list at the top, as an array that the stack keeps. They point into the list's values. */
static struct pattern *push_patterns(lua_State *L, const struct bytes *bytes, size_t count)
{
    int values = lua_gettop(L);
    struct pattern *patterns = lua_newuserdatauv(L, count * sizeof *patterns + 1, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushnil(L);
        lua_rawgeti(L, values, (lua_Integer)i + 1);
        patterns[i] = check_what(L, bytes);
        lua_pop(L, 2);
    }
    return patterns;
}

/* Pushes { name = { off, ... }, ... }; the names are in the list at that index. */
static void push_result(lua_State *L, const struct bytes *bytes, const struct hits *hits, int names,
                        size_t count)
{
    lua_Integer *ends = lua_newuserdatauv(L, (count + 1) * sizeof *ends, 0);
    memset(ends, 0, (count + 1) * sizeof *ends);
    lua_createtable(L, (int)count, 0);
    int lists = lua_gettop(L);
    for (size_t i = 0; i < count; i++) {
        lua_newtable(L);
        lua_rawseti(L, lists, (lua_Integer)i + 1);
    }
    for (size_t i = 0; i < hits->count; i++) {
        uint32_t which = hits->list[i].which;
        lua_rawgeti(L, lists, (lua_Integer)which + 1);
        lua_pushinteger(L, (lua_Integer)(hits->list[i].off - bytes->off));
        lua_rawseti(L, -2, ++ends[which]);
        lua_pop(L, 1);
    }
    lua_newtable(L);
    for (size_t i = 1; i <= count; i++) {
        lua_rawgeti(L, names, (lua_Integer)i);
        lua_rawgeti(L, lists, (lua_Integer)i);
        lua_rawset(L, -3);
    }
}

/* Drops the matches from the one at `first` on that begin at `end` of the image or behind it. */
static void keep_before(struct hits *hits, size_t first, uint64_t end)
{
    size_t kept = first;
    for (size_t i = first; i < hits->count; i++)
        if (hits->list[i].off < end)
            hits->list[kept++] = hits->list[i];
    hits->count = kept;
}

static size_t longest(const struct pattern *patterns, size_t count)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = patterns[i].len > most ? patterns[i].len : most;
    return most;
}

/* In [from, to), which is not empty, of an object that is live. False when memory runs out. */
static bool scan_stretches(lua_State *L, struct bytes *bytes, const struct pattern *patterns,
                           size_t count, uint64_t from, uint64_t to, struct hits *hits)
{
    size_t most = longest(patterns, count);
    for (;;) {
        struct stretch stretch = stretch_first(from, to, most);
        size_t before = hits->count;
        if (!sweep_scan(bytes->image, patterns, count, bytes->off + from, bytes->off + stretch.to,
                        hits))
            return false;
        if (stretch.next == to)
            return true;
        keep_before(hits, before, bytes->off + stretch.next);
        from = stretch.next;
        stretch_pause(L, bytes, from, to);
    }
}

/* b:scan({ name = what, ... } [, from [, to]]) -> { name = { off, ... }, ... } */
static int scanning_scan(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "scan");
    struct error error;
    uint64_t from, to;
    argument_most(L, bytes, "scan", 4);
    if (lua_type(L, 2) != LUA_TTABLE)
        errors_raise_argument(L, image_name(bytes->image), "scan", 1,
                              "what must be a table, got %s",
                              argument_given(L, 2) ? luaL_typename(L, 2) : "nothing");
    argument_bounds(L, bytes, "scan", 3, &from, &to);
    size_t count = copy_table(L, bytes);
    int names = lua_gettop(L) - 1;
    const struct pattern *patterns = push_patterns(L, bytes, count);
    struct hits *hits = push_hits(L);
    bytes_range(L, bytes, from, to - from, "search");
    bool had_memory =
        !count || from == to || scan_stretches(L, bytes, patterns, count, from, to, hits);
    bytes_current(L, bytes);
    if (!had_memory) {
        error_set(&error, ERROR_LIMIT, image_name(bytes->image), "out of memory for matches");
        bytes_raise(L, bytes, &error);
    }
    push_result(L, bytes, hits, names, count);
    hits_free(hits);
    return 1;
}

void scanning_register(lua_State *L)
{
    luaL_newmetatable(L, HITS_META);
    lua_pushcfunction(L, hits_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    lua_pushcfunction(L, scanning_scan);
    lua_setfield(L, -2, "scan");
}
