/*
 * remember: a file of lines to which several processes add.
 */
#ifndef SUTURE_REMEMBER_H
#define SUTURE_REMEMBER_H

#include <lua.h>

/*
 * host.remember(path, text, most) -> true | nil, message, errno
 *
 * Adds text, whole lines, at the end of the file; a missing file is made with mode 0600 and its missing folders with
 * 0700. Under a lock, so that no line of another process is lost or cut. A file that passes `most` bytes by it loses its
 * older lines, until at most half of that is left; readers see the old file or the new one. A symbolic link is not
 * followed. Raises for wrong arguments.
 */
int remember_remember(lua_State *L);

#endif
