/*
 * decide: makes a prepared transaction durable by way of a journal.
 */
#ifndef SUTURE_DECIDE_H
#define SUTURE_DECIDE_H

#include "journal.h"
#include "member.h"

/*
 * Carries the members out, all or none; they are prepared and in the order of their locks. On success every
 * target is new and durable, and no trace is left. Errors, with nothing written and all traces removed: `io`
 * and its kind. `indeterminate`: the journal stays. The members' descriptors and folders are used up.
 */
bool decide(struct member *members, uint32_t count, const struct flush_options *options,
            struct flush_note *note, struct error *error);

/* Sets the note to why a record could not be kept. */
void decide_note_record(struct flush_note *note, const struct error *error);

/* Fills what a journal says of a member; name and path stay the caller's. */
void decide_fill(struct journal_member *entry, const struct member *member,
                 const struct flush_options *options, const char *name);

#endif
