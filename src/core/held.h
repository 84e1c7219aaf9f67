/*
 * held: signals that would end the process wait while a file is between two states.
 */
#ifndef SUTURE_HELD_H
#define SUTURE_HELD_H

#include <signal.h>

struct held {
    sigset_t before;
};

/* Blocks the signals of terminals and of shutdown in this thread; SIGXFSZ too, so that write says EFBIG. */
void held_begin(struct held *held);

/* Puts the mask back; what came meanwhile is delivered here. errno is kept. */
void held_end(struct held *held);

#endif
