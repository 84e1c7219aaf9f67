/* pending: see pending.h. */
#include "pending.h"

#include "arguments.h"
#include "changes.h"
#include "errors.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <string.h>

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

/* The part of a change that lies in [off, end); the file's bytes that it stands for are counted from its begin. */
static bool clip(struct image_change *change, uint64_t off, uint64_t end)
{
    uint64_t change_end = change->off + change->len;
    if (change->off > end || change_end < off ||
        (change->len && (change->off == end || change_end == off)))
        return false;
    if (change->off < off) {
        uint64_t before = off - change->off;
        uint64_t old_before = range_min(before, change->old_len);
        change->off = off;
        change->len -= before;
        change->old_off += old_before;
        change->old_len -= old_before;
    }
    if (change_end > end) {
        change->len = end - change->off;
        change->old_len = range_min(change->old_len, change->len);
    }
    return true;
}

bool pending_next_change(struct image *image, struct image_cursor *cursor, uint64_t off,
                         uint64_t len, struct image_change *change)
{
    while (image_next_change(image, cursor, change) && change->off <= off + len)
        if (clip(change, off, off + len))
            return true;
    return false;
}

uint64_t pending_count(struct image *image, uint64_t off, uint64_t len, uint64_t *runs)
{
    struct image_cursor cursor = {0};
    struct image_change change;
    uint64_t count = 0;
    *runs = 0;
    while (pending_next_change(image, &cursor, off, len, &change)) {
        count += change.len > change.old_len ? change.len : change.old_len;
        ++*runs;
    }
    return count;
}

void pending_check_survived(lua_State *L, const struct bytes *bytes)
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
    pending_check_survived(L, bytes);
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

/* Where a loop over changes stands; offsets hold as long as the sizes do. */
struct progress {
    struct image_cursor cursor;
    uint64_t generation;
    uint64_t file_size;
};

static void check_same_size(lua_State *L, const struct bytes *bytes,
                            const struct progress *progress)
{
    if (progress->generation != bytes->image->generation ||
        progress->file_size != bytes->image->file_size)
        errors_raise_kind(L, ERROR_STALE, image_name(bytes->image),
                          "the size has changed since the loop over changes began");
}

/* Upvalues: the object, the progress. The old bytes, then the new, go through one buffer. */
static int changes_next(lua_State *L)
{
    struct bytes *bytes = lua_touserdata(L, lua_upvalueindex(1));
    struct progress *progress = lua_touserdata(L, lua_upvalueindex(2));
    struct image_change change;
    bytes_live(L, bytes);
    check_same_size(L, bytes, progress);
    if (!pending_next_change(bytes->image, &progress->cursor, bytes->off, bytes->size, &change))
        return 0;
    unsigned char *copy = lua_newuserdatauv(L, (size_t)(change.old_len + change.len), 0);
    uint64_t off = change.off - bytes->off;
    bytes_range(L, bytes, off, change.len, "read");
    check_same_size(L, bytes, progress);
    image_before(bytes->image, change.old_off, change.old_len, copy);
    if (change.len)
        memcpy(copy + change.old_len, bytes_at(bytes, off), (size_t)change.len);
    bytes_current(L, bytes);
    lua_pushinteger(L, (lua_Integer)off);
    lua_pushlstring(L, (const char *)copy, (size_t)change.old_len);
    lua_pushlstring(L, (const char *)copy + change.old_len, (size_t)change.len);
    return 3;
}

/* for off, old, new in b:changes() do */
static int pending_changes(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "changes");
    argument_most(L, bytes, "changes", 1);
    struct progress *progress = lua_newuserdatauv(L, sizeof *progress, 0);
    bytes_live(L, bytes);
    pending_check_survived(L, bytes);
    progress->cursor = (struct image_cursor){0};
    progress->generation = bytes->image->generation;
    progress->file_size = bytes->image->file_size;
    lua_pushcclosure(L, changes_next, 2);
    return 1;
}

void pending_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"expect", pending_expect},
        {"patch", pending_patch},
        {"pending", pending_pending},
        {"changes", pending_changes},
        {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
