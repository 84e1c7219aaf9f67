/* host: the table of the module `suture.host`. */
#include "host.h"

#include <lauxlib.h>

#include "terminal.h"
#include "worker.h"

int luaopen_suture_host(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"work", worker_work},
        {"isatty", terminal_isatty},
        {"columns", terminal_columns},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
    return 1;
}
