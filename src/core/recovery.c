/* recovery: see recovery.h. Invariants are those of recover.h. */
#include "recovery.h"

#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

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

bool recovery_lock(int *lock, const struct hot_target *found, const char *path, struct error *error)
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

bool recovery_folder(const struct recovery *recovery, uint32_t i, struct folder *folder,
                     struct error *error)
{
    const struct journal_target *entry = &recovery->journal.targets[i];
    char path[PATH_MAX];
    return candidate_name(recovery, entry, 0, path)
               ? folder_open_of(folder, path, error)
               : error_system(error, ENAMETOOLONG, entry->path, NULL);
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
        return recovery_lock(lock, found, path, error);
    *lock = fcntl(recovery->asked->lock, F_DUPFD_CLOEXEC, 0);
    return *lock >= 0 || error_system(error, errno, path, NULL);
}

enum ref_state recovery_ref(const struct recovery *recovery, const struct folder *folder,
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
        recovery_ref(recovery, folder, name, owner, &points_here);
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

bool recovery_open_target(struct recovery *recovery, uint32_t i, struct error *error)
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
    bool opened = lock_entry(recovery, &recovery->locks[i], &found, entry->path, error);
    recovery->busy[i] = !opened && error->kind == ERROR_LOCKED;
    opened = opened && folder_open_of(&target->folder, real, error) &&
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

bool recovery_is_own(const struct recovery *recovery)
{
    return recovery->status.st_uid == geteuid() || recovery->status.st_uid == 0;
}

bool recovery_make(struct recovery *recovery, struct error *error)
{
    uint32_t count = recovery->journal.count;
    recovery->carry.journal = &recovery->journal;
    recovery->carry.targets = calloc(count, sizeof *recovery->carry.targets);
    recovery->locks = calloc(count, sizeof *recovery->locks);
    recovery->busy = calloc(count, sizeof *recovery->busy);
    if (!recovery->carry.targets || !recovery->locks || !recovery->busy)
        return error_set(error, ERROR_LIMIT, recovery->home.path, "out of memory");
    for (uint32_t i = 0; i < count; i++) {
        recovery->locks[i] = -1;
        recovery->carry.targets[i] =
            (struct carry_target){.target = &recovery->journal.targets[i], .fd = -1};
        recovery->carry.targets[i].folder.fd = -1;
    }
    recovery->carry.own = recovery_is_own(recovery);
    recovery->carry.count = count;
    return true;
}

bool recovery_open(struct recovery *recovery, struct error *error)
{
    if (!recovery_make(recovery, error))
        return false;
    for (uint32_t i = 0; i < recovery->carry.count; i++)
        if (!recovery_open_target(recovery, i, error))
            return false;
    return true;
}

bool recovery_open_each(struct recovery *recovery, struct error *error)
{
    bool all = true, locked = false;
    if (!recovery_make(recovery, error))
        return false;
    for (uint32_t i = 0; i < recovery->carry.count; i++) {
        struct error reason;
        if (recovery_open_target(recovery, i, &reason))
            continue;
        folder_close(&recovery->carry.targets[i].folder);
        if (!locked)
            *error = reason;
        locked = locked || recovery->busy[i];
        all = false;
    }
    return all;
}

/* The journal */

void recovery_begin(struct recovery *recovery, const struct asked *asked, const struct folder *home,
                    const char *name)
{
    struct error no_state;
    *recovery = (struct recovery){.asked = asked, .home = *home, .journal_fd = -1};
    snprintf(recovery->name, sizeof recovery->name, "%s", name);
    state_open(&recovery->hot, "hot", false, &no_state);
}

void recovery_end(struct recovery *recovery)
{
    for (uint32_t i = 0; recovery->locks && i < recovery->carry.count; i++)
        if (recovery->locks[i] >= 0)
            close(recovery->locks[i]);
    free(recovery->locks);
    free(recovery->busy);
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
bool recovery_read(struct recovery *recovery, struct error *error)
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

bool recovery_is_still_there(const struct recovery *recovery, bool *there, struct error *error)
{
    uint64_t ino;
    if (!folder_look(&recovery->home, recovery->name, &ino, error))
        return false;
    *there = ino == recovery->status.st_ino;
    return true;
}
