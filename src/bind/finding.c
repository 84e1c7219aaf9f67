/* finding: see finding.h. */
#include "finding.h"

#include "arguments.h"
#include "bytes.h"
#include "errors.h"
#include "patterns.h"
#include "stretches.h"
#include "range.h"
#include "sweep.h"

#include <inttypes.h>
#include <lauxlib.h>

/* In [from, to), which is not empty, of an object that is live; offsets are those of the object. */
typedef bool (*searcher)(lua_State *, struct bytes *, const struct pattern *, uint64_t, uint64_t,
                         uint64_t *);

static bool find_first(lua_State *L, struct bytes *bytes, const struct pattern *what, uint64_t from,
                       uint64_t to, uint64_t *off)
{
    for (;;) {
        struct stretch stretch = stretch_first(from, to, what->len);
        if (sweep_first(bytes->image, what, bytes->off + from, bytes->off + stretch.to, off))
            return true;
        if (stretch.next == to)
            return false;
        from = stretch.next;
        stretch_pause(L, bytes, from, to);
    }
}

/* A match that reaches behind `to` of the stretch in front lies in the stretch behind it: all of them end at `last`. */
static bool find_last(lua_State *L, struct bytes *bytes, const struct pattern *what, uint64_t from,
                      uint64_t last, uint64_t *off)
{
    for (uint64_t to = last;;) {
        struct stretch stretch = stretch_last(from, to, what->len);
        uint64_t end = to + range_min(what->len - 1, last - to);
        if (sweep_last(bytes->image, what, bytes->off + stretch.from, bytes->off + end, off))
            return true;
        if (stretch.from == from)
            return false;
        to = stretch.from;
        stretch_pause(L, bytes, from, last);
    }
}

static int find_once(lua_State *L, const char *function, searcher search)
{
    struct bytes *bytes = bytes_check(L, 1, function);
    uint64_t from, to, off;
    argument_most(L, bytes, function, 4);
    struct pattern what = argument_what(L, bytes, function, 2);
    argument_bounds(L, bytes, function, 3, &from, &to);
    bytes_range(L, bytes, from, to - from, "search");
    bool found = from < to && search(L, bytes, &what, from, to, &off);
    bytes_current(L, bytes);
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)(off - bytes->off));
    lua_pushinteger(L, (lua_Integer)what.len);
    return 2;
}

/* b:find(what [, from [, to]]) -> offset, length | nil */
static int finding_find(lua_State *L)
{
    return find_once(L, "find", find_first);
}

/* b:rfind(what [, from [, to]]) -> offset, length | nil */
static int finding_rfind(lua_State *L)
{
    return find_once(L, "rfind", find_last);
}

/* Matches */

enum { BATCH = 256 };

/*
 * A loop over matches. Some are looked for ahead, the more the longer the loop goes on, so that a step
 * costs little; a write drops them, and the loop goes on behind the match that it was at. Where bytes may
 * change without a sign (shared mode), none is.
 */
struct loop {
    uint64_t offs[BATCH]; /* in the image */
    size_t count, at;     /* how many there are, and the next one */
    size_t room;          /* how many to look for the next time */
    uint64_t behind;      /* in the object: just behind where the last match began */
    uint64_t next;        /* in the object: where to go on when all are handed out */
    uint64_t to;          /* in the object */
    uint64_t state, generation;
};

static bool is_outdated(const struct loop *loop, const struct image *image)
{
    return loop->state != image->state || loop->generation != image->generation;
}

/* The page that may be stored to without a sign is taken back: the next store changes the image's state. */
static void look_ahead(lua_State *L, struct loop *loop, struct bytes *bytes,
                       const struct pattern *what)
{
    struct image *image = bytes->image;
    loop->at = loop->count = 0;
    if (loop->next >= loop->to)
        return;
    bytes_range(L, bytes, loop->next, loop->to - loop->next, "search");
    for (;;) {
        struct stretch stretch = stretch_first(loop->next, loop->to, what->len);
        uint64_t from = bytes->off + loop->next;
        loop->count =
            sweep_fill(image, what, &from, bytes->off + stretch.to, loop->offs, loop->room);
        loop->next = loop->count == loop->room ? from - bytes->off : stretch.next;
        if (loop->count || loop->next == loop->to)
            break;
        stretch_pause(L, bytes, loop->next, loop->to);
    }
    loop->state = image->state;
    loop->generation = image->generation;
    if (loop->room > 1)
        image->hot_page = UINT64_MAX;
    if (loop->room < BATCH && image->mode != IMAGE_SHARED)
        loop->room *= 4;
    bytes_current(L, bytes);
}

/* Upvalues: the object, what, the loop. */
static int matches_next(lua_State *L)
{
    struct bytes *bytes = lua_touserdata(L, lua_upvalueindex(1));
    struct loop *loop = lua_touserdata(L, lua_upvalueindex(3));
    struct pattern what = argument_what(L, bytes, "matches", lua_upvalueindex(2));
    if (loop->behind >= loop->to)
        return 0;
    bytes_live(L, bytes);
    if (is_outdated(loop, bytes->image)) {
        loop->next = loop->behind;
        loop->room = 1;
        loop->at = loop->count;
    }
    if (loop->at == loop->count)
        look_ahead(L, loop, bytes, &what);
    if (loop->at == loop->count) {
        loop->behind = loop->next = loop->to;
        return 0;
    }
    uint64_t off = loop->offs[loop->at++] - bytes->off;
    loop->behind = off + 1;
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
    struct loop *loop = lua_newuserdatauv(L, sizeof *loop, 0);
    loop->count = loop->at = 0;
    loop->room = 1;
    loop->behind = loop->next = from;
    loop->to = to;
    loop->state = bytes->image->state;
    loop->generation = bytes->image->generation;
    lua_pushcclosure(L, matches_next, 3);
    return 1;
}

/* Count, unique */

/* The matches in [from, to), which is not empty, of an object that is live; *first is where the first one is. */
static uint64_t count_stretches(lua_State *L, struct bytes *bytes, const struct pattern *what,
                                uint64_t from, uint64_t to, uint64_t *first)
{
    uint64_t count = 0, here;
    for (;;) {
        struct stretch stretch = stretch_first(from, to, what->len);
        uint64_t got =
            sweep_count(bytes->image, what, bytes->off + from, bytes->off + stretch.to, &here);
        if (got && !count)
            *first = here;
        count += got;
        if (stretch.next == to)
            return count;
        from = stretch.next;
        stretch_pause(L, bytes, from, to);
    }
}

/* The number of matches in the bounds at index 3 and 4; *first is where the first one is. */
static uint64_t count_matches(lua_State *L, struct bytes *bytes, const char *function,
                              const struct pattern *what, uint64_t *first)
{
    uint64_t from, to, count = 0;
    argument_most(L, bytes, function, 4);
    argument_bounds(L, bytes, function, 3, &from, &to);
    bytes_range(L, bytes, from, to - from, "search");
    if (from < to)
        count = count_stretches(L, bytes, what, from, to, first);
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
    if (!image_guard(bytes->image, first, what.len, &error))
        bytes_raise(L, bytes, &error);
    lua_pushinteger(L, (lua_Integer)(first - bytes->off));
    lua_pushinteger(L, (lua_Integer)what.len);
    return 2;
}

/* Replace */

/* The string or pattern at that index, as long as `what`. */
static struct pattern argument_new(lua_State *L, const struct bytes *bytes, int index,
                                   const struct pattern *what)
{
    struct pattern new = {0};
    const char *name = image_name(bytes->image);
    if (lua_type(L, index) == LUA_TSTRING)
        new.value = (const unsigned char *)lua_tolstring(L, index, &new.len);
    else if (!patterns_test(L, index, &new))
        errors_raise_argument(L, name, "replace", index - 1,
                              "new must be a string or a pattern, got %s",
                              argument_given(L, index) ? luaL_typename(L, index) : "nothing");
    if (new.len != what->len)
        errors_raise_argument(L, name, "replace", index - 1,
                              "new has %zu byte%s, what has %zu: replace keeps the size", new.len,
                              new.len == 1 ? "" : "s", what->len);
    return new;
}

/* Lays the fixed bits over the bytes at off of the image. */
static void lay_over(lua_State *L, const struct bytes *bytes, uint64_t off,
                     const struct pattern *new)
{
    struct error error;
    if (!image_touch(bytes->image, off, new->len, &error))
        bytes_raise(L, bytes, &error);
    unsigned char *at = bytes->image->base + off;
    for (size_t i = 0; i < new->len; i++)
        at[i] = (unsigned char)((at[i] & ~pattern_mask(new, i)) | new->value[i]);
}

struct replacing {
    const struct pattern *what, *new;
    uint64_t most, count;
    uint64_t free; /* in the image: before it nothing may be replaced any more */
};

/* Replaces the matches that begin in one stretch. What is written lies before all that is still looked at. */
static void replace_stretch(lua_State *L, struct bytes *bytes, struct replacing *replacing,
                            uint64_t from, uint64_t to)
{
    uint64_t offs[BATCH];
    size_t got = BATCH;
    while (got == BATCH && from < to && replacing->count < replacing->most) {
        got = sweep_fill(bytes->image, replacing->what, &from, to, offs, BATCH);
        bytes_current(L, bytes);
        for (size_t i = 0; i < got && replacing->count < replacing->most; i++) {
            if (offs[i] < replacing->free)
                continue;
            lay_over(L, bytes, offs[i], replacing->new);
            replacing->free = offs[i] + replacing->what->len;
            replacing->count++;
        }
        from = from > replacing->free ? from : replacing->free;
    }
}

/* Replaces up to `most` matches of an object that is live. */
static void replace(lua_State *L, struct bytes *bytes, struct replacing *replacing)
{
    uint64_t from = 0, to = bytes->size;
    while (from < to && replacing->count < replacing->most) {
        struct stretch stretch = stretch_first(from, to, replacing->what->len);
        replace_stretch(L, bytes, replacing, bytes->off + from, bytes->off + stretch.to);
        from = stretch.next;
        if (from < to)
            stretch_pause(L, bytes, from, to);
    }
}

/* b:replace(what, new [, n]) -> how many; raises what write raises, and keeps what was replaced before */
static int finding_replace(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "replace");
    struct error error;
    uint64_t most = UINT64_MAX;
    argument_most(L, bytes, "replace", 4);
    struct pattern what = argument_what(L, bytes, "replace", 2);
    struct pattern new = argument_new(L, bytes, 3, &what);
    if (argument_given(L, 4))
        most = argument_offset(L, bytes, "replace", 4, "count");
    bytes_live(L, bytes);
    if (!image_touch(bytes->image, bytes->off, 0, &error))
        bytes_raise(L, bytes, &error);
    struct replacing replacing = {&what, &new, most, 0, bytes->off};
    replace(L, bytes, &replacing);
    bytes_current(L, bytes);
    lua_pushinteger(L, (lua_Integer)replacing.count);
    return 1;
}

void finding_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"find", finding_find},
        {"rfind", finding_rfind},
        {"matches", finding_matches},
        {"count", finding_count},
        {"unique", finding_unique},
        {"replace", finding_replace},
        {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
