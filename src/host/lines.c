/* lines: read, try as an expression, try as a statement, run, print. */
#include "lines.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "call.h"

static void prompt(lua_State *L, const char *name, const char *fallback)
{
    if (!isatty(STDIN_FILENO))
        return;
    lua_getglobal(L, name);
    fputs(lua_isnil(L, -1) ? fallback : luaL_tolstring(L, -1, NULL), stdout);
    fflush(stdout);
    lua_settop(L, lua_isnil(L, -1) ? -2 : -3);
}

/* Pushes the next line without its newline; false, and nothing pushed, at the end of stdin. */
static bool push_line(lua_State *L)
{
    luaL_Buffer buffer;
    int byte = getc(stdin);
    if (byte == EOF)
        return false;
    luaL_buffinit(L, &buffer);
    for (; byte != EOF && byte != '\n'; byte = getc(stdin))
        luaL_addchar(&buffer, (char)byte);
    luaL_pushresult(&buffer);
    return true;
}

/* Whether a syntax error says that the text ended too early. */
static bool is_unfinished(lua_State *L, int status)
{
    static const char mark[] = "<eof>";
    size_t len;
    if (status != LUA_ERRSYNTAX)
        return false;
    const char *message = lua_tolstring(L, -1, &len);
    return len >= sizeof mark - 1 && strcmp(message + len - (sizeof mark - 1), mark) == 0;
}

static int load_text(lua_State *L, const char *before, int index)
{
    const char *text = lua_tostring(L, index);
    const char *chunk = lua_pushfstring(L, "%s%s", before, text);
    int status = luaL_loadbuffer(L, chunk, strlen(chunk), "=stdin");
    lua_remove(L, -2);
    return status;
}

/*
 * Loads the text on top as an expression, else as a statement, and pushes the function or the error.
 * Sets *unfinished when the next line may complete either.
 */
static int load_chunk(lua_State *L, bool *unfinished)
{
    int text = lua_gettop(L);
    int status = load_text(L, "return ", text);
    if (status == LUA_OK)
        return status;
    *unfinished = is_unfinished(L, status);
    lua_pop(L, 1);
    status = load_text(L, "", text);
    *unfinished = status != LUA_OK && (*unfinished || is_unfinished(L, status));
    return status;
}

/* Reads until a chunk is whole or wrong. Leaves the function or the error; false at the end. */
static bool read_chunk(lua_State *L, int *status)
{
    bool unfinished = false;
    prompt(L, "_PROMPT", "> ");
    if (!push_line(L))
        return false;
    *status = load_chunk(L, &unfinished);
    while (unfinished) {
        prompt(L, "_PROMPT2", ">> ");
        if (!push_line(L))
            break;
        lua_remove(L, -2); /* the error of the unfinished text */
        lua_pushliteral(L, "\n");
        lua_insert(L, -2);
        lua_concat(L, 3);
        *status = load_chunk(L, &unfinished);
    }
    lua_remove(L, -2);
    return true;
}

static void print_values(lua_State *L)
{
    int count = lua_gettop(L);
    if (count == 0)
        return;
    luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
    lua_getglobal(L, "print");
    lua_insert(L, 1);
    if (call_protected(L, count, 0) != LUA_OK)
        call_report(L);
}

static void preload_suture(lua_State *L)
{
    if (lua_getglobal(L, "suture") == LUA_TNIL) {
        lua_getglobal(L, "require");
        lua_pushliteral(L, "suture");
        if (call_protected(L, 1, 1) == LUA_OK)
            lua_setglobal(L, "suture");
        else
            call_report(L);
    }
}

void lines_loop(lua_State *L)
{
    int status = LUA_OK;
    preload_suture(L);
    lua_settop(L, 0);
    while (read_chunk(L, &status)) {
        if (status == LUA_OK)
            status = call_protected(L, 0, LUA_MULTRET);
        if (status == LUA_OK)
            print_values(L);
        else
            call_report(L);
        lua_settop(L, 0);
    }
    if (isatty(STDIN_FILENO))
        putchar('\n');
}
