/* stream: copying from a descriptor to another until the end. */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "interrupt.h"

#define PIECE 0x10000

/* A descriptor and what messages call it; -1 where it could not be opened. */
struct side {
    int fd;
    const char *name;
};

/* Over short writes. False with errno set; EINTR only for a Ctrl-C. */
static bool put(int to, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t count = write(to, data, len);
        if (count < 0 && (errno != EINTR || interrupt_is_pending()))
            return false;
        if (count > 0) {
            data += count;
            len -= (size_t)count;
        }
    }
    return true;
}

/* Returns the side that failed, with errno set; NULL when all is copied. */
static const struct side *copy(const struct side *from, const struct side *to)
{
    char piece[PIECE];
    ssize_t count;
    while ((count = read(from->fd, piece, sizeof piece)) != 0) {
        if (count > 0 && !put(to->fd, piece, (size_t)count))
            return to;
        if (interrupt_is_pending() || (count < 0 && errno != EINTR))
            return from;
    }
    return NULL;
}

/* A standard descriptor that is closed must not be the one that the file gets. */
static bool is_open(const struct side *standard)
{
    return fcntl(standard->fd, F_GETFD) >= 0;
}

/* reason is only asked for where a side has failed. */
static int push_result(lua_State *L, const struct side *failed, int reason)
{
    if (interrupt_is_pending())
        return interrupt_raise(L);
    if (failed == NULL) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", failed->name, strerror(reason));
    lua_pushinteger(L, reason);
    return 3;
}

/* What a failing write says, it says by errno alone. */
struct quiet {
    struct sigaction pipe, size;
};

static void be_quiet(struct quiet *quiet)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, &quiet->pipe);
    sigaction(SIGXFSZ, &ignore, &quiet->size);
}

static void be_loud(const struct quiet *quiet)
{
    sigaction(SIGPIPE, &quiet->pipe, NULL);
    sigaction(SIGXFSZ, &quiet->size, NULL);
}

int stream_take(lua_State *L)
{
    struct quiet quiet;
    struct side from = {STDIN_FILENO, "standard input"}, to = {-1, luaL_checkstring(L, 1)};
    const struct side *failed = &from;
    be_quiet(&quiet);
    if (is_open(&from)) {
        to.fd = open(to.name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        failed = to.fd < 0 ? &to : copy(&from, &to);
    }
    int reason = errno;
    if (to.fd >= 0 && close(to.fd) < 0 && failed == NULL) {
        failed = &to;
        reason = errno;
    }
    be_loud(&quiet);
    return push_result(L, failed, reason);
}

int stream_give(lua_State *L)
{
    struct quiet quiet;
    struct side from = {-1, luaL_checkstring(L, 1)}, to = {STDOUT_FILENO, "standard output"};
    const struct side *failed = &to;
    be_quiet(&quiet);
    if (is_open(&to)) {
        from.fd = open(from.name, O_RDONLY | O_CLOEXEC);
        failed = from.fd < 0 ? &from : copy(&from, &to);
    }
    int reason = errno;
    if (from.fd >= 0)
        close(from.fd);
    be_loud(&quiet);
    return push_result(L, failed, reason);
}
