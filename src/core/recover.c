/* recover: see recover.h, whose numbers are cited here. */
#include "recover.h"

#include "disk.h"
#include "held.h"
#include "hot.h"
#include "record.h"
#include "recovery.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <unistd.h>

/* How often a target is looked at again, when each look settles one trace. */
#define MOST_LOOKS 16

/* What the caller wants, and where it is told what became of it. */
struct order {
    enum recover_choice choice;
    enum recover_result *result;
    struct recover_note *note;
};

/* How a journal was found. */
enum lead {
    LEAD_OWN,  /* by the name of the asked target */
    LEAD_REF,  /* the asked target points to it */
    LEAD_NAMED /* the caller names it */
};

/* Gives the journal the state that the choice asks for, durably. */
static bool turn(struct recovery *recovery, bool forward, struct error *error)
{
    char other[TRACE_NAME];
    snprintf(other, sizeof other, "%s", recovery->name);
    snprintf(strrchr(other, '.'), 6, "%s", forward ? ".redo" : ".undo");
    if (strcmp(other, recovery->name) == 0)
        return true;
    if (!folder_rename(&recovery->home, recovery->name, other, error) ||
        !folder_sync(&recovery->home, error))
        return false;
    snprintf(recovery->name, sizeof recovery->name, "%s", other);
    return true;
}

static void unmark(const struct recovery *recovery)
{
    for (uint32_t i = 0; i < recovery->carry.count; i++)
        if (recovery->carry.targets[i].fd >= 0)
            ref_unmark(recovery->carry.targets[i].fd);
}

/*
 * A copy that was settled by its name has the journal's own target still waiting, unless the journal was
 * copied with it.
 */
static bool is_wanted_elsewhere(const struct recovery *recovery)
{
    const struct folder *folder = &recovery->carry.targets[0].folder;
    return recovery->by_name_only &&
           (folder->fsid != recovery->home.fsid || folder->ino != recovery->home.ino);
}

static bool remove_journal(const struct recovery *recovery, struct error *error)
{
    if (is_wanted_elsewhere(recovery)) {
        unmark(recovery);
        return true;
    }
    if (!folder_remove(&recovery->home, recovery->name, error) ||
        !folder_sync(&recovery->home, error))
        return false;
    carry_drop_refs(&recovery->carry);
    unmark(recovery);
    return true;
}

/* A flush that is finished here has its record like any other; without one it cannot be reverted. */
static void keep_record(const struct recovery *recovery, bool forward)
{
    struct error ignored;
    if (forward && recovery_is_own(recovery) && !is_wanted_elsewhere(recovery))
        record_keep(&recovery->home, recovery->name, &ignored);
}

static bool carry_out(struct recovery *recovery, const struct order *order, enum trace trace,
                      struct error *error)
{
    bool forward =
        order->choice == RECOVER_AUTO ? trace == TRACE_REDO : order->choice == RECOVER_NEW;
    if (order->choice == RECOVER_AUTO && !carry_check(&recovery->carry, error))
        return false;
    if (!carry_can(&recovery->carry, forward, error) || !turn(recovery, forward, error) ||
        !(forward ? carry_forward : carry_back)(&recovery->carry, error) ||
        !carry_clean(&recovery->carry, error))
        return false;
    keep_record(recovery, forward);
    *order->result = forward ? RECOVER_FINISHED : RECOVER_UNDONE;
    return remove_journal(recovery, error);
}

static void remove_ref(const struct recovery *recovery, const struct folder *folder,
                       const struct journal_target *entry, uint64_t ino)
{
    char name[TRACE_NAME];
    struct error ignored;
    bool points_here;
    folder_trace(folder, entry->fsid, ino, TRACE_REF, name);
    if (recovery_ref(recovery, folder, name, geteuid(), &points_here) == REF_TORN || points_here)
        folder_remove(folder, name, &ignored);
}

/* A replacement that is being written is locked by who writes it. One that cannot be opened is none of ours. */
static void remove_new(const struct folder *folder, const struct journal_target *entry)
{
    char name[TRACE_NAME];
    struct error ignored;
    folder_trace(folder, entry->fsid, entry->ino, TRACE_NEW, name);
    int fd = openat(folder->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        folder_remove(folder, name, &ignored);
    close(fd);
}

/*
 * Removes what a transaction that is not carried out left beside its targets, also where they cannot be opened or
 * the journal has no right to write to them: refs that point to it or were never finished, and in the journal's
 * own folder the replacements. What is beside a target that somebody else patches by now is that patcher's.
 */
static void remove_traces(const struct recovery *recovery)
{
    for (uint32_t i = 0; i < recovery->carry.count; i++) {
        const struct journal_target *entry = &recovery->journal.targets[i];
        struct folder folder;
        struct error ignored;
        if (recovery->busy[i] || !recovery_folder(recovery, i, &folder, &ignored))
            continue;
        remove_ref(recovery, &folder, entry, entry->ino);
        remove_ref(recovery, &folder, entry, entry->new_ino);
        if (folder.fsid == recovery->home.fsid && folder.ino == recovery->home.ino)
            remove_new(&folder, entry);
        folder_close(&folder);
    }
}

/*
 * Forgetting wants no targets: they may be gone. While somebody patches one, nothing is forgotten. A journal that
 * cannot be obeyed goes too, but not by way of a ref: then it is not the asked target's alone.
 */
static bool forget(struct recovery *recovery, enum lead lead, struct error *error)
{
    struct error reason;
    bool read = recovery_read(recovery, &reason);
    if (!read && lead == LEAD_REF) {
        *error = reason;
        return false;
    }
    if (read) {
        if (recovery_open_each(recovery, &reason)) {
            struct error ignored;
            carry_clean(&recovery->carry, &ignored);
            return remove_journal(recovery, error);
        }
        if (reason.kind == ERROR_LOCKED) {
            *error = reason;
            return false;
        }
        remove_traces(recovery);
    }
    return folder_remove(&recovery->home, recovery->name, error) &&
           folder_sync(&recovery->home, error);
}

/* Settles the journal `name` (.redo or .undo) of the folder. */
static bool settle_journal(const struct asked *asked, const struct order *order, enum lead lead,
                           const struct folder *home, const char *name, enum trace trace,
                           struct error *error)
{
    struct recovery recovery;
    bool settled, there;
    recovery_begin(&recovery, asked, home, name);
    recovery.named = lead == LEAD_NAMED;
    if (order->choice == RECOVER_FORGET)
        settled = forget(&recovery, lead, error);
    else if (!recovery_read(&recovery, error) || !recovery_open(&recovery, error) ||
             !recovery_is_still_there(&recovery, &there, error))
        settled = false;
    else
        settled = !there || carry_out(&recovery, order, trace, error);
    recovery_end(&recovery);
    return settled;
}

/* Traces that are no decided journal */

/*
 * Removes what an undecided transaction left beside its targets. Each that can be opened is locked, so nobody
 * flushes it; the others find their own traces when they are opened.
 */
static void remove_undecided(struct recovery *recovery)
{
    struct error ignored;
    recovery_open_each(recovery, &ignored);
    carry_clean(&recovery->carry, &ignored);
    unmark(recovery);
    carry_drop_refs(&recovery->carry);
    remove_traces(recovery);
}

/*
 * Whether the name of a journal that a ref has led to is still that journal's. It is made from its first target,
 * and once that target is settled the next flush of it makes a journal of the same name.
 */
static bool is_nobodys(const struct recovery *recovery)
{
    struct error ignored;
    bool there;
    return recovery->carry.count && !recovery->busy[0] &&
           recovery_is_still_there(recovery, &there, &ignored) && there;
}

/*
 * Settles a journal that was not decided: the files are old. All locks are held until it is removed. One that is not
 * named after the asked target, and whose first target is busy or that cannot be read, is left for that target's look.
 */
static bool settle_undecided(const struct asked *asked, const struct order *order, enum lead lead,
                             const struct folder *home, const char *name, struct error *error)
{
    struct recovery recovery;
    struct error unread;
    recovery_begin(&recovery, asked, home, name);
    if (recovery_read(&recovery, &unread))
        remove_undecided(&recovery);
    *order->result = RECOVER_UNDONE;
    bool removed = !(lead == LEAD_OWN || is_nobodys(&recovery)) ||
                   (folder_remove(home, name, error) && folder_sync(home, error));
    recovery_end(&recovery);
    return removed;
}

/* A ref that points nowhere is what is left of a transaction that is over. */
static bool remove_pointer(const struct asked *asked, const struct hot *hot, struct error *error)
{
    if (hot->kind == HOT_TRACE)
        return folder_remove(&hot->folder, hot->name, error) && folder_sync(&hot->folder, error);
    return fremovexattr(asked->lock, REF_ATTRIBUTE) != 0
               ? errno == ENODATA || error_system(error, errno, asked->target.real,
                                                  "cannot remove the attribute " REF_ATTRIBUTE)
               : disk_sync_all(asked->lock, asked->target.real, error);
}

/*
 * What a ref leads to is out of reach, for the reason in *error. Forgetting removes the ref all the same, so that its
 * target can be patched, and tells what remains.
 */
static bool give_up(const struct asked *asked, const struct order *order, const struct hot *hot,
                    struct error *error)
{
    if (order->choice != RECOVER_FORGET)
        return false;
    bool elsewhere = error->path[0] && strcmp(error->path, asked->target.real) != 0;
    snprintf(order->note->message, sizeof order->note->message,
             "only its own ref was forgotten, the rest of the transaction remains: %.200s%s%.200s",
             elsewhere ? error->path : "", elsewhere ? ": " : "", error->message);
    return remove_pointer(asked, hot, error);
}

static bool settle_found(const struct asked *asked, const struct order *order,
                         const struct hot *hot, const struct hot *journal, struct error *error)
{
    if (journal->trace == TRACE_TMP)
        return settle_undecided(asked, order, LEAD_REF, &journal->folder, journal->name, error) &&
               remove_pointer(asked, hot, error);
    return settle_journal(asked, order, LEAD_REF, &journal->folder, journal->name, journal->trace,
                          error) ||
           (error->kind != ERROR_LOCKED && give_up(asked, order, hot, error));
}

/* Follows a ref that was read. */
static bool settle_ref(const struct asked *asked, const struct order *order, const struct hot *hot,
                       const struct ref *ref, struct error *error)
{
    struct hot journal;
    switch (hot_follow(ref, hot->kind == HOT_TRACE ? &hot->folder : NULL, &journal)) {
    case HOT_GONE:
        return remove_pointer(asked, hot, error);
    case HOT_UNKNOWN:
        error_set(error, ERROR_INDETERMINATE, asked->target.real,
                  "the journal of an interrupted flush lies in %.300s, which cannot be looked at",
                  ref->folder);
        return give_up(asked, order, hot, error);
    case HOT_FOUND:
        break;
    }
    bool settled = settle_found(asked, order, hot, &journal, error);
    hot_close(&journal);
    return settled;
}

static bool settle_pointer(const struct asked *asked, const struct order *order,
                           const struct hot *hot, struct error *error)
{
    struct ref ref;
    switch (hot_read_pointer(&asked->target, hot, &ref)) {
    case REF_WHOLE:
        return settle_ref(asked, order, hot, &ref, error);
    case REF_TORN:
        return remove_pointer(asked, hot, error);
    case REF_UNKNOWN:
        break;
    }
    error_set(error, ERROR_INDETERMINATE, asked->target.real,
              "a ref of an interrupted flush beside it cannot be read or is not trusted");
    return give_up(asked, order, hot, error);
}

static bool settle(const struct asked *asked, const struct order *order, const struct hot *hot,
                   struct error *error)
{
    if (hot->kind == HOT_ATTRIBUTE || hot->trace == TRACE_REF)
        return settle_pointer(asked, order, hot, error);
    if (hot->trace == TRACE_TMP)
        return settle_undecided(asked, order, LEAD_OWN, &hot->folder, hot->name, error);
    if (hot->trace == TRACE_NEW)
        return folder_remove(&hot->folder, hot->name, error) && folder_sync(&hot->folder, error);
    return settle_journal(asked, order, LEAD_OWN, &hot->folder, hot->name, hot->trace, error);
}

/* One look. The lock is held while a trace is touched, so that no flush can begin meanwhile. */
static bool settle_once(const char *real, const struct order *order, bool *clean,
                        struct error *error)
{
    struct asked asked = {.lock = -1};
    struct hot hot;
    if (!hot_identify(&asked.target, real, error) || !hot_find(&asked.target, &hot, error))
        return false;
    *clean = hot.kind == HOT_NOTHING;
    hot_close(&hot);
    if (*clean)
        return true;
    bool settled = recovery_lock(&asked.lock, &asked.target, real, error) &&
                   hot_find(&asked.target, &hot, error);
    if (settled) {
        settled = hot.kind == HOT_NOTHING || settle(&asked, order, &hot, error);
        hot_close(&hot);
    }
    if (asked.lock >= 0)
        close(asked.lock);
    return settled;
}

/* Each look settles one trace; the target may be another inode afterwards. */
static bool settle_all(const char *real, const struct order *order, struct error *error)
{
    bool clean = false;
    for (int look = 0; look < MOST_LOOKS; look++) {
        if (!settle_once(real, order, &clean, error))
            return false;
        if (clean)
            return true;
    }
    return error_set(error, ERROR_INDETERMINATE, real,
                     "traces of interrupted flushes keep coming back");
}

/* Journals that the caller names */

static bool trace_of(const char *name, enum trace *trace)
{
    const char *dot = strrchr(name, '.');
    *trace = dot && strcmp(dot, ".undo") == 0 ? TRACE_UNDO : TRACE_REDO;
    return dot && strlen(name) < TRACE_NAME &&
           (strcmp(dot, ".undo") == 0 || strcmp(dot, ".redo") == 0);
}

static bool settle_in(const struct asked *asked, const char *path, const struct order *order,
                      struct error *error)
{
    struct folder home, state;
    struct error no_state;
    enum trace trace;
    const char *name = strrchr(path, '/') + 1;
    if (!trace_of(name, &trace))
        return error_set(error, ERROR_ARGUMENT, path, "a journal's name ends with .redo or .undo");
    if (!folder_open_of(&home, path, error))
        return false;
    if (state_open(&state, "hot", false, &no_state)) {
        home.hot = state.fsid == home.fsid && state.ino == home.ino;
        folder_close(&state);
    }
    bool settled = settle_journal(asked, order, LEAD_NAMED, &home, name, trace, error);
    folder_close(&home);
    return settled;
}

/* real is NULL when the target is gone: then its journal can only be forgotten. */
static bool settle_named(const char *real, const char *journal, const struct order *order,
                         struct error *error)
{
    struct asked asked = {.lock = -1};
    char *path = realpath(journal, NULL);
    if (!path)
        return error_system(error, errno, journal, NULL);
    bool settled = !real || (hot_identify(&asked.target, real, error) &&
                             recovery_lock(&asked.lock, &asked.target, real, error));
    settled = settled && settle_in(real ? &asked : NULL, path, order, error);
    if (asked.lock >= 0)
        close(asked.lock);
    free(path);
    return settled;
}

bool recover_path(const char *path, enum recover_choice choice, const char *journal,
                  enum recover_result *result, struct recover_note *note, struct error *error)
{
    struct order order = {choice, result, note};
    struct held held;
    char *real = realpath(path, NULL);
    bool gone = !real && (errno == ENOENT || errno == ENOTDIR);
    *result = RECOVER_CLEAN;
    note->message[0] = '\0';
    if (!real && !(gone && journal && choice == RECOVER_FORGET))
        return error_system(error, errno, path, NULL);
    held_begin(&held);
    bool settled = (!journal || settle_named(real, journal, &order, error)) &&
                   (!real || settle_all(real, &order, error));
    held_end(&held);
    free(real);
    return settled;
}
