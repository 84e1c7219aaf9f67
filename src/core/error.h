/*
 * error: one struct for every failure of the core.
 *
 * A core function that can fail takes a `struct error *` as its last argument and returns false (or
 * NULL) after filling it. The caller owns the struct; it holds copies, never pointers, so it outlives
 * what it speaks of. A function that succeeds leaves it alone.
 */
#ifndef SUTURE_ERROR_H
#define SUTURE_ERROR_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* What went wrong, as scripts see it in the field `kind`. The order is that of error_kind_name. */
enum error_kind {
    ERROR_NONE,
    ERROR_ARGUMENT,      /* the caller passed something that can never be right */
    ERROR_RANGE,         /* an offset or length leaves the object */
    ERROR_READONLY,      /* a write to what may not be written */
    ERROR_CLOSED,        /* use of an object after its close */
    ERROR_PENDING,       /* a close that would drop pending bytes */
    ERROR_MISMATCH,      /* a guard did not find the bytes it wants */
    ERROR_NOTUNIQUE,     /* a search that must match once matched never or several times */
    ERROR_FOREIGN,       /* a target that the recipe does not know */
    ERROR_STALE,         /* a view older than a change of size */
    ERROR_CHANGED,       /* another process changed the file under pending bytes or a guard */
    ERROR_TRUNCATED,     /* the file became shorter than it was when it was opened */
    ERROR_FORMAT,        /* bytes that do not have the form they should have */
    ERROR_IO,            /* the system refused; errno tells */
    ERROR_LOCKED,        /* another patcher holds the file */
    ERROR_UNSUPPORTED,   /* this object or file cannot do that at all */
    ERROR_LIMIT,         /* out of memory, or past a limit */
    ERROR_INTERRUPTED,   /* Ctrl-C */
    ERROR_INDETERMINATE, /* decided but not finished: `suture recover` settles it */
    ERROR_KINDS
};

/*
 * kind         never ERROR_NONE once filled
 * sys          the errno that caused it, or 0
 * has_offset   whether offset means something
 * offset       byte offset in the object of the operation (for an image: from the image's offset 0)
 * path         the file as the caller named it, or "" where there is none
 * message      the reason, without path and offset, one line
 */
struct error {
    enum error_kind kind;
    int sys;
    bool has_offset;
    uint64_t offset;
    char path[PATH_MAX];
    char message[512];
};

/* The name that scripts see, such as "range"; "none" for ERROR_NONE. Never NULL. */
const char *error_kind_name(enum error_kind kind);

/* The kind of a name, or ERROR_NONE when there is no such kind. */
enum error_kind error_kind_of(const char *name);

/*
 * Fills the error; path may be NULL. The message is a printf format, cut where it is too long.
 * Always returns false, so that `return error_set(...)` reads well.
 */
bool error_set(struct error *error, enum error_kind kind, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same with an offset in bytes. */
bool error_at(struct error *error, enum error_kind kind, const char *path, uint64_t offset,
              const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * The same for a failed system call: `sys` is its errno, and the message becomes
 * "WHAT: the system's words", or only the system's words where what is NULL.
 */
bool error_system(struct error *error, int sys, const char *path, const char *what);

#endif
