/*
 * syscalls: the system calls that a process may make from now on, by seccomp.
 *
 * An allow-list: reading and writing open descriptors, memory that is not executable, the clock, ending. What
 * a process does only to get out (start another one, trace, signal, connect) ends it by SIGSYS;
 * everything else that is not on the list fails with EPERM.
 */
#ifndef SUTURE_SYSCALLS_H
#define SUTURE_SYSCALLS_H

#include <stdbool.h>

/* Whether the kernel has seccomp filters. */
bool syscalls_can_restrict(void);

/*
 * For this process, for ever. may_open: files may be opened for reading; Landlock decides which. Needs
 * PR_SET_NO_NEW_PRIVS. False with errno set where the kernel refuses; nothing is restricted then.
 */
bool syscalls_restrict(bool may_open);

#endif
