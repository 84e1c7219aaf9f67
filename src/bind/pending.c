/* pending: see pending.h. */
#include "pending.h"

#include "arguments.h"
#include "errors.h"
#include "flush.h"
#include "names.h"
#include "replace.h"

#include <errno.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Guards */

#define SHOWN 16

/* Up to SHOWN bytes of what in hex, as text for a message; room for 3 * SHOWN + 4 characters. */
static void print_shown(const struct pattern *what, char *text)
{
    struct pattern shown = *what;
    shown.len = what->len < SHOWN ? what->len : SHOWN;
    pattern_print(&shown, text);
    if (shown.len < what->len)
        strcat(text, " ...");
}

static _Noreturn void raise_mismatch(lua_State *L, const struct bytes *bytes, uint64_t off,
                                     const struct pattern *want)
{
    struct error error;
    char wanted[3 * SHOWN + 5], found[3 * SHOWN + 5];
    struct pattern here = {bytes_at(bytes, off), NULL, want->len};
    print_shown(want, wanted);
    print_shown(&here, found);
    error_at(&error, ERROR_MISMATCH, image_name(bytes->image), bytes->off + off,
             "expected %s, found %s", wanted, found);
    bytes_raise(L, bytes, &error);
}

/* Whether `what` is at off; the guard is remembered when it is. Raises `range` and what reading finds. */
static bool holds(lua_State *L, struct bytes *bytes, uint64_t off, const struct pattern *what,
                  const char *verb)
{
    struct error error;
    bytes_range(L, bytes, off, what->len, verb);
    bool matches = pattern_match(what, bytes_at(bytes, off));
    bytes_current(L, bytes);
    if (matches && !image_guard(bytes->image, bytes->off + off, what->len, &error))
        bytes_raise(L, bytes, &error);
    return matches;
}

/* b:expect(off, what) */
static int pending_expect(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "expect");
    argument_most(L, bytes, "expect", 3);
    uint64_t off = argument_offset(L, bytes, "expect", 2, "offset");
    struct pattern what = argument_what(L, bytes, "expect", 3);
    if (!holds(L, bytes, off, &what, "expect"))
        raise_mismatch(L, bytes, off, &what);
    return 0;
}

/* b:patch(off, old, new) -> changed */
static int pending_patch(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "patch");
    struct pattern new = {0};
    argument_most(L, bytes, "patch", 4);
    uint64_t off = argument_offset(L, bytes, "patch", 2, "offset");
    struct pattern old = argument_what(L, bytes, "patch", 3);
    new.value = (const unsigned char *)argument_string(L, bytes, "patch", 4, "new", &new.len);
    if (new.len != old.len)
        errors_raise_argument(L, image_name(bytes->image), "patch", 3,
                              "new has %zu bytes, old has %zu", new.len, old.len);
    bool changes = !holds(L, bytes, off, &new, "patch");
    if (changes && !holds(L, bytes, off, &old, "patch"))
        raise_mismatch(L, bytes, off, &old);
    if (changes)
        bytes_store(L, bytes, off, new.value, new.len);
    lua_pushboolean(L, changes);
    return 1;
}

/* Pending bytes */

/* The first changed run of [from, end) of the image, clipped to it. */
static bool next_run_in(struct image *image, uint64_t from, uint64_t end, struct image_run *run)
{
    if (!image_next_run(image, from, run) || run->off >= end)
        return false;
    run->len = range_min(run->len, end - run->off);
    return true;
}

uint64_t pending_count(struct image *image, uint64_t off, uint64_t len, uint64_t *runs)
{
    struct image_run run;
    uint64_t count = 0;
    *runs = 0;
    for (uint64_t at = off; next_run_in(image, at, off + len, &run); at = run.off + run.len) {
        count += run.len;
        ++*runs;
    }
    return count;
}

/* Raises when pending bytes were lost, before anything is said about them. */
static void check_survived(lua_State *L, const struct bytes *bytes)
{
    struct error error;
    if (!image_survived(bytes->image, &error))
        bytes_raise(L, bytes, &error);
}

/* b:pending() -> false | bytes, runs */
static int pending_pending(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "pending");
    uint64_t runs;
    argument_most(L, bytes, "pending", 1);
    check_survived(L, bytes);
    uint64_t count = pending_count(bytes->image, bytes->off, bytes->size, &runs);
    bytes_current(L, bytes);
    if (!count) {
        lua_pushboolean(L, 0);
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)count);
    lua_pushinteger(L, (lua_Integer)runs);
    return 2;
}

/* Upvalues: the object, the next offset to look at. The old bytes, then the new, go through one buffer. */
static int changes_next(lua_State *L)
{
    struct bytes *bytes = lua_touserdata(L, lua_upvalueindex(1));
    uint64_t from = (uint64_t)lua_tointeger(L, lua_upvalueindex(2));
    struct image_run run;
    bytes_live(L, bytes);
    if (from >= bytes->size ||
        !next_run_in(bytes->image, bytes->off + from, bytes->off + bytes->size, &run))
        return 0;
    unsigned char *copy = lua_newuserdatauv(L, 2 * (size_t)run.len, 0);
    uint64_t off = run.off - bytes->off;
    bytes_range(L, bytes, off, run.len, "read");
    image_before(bytes->image, run.off, run.len, copy);
    memcpy(copy + run.len, bytes_at(bytes, off), (size_t)run.len);
    bytes_current(L, bytes);
    lua_pushinteger(L, (lua_Integer)(off + run.len));
    lua_replace(L, lua_upvalueindex(2));
    lua_pushinteger(L, (lua_Integer)off);
    lua_pushlstring(L, (const char *)copy, (size_t)run.len);
    lua_pushlstring(L, (const char *)copy + run.len, (size_t)run.len);
    return 3;
}

/* for off, old, new in b:changes() do */
static int pending_changes(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "changes");
    argument_most(L, bytes, "changes", 1);
    check_survived(L, bytes);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, changes_next, 2);
    return 1;
}

static void refuse_shared(lua_State *L, const struct bytes *bytes, const char *verb)
{
    if (bytes->image->mode == IMAGE_SHARED)
        errors_raise_kind(L, ERROR_UNSUPPORTED, image_name(bytes->image),
                          "shared mode has nothing pending: %s is not possible", verb);
}

/* b:rollback() */
static int pending_rollback(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "rollback");
    argument_most(L, bytes, "rollback", 1);
    bytes_refuse_view(L, bytes, "rollback");
    refuse_shared(L, bytes, "rollback");
    image_rollback(bytes->image);
    return 0;
}

/* Flush */

static const char *const OPTIONS[] = {"offset", "length", NULL};

static void refuse_option(lua_State *L, const struct bytes *bytes, int key)
{
    const char *name = luaL_tolstring(L, key, NULL);
    lua_newtable(L);
    for (int i = 0; OPTIONS[i]; i++) {
        lua_pushstring(L, OPTIONS[i]);
        lua_rawseti(L, -2, i + 1);
    }
    names_push_hint(L, name, -1, 1);
    errors_raise_argument(L, image_name(bytes->image), "flush", 1, "unknown option '%s'%s", name,
                          lua_tostring(L, -1));
}

/* The integer option of the table at 2, at the top of the stack afterwards; `missing` where it is absent. */
static uint64_t read_option(lua_State *L, const struct bytes *bytes, const char *name,
                            uint64_t missing)
{
    if (lua_getfield(L, 2, name) == LUA_TNIL)
        return missing;
    return argument_offset(L, bytes, "flush", lua_gettop(L), name);
}

static void read_range(lua_State *L, struct bytes *bytes, uint64_t *off, uint64_t *len)
{
    if (lua_type(L, 2) != LUA_TTABLE)
        errors_raise_argument(L, image_name(bytes->image), "flush", 1,
                              "options must be a table, got %s", luaL_typename(L, 2));
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        if (strcmp(name, "offset") != 0 && strcmp(name, "length") != 0)
            refuse_option(L, bytes, -2);
    }
    *off = read_option(L, bytes, "offset", 0);
    *len = read_option(L, bytes, "length", *off <= bytes->size ? bytes->size - *off : 0);
    bytes_range(L, bytes, *off, *len, "flush");
}

/* In shared mode the bytes are in the file already; msync makes them durable. */
static void synchronise(lua_State *L, struct bytes *bytes)
{
    struct error error;
    const struct image *image = bytes->image;
    if (!image->size || msync(image->map.base, image->map.len, MS_SYNC) == 0)
        return;
    error_system(&error, errno, image_name(image), "cannot make the change durable");
    bytes_raise(L, bytes, &error);
}

/* b:flush([{ offset=, length= }]) -> "unchanged" | "place" */
int pending_flush(lua_State *L)
{
    static const char *const OUTCOMES[] = {
        [FLUSH_UNCHANGED] = "unchanged",
        [FLUSH_PLACE] = "place",
    };
    struct bytes *bytes = bytes_check_live(L, 1, "flush");
    enum flush_outcome outcome = FLUSH_PLACE;
    struct error error;
    argument_most(L, bytes, "flush", 2);
    bytes_refuse_view(L, bytes, "flush");
    uint64_t off = 0, len = bytes->size;
    if (argument_given(L, 2))
        read_range(L, bytes, &off, &len);
    if (bytes->image->mode == IMAGE_SHARED)
        synchronise(L, bytes);
    else if (!flush_image(bytes->image, off, len, &outcome, &error))
        bytes_raise(L, bytes, &error);
    lua_pushstring(L, OUTCOMES[outcome]);
    return 1;
}

/* b:save(path): the object as it reads now, atomically, to another file */
static int pending_save(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "save");
    struct error error;
    size_t len;
    argument_most(L, bytes, "save", 2);
    const char *path = argument_string(L, bytes, "save", 2, "path", &len);
    if (strlen(path) != len)
        errors_raise_argument(L, image_name(bytes->image), "save", 1, "path contains a NUL byte");
    if (!replace_save(bytes->image, bytes->off, bytes->size, path, &error))
        bytes_raise(L, bytes, &error);
    return 0;
}

void pending_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"expect", pending_expect},   {"patch", pending_patch},       {"pending", pending_pending},
        {"changes", pending_changes}, {"rollback", pending_rollback}, {"flush", pending_flush},
        {"save", pending_save},       {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
