/*
 * directory: what lies in a folder, and new things in one, for Lua code.
 *
 * Every function returns nil, a message with the path and an errno when the system refuses, and raises for
 * wrong arguments. A path with a NUL byte is refused with EINVAL.
 */
#ifndef SUTURE_DIRECTORY_H
#define SUTURE_DIRECTORY_H

#include <lua.h>

/*
 * host.entries(path) -> { { name =, kind =, is_link = }, ... }
 *
 * All entries but . and .., in no order. kind is "file", "folder", "other" or, for a symbolic link that leads
 * nowhere and for what is gone again, "nothing"; links are followed for it.
 */
int directory_entries(lua_State *L);

/*
 * host.stat(path) -> { kind =, size =, inode =, mtime = }; links are followed, mtime is in nanoseconds. One that
 * leads nowhere is of kind "nothing".
 */
int directory_stat(lua_State *L);

/* host.make_directory(path) -> true. What is there already is EEXIST. */
int directory_make(lua_State *L);

/* host.create(path, text) -> true: a new file of that content. What is there already, a link too, is EEXIST. */
int directory_create(lua_State *L);

#endif
