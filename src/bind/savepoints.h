/*
 * savepoints: the Lua type of a savepoint, and the methods of bytes objects that go back and forward.
 */
#ifndef SUTURE_SAVEPOINTS_H
#define SUTURE_SAVEPOINTS_H

#include <lua.h>

/* Makes the type, and adds savepoint, rollback and redo to the table at the top. */
void savepoints_register(lua_State *L);

#endif
