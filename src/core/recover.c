/* recover: see recover.h, whose numbers are cited here. */
#include "recover.h"

#include "carry.h"
#include "held.h"
#include "hot.h"
#include "journal.h"
#include "record.h"
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

/* The target that the caller named, locked: while it is, no flush of it is going on. */
struct asked {
    struct hot_target target;
    int lock;
};

struct recovery {
    const struct asked *asked; /* NULL: only a journal was named */
    enum recover_choice choice;
    bool named;            /* the caller named target and journal together */
    bool by_name_only;     /* a target was taken for the journal's by its name, not by its inode */
    struct folder home;    /* that holds the journal; the caller's */
    struct folder hot;     /* the state folder's, if there is one */
    char name[TRACE_NAME]; /* the journal's name now */
    int journal_fd;
    struct stat status; /* of the journal */
    struct journal journal;
    struct carry carry;
    int *locks; /* for each target a locked descriptor, or -1 */
};

static bool indeterminate(struct error *error, const char *path, const char *reason)
{
    return error_set(error, ERROR_INDETERMINATE, path, "%s", reason);
}

/* Locks */

/* Invariant 1: what was opened is what was looked at. */
static bool is_same(int fd, const struct hot_target *found)
{
    struct stat status;
    return fstat(fd, &status) == 0 && status.st_dev == found->status.st_dev &&
           status.st_ino == found->status.st_ino;
}

static bool open_same(int *fd, const struct hot_target *found, int access_mode, const char *path,
                      struct error *error)
{
    *fd = open(found->real, access_mode | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (*fd < 0)
        return error_system(error, errno, path, NULL);
    return is_same(*fd, found) ||
           indeterminate(error, path, "became another file while it was looked at");
}

static bool lock_target(int *lock, const struct hot_target *found, const char *path,
                        struct error *error)
{
    if (!open_same(lock, found, O_RDONLY, path, error))
        return false;
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno != EWOULDBLOCK)
        return error_system(error, errno, path, "cannot lock");
    error_set(error, ERROR_LOCKED, path, "is open for patching: its flush cannot be settled now");
    error->sys = EWOULDBLOCK;
    return false;
}

/* Targets */

static bool is_candidate(const struct journal_target *entry, const struct hot_target *found)
{
    if (entry->flags & JOURNAL_DEVICE)
        return S_ISBLK(found->status.st_mode);
    bool same = found->ino == entry->ino ||
                (entry->flags & JOURNAL_REPLACED && found->ino == entry->new_ino);
    return S_ISREG(found->status.st_mode) && same && found->fsid == entry->fsid;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/*
 * Whether the caller, who named both, means the asked target by this entry: it has the entry's name. For a
 * replaced entry a name is not enough, since its inodes are what is swapped.
 */
static bool is_meant(const struct recovery *recovery, const struct journal_target *entry)
{
    return recovery->named && recovery->asked && !entry->flags &&
           S_ISREG(recovery->asked->target.status.st_mode) &&
           strcmp(base_of(recovery->asked->target.real), base_of(entry->path)) == 0;
}

/* The names under which a target may be, the likeliest first; false behind the last. */
static bool candidate_name(const struct recovery *recovery, const struct journal_target *entry,
                           int number, char path[PATH_MAX])
{
    if (number == 0)
        return entry->name[0] == '/'
                   ? snprintf(path, PATH_MAX, "%s", entry->name) < PATH_MAX
                   : snprintf(path, PATH_MAX, "%s/%s", recovery->home.path, entry->name) < PATH_MAX;
    if (number == 1)
        return snprintf(path, PATH_MAX, "%s", entry->path) < PATH_MAX;
    return number == 2 && recovery->asked &&
           snprintf(path, PATH_MAX, "%s", recovery->asked->target.real) < PATH_MAX;
}

/* Finds the file of an entry; *real is the caller's to free. */
static bool find_target(struct recovery *recovery, const struct journal_target *entry,
                        struct hot_target *found, char **real, struct error *error)
{
    char path[PATH_MAX];
    struct error reason, unseen = {.kind = ERROR_NONE};
    for (int number = 0; candidate_name(recovery, entry, number, path); number++) {
        *real = realpath(path, NULL);
        bool seen =
            *real ? hot_identify(found, *real, &reason) : error_system(&reason, errno, path, NULL);
        if (seen && is_candidate(entry, found))
            return true;
        if (!seen && reason.sys != ENOENT && reason.sys != ENOTDIR)
            unseen = reason;
        free(*real);
    }
    if (unseen.kind != ERROR_NONE) {
        *error = unseen;
        return false;
    }
    *real = is_meant(recovery, entry) ? strdup(recovery->asked->target.real) : NULL;
    if (*real) {
        *found = recovery->asked->target;
        found->real = *real;
        recovery->by_name_only = true;
        return true;
    }
    return indeterminate(
        error, entry->path,
        "is not, or no longer, the file of an interrupted flush: nothing was changed "
        "(suture recover --journal, --forget)");
}

/* A second lock of the same file would wait for the first, so the asked target's is shared. */
static bool is_asked(const struct recovery *recovery, const struct hot_target *found)
{
    return recovery->asked && found->status.st_dev == recovery->asked->target.status.st_dev &&
           found->status.st_ino == recovery->asked->target.status.st_ino;
}

static bool lock_entry(const struct recovery *recovery, int *lock, const struct hot_target *found,
                       const char *path, struct error *error)
{
    if (!is_asked(recovery, found))
        return lock_target(lock, found, path, error);
    *lock = fcntl(recovery->asked->lock, F_DUPFD_CLOEXEC, 0);
    return *lock >= 0 || error_system(error, errno, path, NULL);
}

/* The state of a trusted ref, and whether it points to this journal; REF_UNKNOWN where there is none. */
static enum ref_state look_at_ref(const struct recovery *recovery, const struct folder *folder,
                                  const char *name, uid_t owner, bool *points_here)
{
    struct stat status;
    struct ref ref;
    *points_here = false;
    if (fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !hot_is_trusted(&status, owner))
        return REF_UNKNOWN;
    enum ref_state state = hot_read_ref(folder, name, -1, &ref);
    *points_here =
        state == REF_WHOLE && memcmp(ref.nonce, recovery->journal.nonce, JOURNAL_NONCE) == 0;
    return state;
}

/* Looks in the folder for a trusted ref of the target to this journal. */
static bool find_ref_in(const struct recovery *recovery, struct folder *folder,
                        struct carry_target *target, uid_t owner, struct error *error)
{
    char name[TRACE_NAME];
    uint64_t ino;
    bool points_here = false;
    folder_trace(folder, target->target->fsid, target->target->ino, TRACE_REF, name);
    if (!folder_look(folder, name, &ino, error))
        return false;
    if (ino)
        look_at_ref(recovery, folder, name, owner, &points_here);
    if (points_here)
        target->ref_folder = folder;
    return true;
}

/* The folder that holds the ref of a target: its own, or the state folder; NULL when neither does. */
static bool find_ref(struct recovery *recovery, struct carry_target *target, uid_t owner,
                     struct error *error)
{
    target->ref_folder = NULL;
    if (!find_ref_in(recovery, &target->folder, target, owner, error))
        return false;
    return target->ref_folder || recovery->hot.fd < 0 ||
           find_ref_in(recovery, &recovery->hot, target, owner, error);
}

/*
 * Invariant 2. The journal's owner must have a right to this very target, not only to the one that led to the
 * journal. A target that is in its final state already is not written to.
 */
static bool has_authority(const struct recovery *recovery, const struct carry_target *target,
                          const struct hot_target *found, int lock)
{
    struct ref ref;
    const struct folder *home = &recovery->home;
    bool beside = home->fsid == target->folder.fsid && home->ino == target->folder.ino;
    if (!hot_is_trusted(&recovery->status, found->status.st_uid))
        return false;
    if (target->target->flags & JOURNAL_REPLACED && found->ino == target->target->new_ino)
        return true;
    if (home->hot || beside || target->ref_folder || (recovery->named && is_asked(recovery, found)))
        return true;
    return hot_read_ref(NULL, NULL, lock, &ref) == REF_WHOLE &&
           memcmp(ref.nonce, recovery->journal.nonce, JOURNAL_NONCE) == 0;
}

static bool open_writer(struct carry_target *target, const struct hot_target *found,
                        struct error *error)
{
    return target->target->flags & JOURNAL_REPLACED ||
           open_same(&target->fd, found, O_RDWR, target->target->path, error);
}

/* A flush never names a file twice; carried out one after the other, two entries would contradict each other. */
static bool is_named_before(const struct recovery *recovery, uint32_t i,
                            const struct hot_target *found)
{
    for (uint32_t earlier = 0; earlier < i; earlier++)
        if (recovery->locks[earlier] >= 0 && is_same(recovery->locks[earlier], found))
            return true;
    return false;
}

static bool open_target(struct recovery *recovery, uint32_t i, struct error *error)
{
    struct carry_target *target = &recovery->carry.targets[i];
    const struct journal_target *entry = &recovery->journal.targets[i];
    struct hot_target found;
    char *real;
    if (!find_target(recovery, entry, &found, &real, error))
        return false;
    snprintf(target->base, sizeof target->base, "%s", base_of(real));
    if (is_named_before(recovery, i, &found)) {
        free(real);
        return indeterminate(error, entry->path,
                             "is named twice by one journal: nothing was changed");
    }
    bool opened = lock_entry(recovery, &recovery->locks[i], &found, entry->path, error) &&
                  folder_open_of(&target->folder, real, error) &&
                  find_ref(recovery, target, found.status.st_uid, error);
    if (opened) {
        opened =
            has_authority(recovery, target, &found, recovery->locks[i])
                ? open_writer(target, &found, error)
                : indeterminate(
                      error, entry->path,
                      "is named by a journal that has no right to it (another owner, or "
                      "another folder and nothing beside it points there): nothing was changed");
    }
    free(real);
    return opened;
}

/* What another user has written may change that user's bytes, but no mode bits and no record of this user. */
static bool is_own(const struct recovery *recovery)
{
    return recovery->status.st_uid == geteuid() || recovery->status.st_uid == 0;
}

/* One carrier for each target, none of them opened. */
static bool make_targets(struct recovery *recovery, struct error *error)
{
    uint32_t count = recovery->journal.count;
    recovery->carry.journal = &recovery->journal;
    recovery->carry.targets = calloc(count, sizeof *recovery->carry.targets);
    recovery->locks = calloc(count, sizeof *recovery->locks);
    if (!recovery->carry.targets || !recovery->locks)
        return error_set(error, ERROR_LIMIT, recovery->home.path, "out of memory");
    for (uint32_t i = 0; i < count; i++) {
        recovery->locks[i] = -1;
        recovery->carry.targets[i] =
            (struct carry_target){.target = &recovery->journal.targets[i], .fd = -1};
        recovery->carry.targets[i].folder.fd = -1;
    }
    recovery->carry.own = is_own(recovery);
    recovery->carry.count = count;
    return true;
}

static bool open_targets(struct recovery *recovery, struct error *error)
{
    if (!make_targets(recovery, error))
        return false;
    for (uint32_t i = 0; i < recovery->carry.count; i++)
        if (!open_target(recovery, i, error))
            return false;
    return true;
}

/* The journal */

static void begin(struct recovery *recovery, const struct asked *asked, const struct folder *home,
                  const char *name)
{
    struct error no_state;
    *recovery = (struct recovery){.asked = asked, .home = *home, .journal_fd = -1};
    snprintf(recovery->name, sizeof recovery->name, "%s", name);
    state_open(&recovery->hot, "hot", false, &no_state);
}

static void end(struct recovery *recovery)
{
    for (uint32_t i = 0; recovery->locks && i < recovery->carry.count; i++)
        if (recovery->locks[i] >= 0)
            close(recovery->locks[i]);
    free(recovery->locks);
    carry_close(&recovery->carry);
    journal_close(&recovery->journal);
    if (recovery->journal_fd >= 0)
        close(recovery->journal_fd);
    folder_close(&recovery->hot);
}

/*
 * A power cut may keep both names of a rename that was not made durable yet: .tmp and .redo, or .redo and .undo.
 * Nothing was carried out under the later name then, so the other one is only a second name to be removed.
 */
static void drop_second_name(const struct recovery *recovery)
{
    static const char *const SUFFIXES[] = {".tmp", ".redo", ".undo"};
    struct stat named, other;
    struct error ignored;
    if (fstatat(recovery->home.fd, recovery->name, &named, AT_SYMLINK_NOFOLLOW) != 0 ||
        named.st_nlink != 2)
        return;
    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++) {
        char name[TRACE_NAME];
        snprintf(name, sizeof name, "%s", recovery->name);
        snprintf(strrchr(name, '.'), 6, "%s", SUFFIXES[i]);
        if (strcmp(name, recovery->name) != 0 &&
            fstatat(recovery->home.fd, name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
            other.st_ino == named.st_ino && other.st_dev == named.st_dev)
            folder_remove(&recovery->home, name, &ignored);
    }
}

/* Trust is asked again for each target; here it spares reading what nobody may have written. */
static bool open_journal(struct recovery *recovery, struct error *error)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.3000s/%s", recovery->home.path, recovery->name);
    drop_second_name(recovery);
    recovery->journal_fd =
        openat(recovery->home.fd, recovery->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (recovery->journal_fd < 0 || fstat(recovery->journal_fd, &recovery->status) != 0)
        return errno == ELOOP ? indeterminate(error, path, "is a symbolic link, not a journal")
                              : error_system(error, errno, path, NULL);
    uid_t owner = recovery->asked ? recovery->asked->target.status.st_uid : geteuid();
    if (!hot_is_trusted(&recovery->status, owner))
        return indeterminate(
            error, path,
            "is not obeyed as a journal: it must be a regular file with one name, mode "
            "0600, of this user, root or the target's owner");
    if (journal_read(&recovery->journal, recovery->journal_fd, path, error))
        return true;
    if (error->kind == ERROR_FORMAT)
        error->kind = ERROR_INDETERMINATE;
    return false;
}

/* Whether the name still leads to the journal that was read, now that its targets are locked. */
static bool is_still_there(const struct recovery *recovery, bool *there, struct error *error)
{
    uint64_t ino;
    if (!folder_look(&recovery->home, recovery->name, &ino, error))
        return false;
    *there = ino == recovery->status.st_ino;
    return true;
}

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
            fremovexattr(recovery->carry.targets[i].fd, REF_ATTRIBUTE);
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
    if (is_wanted_elsewhere(recovery))
        return true;
    if (!folder_remove(&recovery->home, recovery->name, error) ||
        !folder_sync(&recovery->home, error))
        return false;
    carry_drop_refs(&recovery->carry);
    return true;
}

/* A flush that is finished here has its record like any other; without one it cannot be reverted. */
static void keep_record(const struct recovery *recovery, bool forward)
{
    struct error ignored;
    if (forward && is_own(recovery) && !is_wanted_elsewhere(recovery))
        record_keep(&recovery->home, recovery->name, &ignored);
}

static bool carry_out(struct recovery *recovery, enum trace trace, enum recover_result *result,
                      struct error *error)
{
    bool forward =
        recovery->choice == RECOVER_AUTO ? trace == TRACE_REDO : recovery->choice == RECOVER_NEW;
    if (recovery->choice == RECOVER_AUTO && !carry_check(&recovery->carry, error))
        return false;
    if (!carry_can(&recovery->carry, forward, error) || !turn(recovery, forward, error) ||
        !(forward ? carry_forward : carry_back)(&recovery->carry, error) ||
        !carry_clean(&recovery->carry, error))
        return false;
    unmark(recovery);
    keep_record(recovery, forward);
    *result = forward ? RECOVER_FINISHED : RECOVER_UNDONE;
    return remove_journal(recovery, error);
}

static void remove_ref(const struct recovery *recovery, const struct folder *folder,
                       const struct journal_target *entry, uint64_t ino)
{
    char name[TRACE_NAME];
    struct error ignored;
    bool points_here;
    folder_trace(folder, entry->fsid, ino, TRACE_REF, name);
    if (look_at_ref(recovery, folder, name, geteuid(), &points_here) == REF_TORN || points_here)
        folder_remove(folder, name, &ignored);
}

/*
 * Removes what a transaction that is not carried out left beside its targets, also where they cannot be opened or
 * the journal has no right to write to them: refs that point to it or were never finished, and in the journal's
 * own folder the replacements.
 */
static void remove_traces(const struct recovery *recovery)
{
    for (uint32_t i = 0; i < recovery->journal.count; i++) {
        const struct journal_target *entry = &recovery->journal.targets[i];
        struct folder folder;
        struct error ignored;
        char path[PATH_MAX], name[TRACE_NAME];
        if (!candidate_name(recovery, entry, 0, path) || !folder_open_of(&folder, path, &ignored))
            continue;
        remove_ref(recovery, &folder, entry, entry->ino);
        remove_ref(recovery, &folder, entry, entry->new_ino);
        folder_trace(&folder, entry->fsid, entry->ino, TRACE_NEW, name);
        if (folder.fsid == recovery->home.fsid && folder.ino == recovery->home.ino)
            folder_remove(&folder, name, &ignored);
        folder_close(&folder);
    }
}

/* Forgetting wants no targets: they may be gone. One that a live flush has locked is not forgotten. */
static bool forget(struct recovery *recovery, struct error *error)
{
    struct error reason;
    if (open_journal(recovery, &reason)) {
        if (open_targets(recovery, &reason)) {
            struct error ignored;
            carry_clean(&recovery->carry, &ignored);
            unmark(recovery);
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
static bool settle_journal(const struct asked *asked, enum recover_choice choice, bool named,
                           const struct folder *home, const char *name, enum trace trace,
                           enum recover_result *result, struct error *error)
{
    struct recovery recovery;
    bool settled, there;
    begin(&recovery, asked, home, name);
    recovery.choice = choice;
    recovery.named = named;
    if (choice == RECOVER_FORGET)
        settled = forget(&recovery, error);
    else if (!open_journal(&recovery, error) || !open_targets(&recovery, error) ||
             !is_still_there(&recovery, &there, error))
        settled = false;
    else
        settled = !there || carry_out(&recovery, trace, result, error);
    end(&recovery);
    return settled;
}

/* Traces that are no decided journal */

/*
 * Removes what an undecided transaction left beside its targets. Each that can be opened is locked, so nobody
 * flushes it; the others find their own traces when they are opened.
 */
static void remove_undecided(const struct asked *asked, const struct folder *home, const char *name)
{
    struct recovery recovery;
    struct error ignored;
    begin(&recovery, asked, home, name);
    if (open_journal(&recovery, &ignored) && make_targets(&recovery, &ignored)) {
        for (uint32_t i = 0; i < recovery.carry.count; i++)
            if (!open_target(&recovery, i, &ignored))
                folder_close(&recovery.carry.targets[i].folder);
        carry_clean(&recovery.carry, &ignored);
        unmark(&recovery);
        carry_drop_refs(&recovery.carry);
        remove_traces(&recovery);
    }
    end(&recovery);
}

static bool settle_undecided(const struct asked *asked, const struct folder *home, const char *name,
                             enum recover_result *result, struct error *error)
{
    remove_undecided(asked, home, name);
    *result = RECOVER_UNDONE;
    return folder_remove(home, name, error) && folder_sync(home, error);
}

/* A ref that points nowhere is what is left of a transaction that is over. */
static bool remove_pointer(const struct asked *asked, const struct hot *hot, struct error *error)
{
    if (hot->kind == HOT_TRACE)
        return folder_remove(&hot->folder, hot->name, error) && folder_sync(&hot->folder, error);
    return removexattr(asked->target.real, REF_ATTRIBUTE) == 0 || errno == ENODATA ||
           error_system(error, errno, asked->target.real,
                        "cannot remove the attribute " REF_ATTRIBUTE);
}

static bool settle_pointer(const struct asked *asked, enum recover_choice choice,
                           const struct hot *hot, enum recover_result *result, struct error *error)
{
    struct ref ref;
    struct hot journal;
    if (choice == RECOVER_FORGET)
        return remove_pointer(asked, hot, error);
    switch (hot_read_pointer(&asked->target, hot, &ref)) {
    case REF_WHOLE:
        break;
    case REF_TORN:
        return remove_pointer(asked, hot, error);
    case REF_UNKNOWN:
        return indeterminate(
            error, asked->target.real,
            "a ref of an interrupted flush beside it cannot be read or is not trusted");
    }
    switch (hot_follow(&ref, hot->kind == HOT_TRACE ? &hot->folder : NULL, &journal)) {
    case HOT_GONE:
        return remove_pointer(asked, hot, error);
    case HOT_UNKNOWN:
        return error_set(
            error, ERROR_INDETERMINATE, asked->target.real,
            "the journal of an interrupted flush lies in %.300s, which cannot be looked at",
            ref.folder);
    case HOT_FOUND:
        break;
    }
    bool settled = journal.trace == TRACE_TMP
                       ? settle_undecided(asked, &journal.folder, journal.name, result, error)
                       : settle_journal(asked, choice, false, &journal.folder, journal.name,
                                        journal.trace, result, error);
    hot_close(&journal);
    return settled;
}

static bool settle(const struct asked *asked, enum recover_choice choice, const struct hot *hot,
                   enum recover_result *result, struct error *error)
{
    if (hot->kind == HOT_ATTRIBUTE || hot->trace == TRACE_REF)
        return settle_pointer(asked, choice, hot, result, error);
    if (hot->trace == TRACE_TMP)
        return settle_undecided(asked, &hot->folder, hot->name, result, error);
    if (hot->trace == TRACE_NEW)
        return folder_remove(&hot->folder, hot->name, error) && folder_sync(&hot->folder, error);
    return settle_journal(asked, choice, false, &hot->folder, hot->name, hot->trace, result, error);
}

/* One look. The lock is held while a trace is touched, so that no flush can begin meanwhile. */
static bool settle_once(const char *real, enum recover_choice choice, bool *clean,
                        enum recover_result *result, struct error *error)
{
    struct asked asked = {.lock = -1};
    struct hot hot;
    if (!hot_identify(&asked.target, real, error) || !hot_find(&asked.target, &hot, error))
        return false;
    *clean = hot.kind == HOT_NOTHING;
    hot_close(&hot);
    if (*clean)
        return true;
    bool settled = lock_target(&asked.lock, &asked.target, real, error) &&
                   hot_find(&asked.target, &hot, error);
    if (settled) {
        settled = hot.kind == HOT_NOTHING || settle(&asked, choice, &hot, result, error);
        hot_close(&hot);
    }
    if (asked.lock >= 0)
        close(asked.lock);
    return settled;
}

/* Each look settles one trace; the target may be another inode afterwards. */
static bool settle_all(const char *real, enum recover_choice choice, enum recover_result *result,
                       struct error *error)
{
    bool clean = false;
    for (int look = 0; look < MOST_LOOKS; look++) {
        if (!settle_once(real, choice, &clean, result, error))
            return false;
        if (clean)
            return true;
    }
    return indeterminate(error, real, "traces of interrupted flushes keep coming back");
}

/* Journals that the caller names */

static bool trace_of(const char *name, enum trace *trace)
{
    const char *dot = strrchr(name, '.');
    *trace = dot && strcmp(dot, ".undo") == 0 ? TRACE_UNDO : TRACE_REDO;
    return dot && strlen(name) < TRACE_NAME &&
           (strcmp(dot, ".undo") == 0 || strcmp(dot, ".redo") == 0);
}

static bool settle_in(const struct asked *asked, const char *path, enum recover_choice choice,
                      enum recover_result *result, struct error *error)
{
    struct folder home, state;
    struct error no_state;
    enum trace trace;
    const char *name = base_of(path);
    if (!trace_of(name, &trace))
        return error_set(error, ERROR_ARGUMENT, path, "a journal's name ends with .redo or .undo");
    if (!folder_open_of(&home, path, error))
        return false;
    if (state_open(&state, "hot", false, &no_state)) {
        home.hot = state.fsid == home.fsid && state.ino == home.ino;
        folder_close(&state);
    }
    bool settled = settle_journal(asked, choice, true, &home, name, trace, result, error);
    folder_close(&home);
    return settled;
}

/* real is NULL when the target is gone: then its journal can only be forgotten. */
static bool settle_named(const char *real, const char *journal, enum recover_choice choice,
                         enum recover_result *result, struct error *error)
{
    struct asked asked = {.lock = -1};
    char *path = realpath(journal, NULL);
    if (!path)
        return error_system(error, errno, journal, NULL);
    bool settled = !real || (hot_identify(&asked.target, real, error) &&
                             lock_target(&asked.lock, &asked.target, real, error));
    settled = settled && settle_in(real ? &asked : NULL, path, choice, result, error);
    if (asked.lock >= 0)
        close(asked.lock);
    free(path);
    return settled;
}

bool recover_path(const char *path, enum recover_choice choice, const char *journal,
                  enum recover_result *result, struct error *error)
{
    struct held held;
    char *real = realpath(path, NULL);
    bool gone = !real && (errno == ENOENT || errno == ENOTDIR);
    *result = RECOVER_CLEAN;
    if (!real && !(gone && journal && choice == RECOVER_FORGET))
        return error_system(error, errno, path, NULL);
    held_begin(&held);
    bool settled = (!journal || settle_named(real, journal, choice, result, error)) &&
                   (!real || settle_all(real, choice, result, error));
    held_end(&held);
    free(real);
    return settled;
}
