/* modules: the searcher for embedded modules, and the C modules in package.preload. */
#include "modules.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "embedded.h"
#include "host.h"
#include "module.h"

static int compare_name(const void *name, const void *entry)
{
    return strcmp(name, ((const struct embedded *)entry)->name);
}

static const struct embedded *find_module(const char *name)
{
    return bsearch(name, embedded, embedded_count, sizeof embedded[0], compare_name);
}

/* A searcher of package.searchers: the loader and the chunk's name, or why there is none. */
static int search_embedded(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const struct embedded *module = find_module(name);
    if (module == NULL) {
        lua_pushfstring(L, "no embedded module '%s'", name);
        return 1;
    }
    if (luaL_loadbufferx(L, (const char *)module->code, module->size, module->source, "b") !=
        LUA_OK)
        return lua_error(L);
    lua_pushstring(L, module->source + 1);
    return 2;
}

/* Puts the searcher behind package.preload's, so before the file system's. */
static void insert_searcher(lua_State *L)
{
    lua_getfield(L, -1, "searchers");
    for (lua_Integer i = luaL_len(L, -1); i >= 2; i--) {
        lua_rawgeti(L, -1, i);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushcfunction(L, search_embedded);
    lua_rawseti(L, -2, 2);
    lua_pop(L, 1);
}

static void preload(lua_State *L, const char *name, lua_CFunction open)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, open);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

void modules_install(lua_State *L)
{
    lua_getglobal(L, LUA_LOADLIBNAME);
    insert_searcher(L);
    lua_pop(L, 1);
    preload(L, "suture.core", luaopen_suture_core);
    preload(L, "suture.host", luaopen_suture_host);
}

/* The verb whose module this is, or NULL: a name like suture.cli.run with no further part. */
static const char *verb_of(const char *name)
{
    static const char prefix[] = "suture.cli.";
    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return NULL;
    const char *verb = name + sizeof prefix - 1;
    return strchr(verb, '.') == NULL ? verb : NULL;
}

bool modules_has_verb(const char *word)
{
    for (size_t i = 0; i < embedded_count; i++) {
        const char *verb = verb_of(embedded[i].name);
        if (verb != NULL && strcmp(verb, word) == 0)
            return true;
    }
    return false;
}

void modules_push_verbs(lua_State *L)
{
    lua_Integer count = 0;
    lua_newtable(L);
    for (size_t i = 0; i < embedded_count; i++) {
        const char *verb = verb_of(embedded[i].name);
        if (verb != NULL) {
            lua_pushstring(L, verb);
            lua_rawseti(L, -2, ++count);
        }
    }
}

void modules_push_names(lua_State *L)
{
    lua_createtable(L, (int)embedded_count, 0);
    for (size_t i = 0; i < embedded_count; i++) {
        lua_pushstring(L, embedded[i].name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

int modules_source(lua_State *L)
{
    const struct embedded *module = find_module(luaL_checkstring(L, 1));
    if (module == NULL)
        lua_pushnil(L);
    else
        lua_pushlstring(L, (const char *)module->text, module->len);
    return 1;
}
