/* held: see held.h. */
#include "held.h"

#include <errno.h>
#include <time.h>

static const int SIGNALS[] = {
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ,
};

void held_begin(struct held *held)
{
    sigset_t signals;
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++)
        sigaddset(&signals, SIGNALS[i]);
    pthread_sigmask(SIG_BLOCK, &signals, &held->before);
}

/* The write that raised SIGXFSZ has already answered EFBIG: the signal itself has nothing to add. */
static void swallow_file_size_signal(const struct held *held)
{
    sigset_t signal;
    struct timespec at_once = {0, 0};
    if (sigismember(&held->before, SIGXFSZ))
        return;
    sigemptyset(&signal);
    sigaddset(&signal, SIGXFSZ);
    while (sigtimedwait(&signal, NULL, &at_once) > 0)
        continue;
}

void held_end(struct held *held)
{
    int saved = errno;
    swallow_file_size_signal(held);
    pthread_sigmask(SIG_SETMASK, &held->before, NULL);
    errno = saved;
}
