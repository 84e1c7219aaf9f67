/*
 * landlock: no file can be reached by name any more, but in some folders, to read.
 *
 * The calls are made directly, since C libraries have none, and what newer kernels add is asked for as far as
 * the running kernel knows it.
 */
#ifndef SUTURE_LANDLOCK_H
#define SUTURE_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

/* The version of Landlock that the kernel offers; 0 where there is none, or it is switched off. */
int landlock_version(void);

/*
 * For this process, for ever: files below the folders can be opened for reading, everything else in the file
 * system not at all; no TCP (version 4), no signal to a process outside and no abstract socket (version 6).
 * A folder that cannot be opened is passed over. Descriptors that are open go on working. Needs
 * PR_SET_NO_NEW_PRIVS. False with errno set where the kernel refuses; the process is as free as before then.
 */
bool landlock_restrict(const char *const folders[], size_t count);

#endif
