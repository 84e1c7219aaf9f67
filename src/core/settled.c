/* settled: see settled.h. */
#include "settled.h"

#include "hot.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

/* A flush takes milliseconds; a reader waits at most two seconds for one. */
#define WAITS 400
#define WAIT_NANOSECONDS 5000000L

/* Settling takes the lock that image_open holds, so the file is let go and opened again. */
#define MOST_OPENS 4

/* Whether hot_find finds anything; *hot is the caller's to close. */
static bool look(const struct image *image, struct hot_target *target, struct hot *hot,
                 struct error *error)
{
    return hot_identify(target, image->source.real, error) && hot_find(target, hot, error);
}

/* Somebody holds the file's lock: what is beside it may be a flush that is going on. */
static bool is_live(const struct image *image)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(image->source.fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
        return true;
    if (flock(image->source.fd, LOCK_SH | LOCK_NB) != 0)
        return true;
    flock(image->source.fd, LOCK_UN);
    return false;
}

/*
 * Whether a trace says something about the file itself. A journal being written, a replacement without a name
 * and a pointer whose journal is gone do not.
 */
static bool matters(const struct hot_target *target, const struct hot *hot)
{
    struct ref ref;
    struct hot journal;
    if (hot->kind == HOT_NOTHING)
        return false;
    if (hot->kind == HOT_TRACE && hot->trace != TRACE_REF)
        return hot->trace != TRACE_TMP && hot->trace != TRACE_NEW;
    enum ref_state state = hot_read_pointer(target, hot, &ref);
    if (state != REF_WHOLE)
        return state == REF_UNKNOWN;
    enum hot_end end = hot_follow(&ref, hot->kind == HOT_TRACE ? &hot->folder : NULL, &journal);
    bool decided = end == HOT_UNKNOWN || (end == HOT_FOUND && journal.trace != TRACE_TMP);
    hot_close(&journal);
    return decided;
}

static bool is_unsettled(const struct image *image, bool *unsettled, struct error *error)
{
    struct hot_target target;
    struct hot hot;
    if (!look(image, &target, &hot, error))
        return false;
    *unsettled = matters(&target, &hot);
    hot_close(&hot);
    return true;
}

/* Whether nothing that matters lies beside the file; *waited tells that something did. */
static bool wait_for_flush(const struct image *image, bool *waited, struct error *error)
{
    const struct timespec pause = {0, WAIT_NANOSECONDS};
    *waited = false;
    for (int i = 0; i < WAITS; i++) {
        bool unsettled = false;
        if (!is_unsettled(image, &unsettled, error))
            return false;
        if (!unsettled)
            return true;
        *waited = true;
        if (!is_live(image))
            break;
        nanosleep(&pause, NULL);
    }
    return error_set(
        error, ERROR_INDETERMINATE, image->source.path,
        "a flush of it was interrupted: settle it with `suture recover` (recover = false "
        "reads on)");
}

static bool too_busy(const char *path, struct error *error)
{
    return error_set(error, ERROR_LOCKED, path, "other patchers keep flushing it");
}

/* What was opened before a flush ended may have another size now, or another file may have its name. */
static bool open_for_reading(struct image *image, const char *path,
                             const struct image_options *options, bool read_on, struct error *error)
{
    for (int i = 0; i < MOST_OPENS; i++) {
        bool waited;
        if (!image_open(image, path, options, error))
            return false;
        if (read_on || image->source.device)
            return true;
        bool settled = wait_for_flush(image, &waited, error);
        if (settled && !waited)
            return true;
        image_free(image);
        if (!settled)
            return false;
    }
    return too_busy(path, error);
}

bool settled_open(struct image *image, const char *path, const struct image_options *options,
                  bool read_on, enum recover_result *result, struct error *error)
{
    *result = RECOVER_CLEAN;
    if (options->mode == IMAGE_READ || options->mode == IMAGE_COPY)
        return open_for_reading(image, path, options, read_on, error);
    for (int i = 0; i < MOST_OPENS; i++) {
        enum recover_result now;
        struct recover_note none;
        struct hot_target target;
        struct hot hot;
        if (!image_open(image, path, options, error))
            return false;
        bool looked = look(image, &target, &hot, error);
        bool clean = looked && hot.kind == HOT_NOTHING;
        if (looked)
            hot_close(&hot);
        if (clean)
            return true;
        image_free(image);
        if (!looked || !recover_path(path, RECOVER_AUTO, NULL, &now, &none, error))
            return false;
        if (now != RECOVER_CLEAN)
            *result = now;
    }
    return too_busy(path, error);
}
