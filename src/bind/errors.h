/*
 * errors: core errors as Lua error objects.
 *
 * An error object is a table with the fields kind, path, offset (as the caller counts), file_offset,
 * message, errno and where ("script.lua:12": the first frame that is not suture's own). tostring and `..`
 * give one line: "path: 0xOFFSET: message", without the parts that are absent. Reading another field
 * raises.
 */
#ifndef SUTURE_ERRORS_H
#define SUTURE_ERRORS_H

#include "error.h"

#include <lua.h>

/*
 * Pushes an error object. file_offset is where the error's offset lies in the file; it is left out when
 * the error has no offset or no path.
 */
void errors_push(lua_State *L, const struct error *error, uint64_t file_offset);

/* errors_push, then lua_error: never returns. */
_Noreturn void errors_raise(lua_State *L, const struct error *error, uint64_t file_offset);

/*
 * Raises kind `argument`: "bad argument #NUMBER to 'FUNCTION' (reason)"; arguments are counted without
 * the object of a method call. path may be NULL. The reason is a printf format.
 */
_Noreturn void errors_raise_argument(lua_State *L, const char *path, const char *function,
                                     int number, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Raises an error of this kind without offset. path may be NULL. */
_Noreturn void errors_raise_kind(lua_State *L, enum error_kind kind, const char *path,
                                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Registers error, raise, is_error, error_meta and own in the table at the top of the stack. */
void errors_register(lua_State *L);

#endif
