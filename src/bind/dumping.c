/* dumping: see dumping.h. */
#include "dumping.h"

#include "arguments.h"
#include "bytes.h"
#include "differences.h"
#include "errors.h"
#include "hexdiff.h"
#include "hexdump.h"
#include "pending.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

/* Characters of a piece: of a long text, and of one that most often is short. */
#define ROOM ((size_t)128 << 10)
#define SMALL_ROOM ((size_t)8 << 10)
#define BOLD_RED "\033[1;31m"

/* An object as it was when an iterator over it was made: what the iterator knows holds for that size only. */
struct sight {
    struct bytes *bytes;
    uint64_t generation;
    uint64_t file_size;
};

static struct sight sight_of(lua_State *L, struct bytes *bytes)
{
    bytes_live(L, bytes);
    return (struct sight){bytes, bytes->image->generation, bytes->image->file_size};
}

static void check_sight(lua_State *L, const struct sight *sight)
{
    const struct image *image = sight->bytes->image;
    bytes_live(L, sight->bytes);
    if (sight->generation != image->generation || sight->file_size != image->file_size)
        errors_raise_kind(L, ERROR_STALE, image_name(image),
                          "the size has changed since the dump began");
}

static size_t check_width(lua_State *L, int index)
{
    lua_Integer width = luaL_checkinteger(L, index);
    luaL_argcheck(L, width >= 1 && width <= HEXLINE_WIDTH_MAX, index, "not a width");
    return (size_t)width;
}

/* Dumps */

struct dumping {
    struct sight sight;
    struct hexdump dump;
    size_t room;
    char text[];
};

/* Upvalues: the object, the dumping. */
static int dump_next(lua_State *L)
{
    struct dumping *dumping = lua_touserdata(L, lua_upvalueindex(2));
    check_sight(L, &dumping->sight);
    if (hexdump_is_over(&dumping->dump))
        return 0;
    size_t len = hexdump_next(&dumping->dump, dumping->text, dumping->room);
    bytes_current(L, dumping->sight.bytes);
    lua_pushlstring(L, dumping->text, len);
    return 1;
}

/* A dead dumping with room for the text of len bytes, or for a piece of it, is pushed. */
static struct dumping *push_dumping(lua_State *L, const struct hexline_style *style, uint64_t len)
{
    size_t line = hexline_room(style);
    uint64_t lines = len / style->width + 3;
    size_t room = lines < ROOM / line ? (size_t)lines * line : ROOM;
    struct dumping *dumping = lua_newuserdatauv(L, sizeof *dumping + room, 0);
    dumping->room = room;
    return dumping;
}

enum marking { MARKING_NONE, MARKING_STARS, MARKING_COLOUR };

static int dumping_hexdump(lua_State *L)
{
    static const char *const words[] = {"none", "stars", "colour", NULL};
    struct bytes *bytes = bytes_check(L, 1, "hexdump");
    uint64_t off = argument_offset(L, bytes, "hexdump", 2, "offset");
    uint64_t len = argument_offset(L, bytes, "hexdump", 3, "length");
    struct hexline_style style = {.width = check_width(L, 4)};
    bool fold = lua_toboolean(L, 5), ranged = argument_given(L, 7);
    enum marking marking = (enum marking)luaL_checkoption(L, 6, NULL, words);
    uint64_t mark_off = ranged ? argument_offset(L, bytes, "hexdump", 7, "offset") : 0;
    uint64_t mark_len = ranged ? argument_offset(L, bytes, "hexdump", 8, "length") : 0;
    style.colour = marking == MARKING_COLOUR ? BOLD_RED : NULL;
    lua_pushvalue(L, 1);
    struct dumping *dumping = push_dumping(L, &style, len);
    dumping->sight = sight_of(L, bytes);
    bytes_range(L, bytes, mark_off, mark_len, "mark");
    bytes_range(L, bytes, off, len, "read");
    hexdump_begin(&dumping->dump, bytes->image, bytes->off + off, len, &style, fold);
    if (ranged)
        hexdump_mark_range(&dumping->dump, bytes->off + mark_off, mark_len);
    else if (marking != MARKING_NONE)
        hexdump_mark_changes(&dumping->dump);
    lua_pushcclosure(L, dump_next, 2);
    return 1;
}

/* Differences */

struct differing {
    struct sight old; /* of pending changes: as the new one */
    struct sight new;
    struct hexdiff diff;
    size_t room;
    char text[];
};

/* Upvalues: the old object, the new one, the differing. */
static int diff_next(lua_State *L)
{
    struct differing *differing = lua_touserdata(L, lua_upvalueindex(3));
    check_sight(L, &differing->old);
    check_sight(L, &differing->new);
    if (hexdiff_is_over(&differing->diff))
        return 0;
    size_t len = hexdiff_next(&differing->diff, differing->text, differing->room);
    bytes_current(L, differing->old.bytes);
    bytes_current(L, differing->new.bytes);
    lua_pushlstring(L, differing->text, len);
    return 1;
}

/* Width, context and colour from that index on. */
static struct hexdiff_style diff_style(lua_State *L, int index)
{
    lua_Integer context = luaL_checkinteger(L, index + 1);
    luaL_argcheck(L, context >= 0 && context <= INT32_MAX, index + 1, "not a number of lines");
    return (struct hexdiff_style){check_width(L, index), (size_t)context,
                                  lua_toboolean(L, index + 2)};
}

static enum differences_found next_pending(struct hexdiff *diff, struct image_change *change)
{
    return pending_next_change(diff->new, &diff->cursor, diff->begin, diff->end - diff->begin,
                               change)
               ? DIFFERENCES_SOME
               : DIFFERENCES_NONE;
}

static struct differing *push_differing(lua_State *L, size_t room)
{
    struct differing *differing = lua_newuserdatauv(L, sizeof *differing + room, 0);
    differing->room = room;
    return differing;
}

static int dumping_pending_diff(lua_State *L)
{
    struct bytes *bytes = bytes_check(L, 1, "diff");
    struct hexdiff_style style = diff_style(L, 2);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 1);
    size_t least = hexdiff_room(&style);
    struct differing *differing = push_differing(L, least < SMALL_ROOM ? SMALL_ROOM : least);
    differing->old = differing->new = sight_of(L, bytes);
    pending_check_survived(L, bytes);
    hexdiff_begin_pending(&differing->diff, bytes->image, bytes->off, bytes->size, next_pending,
                          &style);
    lua_pushcclosure(L, diff_next, 3);
    return 1;
}

static int dumping_pair_diff(lua_State *L)
{
    struct bytes *old = bytes_check(L, 1, "diff"), *new = bytes_check(L, 2, "diff");
    struct hexdiff_style style = diff_style(L, 3);
    bytes_refuse_view(L, old, "compare");
    bytes_refuse_view(L, new, "compare");
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    struct differing *differing = push_differing(L, ROOM);
    differing->old = sight_of(L, old);
    differing->new = sight_of(L, new);
    hexdiff_begin_pair(&differing->diff, old->image, new->image, &style);
    lua_pushcclosure(L, diff_next, 3);
    return 1;
}

/* Differences in a form that the caller gives */

#define FRAMES 4

struct listing {
    struct sight old;
    struct sight new;
    struct differences walk;
    enum differences_found found;
    struct image_change change; /* what is left of the last one that was found */
    uint64_t most;              /* bytes of a side on one line */
    const char *frames[FRAMES]; /* around the offset and both sides, kept alive as upvalues */
    size_t frame_lens[FRAMES];
    char text[ROOM];
};

static char *write_frame(const struct listing *listing, int i, char *to)
{
    memcpy(to, listing->frames[i], listing->frame_lens[i]);
    return to + listing->frame_lens[i];
}

static char *write_difference(struct listing *listing, char *to)
{
    struct image_change *left = &listing->change;
    uint64_t len = range_min(left->len, listing->most);
    uint64_t old_len = range_min(left->old_len, listing->most);
    to = write_frame(listing, 0, to);
    to += sprintf(to, "%" PRIu64, left->len ? left->off : left->old_off);
    to = write_frame(listing, 1, to);
    to = hexline_digits(listing->walk.old->base + left->old_off, (size_t)old_len, to);
    to = write_frame(listing, 2, to);
    to = hexline_digits(listing->walk.new->base + left->off, (size_t)len, to);
    left->off += len;
    left->len -= len;
    left->old_off += old_len;
    left->old_len -= old_len;
    return write_frame(listing, 3, to);
}

static size_t listing_room(const struct listing *listing)
{
    size_t room = 20 + 1 + 4 * (size_t)listing->most;
    for (int i = 0; i < FRAMES; i++)
        room += listing->frame_lens[i];
    return room;
}

static size_t write_listing(struct listing *listing)
{
    char *to = listing->text, *last = listing->text + ROOM - listing_room(listing);
    while (to <= last) {
        if (!listing->change.len && !listing->change.old_len) {
            listing->found = differences_next(&listing->walk, &listing->change);
            if (listing->found != DIFFERENCES_SOME)
                break;
        }
        to = write_difference(listing, to);
    }
    return (size_t)(to - listing->text);
}

/* Upvalues: the old object, the new one, the listing. */
static int list_next(lua_State *L)
{
    struct listing *listing = lua_touserdata(L, lua_upvalueindex(3));
    check_sight(L, &listing->old);
    check_sight(L, &listing->new);
    if (listing->found == DIFFERENCES_NONE)
        return 0;
    size_t len = write_listing(listing);
    bytes_current(L, listing->old.bytes);
    bytes_current(L, listing->new.bytes);
    lua_pushlstring(L, listing->text, len);
    return 1;
}

static int dumping_pair_list(lua_State *L)
{
    struct bytes *old = bytes_check(L, 1, "diff"), *new = bytes_check(L, 2, "diff");
    lua_Integer most = luaL_checkinteger(L, 3);
    luaL_argcheck(L, most >= 1 && (size_t)most <= ROOM / 8, 3, "not a number of bytes");
    bytes_refuse_view(L, old, "compare");
    bytes_refuse_view(L, new, "compare");
    lua_settop(L, 3 + FRAMES);
    struct listing *listing = lua_newuserdatauv(L, sizeof *listing, 0);
    listing->most = (uint64_t)most;
    for (int i = 0; i < FRAMES; i++)
        listing->frames[i] = luaL_checklstring(L, 4 + i, &listing->frame_lens[i]);
    luaL_argcheck(L, listing_room(listing) <= ROOM, 4, "too long");
    listing->old = sight_of(L, old);
    listing->new = sight_of(L, new);
    listing->walk = (struct differences){.old = old->image, .new = new->image};
    listing->found = DIFFERENCES_FAR;
    listing->change = (struct image_change){0};
    lua_replace(L, 3);
    lua_pushcclosure(L, list_next, 3 + FRAMES);
    return 1;
}

static int dumping_compare(lua_State *L)
{
    struct bytes *a = bytes_check(L, 1, "compare"), *b = bytes_check(L, 3, "compare");
    uint64_t a_off = argument_offset(L, a, "compare", 2, "offset");
    uint64_t b_off = argument_offset(L, b, "compare", 4, "offset");
    uint64_t len = argument_offset(L, a, "compare", 5, "length");
    argument_most(L, a, "compare", 5);
    bytes_range(L, a, a_off, len, "compare");
    bytes_range(L, b, b_off, len, "compare");
    if (!len)
        return 0;
    a_off += a->off;
    b_off += b->off;
    uint64_t same = differences_equal(a->image, a_off, b->image, b_off, len);
    uint64_t run = 0;
    if (same < len)
        run = differences_unequal(a->image, a_off + same, b->image, b_off + same, len - same);
    bytes_current(L, a);
    bytes_current(L, b);
    if (!run)
        return 0;
    lua_pushinteger(L, (lua_Integer)(a_off - a->off + same));
    lua_pushinteger(L, (lua_Integer)run);
    return 2;
}

static int dumping_digits(lua_State *L)
{
    luaL_Buffer buffer;
    struct error error;
    struct bytes *bytes = bytes_check(L, 1, "digits");
    uint64_t off = argument_offset(L, bytes, "digits", 2, "offset");
    uint64_t len = argument_offset(L, bytes, "digits", 3, "length");
    bool spaced = lua_toboolean(L, 4);
    bytes_range(L, bytes, off, len, "read");
    luaL_argcheck(L, len <= SIZE_MAX / 8, 3, "too many bytes");
    char *to = luaL_buffinitsize(L, &buffer, 3 * (size_t)len + 1), *begin = to;
    bytes_range(L, bytes, off, len, "read");
    for (uint64_t i = 0; i < len; i++) {
        if (spaced && i)
            *to++ = ' ';
        to = hexline_digits(bytes_at(bytes, off + i), 1, to);
    }
    if (!image_intact(bytes->image, &error))
        bytes_raise(L, bytes, &error);
    luaL_pushresultsize(&buffer, (size_t)(to - begin));
    return 1;
}

void dumping_register(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"hexdump", dumping_hexdump},
        {"pending_diff", dumping_pending_diff},
        {"pair_diff", dumping_pair_diff},
        {"pair_list", dumping_pair_list},
        {"compare", dumping_compare},
        {"digits", dumping_digits},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
