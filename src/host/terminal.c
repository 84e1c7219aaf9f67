/* terminal: isatty, the width of the window and of characters. */
#include "terminal.h"

#include <limits.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <lauxlib.h>

#define DEFAULT_COLUMNS 80

int terminal_isatty(lua_State *L)
{
    lua_Integer fd = luaL_checkinteger(L, 1);
    lua_pushboolean(L, fd >= 0 && fd <= INT_MAX && isatty((int)fd));
    return 1;
}

static int columns_of(int fd)
{
    struct winsize window;
    return ioctl(fd, TIOCGWINSZ, &window) == 0 ? window.ws_col : 0;
}

int terminal_columns(lua_State *L)
{
    int columns = columns_of(STDOUT_FILENO);
    if (columns == 0)
        columns = columns_of(STDERR_FILENO);
    lua_pushinteger(L, columns > 0 ? columns : DEFAULT_COLUMNS);
    return 1;
}

int terminal_char_columns(lua_State *L)
{
    lua_Integer code = luaL_checkinteger(L, 1);
    lua_pushinteger(L, code >= 0 && code <= 0x10ffff ? wcwidth((wchar_t)code) : -1);
    return 1;
}
