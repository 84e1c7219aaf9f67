/* stretches: see stretches.h. */
#include "stretches.h"

#include "range.h"

/* A fraction of a second each, also where the memory has to be read from a disk first: 512 MiB. */
static const uint64_t PLACES = UINT64_C(32) << 2 * PAGE_BITS;

static struct stretch stretch_of(uint64_t from, uint64_t next, uint64_t to, size_t len)
{
    return (struct stretch){from, next, next + range_min(len - 1, to - next)};
}

struct stretch stretch_first(uint64_t from, uint64_t to, size_t len)
{
    return stretch_of(from, from + range_min(PLACES, to - from), to, len);
}

struct stretch stretch_last(uint64_t from, uint64_t to, size_t len)
{
    return stretch_of(to - range_min(PLACES, to - from), to, to, len);
}

static int nothing(lua_State *L)
{
    (void)L;
    return 0;
}

void stretch_pause(lua_State *L, struct bytes *bytes, uint64_t from, uint64_t to)
{
    if (lua_gethookmask(L) == 0)
        return;
    lua_pushcfunction(L, nothing);
    lua_call(L, 0, 0);
    bytes_range(L, bytes, from, to - from, "search");
}
