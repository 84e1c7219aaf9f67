/* patterns: see patterns.h. */
#include "patterns.h"

#include "arguments.h"
#include "errors.h"
#include "names.h"
#include "range.h"

#include <lauxlib.h>
#include <string.h>

#define PATTERN_META "suture.pattern"

/* Far beyond any signature, and small enough that a mistyped offset cannot ask for all memory. */
#define LONGEST ((uint64_t)64 * 1024 * 1024)

/* An immutable userdata: len bytes of value, then len bytes of mask. */
struct object {
    size_t len;
    unsigned char bytes[];
};

static struct pattern as_pattern(const struct object *object)
{
    return (struct pattern){object->bytes, object->bytes + object->len, object->len};
}

bool patterns_test(lua_State *L, int index, struct pattern *pattern)
{
    const struct object *object = luaL_testudata(L, index, PATTERN_META);
    if (object)
        *pattern = as_pattern(object);
    return object != NULL;
}

/* Pushes a pattern object of len bytes, all wildcards. */
static struct object *push_object(lua_State *L, size_t len)
{
    struct object *object = lua_newuserdatauv(L, sizeof *object + 2 * len, 0);
    object->len = len;
    memset(object->bytes, 0, 2 * len);
    luaL_setmetatable(L, PATTERN_META);
    return object;
}

static void lay_over(struct object *object, size_t off, const struct pattern *pattern)
{
    for (size_t i = 0; i < pattern->len; i++) {
        unsigned char mask = pattern_mask(pattern, i);
        unsigned char *value = &object->bytes[off + i];
        *value = (unsigned char)((*value & ~mask) | pattern->value[i]);
        object->bytes[object->len + off + i] |= mask;
    }
}

/* Parses the string at 1 into a buffer that the stack keeps: value, then mask, each text_len long. */
static unsigned char *parse(lua_State *L, enum pattern_text kind, const char *function,
                            size_t *room, size_t *len)
{
    struct error error;
    const char *text = argument_string(L, NULL, function, 1, "text", room);
    unsigned char *buffer = lua_newuserdatauv(L, *room ? 2 * *room : 1, 0);
    if (!pattern_parse(text, *room, kind, buffer, buffer + *room, len, &error))
        errors_raise(L, &error, error.offset);
    return buffer;
}

/* core.pattern(text | pattern) -> pattern */
static int patterns_pattern(lua_State *L)
{
    struct pattern given;
    size_t room, len;
    argument_most(L, NULL, "pattern", 1);
    if (patterns_test(L, 1, &given)) {
        lua_settop(L, 1);
        return 1;
    }
    const unsigned char *buffer = parse(L, PATTERN_WILD, "pattern", &room, &len);
    if (!len)
        errors_raise_argument(L, NULL, "pattern", 1, "empty pattern");
    struct object *object = push_object(L, len);
    lay_over(object, 0, &(struct pattern){buffer, buffer + room, len});
    return 1;
}

/* core.literal(string) -> pattern in which every bit is fixed */
static int patterns_literal(lua_State *L)
{
    struct pattern literal = argument_what(L, NULL, "literal", 1);
    lay_over(push_object(L, literal.len), 0, &literal);
    return 1;
}

/* core.hex(text) -> string */
static int patterns_hex(lua_State *L)
{
    size_t room, len;
    argument_most(L, NULL, "hex", 1);
    const unsigned char *buffer = parse(L, PATTERN_HEX, "hex", &room, &len);
    lua_pushlstring(L, (const char *)buffer, len);
    return 1;
}

static const struct object *check(lua_State *L)
{
    const struct object *object = luaL_testudata(L, 1, PATTERN_META);
    if (!object)
        errors_raise_kind(L, ERROR_ARGUMENT, NULL, "a pattern expected, got %s; call it with ':'",
                          luaL_typename(L, 1));
    return object;
}

static int object_newindex(lua_State *L)
{
    errors_raise_kind(L, ERROR_ARGUMENT, NULL, "a pattern cannot be changed (field '%s')",
                      luaL_tolstring(L, 2, NULL));
}

static int object_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check(L)->len);
    return 1;
}

static int object_tostring(lua_State *L)
{
    const struct object *object = check(L);
    struct pattern pattern = as_pattern(object);
    luaL_Buffer text;
    pattern_print(&pattern, luaL_buffinitsize(L, &text, 3 * object->len));
    luaL_pushresultsize(&text, 3 * object->len - 1);
    return 1;
}

static int object_eq(lua_State *L)
{
    struct pattern a, b;
    bool equal = patterns_test(L, 1, &a) && patterns_test(L, 2, &b) && a.len == b.len &&
                 memcmp(a.value, b.value, 2 * a.len) == 0;
    lua_pushboolean(L, equal);
    return 1;
}

/* p:overlay(off, what) -> pattern with what laid over it; longer where it must be, gaps match anything. */
static int object_overlay(lua_State *L)
{
    const struct object *object = check(L);
    struct pattern under = as_pattern(object);
    uint64_t end = 0;
    uint64_t off = argument_offset(L, NULL, "overlay", 2, "offset");
    struct pattern over = argument_what(L, NULL, "overlay", 3);
    if (!range_add(off, over.len, &end) || end > LONGEST)
        errors_raise_argument(L, NULL, "overlay", 1, "the pattern would be too long");
    struct object *result = push_object(L, end > under.len ? (size_t)end : under.len);
    lay_over(result, 0, &under);
    lay_over(result, (size_t)off, &over);
    return 1;
}

/* p:matches(string) -> whether it has the pattern's length and matches */
static int object_matches(lua_State *L)
{
    struct pattern pattern = as_pattern(check(L));
    size_t len;
    const char *data = argument_string(L, NULL, "matches", 2, "data", &len);
    lua_pushboolean(L, len == pattern.len && pattern_match(&pattern, (const unsigned char *)data));
    return 1;
}

/* p:apply(string) -> the string with the pattern's fixed bits laid over it; same length */
static int object_apply(lua_State *L)
{
    struct pattern pattern = as_pattern(check(L));
    size_t len;
    const char *data = argument_string(L, NULL, "apply", 2, "data", &len);
    if (len != pattern.len)
        errors_raise_argument(L, NULL, "apply", 1, "data has %zu bytes, the pattern %zu", len,
                              pattern.len);
    luaL_Buffer result;
    unsigned char *to = (unsigned char *)luaL_buffinitsize(L, &result, len);
    for (size_t i = 0; i < len; i++)
        to[i] = (unsigned char)(((unsigned char)data[i] & ~pattern.mask[i]) | pattern.value[i]);
    luaL_pushresultsize(&result, len);
    return 1;
}

static size_t count_fixed(const struct object *object)
{
    size_t fixed = 0;
    for (size_t i = 0; i < object->len; i++)
        fixed += object->bytes[object->len + i] == 0xff;
    return fixed;
}

/* Upvalue 1: the methods. */
static int object_index(lua_State *L)
{
    const struct object *object = check(L);
    const char *name = luaL_tolstring(L, 2, NULL);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    if (strcmp(name, "fixed") == 0) {
        lua_pushinteger(L, (lua_Integer)count_fixed(object));
        return 1;
    }
    names_push_hint(L, name, lua_upvalueindex(1), 0);
    errors_raise_kind(L, ERROR_ARGUMENT, NULL, "a pattern has no field '%s'%s", name,
                      lua_tostring(L, -1));
}

void patterns_register(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        {"__len", object_len}, {"__tostring", object_tostring},
        {"__eq", object_eq},   {"__newindex", object_newindex},
        {NULL, NULL},
    };
    static const luaL_Reg methods[] = {
        {"overlay", object_overlay},
        {"matches", object_matches},
        {"apply", object_apply},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {
        {"pattern", patterns_pattern},
        {"literal", patterns_literal},
        {"hex", patterns_hex},
        {NULL, NULL},
    };
    luaL_newmetatable(L, PATTERN_META);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, object_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
