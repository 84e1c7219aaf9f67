/*
 * flushing: flush of one or several objects, recovery, and the records of flushes.
 */
#ifndef SUTURE_FLUSHING_H
#define SUTURE_FLUSHING_H

#include "bytes.h"
#include "recover.h"

#include <lua.h>

/* The method b:flush([options]) -> "unchanged" | "place" | "replaced", also for the end of a block. */
int flushing_flush(lua_State *L);

/* Adds flush and save to the method table at the top. */
void flushing_register_methods(lua_State *L);

/* Adds flush, recover, records, record, forget and identify to the module table at the top. */
void flushing_register(lua_State *L);

/* Says on stderr what opening a file had to settle first; nothing for RECOVER_CLEAN. */
void flushing_tell(const char *path, enum recover_result result);

#endif
