/*
 * keys: bytes that are typed on a terminal, and the signals that come between them.
 *
 * From keys_start to keys_stop the signals that concern a terminal (INT QUIT TERM HUP TSTP CONT WINCH) are
 * blocked and arrive through keys_next, in order and outside any handler. One that the process ignores stays
 * ignored.
 */
#ifndef SUTURE_KEYS_H
#define SUTURE_KEYS_H

#include <signal.h>
#include <stdbool.h>

#define KEYS_BYTE 0
#define KEYS_END (-1)

struct keys {
    int signals;
    sigset_t before;
};

/* False, with errno, when the system has no descriptor left; nothing is changed. */
bool keys_start(struct keys *keys);

/* Waits. KEYS_BYTE with the byte; KEYS_END when the terminal is gone; else the number of a signal. */
int keys_next(const struct keys *keys, int terminal, unsigned char *byte);

/* Whether a byte is there already. */
bool keys_waiting(int terminal);

/*
 * Lets a signal act now as if nobody had taken it. Returns when it has neither ended the process nor does it
 * stop it any longer.
 */
void keys_deliver(int number);

/* Signals act as before. One that has come since the last keys_next acts at once. */
void keys_stop(struct keys *keys);

#endif
