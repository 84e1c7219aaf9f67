/*
 * state: the folder in which records and distant journals lie.
 *
 * It is $SUTURE_STATE, else /var/lib/suture for root, else $XDG_STATE_HOME/suture, else
 * $HOME/.local/state/suture. In it: `hot`, for journals that cannot lie beside their target, and `records`,
 * for what flushes have done. All of it is mode 0700.
 */
#ifndef SUTURE_STATE_H
#define SUTURE_STATE_H

#include "folder.h"

/*
 * Opens the part `name` ("hot", "records") of the state folder; with `make`, folders that are missing are
 * made, durably. Errors: `io` (missing, or cannot be made), `unsupported` (no place for it: neither variable is set;
 * or it belongs to another user or others may write to it).
 */
bool state_open(struct folder *folder, const char *name, bool make, struct error *error);

/*
 * Opens the part `name` if there is one to be used: folder->fd is -1 where it is missing or state_open's `unsupported`.
 * Error: `io`, when nobody knows.
 */
bool state_find(struct folder *folder, const char *name, struct error *error);

#endif
