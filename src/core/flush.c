/* flush: see flush.h. */
#include "flush.h"

#include "decide.h"
#include "held.h"
#include "member.h"
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* All locks in one order, so that two transactions over the same files cannot wait for each other. */
static int by_identity(const void *a, const void *b)
{
    const struct source *x = &((const struct member *)a)->image->source;
    const struct source *y = &((const struct member *)b)->image->source;
    if (x->dev != y->dev)
        return x->dev < y->dev ? -1 : 1;
    return (x->ino > y->ino) - (x->ino < y->ino);
}

/* Looks at all, keeps the changed ones in front, in order; *changed is their number. */
static bool collect(struct member *members, uint32_t count, const struct flush_options *options,
                    uint32_t *changed, struct error *error)
{
    *changed = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!member_look(&members[i], options, error))
            return false;
        if (!members[i].changed)
            continue;
        struct member unchanged = members[*changed];
        members[(*changed)++] = members[i];
        if (*changed - 1 != i)
            members[i] = unchanged;
    }
    qsort(members, *changed, sizeof *members, by_identity);
    return true;
}

/* The record is made before the old file is gone, and dropped by nobody when the rename then fails. */
static void record_lone(struct member *member, const struct flush_options *options,
                        struct flush_note *note)
{
    struct journal_member entry;
    struct error reason;
    unsigned char nonce[JOURNAL_NONCE];
    decide_fill(&entry, member, options, member->image->source.real);
    if (getrandom(nonce, sizeof nonce, 0) != (ssize_t)sizeof nonce)
        error_system(&reason, errno, NULL, "no random number");
    else if (record_write(nonce, &entry, 1, &reason))
        return;
    decide_note_record(note, &reason);
}

/* The rename is the COMMIT; when its sync fails nobody knows which file a power cut would leave. */
static bool rename_lone(struct member *member, const struct flush_options *options,
                        struct flush_note *note, struct error *error)
{
    char name[TRACE_NAME];
    folder_trace(&member->folder, member->fsid, member->ino, TRACE_NEW, name);
    if (!folder_rename(&member->folder, name, member->base, error)) {
        member_abandon(member);
        return false;
    }
    if (!folder_sync(&member->folder, error)) {
        error->kind = ERROR_INDETERMINATE;
        return false;
    }
    if (!options->no_record)
        record_lone(member, options, note);
    return true;
}

/* No target is touched before all of them are found to be what they were. */
static bool prepare_all(struct member *members, uint32_t count, const struct flush_options *options,
                        struct error *error)
{
    for (uint32_t i = 0; i < count; i++)
        if (!member_prepare(&members[i], options, error))
            return false;
    for (uint32_t i = 0; i < count; i++)
        if (!member_reserve(&members[i], error))
            return false;
    return true;
}

static bool flush_prepared(struct member *members, uint32_t count,
                           const struct flush_options *options, struct flush_note *note,
                           struct error *error)
{
    if (!prepare_all(members, count, options, error)) {
        for (uint32_t i = 0; i < count; i++)
            member_abandon(&members[i]);
        return false;
    }
    if (count == 1 && members[0].replaced)
        return rename_lone(&members[0], options, note, error);
    return decide(members, count, options, note, error);
}

static bool flush_changed(struct member *members, uint32_t count,
                          const struct flush_options *options, enum flush_outcome *outcomes,
                          struct flush_note *note, struct error *error)
{
    if (!flush_prepared(members, count, options, note, error))
        return false;
    for (uint32_t i = 0; i < count; i++)
        outcomes[members[i].index] = members[i].replaced ? FLUSH_REPLACED : FLUSH_PLACE;
    return true;
}

static bool flush_held(struct member *members, uint32_t count, const struct flush_options *options,
                       enum flush_outcome *outcomes, struct flush_note *note, struct error *error)
{
    uint32_t changed;
    if (!collect(members, count, options, &changed, error))
        return false;
    /* Also what was unchanged is settled: a flush ends savepoints and redo. */
    for (uint32_t i = 0; i < count; i++) {
        outcomes[members[i].index] = FLUSH_UNCHANGED;
        if (i >= changed && !member_foresee(&members[i], options, error))
            return false;
    }
    if (changed && !flush_changed(members, changed, options, outcomes, note, error))
        return false;
    for (uint32_t i = 0; i < count; i++)
        member_settle(&members[i], options);
    return true;
}

bool flush_images(struct image **images, uint32_t count, const struct flush_options *options,
                  enum flush_outcome *outcomes, struct flush_note *note, struct error *error)
{
    struct held held;
    struct member *members = calloc(count, sizeof *members);
    note->message[0] = '\0';
    if (!members)
        return error_set(error, ERROR_LIMIT, image_name(images[0]), "out of memory");
    for (uint32_t i = 0; i < count; i++)
        member_begin(&members[i], images[i], i);
    held_begin(&held);
    bool flushed = flush_held(members, count, options, outcomes, note, error);
    for (uint32_t i = 0; i < count; i++)
        member_end(&members[i]);
    held_end(&held);
    free(members);
    return flushed;
}
