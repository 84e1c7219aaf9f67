/*
 * main: suture's executable. A first word that is a verb goes to suture.cli, everything else is the
 * command line of lua.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "call.h"
#include "interrupt.h"
#include "lines.h"
#include "modules.h"
#include "options.h"
#include "script.h"

#define STATUS_FAILED 1
#define STATUS_VERB_FAILED 5

struct command {
    int argc;
    char **argv;
    int status;
};

/* The module holds the version; only -v and the line loop pay for loading it. */
static void print_version(lua_State *L)
{
    lua_getglobal(L, "require");
    lua_pushliteral(L, "suture");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "version");
    printf("suture %s (%s)\n", luaL_checkstring(L, -1), LUA_RELEASE);
    fflush(stdout);
    lua_pop(L, 2);
}

/* suture.cli.main gets all words, the verb first, and returns the exit status. */
static int run_verb(lua_State *L, const struct command *command)
{
    luaL_checkstack(L, 4, NULL);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "suture.cli");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "main");
    lua_createtable(L, command->argc - 1, 0);
    for (int i = 1; i < command->argc; i++) {
        lua_pushstring(L, command->argv[i]);
        lua_rawseti(L, -2, i);
    }
    if (call_protected(L, 1, 1) != LUA_OK) {
        int status = call_report(L);
        return status == STATUS_FAILED ? STATUS_VERB_FAILED : status;
    }
    return (int)lua_tointeger(L, -1);
}

/* What is left when no script is named: a line loop for a person, else stdin is the script. */
static int run_default(lua_State *L, const struct options *options)
{
    if (options->executes || options->version)
        return 0;
    if (!isatty(STDIN_FILENO))
        return script_run_file(L, NULL);
    print_version(L);
    lines_loop(L);
    return 0;
}

static int run_script(lua_State *L, const struct command *command, const struct options *options)
{
    const char *name = command->argv[options->script];
    bool is_stdin = name[0] == '-' && name[1] == '\0' && options->script == options->end;
    return script_run_file(L, is_stdin ? NULL : name);
}

static int run_lua(lua_State *L, const struct command *command, const struct options *options)
{
    int status = options->ignore_environment ? 0 : script_run_environment(L);
    if (status == 0)
        status = script_run_options(L, options, command->argv);
    if (status != 0)
        return status;
    if (options->script < command->argc)
        status = run_script(L, command, options);
    else if (!options->interactive)
        return run_default(L, options);
    if (status == 0 && options->interactive)
        lines_loop(L);
    return status;
}

static void open_state(lua_State *L, const struct options *options)
{
    luaL_checkversion(L);
    if (options->ignore_environment) {
        lua_pushboolean(L, 1);
        lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
    }
    luaL_openlibs(L);
    modules_install(L);
    interrupt_prepare(L);
    lua_gc(L, LUA_GCGEN, 0, 0);
}

/* Everything that may raise, inside one protected call; the status goes into the command. */
static int run_command(lua_State *L)
{
    struct command *command = lua_touserdata(L, 1);
    struct options options = {0};
    bool is_verb = command->argc > 1 && modules_has_verb(command->argv[1]);
    if (!is_verb)
        options = options_parse(command->argc, command->argv);
    if (options.bad != 0) {
        options_complain(&options, command->argv);
        command->status = STATUS_FAILED;
        return 0;
    }
    open_state(L, &options);
    if (options.version)
        print_version(L);
    if (is_verb) {
        command->status = run_verb(L, command);
        return 0;
    }
    script_set_arg(L, command->argc, command->argv, options.script);
    command->status = run_lua(L, command, &options);
    return 0;
}

int main(int argc, char **argv)
{
    struct command command = {.argc = argc, .argv = argv, .status = STATUS_FAILED};
    lua_State *L = luaL_newstate();
    if (L == NULL) {
        fputs("suture: not enough memory\n", stderr);
        return EXIT_FAILURE;
    }
    lua_pushcfunction(L, run_command);
    lua_pushlightuserdata(L, &command);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK)
        command.status = call_report(L);
    lua_close(L);
    return command.status;
}
