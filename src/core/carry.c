/* carry: see carry.h. */
#include "carry.h"

#include "disk.h"
#include "hot.h"
#include "range.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((uint64_t)64 * 1024)

void carry_close(struct carry *carry)
{
    for (uint32_t i = 0; carry->targets && i < carry->count; i++) {
        folder_close(&carry->targets[i].folder);
        if (carry->targets[i].fd >= 0)
            close(carry->targets[i].fd);
    }
    free(carry->targets);
    carry->targets = NULL;
    carry->count = 0;
}

static bool is_replaced(const struct carry_target *target)
{
    return target->target->flags & JOURNAL_REPLACED;
}

static void name_other(const struct carry_target *target, char name[TRACE_NAME])
{
    folder_trace(&target->folder, target->target->fsid, target->target->ino, TRACE_NEW, name);
}

/* Which file has a replaced target's name, and which one is beside it; 0: none. */
static bool look(const struct carry_target *target, uint64_t *here, uint64_t *beside,
                 struct error *error)
{
    char other[TRACE_NAME];
    name_other(target, other);
    return folder_look(&target->folder, target->base, here, error) &&
           folder_look(&target->folder, other, beside, error);
}

/* Checking */

static bool neither(const struct carry_target *target, uint64_t off, struct error *error)
{
    return error_at(error, ERROR_INDETERMINATE, target->target->path, off,
                    "holds neither the old nor the new bytes of an interrupted flush");
}

static bool check_size(const struct carry_target *target, uint64_t *size, struct error *error)
{
    const struct journal_target *entry = target->target;
    off_t end = lseek(target->fd, 0, SEEK_END);
    if (end < 0)
        return error_system(error, errno, entry->path, NULL);
    *size = (uint64_t)end;
    if (entry->flags & JOURNAL_DEVICE || *size == entry->old_size || *size == entry->new_size ||
        (*size > entry->old_size && *size < entry->new_size))
        return true;
    return error_set(error, ERROR_INDETERMINATE, entry->path,
                     "has 0x%" PRIx64 " bytes, neither the old 0x%" PRIx64
                     " nor the new 0x%" PRIx64,
                     *size, entry->old_size, entry->new_size);
}

/* Whether each of len bytes at `now` is the old one, the new one, or, behind the old end, still zero. */
static uint64_t first_neither(const unsigned char *now, const struct journal_change *change,
                              uint64_t skip, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++) {
        uint64_t at = skip + i;
        bool is_old = at < change->old_len ? now[i] == change->old[at] : now[i] == 0;
        bool is_new = at < change->len && now[i] == change->new[at];
        if (!is_old && !is_new)
            return i;
    }
    return len;
}

static bool check_change(const struct carry_target *target, const struct journal_change *change,
                         uint64_t size, struct error *error)
{
    unsigned char now[PIECE];
    uint64_t len = change->len > change->old_len ? change->len : change->old_len;
    uint64_t end = range_min(change->old_off + len, size);
    for (uint64_t off = change->old_off; off < end;) {
        uint64_t part = range_min(sizeof now, end - off);
        if (!disk_read(target->fd, off, now, part, target->target->path, error))
            return false;
        uint64_t bad = first_neither(now, change, off - change->old_off, part);
        if (bad < part)
            return neither(target, off + bad, error);
        off += part;
    }
    return true;
}

static bool check_place(const struct carry_target *target, struct error *error)
{
    struct journal_cursor cursor = {0};
    struct journal_change change;
    uint64_t size = 0;
    if (!check_size(target, &size, error))
        return false;
    while (journal_next(target->target, &cursor, &change))
        if (!check_change(target, &change, size, error))
            return false;
    return true;
}

/* New is final: the old file may be gone. Old is only good as long as the new one can be swapped in. */
static bool check_replaced(const struct carry_target *target, struct error *error)
{
    const struct journal_target *entry = target->target;
    uint64_t here, beside;
    if (!look(target, &here, &beside, error))
        return false;
    if (here == entry->new_ino || (here == entry->ino && beside == entry->new_ino))
        return true;
    return error_set(error, ERROR_INDETERMINATE, entry->path,
                     "is neither the old nor the new file of an interrupted flush");
}

bool carry_check(const struct carry *carry, struct error *error)
{
    for (uint32_t i = 0; i < carry->count; i++) {
        const struct carry_target *target = &carry->targets[i];
        if (!(is_replaced(target) ? check_replaced : check_place)(target, error))
            return false;
    }
    return true;
}

bool carry_can(const struct carry *carry, bool forward, struct error *error)
{
    for (uint32_t i = 0; i < carry->count; i++) {
        const struct carry_target *target = &carry->targets[i];
        uint64_t want = forward ? target->target->new_ino : target->target->ino;
        uint64_t here, beside;
        if (!is_replaced(target))
            continue;
        if (!look(target, &here, &beside, error))
            return false;
        if (here != want && beside != want)
            return error_set(error, ERROR_INDETERMINATE, target->target->path,
                             "cannot be made %s: that file is not there any more",
                             forward ? "new" : "old");
    }
    return true;
}

/* Carrying */

static bool swap(const struct carry_target *target, struct error *error)
{
    char other[TRACE_NAME];
    name_other(target, other);
    if (renameat2(target->folder.fd, other, target->folder.fd, target->base, RENAME_EXCHANGE) == 0)
        return true;
    return error_system(error, errno, target->target->path, "cannot swap the new file in");
}

/*
 * A file system without the exchange still has the rename; then the old file is gone, and a failure behind
 * this point can only be settled forward.
 */
static bool swap_forward(const struct carry_target *target, struct error *error)
{
    char other[TRACE_NAME];
    if (swap(target, error))
        return true;
    if (error->sys != EINVAL && error->sys != ENOSYS && error->sys != EOPNOTSUPP)
        return false;
    name_other(target, other);
    return renameat(target->folder.fd, other, target->folder.fd, target->base) == 0 ||
           error_system(error, errno, target->target->path,
                        "cannot rename the new file into place");
}

/* Swaps unless the name already leads to the wanted file. */
static bool carry_replaced(const struct carry_target *target, bool forward, struct error *error)
{
    const struct journal_target *entry = target->target;
    uint64_t want = forward ? entry->new_ino : entry->ino, here, beside;
    if (!look(target, &here, &beside, error))
        return false;
    if (here == want)
        return folder_sync(&target->folder, error);
    if (beside != want)
        return error_set(error, ERROR_INDETERMINATE, entry->path,
                         "cannot be settled: the file to be swapped in is not there");
    return (forward ? swap_forward : swap)(target, error) && folder_sync(&target->folder, error);
}

/* Without the right to do so (not the owner) the bits stay cleared: that is the system's rule. */
static void restore_mode(const struct carry *carry, const struct carry_target *target)
{
    struct stat status;
    mode_t mode = target->target->mode;
    if (carry->own && mode & (S_ISUID | S_ISGID) && fstat(target->fd, &status) == 0 &&
        (status.st_mode & 0777) == (mode & 0777) && fchmod(target->fd, mode) != 0)
        return;
}

static bool holds(const struct carry_target *target, uint64_t off, const unsigned char *data,
                  uint64_t len)
{
    unsigned char now[PIECE];
    struct error ignored;
    while (len) {
        uint64_t part = range_min(sizeof now, len);
        if (!disk_read(target->fd, off, now, part, target->target->path, &ignored) ||
            memcmp(now, data, (size_t)part) != 0)
            return false;
        off += part;
        data += part;
        len -= part;
    }
    return true;
}

/*
 * A write that fails where the bytes are already what they should be is no failure: what a full disk or a
 * limit did not let in needs not be taken back.
 */
static bool put(const struct carry_target *target, uint64_t off, const unsigned char *data,
                uint64_t len, struct error *error)
{
    return disk_write(target->fd, off, data, len, target->target->path, error) ||
           holds(target, off, data, len);
}

static bool carry_place(const struct carry *carry, const struct carry_target *target, bool forward,
                        struct error *error)
{
    const struct journal_target *entry = target->target;
    struct journal_cursor cursor = {0};
    struct journal_change change;
    uint64_t size = forward ? entry->new_size : entry->old_size;
    while (journal_next(entry, &cursor, &change)) {
        uint64_t off = forward ? change.off : change.old_off;
        uint64_t len = forward ? change.len : change.old_len;
        const unsigned char *data = forward ? change.new : change.old;
        if (!put(target, off, data, len, error))
            return false;
    }
    if (entry->old_size != entry->new_size && !disk_resize(target->fd, size, entry->path, error))
        return false;
    restore_mode(carry, target);
    return disk_sync(target->fd, entry->path, error);
}

/* In place first: those writes can always be taken back. */
static bool carry_all(const struct carry *carry, bool forward, struct error *error)
{
    for (uint32_t i = 0; i < carry->count; i++)
        if (!is_replaced(&carry->targets[i]) &&
            !carry_place(carry, &carry->targets[i], forward, error))
            return false;
    for (uint32_t i = 0; i < carry->count; i++)
        if (is_replaced(&carry->targets[i]) && !carry_replaced(&carry->targets[i], forward, error))
            return false;
    if (!fault_hit(&carry->journal->map))
        return true;
    return error_set(error, ERROR_IO, carry->targets[0].target->path, "the journal cannot be read");
}

bool carry_forward(const struct carry *carry, struct error *error)
{
    return carry_all(carry, true, error);
}

bool carry_back(const struct carry *carry, struct error *error)
{
    return carry_all(carry, false, error);
}

/* Cleaning */

/* An inode that was given up may be another file's by now, with a ref to another journal. */
static bool is_foreign(const struct carry *carry, const struct folder *folder, const char *name)
{
    struct ref ref;
    return hot_read_ref(folder, name, -1, &ref) == REF_WHOLE &&
           memcmp(ref.nonce, carry->journal->nonce, JOURNAL_NONCE) != 0;
}

static bool remove_ref_of(const struct carry *carry, const struct carry_target *target,
                          const struct folder *folder, uint64_t ino, struct error *error)
{
    char name[TRACE_NAME];
    folder_trace(folder, target->target->fsid, ino, TRACE_REF, name);
    return is_foreign(carry, folder, name) || folder_remove(folder, name, error);
}

/* A replaced target is pointed from under both inodes, since either may be found under its name. */
static bool remove_refs(const struct carry *carry, const struct carry_target *target,
                        struct error *error)
{
    const struct journal_target *entry = target->target;
    if (target->ref_folder && !remove_ref_of(carry, target, target->ref_folder, entry->ino, error))
        return false;
    return !is_replaced(target) ||
           remove_ref_of(carry, target, &target->folder, entry->new_ino, error);
}

bool carry_clean(const struct carry *carry, struct error *error)
{
    for (uint32_t i = 0; i < carry->count; i++) {
        const struct carry_target *target = &carry->targets[i];
        char other[TRACE_NAME];
        if (!is_replaced(target) || target->folder.fd < 0)
            continue;
        name_other(target, other);
        if (!folder_remove(&target->folder, other, error) || !remove_refs(carry, target, error) ||
            !folder_sync(&target->folder, error))
            return false;
    }
    return true;
}

void carry_drop_refs(const struct carry *carry)
{
    struct error ignored;
    for (uint32_t i = 0; i < carry->count; i++)
        if (!is_replaced(&carry->targets[i]) && carry->targets[i].folder.fd >= 0)
            remove_refs(carry, &carry->targets[i], &ignored);
}
