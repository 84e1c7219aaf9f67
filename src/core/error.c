/* error: see error.h. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const KIND_NAMES[ERROR_KINDS] = {
    "none",      "argument",    "range", "readonly",    "closed",        "pending", "mismatch",
    "notunique", "foreign",     "stale", "changed",     "truncated",     "format",  "io",
    "locked",    "unsupported", "limit", "interrupted", "indeterminate",
};

const char *error_kind_name(enum error_kind kind)
{
    return (unsigned)kind < ERROR_KINDS ? KIND_NAMES[kind] : KIND_NAMES[ERROR_NONE];
}

enum error_kind error_kind_of(const char *name)
{
    for (int kind = 1; kind < ERROR_KINDS; kind++)
        if (strcmp(KIND_NAMES[kind], name) == 0)
            return (enum error_kind)kind;
    return ERROR_NONE;
}

/* The path is copied first: the message may be formatted from the same struct's old path. */
static void fill(struct error *error, enum error_kind kind, const char *path, const char *format,
                 va_list arguments)
{
    char message[sizeof error->message];
    vsnprintf(message, sizeof message, format, arguments);
    memcpy(error->message, message, sizeof message);
    if (path != error->path)
        snprintf(error->path, sizeof error->path, "%s", path ? path : "");
    error->kind = kind;
    error->sys = 0;
    error->has_offset = false;
    error->offset = 0;
}

bool error_set(struct error *error, enum error_kind kind, const char *path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, kind, path, format, arguments);
    va_end(arguments);
    return false;
}

bool error_at(struct error *error, enum error_kind kind, const char *path, uint64_t offset,
              const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(error, kind, path, format, arguments);
    va_end(arguments);
    error->has_offset = true;
    error->offset = offset;
    return false;
}

bool error_system(struct error *error, int sys, const char *path, const char *what)
{
    char reason[256];
    const char *words = strerror_r(sys, reason, sizeof reason);
    if (what)
        error_set(error, ERROR_IO, path, "%s: %s", what, words);
    else
        error_set(error, ERROR_IO, path, "%s", words);
    error->sys = sys;
    return false;
}
