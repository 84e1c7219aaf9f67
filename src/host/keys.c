/* keys: poll over the terminal and a signalfd. */
#include "keys.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* A blocked signal is queued even where it is ignored, so ignored ones are left out. */
static void fill_taken(sigset_t *taken)
{
    static const int numbers[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH};
    sigemptyset(taken);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction action;
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(taken, numbers[i]);
    }
}

bool keys_start(struct keys *keys)
{
    sigset_t taken;
    fill_taken(&taken);
    keys->signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    if (keys->signals < 0)
        return false;
    sigprocmask(SIG_BLOCK, &taken, &keys->before);
    return true;
}

static int next_signal(const struct keys *keys)
{
    struct signalfd_siginfo info;
    return read(keys->signals, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int keys_next(const struct keys *keys, int terminal, unsigned char *byte)
{
    for (;;) {
        struct pollfd ready[] = {
            {.fd = keys->signals, .events = POLLIN},
            {.fd = terminal, .events = POLLIN},
        };
        if (poll(ready, 2, -1) < 0 && errno != EINTR)
            return KEYS_END;
        int number = next_signal(keys);
        if (number > 0)
            return number;
        if (ready[1].revents == 0)
            continue;
        ssize_t count = read(terminal, byte, 1);
        if (count == 1)
            return KEYS_BYTE;
        if (count == 0 || (errno != EAGAIN && errno != EINTR))
            return KEYS_END;
    }
}

bool keys_waiting(int terminal)
{
    struct pollfd ready = {.fd = terminal, .events = POLLIN};
    return poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) != 0;
}

/* The SIGCONT that ends a stop is no news to who has asked for the stop. */
static void forget_continuing(void)
{
    sigset_t continuing;
    const struct timespec now = {0, 0};
    sigemptyset(&continuing);
    sigaddset(&continuing, SIGCONT);
    while (sigtimedwait(&continuing, NULL, &now) == SIGCONT)
        ;
}

void keys_deliver(int number)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    sigprocmask(SIG_BLOCK, &one, NULL);
    forget_continuing();
}

void keys_stop(struct keys *keys)
{
    close(keys->signals);
    sigprocmask(SIG_SETMASK, &keys->before, NULL);
}
