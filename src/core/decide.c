/* decide: see decide.h; invariants are those of journal.h. */
#include "decide.h"

#include "carry.h"
#include "disk.h"
#include "journal.h"
#include "record.h"
#include "ref.h"
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

struct decision {
    struct member *members;
    uint32_t count;
    const struct flush_options *options;
    unsigned char nonce[JOURNAL_NONCE];
    struct folder home;      /* that holds the journal */
    struct folder hot;       /* the state folder's, opened when first needed */
    struct folder **refs;    /* for each member the folder that holds its ref, or NULL */
    char (*names)[PATH_MAX]; /* for each member its name as the journal tells it */
    int journal_fd;
    char tmp[TRACE_NAME];
    char redo[TRACE_NAME];
    char undo[TRACE_NAME];
    bool marked; /* attributes may be set */
};

static bool out_of_memory(const struct decision *decision, struct error *error)
{
    return error_set(error, ERROR_LIMIT, image_name(decision->members[0].image), "out of memory");
}

/* Whether a folder in which a file could not be made is one that this user cannot write to. */
static bool is_closed_folder(const struct error *error)
{
    return error->sys == EACCES || error->sys == EROFS || error->sys == EPERM;
}

static bool open_hot(struct decision *decision, struct error *error)
{
    return decision->hot.fd >= 0 || state_open(&decision->hot, "hot", true, error);
}

/* Before the decision */

static void name_traces(struct decision *decision)
{
    const struct member *first = &decision->members[0];
    folder_trace(&decision->home, first->fsid, first->ino, TRACE_TMP, decision->tmp);
    folder_trace(&decision->home, first->fsid, first->ino, TRACE_REDO, decision->redo);
    folder_trace(&decision->home, first->fsid, first->ino, TRACE_UNDO, decision->undo);
}

static bool create_journal(struct decision *decision, bool hot, struct error *error)
{
    const char *folder = hot ? NULL : decision->members[0].folder.path;
    if (hot ? !state_open(&decision->home, "hot", true, error)
            : !folder_open(&decision->home, folder, false, error))
        return false;
    name_traces(decision);
    decision->journal_fd = folder_create(&decision->home, decision->tmp, error);
    if (decision->journal_fd >= 0)
        return true;
    folder_close(&decision->home);
    return false;
}

/* The journal lies beside its first target, or, where that cannot be, in the state folder. */
static bool open_home(struct decision *decision, struct error *error)
{
    struct error closed;
    if (decision->members[0].image->source.device)
        return create_journal(decision, true, error);
    if (create_journal(decision, false, &closed))
        return true;
    if (is_closed_folder(&closed) && create_journal(decision, true, error))
        return true;
    struct error state = *error;
    *error = closed;
    if (is_closed_folder(&closed))
        error_set(error, state.kind, image_name(decision->members[0].image),
                  "the journal cannot be written beside it (%.100s), nor in the state folder "
                  "(%.200s: %.100s)",
                  closed.message, state.path, state.message);
    error->sys = closed.sys;
    return false;
}

/* Writes the ref under which the target `i` is found while it has the inode `ino`. */
static bool write_ref_in(const struct decision *decision, uint32_t i, uint64_t ino,
                         const struct folder *folder, struct error *error)
{
    const struct member *member = &decision->members[i], *first = &decision->members[0];
    struct ref ref;
    char text[REF_MAX], name[TRACE_NAME];
    folder_trace(folder, member->fsid, ino, TRACE_REF, name);
    int fd = folder_create(folder, name, error);
    if (fd < 0)
        return false;
    ref_fill(&ref, decision->nonce, &decision->home, first->fsid, first->ino,
             folder->hot ? NULL : folder->path);
    bool written = disk_write(fd, 0, text, ref_print(&ref, text), folder->path, error) &&
                   disk_sync_all(fd, folder->path, error);
    close(fd);
    return written;
}

/* Beside the target, or, where that cannot be, in the state folder. */
static bool write_ref(struct decision *decision, uint32_t i, struct error *error)
{
    struct member *member = &decision->members[i];
    struct error closed;
    if (!member->image->source.device) {
        decision->refs[i] = &member->folder;
        if (write_ref_in(decision, i, member->ino, &member->folder, &closed))
            return true;
        if (!is_closed_folder(&closed)) {
            *error = closed;
            return false;
        }
        decision->refs[i] = NULL;
    }
    if (!open_hot(decision, error))
        return false;
    decision->refs[i] = &decision->hot;
    return write_ref_in(decision, i, member->ino, &decision->hot, error);
}

static bool mark(const struct decision *decision, const struct member *member, struct error *error)
{
    const struct member *first = &decision->members[0];
    struct ref ref;
    char text[REF_MAX];
    ref_fill(&ref, decision->nonce, &decision->home, first->fsid, first->ino, NULL);
    if (fsetxattr(member->fd, REF_ATTRIBUTE, text, ref_print(&ref, text), 0) != 0)
        return error_system(error, errno, image_name(member->image),
                            "cannot mark a file of several names");
    return disk_sync_all(member->fd, image_name(member->image), error);
}

/*
 * Goes last, as refs do: through another folder's name the attribute is all that tells of the journal. One that stays
 * is stale.
 */
static void unmark(const struct decision *decision)
{
    for (uint32_t i = 0; decision->marked && i < decision->count; i++)
        if (!decision->members[i].replaced && member_has_names(&decision->members[i]))
            ref_unmark(decision->members[i].fd);
}

/* The journal itself is found under the first target's inode, so that one needs no ref for it. */
static bool write_refs(struct decision *decision, struct error *error)
{
    decision->marked = true;
    for (uint32_t i = 0; i < decision->count; i++) {
        struct member *member = &decision->members[i];
        if (i > 0 && !write_ref(decision, i, error))
            return false;
        if (member->replaced && !write_ref_in(decision, i, member->new_ino, &member->folder, error))
            return false;
        if (!member->replaced && member_has_names(member) && !mark(decision, member, error))
            return false;
    }
    return true;
}

void decide_fill(struct journal_member *entry, const struct member *member,
                 const struct flush_options *options, const char *name)
{
    const struct source *source = &member->image->source;
    *entry = (struct journal_member){
        .image = member->image,
        .flags =
            (member->replaced ? JOURNAL_REPLACED : 0u) | (source->device ? JOURNAL_DEVICE : 0u),
        .mode = member->status.st_mode & 07777,
        .fsid = member->fsid,
        .ino = member->ino,
        .new_ino = member->new_ino,
        .old_size = source->size,
        .new_size = member_new_size(member),
        .name = name,
        .path = source->real,
        .has_range = options->has_range,
        .off = options->off,
        .len = options->len,
    };
}

static bool write_journal(struct decision *decision, struct error *error)
{
    struct journal_member *entries = calloc(decision->count, sizeof *entries);
    if (!entries)
        return out_of_memory(decision, error);
    for (uint32_t i = 0; i < decision->count; i++) {
        const struct member *member = &decision->members[i];
        const char *path = member->image->source.real;
        bool far =
            decision->home.hot || !ref_relative(decision->home.path, path, decision->names[i]);
        decide_fill(&entries[i], member, decision->options, far ? path : decision->names[i]);
    }
    bool written = journal_write(decision->journal_fd, decision->home.path, decision->nonce,
                                 entries, decision->count, error);
    free(entries);
    return written;
}

/* The folder of a member that got new names, of which there are at most two: 0 or 1. NULL where it got none. */
static const struct folder *renamed_folder(const struct decision *decision, uint32_t i, int which)
{
    const struct member *member = &decision->members[i];
    if (which == 0)
        return decision->refs[i];
    return member->replaced ? &member->folder : NULL;
}

/* By device, not by fsid, which some file systems leave 0. */
static bool is_same_folder(const struct folder *a, const struct folder *b)
{
    struct stat of_a, of_b;
    return fstat(a->fd, &of_a) == 0 && fstat(b->fd, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino;
}

/* Whether the same folder comes before that place. */
static bool is_synced(const struct decision *decision, const struct folder *folder, uint32_t i,
                      int which)
{
    for (uint32_t j = 0; j <= i; j++) {
        for (int earlier = 0; earlier < (j < i ? 2 : which); earlier++) {
            const struct folder *other = renamed_folder(decision, j, earlier);
            if (other && is_same_folder(other, folder))
                return true;
        }
    }
    return false;
}

/* Invariant 5. The journal's own name becomes durable with the decision. */
static bool sync_names(const struct decision *decision, struct error *error)
{
    for (uint32_t i = 0; i < decision->count; i++) {
        for (int which = 0; which < 2; which++) {
            const struct folder *folder = renamed_folder(decision, i, which);
            if (folder && !is_synced(decision, folder, i, which) && !folder_sync(folder, error))
                return false;
        }
    }
    return true;
}

static void remove_ref(const struct member *member, const struct folder *folder, uint64_t ino)
{
    char name[TRACE_NAME];
    struct error ignored;
    folder_trace(folder, member->fsid, ino, TRACE_REF, name);
    folder_remove(folder, name, &ignored);
}

/*
 * Nothing is decided: all that was made is removed. The journal goes last and after a sync, because it is
 * what a later look finds the rest by.
 */
static bool abandon(const struct decision *decision)
{
    struct error ignored;
    for (uint32_t i = 0; i < decision->count; i++) {
        const struct member *member = &decision->members[i];
        if (decision->refs && decision->refs[i])
            remove_ref(member, decision->refs[i], member->ino);
        if (member->replaced)
            remove_ref(member, &member->folder, member->new_ino);
        member_abandon(&decision->members[i]);
    }
    if (decision->refs)
        sync_names(decision, &ignored);
    if (decision->home.fd >= 0)
        folder_remove(&decision->home, decision->tmp, &ignored);
    unmark(decision);
    return false;
}

/* After the decision */

/* The carriers borrow the members' descriptors and folders. */
static bool make_carry(const struct decision *decision, struct journal *journal,
                       struct carry *carry, struct error *error)
{
    *carry = (struct carry){.journal = journal, .count = decision->count, .own = true};
    carry->targets = calloc(decision->count, sizeof *carry->targets);
    if (!carry->targets)
        return out_of_memory(decision, error);
    for (uint32_t i = 0; i < decision->count; i++) {
        const struct member *member = &decision->members[i];
        struct carry_target *target = &carry->targets[i];
        target->target = &journal->targets[i];
        target->folder = member->folder;
        target->ref_folder = decision->refs[i];
        target->fd = member->replaced ? -1 : member->fd;
        snprintf(target->base, sizeof target->base, "%s", member->base);
    }
    return true;
}

static bool indeterminate(const struct decision *decision, const struct error *first,
                          const struct error *second, struct error *error)
{
    int sys = first->sys;
    char reason[sizeof first->message];
    memcpy(reason, first->message, sizeof reason);
    error_set(error, ERROR_INDETERMINATE, image_name(decision->members[0].image),
              "%.180s; it could not be settled (%.180s): run `suture recover`", reason,
              second->message);
    error->sys = sys;
    return false;
}

/* Invariant 3: the state .undo is durable before a byte is taken back and before anything is reported. */
static bool take_back(const struct decision *decision, const struct carry *carry,
                      struct error *error)
{
    struct error first = *error, second;
    bool back = folder_rename(&decision->home, decision->redo, decision->undo, &second) &&
                folder_sync(&decision->home, &second) && carry_back(carry, &second) &&
                carry_clean(carry, &second);
    if (!back)
        return indeterminate(decision, &first, &second, error);
    if (!folder_remove(&decision->home, decision->undo, &second) ||
        !folder_sync(&decision->home, &second))
        return indeterminate(decision, &first, &second, error);
    carry_drop_refs(carry);
    if (error->kind == ERROR_INDETERMINATE)
        error->kind = ERROR_IO; /* what could not be carried forward is settled by now */
    unmark(decision);
    return false;
}

void decide_note_record(struct flush_note *note, const struct error *error)
{
    snprintf(note->message, sizeof note->message, "no record of the flush was kept: %.200s%s%.200s",
             error->path, error->path[0] ? ": " : "", error->message);
}

/* Every target is new and durable; what is left to do cannot change that any more. */
static bool finish(const struct decision *decision, const struct carry *carry,
                   struct flush_note *note, struct error *error)
{
    struct error reason;
    if (!carry_clean(carry, &reason))
        return indeterminate(decision, &reason, &reason, error);
    if (!decision->options->no_record && !record_keep(&decision->home, decision->redo, &reason))
        decide_note_record(note, &reason);
    if (!folder_remove(&decision->home, decision->redo, &reason) ||
        !folder_sync(&decision->home, &reason))
        return indeterminate(decision, &reason, &reason, error);
    carry_drop_refs(carry);
    unmark(decision);
    return true;
}

static bool commit(const struct decision *decision, const struct carry *carry, struct error *error)
{
    if (!folder_rename(&decision->home, decision->tmp, decision->redo, error))
        return abandon(decision);
    if (folder_sync(&decision->home, error) && carry_forward(carry, error))
        return true;
    return take_back(decision, carry, error);
}

static bool carry_out(const struct decision *decision, struct flush_note *note, struct error *error)
{
    struct journal journal;
    struct carry carry = {0};
    if (!journal_read(&journal, decision->journal_fd, decision->home.path, error))
        return abandon(decision);
    if (!make_carry(decision, &journal, &carry, error)) {
        journal_close(&journal);
        return abandon(decision);
    }
    bool done = commit(decision, &carry, error) && finish(decision, &carry, note, error);
    free(carry.targets);
    journal_close(&journal);
    return done;
}

/*
 * The ref under a replacement's inode is found by no look-up as long as that file has no name of its own, only by
 * way of the journal: then the journal's name must be durable first.
 */
static bool has_replaced(const struct decision *decision)
{
    for (uint32_t i = 0; i < decision->count; i++)
        if (decision->members[i].replaced)
            return true;
    return false;
}

static bool prepare(struct decision *decision, struct error *error)
{
    decision->refs = calloc(decision->count, sizeof *decision->refs);
    decision->names = calloc(decision->count, sizeof *decision->names);
    if (!decision->refs || !decision->names)
        return out_of_memory(decision, error);
    if (getrandom(decision->nonce, sizeof decision->nonce, 0) != (ssize_t)sizeof decision->nonce)
        return error_system(error, errno, image_name(decision->members[0].image),
                            "no random number");
    return open_home(decision, error) && write_journal(decision, error) &&
           (!has_replaced(decision) || folder_sync(&decision->home, error)) &&
           write_refs(decision, error) && sync_names(decision, error);
}

bool decide(struct member *members, uint32_t count, const struct flush_options *options,
            struct flush_note *note, struct error *error)
{
    struct decision decision = {
        .members = members, .count = count, .options = options, .journal_fd = -1};
    decision.home.fd = decision.hot.fd = -1;
    bool done = prepare(&decision, error) ? carry_out(&decision, note, error) : abandon(&decision);
    if (decision.journal_fd >= 0)
        close(decision.journal_fd);
    folder_close(&decision.home);
    folder_close(&decision.hot);
    free(decision.refs);
    free(decision.names);
    return done;
}
