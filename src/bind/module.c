/* module: see module.h. */
#include "module.h"

#include "bytes.h"
#include "dumping.h"
#include "errors.h"
#include "flushing.h"
#include "names.h"
#include "patterns.h"

#include <lauxlib.h>

int luaopen_suture_core(lua_State *L)
{
    luaL_checkversion(L);
    lua_newtable(L);
    names_register(L);
    errors_register(L);
    patterns_register(L);
    bytes_register(L);
    dumping_register(L);
    flushing_register(L);
    return 1;
}
