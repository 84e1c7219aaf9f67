/*
 * interrupt: a signal handler that sets a hook on the coroutine that runs.
 *
 * Hooks belong to one coroutine each, so the handler must know which one runs. `running` is changed
 * around every resume, and whoever changes it looks at `pending` afterwards: a signal that came just
 * before hooked a coroutine that no longer runs.
 *
 * lua_sethook is the one function of Lua that may be called from a signal handler.
 */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

#include <lauxlib.h>
#include <lualib.h>

#include "failure.h"

static lua_State *volatile running;
static lua_State *main_thread;
static volatile sig_atomic_t pending;  /* a SIGINT came and has not been raised */
static volatile sig_atomic_t seen;     /* a SIGINT came since the last arming */
static volatile sig_atomic_t deferred; /* it is noted, and no more */
static volatile sig_atomic_t told;     /* the parent has passed it on */

static void raise_pending(lua_State *L, lua_Debug *event)
{
    (void)event;
    lua_sethook(L, NULL, 0, 0);
    if (pending)
        interrupt_raise(L);
}

static void set_hook(lua_State *L)
{
    lua_sethook(L, raise_pending, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

static void note(void)
{
    pending = 1;
    if (!deferred)
        set_hook(running);
}

static void on_interrupt(int number)
{
    if (seen) {
        signal(number, SIG_DFL);
        raise(number); /* blocked in here: acts on return */
        return;
    }
    seen = 1;
    if (!told)
        note();
}

/* Ctrl-C goes to the whole group: it is one and the same, whichever way it comes first. */
static void on_parents_word(int number)
{
    (void)number;
    if (!seen && !told)
        note();
    told = 1;
}

static lua_State *run_in(lua_State *next)
{
    lua_State *before = running;
    running = next;
    if (pending && !deferred)
        set_hook(next);
    return before;
}

static int reset_coroutine(lua_State *co)
{
    lua_State *before = run_in(co); /* its __close methods run in it */
    int status = lua_resetthread(co);
    run_in(before);
    return status;
}

/*
 * Resumes co with the top nargs values of L. Returns the count of results, which are on L's stack in
 * place of the arguments, or -1 with the error in their place.
 */
static int resume_coroutine(lua_State *L, lua_State *co, int nargs)
{
    int count = 0;
    if (!lua_checkstack(co, nargs)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, nargs);
    lua_State *before = run_in(co);
    int status = lua_resume(co, L, nargs, &count);
    run_in(before);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(co, L, 1);
        return -1;
    }
    if (!lua_checkstack(L, count + 1)) {
        lua_pop(co, count);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(co, L, count);
    return count;
}

static int coroutine_resume(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTHREAD);
    lua_State *co = lua_tothread(L, 1);
    int count = resume_coroutine(L, co, lua_gettop(L) - 1);
    lua_pushboolean(L, count >= 0);
    if (count < 0)
        count = 1;
    lua_insert(L, -(count + 1));
    return count + 1;
}

/* A coroutine that died inside a wrap is closed at once, and its error goes on to the caller. */
static int raise_from(lua_State *L, lua_State *co)
{
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) {
        status = reset_coroutine(co);
        lua_xmove(co, L, 1);
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int wrapped(lua_State *L)
{
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int count = resume_coroutine(L, co, lua_gettop(L));
    return count >= 0 ? count : raise_from(L, co);
}

static int coroutine_wrap(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

/* A coroutine with frames that is not suspended is running or waiting: Lua refuses to close it. */
static bool is_closable(lua_State *co)
{
    lua_Debug frame;
    return lua_status(co) != LUA_OK || lua_getstack(co, 0, &frame) == 0;
}

static int coroutine_close(lua_State *L)
{
    lua_CFunction original = lua_tocfunction(L, lua_upvalueindex(1));
    lua_State *co = lua_tothread(L, 1);
    if (co == NULL || !is_closable(co))
        return original(L); /* which raises */
    lua_State *before = run_in(co);
    int count = original(L);
    run_in(before);
    return count;
}

void interrupt_prepare(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"resume", coroutine_resume},
        {"wrap", coroutine_wrap},
        {NULL, NULL},
    };
    running = main_thread = L;
    lua_getglobal(L, LUA_COLIBNAME);
    luaL_setfuncs(L, functions, 0);
    lua_getfield(L, -1, "close");
    lua_pushcclosure(L, coroutine_close, 1);
    lua_setfield(L, -2, "close");
    lua_pop(L, 1);
}

static void set_action(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void interrupt_arm(void)
{
    seen = 0;
    pending = 0;
    deferred = 0;
    told = 0;
    set_action(SIGINT, on_interrupt, 0);
}

void interrupt_defer(void)
{
    deferred = 1;
    set_action(SIGINT, on_interrupt, SA_RESTART);
}

void interrupt_resume(void)
{
    set_action(SIGINT, on_interrupt, 0);
    deferred = 0;
    if (pending)
        set_hook(running);
}

void interrupt_heed_parent(void)
{
    set_action(SIGUSR1, on_parents_word, 0);
}

void interrupt_disarm(void)
{
    set_action(SIGINT, SIG_DFL, 0);
    pending = 0;
    if (lua_gethook(main_thread) == raise_pending)
        lua_sethook(main_thread, NULL, 0, 0);
}

bool interrupt_is_pending(void)
{
    return pending;
}

int interrupt_raise(lua_State *L)
{
    pending = 0;
    return failure_raise(L, "interrupted", "interrupted");
}

static sigset_t mask(int how)
{
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(how, &signals, &before);
    return before;
}

sigset_t interrupt_block(void)
{
    return mask(SIG_BLOCK);
}

int interrupt_hold(lua_State *L)
{
    mask(SIG_BLOCK);
    if (!pending)
        return 0;
    mask(SIG_UNBLOCK);
    return interrupt_raise(L);
}

int interrupt_release(lua_State *L)
{
    (void)L;
    mask(SIG_UNBLOCK);
    return 0;
}
