/*
 * bytes: the Lua type through which an image, or a range of one, is read and written.
 *
 * A root owns its image; a view points into the image of its root, which its user value keeps alive. Both
 * are one struct, so that every method works on both.
 *
 * Invariants:
 *   1. A handle is made dead (image not open) and becomes live only when the image is.
 *   2. bytes_live comes after every conversion of arguments and after every allocation, and right before
 *      an address is taken; nothing that can run Lua lies between it and the last use of the address.
 *   3. A view whose generation is not the image's is stale; a root follows its image. A closed image and an
 *      ended view have another generation than their objects.
 *   4. Every object, and no other userdata, begins with the address of the seal. Nothing else of ours lets a
 *      script choose its first word, so a userdata that is large enough and begins with it is an object.
 */
#ifndef SUTURE_BYTES_H
#define SUTURE_BYTES_H

#include "image.h"

#include <lua.h>

#define BYTES_META "suture.bytes"

/* Only its address counts. */
extern const char BYTES_SEAL;

enum order { ORDER_LE, ORDER_BE };

struct bytes {
    const char *seal; /* invariant 4; comes first */
    struct image *image;
    uint64_t off;        /* of this object's byte 0 in the image */
    uint64_t size;       /* bytes; true while generation is the image's */
    uint64_t generation; /* the image's, when size was taken */
    enum order order;
    bool view;
    bool ended;  /* a view that was closed */
    bool member; /* of a transaction, which alone flushes and closes it */
};

/* Pushes a new userdata without metatable: zeros behind the seal. It is dead until it has an open image. */
void *bytes_new(lua_State *L, size_t size, int user_values);

/*
 * The object at that index, or NULL where that is none: the quickest check there is that a forged object does
 * not pass. Never raises.
 */
static inline struct bytes *bytes_test(lua_State *L, int index)
{
    struct bytes *bytes = lua_touserdata(L, index);
    return bytes && lua_rawlen(L, index) >= sizeof *bytes && bytes->seal == &BYTES_SEAL ? bytes
                                                                                        : NULL;
}

/* The word for a mode, as in `open`; false when there is none. "memory" is no word of open. */
bool bytes_mode_of(const char *word, enum image_mode *mode);

/* The word for the mode of an object. */
const char *bytes_mode_name(const struct bytes *bytes);

/* Whether the object was closed. */
static inline bool bytes_is_over(const struct bytes *bytes)
{
    return bytes->ended || !bytes->image->open;
}

/* The object at that index, or a raised `argument` error. It may be closed or stale. */
struct bytes *bytes_check(lua_State *L, int index, const char *function);

/* Raises `closed` or `stale` unless the object can be used now; refreshes its size. */
void bytes_live(lua_State *L, struct bytes *bytes);

/* bytes_check and bytes_live. */
struct bytes *bytes_check_live(lua_State *L, int index, const char *function);

/* Raises an error of the core: its offset is turned from the image's into the object's. */
_Noreturn void bytes_raise(lua_State *L, const struct bytes *bytes, struct error *error);

/*
 * bytes_live, and [off, off + len) inside, or a raised `range`: "VERB of LEN bytes passes the end (size
 * 0xSIZE)" at off.
 */
void bytes_range(lua_State *L, struct bytes *bytes, uint64_t off, uint64_t len, const char *verb);

/* The address of the object's byte off, which bytes_range has found inside. */
static inline unsigned char *bytes_at(const struct bytes *bytes, uint64_t off)
{
    return bytes->image->base + bytes->off + off;
}

/* Raises what image_current finds: to be called after reading. */
void bytes_current(lua_State *L, const struct bytes *bytes);

/*
 * Whether len bytes that were just read at off need bytes_current. A truncation inside a page raises no fault,
 * and asking the system costs a hundred times the access. Most of those truncations touch the file's last
 * page, so small accesses ask only there; flush and every longer one always ask.
 */
static inline bool bytes_is_doubtful(const struct bytes *bytes, uint64_t off, uint64_t len)
{
    const struct image *image = bytes->image;
    uint64_t end = image->file_off + bytes->off + off + len;
    return fault_hit(&image->map) ||
           (image->source.fd >= 0 && end + PAGE_BYTES > image->source.size);
}

/* Stores data at off, which bytes_range has found inside; raises what image_write finds. */
void bytes_store(lua_State *L, const struct bytes *bytes, uint64_t off, const void *data,
                 uint64_t len);

/* Raises `unsupported` when the object is a view: "a view has no transaction: VERB its parent". */
void bytes_refuse_view(lua_State *L, const struct bytes *bytes, const char *verb);

/* Raises `unsupported` when the object is a member of a transaction: "VERB the transaction". */
void bytes_refuse_member(lua_State *L, const struct bytes *bytes, const char *verb);

/*
 * Registers open, buffer and what the Lua half needs in the table at the top of the stack, and the type with its
 * methods, which go into the field `methods`.
 */
void bytes_register(lua_State *L);

#endif
