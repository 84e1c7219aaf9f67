/* resizing: see resizing.h. */
#include "resizing.h"

#include "arguments.h"
#include "bytes.h"
#include "structure.h"

#include <inttypes.h>
#include <lauxlib.h>

/* b:insert(off, data): before the byte at off, or at the end. */
static int resizing_insert(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "insert");
    struct error error;
    size_t len;
    argument_most(L, bytes, "insert", 3);
    bytes_refuse_view(L, bytes, "insert");
    uint64_t off = argument_offset(L, bytes, "insert", 2, "offset");
    const char *data = argument_string(L, bytes, "insert", 3, "data", &len);
    bytes_live(L, bytes);
    if (off > bytes->size) {
        error_at(&error, ERROR_RANGE, image_name(bytes->image), off,
                 "insert lies past the end (size 0x%" PRIx64 ")", bytes->size);
        bytes_raise(L, bytes, &error);
    }
    if (!image_insert(bytes->image, off, data, len, &error))
        bytes_raise(L, bytes, &error);
    return 0;
}

/* b:delete(off, len) */
static int resizing_delete(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "delete");
    struct error error;
    argument_most(L, bytes, "delete", 3);
    bytes_refuse_view(L, bytes, "delete");
    uint64_t off = argument_offset(L, bytes, "delete", 2, "offset");
    uint64_t len = argument_offset(L, bytes, "delete", 3, "length");
    bytes_range(L, bytes, off, len, "delete");
    if (!image_delete(bytes->image, off, len, &error))
        bytes_raise(L, bytes, &error);
    return 0;
}

/* b:resize(size [, byte]) */
static int resizing_resize(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "resize");
    struct error error;
    unsigned char fill = 0;
    argument_most(L, bytes, "resize", 3);
    bytes_refuse_view(L, bytes, "resize");
    uint64_t size = argument_offset(L, bytes, "resize", 2, "size");
    if (argument_given(L, 3))
        fill = argument_byte(L, bytes, "resize", 3, bytes->size);
    bytes_live(L, bytes);
    if (!image_resize(bytes->image, size, fill, &error))
        bytes_raise(L, bytes, &error);
    return 0;
}

/* b:move(dst, src, len): the ranges may overlap. */
static int resizing_move(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "move");
    struct error error;
    argument_most(L, bytes, "move", 4);
    uint64_t dst = argument_offset(L, bytes, "move", 2, "destination");
    uint64_t src = argument_offset(L, bytes, "move", 3, "source");
    uint64_t len = argument_offset(L, bytes, "move", 4, "length");
    bytes_range(L, bytes, src, len, "move from here");
    bytes_range(L, bytes, dst, len, "move to here");
    if (!image_move(bytes->image, bytes->off + dst, bytes->off + src, len, &error))
        bytes_raise(L, bytes, &error);
    bytes_current(L, bytes);
    return 0;
}

void resizing_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"insert", resizing_insert},
        {"delete", resizing_delete},
        {"resize", resizing_resize},
        {"move", resizing_move},
        {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}
