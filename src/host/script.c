/* script: LUA_INIT, the options that run code, and the script itself. */
#include "script.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "call.h"

void script_set_arg(lua_State *L, int argc, char **argv, int script)
{
    int first = script < argc ? script : 0;
    lua_createtable(L, argc - first, first + 1);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i - first);
    }
    lua_setglobal(L, "arg");
}

/* Runs the chunk that a load left, or reports what the load left instead. */
static int run_loaded(lua_State *L, int load_status)
{
    if (load_status != LUA_OK || call_protected(L, 0, 0) != LUA_OK)
        return call_report(L);
    return 0;
}

static int run_text(lua_State *L, const char *text, const char *name)
{
    return run_loaded(L, luaL_loadbuffer(L, text, strlen(text), name));
}

int script_run_environment(lua_State *L)
{
    const char *name = "=LUA_INIT_5_4";
    const char *init = getenv(name + 1);
    if (init == NULL) {
        name = "=LUA_INIT";
        init = getenv(name + 1);
    }
    if (init == NULL)
        return 0;
    return init[0] == '@' ? run_loaded(L, luaL_loadfile(L, init + 1)) : run_text(L, init, name);
}

/* Requires "module" or "name=module" and puts what it gives into the global. */
static int require_global(lua_State *L, const char *word)
{
    const char *equals = strchr(word, '=');
    const char *module = equals != NULL ? equals + 1 : word;
    size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    lua_getglobal(L, "require");
    lua_pushstring(L, module);
    if (call_protected(L, 1, 1) != LUA_OK)
        return call_report(L);
    lua_pushglobaltable(L);
    lua_pushlstring(L, word, len);
    lua_rotate(L, -3, -1);
    lua_settable(L, -3);
    lua_pop(L, 1);
    return 0;
}

int script_run_options(lua_State *L, const struct options *options, char **argv)
{
    struct option_word word;
    int index = 1;
    int status = 0;
    while (status == 0 && options_next(options, argv, &index, &word)) {
        if (word.letter == 'W')
            lua_warning(L, "@on", 0);
        else if (word.letter == 'e')
            status = run_text(L, word.value, "=(command line)");
        else
            status = require_global(L, word.value);
    }
    return status;
}

/* Pushes arg[1], arg[2] ... as they are now: an option may have changed them. */
static int push_arguments(lua_State *L)
{
    if (lua_getglobal(L, "arg") != LUA_TTABLE)
        luaL_error(L, "'arg' is not a table");
    int count = (int)luaL_len(L, -1);
    luaL_checkstack(L, count + 3, "too many arguments to script");
    for (int i = 1; i <= count; i++)
        lua_rawgeti(L, -i, i);
    lua_remove(L, -(count + 1));
    return count;
}

int script_run_file(lua_State *L, const char *name)
{
    if (luaL_loadfile(L, name) != LUA_OK)
        return call_report(L);
    int count = push_arguments(L);
    if (call_protected(L, count, 0) != LUA_OK)
        return call_report(L);
    return 0;
}
